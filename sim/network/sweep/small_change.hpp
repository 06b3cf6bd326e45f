/// How a solved feeder answers a small change of the power that is drawn: the derivative of the sweep, on columns.
///
/// Symbols as in sweep.hpp; d is a small change. At the solved voltages a load between two conductors, u = V_plus - V_minus,
/// draws I = conj(S(|u|^2) / u) with S' = dS / d|u|^2, so that
///   dI = conj(dS / u) + h du + g conj(du),   h = conj(S'),   g = (h u - I) / conj(u)
/// where dS is what the change itself adds. The network is linear and the source at rest, so that
///   backward     dJ_k = dI_k + sum of T_c^T dJ_c over the children c of k
///   forward      dV_k = T_k dV_parent(k) - W_k dJ_k,   dV_0 = -W_0 dJ_0
/// repeated until nothing changes: the derivative of the solution, not an approximation to it. It settles as fast as the sweeps
/// of the load flow do there. A lane is one change.
#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sim/network/sweep/iterate.hpp"

namespace evsweep {

/// h du + g conj(du) as real numbers: the parts of dI per part of du.
struct CurrentSlope {
    double re_re = 0.0, re_im = 0.0;  ///< real part of dI per real and per imaginary part of du
    double im_re = 0.0, im_im = 0.0;

    CurrentSlope() = default;
    CurrentSlope(std::complex<double> h, std::complex<double> g)
        : re_re(h.real() + g.real()), re_im(g.imag() - h.imag()), im_re(h.imag() + g.imag()), im_im(h.real() - g.real()) {}
    CurrentSlope& operator+=(const CurrentSlope& other) {
        re_re += other.re_re, re_im += other.re_im, im_re += other.im_re, im_im += other.im_im;
        return *this;
    }
};

/// All that is drawn from one conductor to earth.
struct EarthSlope {
    std::uint32_t conductor = 0;
    CurrentSlope slope;
};

/// What one load draws between two conductors.
struct PairSlope {
    std::uint32_t plus = 0;
    std::uint32_t minus = 0;
    CurrentSlope slope;
};

/// The linearised feeder.
struct SmallChange {
    SweepNetwork network;  ///< with the source at rest
    SweepLoops loops;
    std::span<const EarthSlope> to_earth;
    std::span<const PairSlope> between;
    // Changes of voltage in one sweep, as shares of the largest one there was.
    double tolerance = 1e-13;
    double rounding = 1e-10;  ///< what ungrounded networks, where voltages to earth hang on little, may not get below
    int max_sweeps = 500;
};

/// The columns of a change; `own_re`, `own_im` are conj(dS / u) by conductor, the earth included.
template <class Lane>
struct ChangeColumns {
    SweepColumns<Lane> sweep;
    const Lane* own_re = nullptr;
    const Lane* own_im = nullptr;
};

/// dI at the present dV, with that of the loops.
template <class Lane>
inline void inject_change(const SmallChange& change, const ChangeColumns<Lane>& columns) {
    const SweepState<Lane>& state = columns.sweep.state;
    for (std::size_t c = 0; c < state.i_re.size(); ++c) {
        state.i_re[c] = columns.own_re[c];
        state.i_im[c] = columns.own_im[c];
    }
    for (const auto& [c, slope] : change.to_earth) {
        const Lane ur = state.v_re[c];
        const Lane ui = state.v_im[c];
        state.i_re[c] = state.i_re[c] + (slope.re_re * ur + slope.re_im * ui);
        state.i_im[c] = state.i_im[c] + (slope.im_re * ur + slope.im_im * ui);
    }
    for (const auto& [plus, minus, slope] : change.between) {
        const Lane ur = state.v_re[plus] - state.v_re[minus];
        const Lane ui = state.v_im[plus] - state.v_im[minus];
        const Lane re = slope.re_re * ur + slope.re_im * ui;
        const Lane im = slope.im_re * ur + slope.im_im * ui;
        state.i_re[plus] = state.i_re[plus] + re;
        state.i_im[plus] = state.i_im[plus] + im;
        state.i_re[minus] = state.i_re[minus] - re;
        state.i_im[minus] = state.i_im[minus] - im;
    }
    sweep_detail::close_loops(change.network, change.loops, columns.sweep);
}

/// Finds dV, and dI as drawn at each conductor, from dV = 0 (and no change of loop currents) there. A lane has settled when its
/// voltages stand still, or move by no more than `rounding` and no less than in the sweep before. False where one does not.
template <class Lane>
[[nodiscard]] inline bool follow(const SmallChange& change, const ChangeColumns<Lane>& columns) {
    using L = Lanes<Lane>;
    const SweepState<Lane>& state = columns.sweep.state;
    auto settled = !L::all();
    Lane largest2{};
    Lane before2{};
    inject_change(change, columns);
    for (int sweep = 0; sweep < change.max_sweeps; ++sweep) {
        backward(change.network, state);
        const Lane change2 = forward(change.network, state);
        const Lane gap2 = sweep_detail::widest_gap(change.loops, state);
        inject_change(change, columns);
        const Lane moved2 = L::larger(change2, gap2);
        largest2 = L::larger(largest2, moved2);
        const auto stands_still = moved2 <= largest2 * (change.tolerance * change.tolerance);
        const auto is_rounding = moved2 <= largest2 * (change.rounding * change.rounding) && moved2 >= before2;
        settled = settled || stands_still || is_rounding;
        if (!L::any(!settled)) return true;
        before2 = moved2;
    }
    return false;
}

}  // namespace evsweep
