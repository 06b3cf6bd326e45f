/// The backward/forward sweep itself: free functions on columns, without allocation, virtual calls or knowledge of files.
///
/// Algorithm (Shirmohammadi, Hong, Semlyen, Luo: IEEE Trans. Power Systems 3(2), 1988; generalised matrices after
/// Kersting, Distribution System Modeling and Analysis, ch. 6-8 and 10). All in per unit on one power base.
///   k            bus; 0 is the source, and a parent has a smaller number than its children
///   V_k, I_k     voltages at the conductors of k, and currents drawn there by loads
///   T_k, W_k     what the linear network between k and its parent does (see folded_network.hpp): with no current drawn
///                V_k is T_k times the parent's voltages, and W_k is the drop per ampere
///   J_k          currents of loads at k and below, as they pass k
///   inject       I_k = conj(S(|u|) / u) for every load between two conductors, u = V_plus - V_minus
///   backward     J_k = I_k + sum of T_c^T J_c over the children c of k
///   forward      V_k = T_k V_parent(k) - W_k J_k
/// repeated until no voltage changes by more than the tolerance. Everything that is an admittance (line charging,
/// capacitors, magnetising branches, delta windings) is inside T and W and costs no iteration; without any, T_k is
/// the identity and W_k the series impedance: the classical sweep.
///
/// Real and imaginary parts lie in separate columns, and `Lane` is a double or, for several replicas at once, a pack of
/// them: a lane is a replica. Buses with equally many conductors that follow one another form a run, and each run
/// is swept by loops of fixed size. One column holds I, then J, then W J, so that the divisions and products run over
/// plain columns and only additions wait for the parent.
///
/// This text is compiled once per instruction set (lane_kernel.cpp), so what is inline here must not be shared with the
/// rest of the program: templates over Lane are not, ordinary inline functions would be.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sim/network/lane.hpp"

namespace evsweep {

/// Buses first_bus .. end_bus - 1, each with `conductors` conductors fed from `above` of its parent's.
struct SweepRun {
    std::uint32_t first_bus = 0;
    std::uint32_t end_bus = 0;
    std::uint8_t conductors = 1;
    std::uint8_t above = 1;
    bool identity = true;     ///< T_k = 1 for all of them
    std::size_t first = 0;    ///< conductor of first_bus
    std::size_t feeders = 0;  ///< its place in `up`
    std::size_t t = 0;        ///< its place in the transfer columns
    std::size_t w = 0;        ///< its place in the drop columns
    [[nodiscard]] std::size_t buses() const { return end_bus - first_bus; }
};

/// What the sweep reads of a network. Blocks are row-major: T_k is conductors x above, W_k conductors x conductors.
struct SweepNetwork {
    std::span<const SweepRun> runs;                    ///< all buses but the source
    std::span<const std::uint32_t> up;                 ///< conductors of the parent that feed a bus, `above` per bus
    std::span<const double> t_re, t_im;                ///< transfer
    std::span<const double> w_re, w_im;                ///< drop per current
    std::span<const double> source_re, source_im;      ///< V_0 while nothing is drawn
    std::span<const double> source_w_re, source_w_im;  ///< W_0
};

/// A loop is opened where its last branch ends: that end gets a bus of its own, and a current between the two holds
/// their voltages together.
struct LoopEnd {
    std::uint32_t leaf = 0;  ///< conductor at the end of the opened branch
    std::uint32_t main = 0;  ///< conductor it is joined to
};

/// Voltages and currents per conductor, with one more place at the end for the earth; the columns do not overlap.
template <class Lane>
struct SweepState {
    std::span<Lane> v_re, v_im, i_re, i_im;
    typename Lanes<Lane>::Mask active = Lanes<Lane>::all();  ///< lanes whose voltages may still change
};

namespace sweep_detail {

/// Block sizes known to the compiler; 0 where only the run knows.
template <std::size_t N, std::size_t Q, bool Identity>
struct Shape {
    static constexpr std::size_t n = N;
    static constexpr std::size_t q = Q;
    static constexpr bool is_identity = Identity;
};

/// Calls `use` with the shape of the run.
template <class Use>
inline void by_shape(const SweepRun& run, Use&& use) {
    const int size = 10 * run.conductors + run.above;
    if (run.identity && size == 11) return use(Shape<1, 1, true>{});
    if (run.identity && size == 22) return use(Shape<2, 2, true>{});
    if (run.identity && size == 33) return use(Shape<3, 3, true>{});
    if (size == 11) return use(Shape<1, 1, false>{});
    if (size == 21) return use(Shape<2, 1, false>{});
    if (size == 22) return use(Shape<2, 2, false>{});
    if (size == 33) return use(Shape<3, 3, false>{});
    return use(Shape<0, 0, false>{});
}

/// J of one run whose transfer is the identity. The sum travels in a register along buses that follow one another and
/// is put down where a lateral joins.
template <std::size_t N, class Lane>
inline void backward_identity(const SweepNetwork& net, const SweepRun& run, const SweepState<Lane>& state) {
    const std::uint32_t* up = net.up.data() + run.feeders;
    for (std::size_t row = 0; row < N; ++row) {
        Lane jr{};
        Lane ji{};
        for (std::size_t k = run.buses(); k-- > 0;) {
            const std::size_t c = run.first + k * N + row;
            state.i_re[c] = jr = jr + state.i_re[c];
            state.i_im[c] = ji = ji + state.i_im[c];
            const std::size_t parent = up[k * N + row];
            if (parent + N == c && k > 0) continue;
            state.i_re[parent] = state.i_re[parent] + jr;
            state.i_im[parent] = state.i_im[parent] + ji;
            jr = ji = Lane{};
        }
    }
}

/// J of one run, by its transfer matrices.
template <std::size_t N, std::size_t Q, class Lane>
inline void backward_transfer(const SweepNetwork& net, const SweepRun& run, const SweepState<Lane>& state) {
    const std::size_t n = N > 0 ? N : run.conductors;
    const std::size_t q = Q > 0 ? Q : run.above;
    for (std::size_t k = run.buses(); k-- > 0;) {
        const double* tr = net.t_re.data() + run.t + k * n * q;
        const double* ti = net.t_im.data() + run.t + k * n * q;
        const std::size_t c = run.first + k * n;
        for (std::size_t col = 0; col < q; ++col) {
            Lane jr{};
            Lane ji{};
            for (std::size_t row = 0; row < n; ++row) {
                jr = jr + tr[row * q + col] * state.i_re[c + row] - ti[row * q + col] * state.i_im[c + row];
                ji = ji + tr[row * q + col] * state.i_im[c + row] + ti[row * q + col] * state.i_re[c + row];
            }
            const std::size_t parent = net.up[run.feeders + k * q + col];
            state.i_re[parent] = state.i_re[parent] + jr;
            state.i_im[parent] = state.i_im[parent] + ji;
        }
    }
}

/// J becomes the drop W J over one run.
template <std::size_t N, class Lane>
inline void drop(const SweepNetwork& net, const SweepRun& run, const SweepState<Lane>& state) {
    const double* __restrict wr = net.w_re.data() + run.w;
    const double* __restrict wi = net.w_im.data() + run.w;
    Lane* __restrict ir = state.i_re.data() + run.first;
    Lane* __restrict ii = state.i_im.data() + run.first;
    const std::size_t buses = run.buses();
    for (std::size_t k = 0; k < buses; ++k) {
        std::array<Lane, N> dr{};
        std::array<Lane, N> di{};
        for (std::size_t row = 0; row < N; ++row) {
            for (std::size_t col = 0; col < N; ++col) {
                const std::size_t w = (k * N + row) * N + col;
                const std::size_t c = k * N + col;
                dr[row] = dr[row] + wr[w] * ir[c] - wi[w] * ii[c];
                di[row] = di[row] + wr[w] * ii[c] + wi[w] * ir[c];
            }
        }
        for (std::size_t row = 0; row < N; ++row) {
            ir[k * N + row] = dr[row];
            ii[k * N + row] = di[row];
        }
    }
}

/// Puts a new voltage down where its lane is active, and remembers the largest change.
template <class Lane>
inline void settle(const SweepState<Lane>& state, std::size_t c, Lane vr, Lane vi, Lane& change2) {
    const Lane dr = vr - state.v_re[c];
    const Lane di = vi - state.v_im[c];
    change2 = Lanes<Lane>::larger(change2, dr * dr + di * di);
    state.v_re[c] = Lanes<Lane>::keep(state.active, vr, state.v_re[c]);
    state.v_im[c] = Lanes<Lane>::keep(state.active, vi, state.v_im[c]);
}

template <std::size_t N, class Lane>
inline void forward_identity(const SweepNetwork& net, const SweepRun& run, const SweepState<Lane>& state, Lane& change2) {
    drop<N>(net, run, state);
    const std::uint32_t* up = net.up.data() + run.feeders;
    for (std::size_t row = 0; row < N; ++row) {
        Lane vr{};
        Lane vi{};
        for (std::size_t k = 0; k < run.buses(); ++k) {
            const std::size_t c = run.first + k * N + row;
            const std::size_t parent = up[k * N + row];
            if (parent + N != c || k == 0) {
                vr = state.v_re[parent];
                vi = state.v_im[parent];
            }
            vr = vr - state.i_re[c];
            vi = vi - state.i_im[c];
            settle(state, c, vr, vi, change2);
        }
    }
}

template <std::size_t N, std::size_t Q, class Lane>
inline void forward_transfer(const SweepNetwork& net, const SweepRun& run, const SweepState<Lane>& state, Lane& change2) {
    const std::size_t n = N > 0 ? N : run.conductors;
    const std::size_t q = Q > 0 ? Q : run.above;
    for (std::size_t k = 0; k < run.buses(); ++k) {
        const double* tr = net.t_re.data() + run.t + k * n * q;
        const double* ti = net.t_im.data() + run.t + k * n * q;
        const double* wr = net.w_re.data() + run.w + k * n * n;
        const double* wi = net.w_im.data() + run.w + k * n * n;
        const std::uint32_t* up = net.up.data() + run.feeders + k * q;
        const std::size_t c = run.first + k * n;
        for (std::size_t row = 0; row < n; ++row) {
            Lane vr{};
            Lane vi{};
            for (std::size_t col = 0; col < q; ++col) {
                const Lane ur = state.v_re[up[col]];
                const Lane ui = state.v_im[up[col]];
                vr = vr + tr[row * q + col] * ur - ti[row * q + col] * ui;
                vi = vi + tr[row * q + col] * ui + ti[row * q + col] * ur;
            }
            for (std::size_t col = 0; col < n; ++col) {
                vr = vr - wr[row * n + col] * state.i_re[c + col] + wi[row * n + col] * state.i_im[c + col];
                vi = vi - wr[row * n + col] * state.i_im[c + col] - wi[row * n + col] * state.i_re[c + col];
            }
            settle(state, c + row, vr, vi, change2);
        }
    }
}

}  // namespace sweep_detail

/// Sums the currents from the ends of the feeder to the source: I becomes J.
template <class Lane>
inline void backward(const SweepNetwork& net, const SweepState<Lane>& state) {
    for (std::size_t r = net.runs.size(); r-- > 0;) {
        const SweepRun& run = net.runs[r];
        sweep_detail::by_shape(run, [&](auto shape) {
            if constexpr (shape.is_identity)
                sweep_detail::backward_identity<shape.n>(net, run, state);
            else
                sweep_detail::backward_transfer<shape.n, shape.q>(net, run, state);
        });
    }
}

/// V_0, from the source behind its impedance.
template <class Lane>
inline void forward_source(const SweepNetwork& net, const SweepState<Lane>& state, Lane& change2) {
    const std::size_t n = net.source_re.size();
    for (std::size_t row = 0; row < n; ++row) {
        Lane vr = Lane{} + net.source_re[row];
        Lane vi = Lane{} + net.source_im[row];
        for (std::size_t col = 0; col < n; ++col) {
            const double wr = net.source_w_re[row * n + col];
            const double wi = net.source_w_im[row * n + col];
            vr = vr - wr * state.i_re[col] + wi * state.i_im[col];
            vi = vi - wr * state.i_im[col] - wi * state.i_re[col];
        }
        sweep_detail::settle(state, row, vr, vi, change2);
    }
}

/// Voltages from the source to the ends; returns the largest squared change. The currents are used up (`inject` makes
/// new ones).
template <class Lane>
[[nodiscard]] inline Lane forward(const SweepNetwork& net, const SweepState<Lane>& state) {
    Lane change2{};
    forward_source(net, state, change2);
    for (const SweepRun& run : net.runs) {
        sweep_detail::by_shape(run, [&](auto shape) {
            if constexpr (shape.is_identity)
                sweep_detail::forward_identity<shape.n>(net, run, state, change2);
            else
                sweep_detail::forward_transfer<shape.n, shape.q>(net, run, state, change2);
        });
    }
    return change2;
}

}  // namespace evsweep
