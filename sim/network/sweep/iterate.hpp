/// The load flow's iteration: inject, sweep backward, sweep forward, close loops, until every lane has settled or is lost.
#pragma once

#include "sim/network/sweep/injection.hpp"

namespace evsweep {

/// Loops of a network with the inverse of their impedance, row-major (compensation, Shirmohammadi et al. 1988).
struct SweepLoops {
    std::span<const LoopEnd> ends;
    std::span<const double> y_re, y_im;
};

/// One load flow, but for the powers.
struct SweepProblem {
    SweepNetwork network;
    Injection injection;
    SweepLoops loops;
    std::span<const std::uint32_t> live;  ///< conductors whose voltage tells a collapse: no neutrals, nor what floats
    double tolerance_pu = 1e-8;
    int max_iterations = 100;
};

/// The columns that an iteration works on. Loops have one current each.
template <class Lane>
struct SweepColumns {
    SweepState<Lane> state;
    const Lane* p = nullptr;  ///< by place, see Injection
    const Lane* q = nullptr;
    Lane* loop_re = nullptr;
    Lane* loop_im = nullptr;
};

/// How each lane ended. Lanes that did not settle are lost: too many sweeps, voltages that run away, or no numbers.
template <class Lane>
struct SweepOutcome {
    typename Lanes<Lane>::Mask settled = !Lanes<Lane>::all();
    Lane iterations{};  ///< forward sweeps
    Lane change2{};     ///< squared change of voltage in the last one
    Lane lowest2{};     ///< squared voltage of the lowest live conductor
};

/// A voltage that moves by this much in one sweep is lost; there is no need to wait for infinity.
inline constexpr double hopeless_change_pu = 1e3;

namespace sweep_detail {

template <class Lane>
inline void inject_loops(const SweepLoops& loops, const SweepColumns<Lane>& columns) {
    const SweepState<Lane>& state = columns.state;
    for (std::size_t l = 0; l < loops.ends.size(); ++l) {
        const LoopEnd& end = loops.ends[l];
        state.i_re[end.leaf] = state.i_re[end.leaf] + columns.loop_re[l];
        state.i_im[end.leaf] = state.i_im[end.leaf] + columns.loop_im[l];
        state.i_re[end.main] = state.i_re[end.main] - columns.loop_re[l];
        state.i_im[end.main] = state.i_im[end.main] - columns.loop_im[l];
    }
}

/// Loop currents that take away the voltage gaps at the break points; returns the widest gap, squared.
template <class Lane>
inline Lane close_loops(const SweepLoops& loops, const SweepColumns<Lane>& columns) {
    const SweepState<Lane>& state = columns.state;
    const std::size_t n = loops.ends.size();
    Lane widest2{};
    for (std::size_t l = 0; l < n; ++l) {
        const Lane gr = state.v_re[loops.ends[l].leaf] - state.v_re[loops.ends[l].main];
        const Lane gi = state.v_im[loops.ends[l].leaf] - state.v_im[loops.ends[l].main];
        widest2 = Lanes<Lane>::larger(widest2, gr * gr + gi * gi);
        for (std::size_t k = 0; k < n; ++k) {
            const double yr = loops.y_re[k * n + l];
            const double yi = loops.y_im[k * n + l];
            const Lane re = columns.loop_re[k] + (yr * gr - yi * gi);
            const Lane im = columns.loop_im[k] + (yr * gi + yi * gr);
            columns.loop_re[k] = Lanes<Lane>::keep(state.active, re, columns.loop_re[k]);
            columns.loop_im[k] = Lanes<Lane>::keep(state.active, im, columns.loop_im[k]);
        }
    }
    return widest2;
}

template <class Lane>
inline void inject_all(const SweepProblem& problem, const SweepColumns<Lane>& columns) {
    inject(problem.injection, columns.p, columns.q, columns.state);
    inject_loops(problem.loops, columns);
}

template <class Lane>
inline Lane lowest_square(std::span<const std::uint32_t> live, const SweepState<Lane>& state) {
    Lane lowest2 = Lane{} + 1e300;
    for (std::size_t k = 0; k < live.size(); ++k) {
        const Lane v2 = state.v_re[live[k]] * state.v_re[live[k]] + state.v_im[live[k]] * state.v_im[live[k]];
        lowest2 = Lanes<Lane>::pick(v2 < lowest2, v2, lowest2);
    }
    return lowest2;
}

}  // namespace sweep_detail

/// Solves the lanes that are `active` in the columns' state, from the voltages there. A lane that has settled keeps its
/// voltages to the last bit while others go on. At the end the currents are those of the final voltages: with them
/// source = drawn + loss holds to rounding.
template <class Lane>
inline SweepOutcome<Lane> iterate(const SweepProblem& problem, SweepColumns<Lane>& columns) {
    using L = Lanes<Lane>;
    const SweepNetwork& network = problem.network;
    SweepState<Lane>& state = columns.state;
    SweepOutcome<Lane> outcome;
    const double enough = problem.tolerance_pu * problem.tolerance_pu;
    const double hopeless = hopeless_change_pu * hopeless_change_pu;
    sweep_detail::inject_all(problem, columns);
    for (int sweep = 0; sweep < problem.max_iterations; ++sweep) {
        backward(network, state);
        // A number that is not finite, anywhere, is in the sum that the source delivers.
        Lane delivered{};
        for (std::size_t row = 0; row < network.source_re.size(); ++row)
            delivered = delivered + (state.i_re[row] + state.i_im[row]);
        state.active = state.active && L::finite(delivered);
        if (!L::any(state.active)) break;
        outcome.iterations = L::pick(state.active, outcome.iterations + 1.0, outcome.iterations);
        const Lane change2 = forward(network, state);
        outcome.change2 = L::pick(state.active, change2, outcome.change2);
        const Lane gap2 = sweep_detail::close_loops(problem.loops, columns);
        sweep_detail::inject_all(problem, columns);
        const auto done = state.active && change2 <= enough && gap2 <= enough;
        outcome.settled = outcome.settled || done;
        state.active = state.active && !done && change2 <= hopeless;
        if (!L::any(state.active)) break;
    }
    backward(network, state);
    outcome.lowest2 = sweep_detail::lowest_square(problem.live, state);
    return outcome;
}

}  // namespace evsweep
