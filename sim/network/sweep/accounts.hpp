/// The balance of power, from the columns of a solved network: what ports draw, and what the network keeps.
#pragma once

#include "sim/network/sweep/iterate.hpp"

namespace evsweep {

/// Power in kW and kvar.
template <class Lane>
struct LanePower {
    Lane p{};
    Lane q{};
};

/// What loads and chargers draw at the present voltages.
template <class Lane>
[[nodiscard]] inline LanePower<Lane> drawn_at_ports(const Injection& injection, const SweepColumns<Lane>& columns) {
    LanePower<Lane> drawn;
    std::size_t place = 0;
    for (std::size_t r = 0; r < injection.plain.size(); ++r)
        for (std::uint32_t c = injection.plain[r].begin; c < injection.plain[r].end; ++c, ++place) {
            drawn.p = drawn.p + columns.p[place];
            drawn.q = drawn.q + columns.q[place];
        }
    const SweepState<Lane>& state = columns.state;
    for (std::size_t k = 0; k < injection.ports.size(); ++k, ++place) {
        const Port& port = injection.ports[k];
        const Lane ur = state.v_re[port.plus] - state.v_re[port.minus];
        const Lane ui = state.v_im[port.plus] - state.v_im[port.minus];
        Lane p = columns.p[place];
        Lane q = columns.q[place];
        sweep_detail::respond(injection, injection.laws[port.law], (ur * ur + ui * ui) * (1.0 / (port.rated_pu * port.rated_pu)),
                              p, q);
        drawn.p = drawn.p + p;
        drawn.q = drawn.q + q;
    }
    return drawn;
}

/// What swept currents lose on their way: sum of V_p conj(T_k^T J_k) - V_k conj(J_k), and what the gaps of loops leave.
/// Conductors that reduction leaves out add nothing to it. Where the network has admittances, branches keep this and what those
/// take at the source's side, V_0 conj(Y_0 V_0), less what shunt devices draw.
template <class Lane>
[[nodiscard]] inline LanePower<Lane> lost_on_the_way(const SweepNetwork& net, const SweepLoops& loops,
                                                     const SweepColumns<Lane>& columns) {
    const SweepState<Lane>& state = columns.state;
    LanePower<Lane> lost;
    const auto add = [&](Lane vr, Lane vi, Lane jr, Lane ji) {
        lost.p = lost.p + vr * jr + vi * ji;
        lost.q = lost.q + vi * jr - vr * ji;
    };
    for (std::size_t r = 0; r < net.runs.size(); ++r) {
        const SweepRun& run = net.runs[r];
        const std::size_t n = run.conductors;
        const std::size_t q = run.above;
        for (std::size_t k = 0; k < run.buses(); ++k) {
            const std::size_t c = run.first + k * n;
            const std::uint32_t* up = net.up.data() + run.feeders + k * q;
            for (std::size_t row = 0; row < n; ++row) {
                Lane ur{};  // conj(T_k) V_p, for it is T_k^T that passes currents on
                Lane ui{};
                if (run.identity) {
                    ur = state.v_re[up[row]];
                    ui = state.v_im[up[row]];
                } else {
                    const std::size_t t = run.t + (k * n + row) * q;
                    for (std::size_t col = 0; col < q; ++col)
                        sweep_detail::add_product(net.t_re[t + col], -net.t_im[t + col], state.v_re[up[col]], state.v_im[up[col]],
                                                  ur, ui);
                }
                add(ur - state.v_re[c + row], ui - state.v_im[c + row], state.i_re[c + row], state.i_im[c + row]);
            }
        }
    }
    for (std::size_t l = 0; l < loops.ends.size(); ++l) {
        const auto gap = sweep_detail::gap_of(loops.ends[l], state);
        add(gap.re, gap.im, columns.loop_re[l], columns.loop_im[l]);
    }
    return lost;
}

}  // namespace evsweep
