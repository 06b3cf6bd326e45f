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
/// is swept by loops of fixed size. One column holds I, then J. Along a run of buses that hang on one another V and J
/// travel in registers; products with what does not wait for a neighbour come first.
///
/// This text is compiled once per instruction set (lane_kernel.cpp), so what is inline here must not be shared with the
/// rest of the program: templates over Lane are not, ordinary inline functions would be.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sim/network/sweep/lane.hpp"

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
    double turn_re = 1.0;    ///< by which the leaf's voltage is turned to be the main's: phase shifts around the loop
    double turn_im = 0.0;
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
    if (size == 13) return use(Shape<1, 3, false>{});
    if (size == 21) return use(Shape<2, 1, false>{});
    if (size == 22) return use(Shape<2, 2, false>{});
    if (size == 33) return use(Shape<3, 3, false>{});
    return use(Shape<0, 0, false>{});
}

/// Whether the bus whose first conductor is `c` hangs on the one before it, conductor by conductor. Then its voltages and
/// currents travel in registers.
template <class S>
[[nodiscard]] inline bool follows(const std::uint32_t* up, std::size_t c) {
    if constexpr (S::n != S::q) return false;
    bool does = true;
    for (std::size_t j = 0; j < S::q; ++j) does = does && up[j] + S::n == c + j;
    return does;
}

/// sum += t x, or sum -= t x, for complex numbers in parts.
template <class Lane>
[[gnu::always_inline]] inline void add_product(double tr, double ti, Lane xr, Lane xi, Lane& re, Lane& im) {
    re = re + tr * xr - ti * xi;
    im = im + tr * xi + ti * xr;
}
template <class Lane>
[[gnu::always_inline]] inline void take_product(double tr, double ti, Lane xr, Lane xi, Lane& re, Lane& im) {
    re = re - tr * xr + ti * xi;
    im = im - tr * xi - ti * xr;
}

/// J of one run. The sum travels along buses that follow one another and is put down where a lateral joins.
template <class S, class Lane>
inline void backward_run(const SweepNetwork& net, const SweepRun& run, const SweepState<Lane>& state) {
    std::array<Lane, S::n> from_below_r{};
    std::array<Lane, S::n> from_below_i{};
    for (std::size_t k = run.buses(); k-- > 0;) {
        const std::size_t c = run.first + k * S::n;
        std::array<Lane, S::n> jr{};
        std::array<Lane, S::n> ji{};
        for (std::size_t row = 0; row < S::n; ++row) {
            state.i_re[c + row] = jr[row] = state.i_re[c + row] + from_below_r[row];
            state.i_im[c + row] = ji[row] = state.i_im[c + row] + from_below_i[row];
        }
        std::array<Lane, S::q> to_above_r{};
        std::array<Lane, S::q> to_above_i{};
        if constexpr (S::is_identity) {
            to_above_r = jr;
            to_above_i = ji;
        } else {
            const std::size_t t = run.t + k * S::n * S::q;
            for (std::size_t row = 0; row < S::n; ++row)
                for (std::size_t col = 0; col < S::q; ++col)
                    add_product(net.t_re[t + row * S::q + col], net.t_im[t + row * S::q + col], jr[row], ji[row], to_above_r[col],
                                to_above_i[col]);
        }
        const std::uint32_t* up = net.up.data() + run.feeders + k * S::q;
        if constexpr (S::n == S::q) {
            if (k > 0 && follows<S>(up, c)) {
                from_below_r = to_above_r;
                from_below_i = to_above_i;
                continue;
            }
        }
        for (std::size_t col = 0; col < S::q; ++col) {
            state.i_re[up[col]] = state.i_re[up[col]] + to_above_r[col];
            state.i_im[up[col]] = state.i_im[up[col]] + to_above_i[col];
        }
        from_below_r = from_below_i = {};
    }
}

/// The same for blocks of any size.
template <class Lane>
inline void backward_any(const SweepNetwork& net, const SweepRun& run, const SweepState<Lane>& state) {
    const std::size_t n = run.conductors;
    const std::size_t q = run.above;
    for (std::size_t k = run.buses(); k-- > 0;) {
        const std::size_t c = run.first + k * n;
        for (std::size_t col = 0; col < q; ++col) {
            const std::size_t parent = net.up[run.feeders + k * q + col];
            for (std::size_t row = 0; row < n; ++row) {
                const std::size_t t = run.t + (k * n + row) * q + col;
                add_product(net.t_re[t], net.t_im[t], state.i_re[c + row], state.i_im[c + row], state.i_re[parent],
                            state.i_im[parent]);
            }
        }
    }
}

/// J becomes the drop W J over one run. Worth a pass of its own where lanes are single: it vectorises along the run.
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
        for (std::size_t row = 0; row < N; ++row)
            for (std::size_t col = 0; col < N; ++col) {
                const std::size_t w = (k * N + row) * N + col;
                add_product(wr[w], wi[w], ir[k * N + col], ii[k * N + col], dr[row], di[row]);
            }
        for (std::size_t row = 0; row < N; ++row) {
            ir[k * N + row] = dr[row];
            ii[k * N + row] = di[row];
        }
    }
}

/// Puts a new voltage down where its lane is active, and remembers the largest change.
template <class Lane>
[[gnu::always_inline]] inline void settle(const SweepState<Lane>& state, std::size_t c, Lane vr, Lane vi, Lane& change2) {
    const Lane dr = vr - state.v_re[c];
    const Lane di = vi - state.v_im[c];
    change2 = Lanes<Lane>::larger(change2, dr * dr + di * di);
    state.v_re[c] = Lanes<Lane>::keep(state.active, vr, state.v_re[c]);
    state.v_im[c] = Lanes<Lane>::keep(state.active, vi, state.v_im[c]);
}

/// V of one run. What does not wait for the parent (W J) comes first.
template <class S, class Lane>
inline void forward_run(const SweepNetwork& net, const SweepRun& run, const SweepState<Lane>& state, Lane& change2) {
    constexpr bool drops_are_ready = S::is_identity && Lanes<Lane>::width == 1;
    if constexpr (drops_are_ready) drop<S::n>(net, run, state);
    std::array<Lane, S::q> ur{};
    std::array<Lane, S::q> ui{};
    for (std::size_t k = 0; k < run.buses(); ++k) {
        const std::size_t c = run.first + k * S::n;
        const std::uint32_t* up = net.up.data() + run.feeders + k * S::q;
        if (k == 0 || !follows<S>(up, c)) {
            for (std::size_t col = 0; col < S::q; ++col) {
                ur[col] = state.v_re[up[col]];
                ui[col] = state.v_im[up[col]];
            }
        }
        std::array<Lane, S::n> vr{};
        std::array<Lane, S::n> vi{};
        for (std::size_t row = 0; row < S::n; ++row) {
            if constexpr (drops_are_ready) {
                vr[row] = ur[row] - state.i_re[c + row];
                vi[row] = ui[row] - state.i_im[c + row];
                continue;
            }
            const std::size_t w = run.w + (k * S::n + row) * S::n;
            for (std::size_t col = 0; col < S::n; ++col)
                take_product(net.w_re[w + col], net.w_im[w + col], state.i_re[c + col], state.i_im[c + col], vr[row], vi[row]);
            if constexpr (S::is_identity) {
                vr[row] = vr[row] + ur[row];
                vi[row] = vi[row] + ui[row];
                continue;
            }
            const std::size_t t = run.t + (k * S::n + row) * S::q;
            for (std::size_t col = 0; col < S::q; ++col)
                add_product(net.t_re[t + col], net.t_im[t + col], ur[col], ui[col], vr[row], vi[row]);
        }
        for (std::size_t row = 0; row < S::n; ++row) settle(state, c + row, vr[row], vi[row], change2);
        if constexpr (S::n == S::q) {
            ur = vr;
            ui = vi;
        }
    }
}

/// The same for blocks of any size.
template <class Lane>
inline void forward_any(const SweepNetwork& net, const SweepRun& run, const SweepState<Lane>& state, Lane& change2) {
    const std::size_t n = run.conductors;
    const std::size_t q = run.above;
    for (std::size_t k = 0; k < run.buses(); ++k) {
        const std::uint32_t* up = net.up.data() + run.feeders + k * q;
        const std::size_t c = run.first + k * n;
        for (std::size_t row = 0; row < n; ++row) {
            const std::size_t w = run.w + (k * n + row) * n;
            const std::size_t t = run.t + (k * n + row) * q;
            Lane vr{};
            Lane vi{};
            for (std::size_t col = 0; col < n; ++col)
                take_product(net.w_re[w + col], net.w_im[w + col], state.i_re[c + col], state.i_im[c + col], vr, vi);
            for (std::size_t col = 0; col < q; ++col)
                add_product(net.t_re[t + col], net.t_im[t + col], state.v_re[up[col]], state.v_im[up[col]], vr, vi);
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
            if constexpr (shape.n > 0)
                sweep_detail::backward_run<decltype(shape)>(net, run, state);
            else
                sweep_detail::backward_any(net, run, state);
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
        for (std::size_t col = 0; col < n; ++col)
            sweep_detail::take_product(net.source_w_re[row * n + col], net.source_w_im[row * n + col], state.i_re[col],
                                       state.i_im[col], vr, vi);
        sweep_detail::settle(state, row, vr, vi, change2);
    }
}

/// Voltages from the source to the ends; returns the largest squared change. The currents may be used up (`inject`
/// makes new ones).
template <class Lane>
[[nodiscard]] inline Lane forward(const SweepNetwork& net, const SweepState<Lane>& state) {
    Lane change2{};
    forward_source(net, state, change2);
    for (std::size_t r = 0; r < net.runs.size(); ++r) {
        const SweepRun& run = net.runs[r];
        sweep_detail::by_shape(run, [&](auto shape) {
            if constexpr (shape.n > 0)
                sweep_detail::forward_run<decltype(shape)>(net, run, state, change2);
            else
                sweep_detail::forward_any(net, run, state, change2);
        });
    }
    return change2;
}

}  // namespace evsweep
