/// The load flow's iteration: inject, close loops, sweep backward, sweep forward, until every lane has settled or is lost.
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
    std::span<const std::uint32_t> live;  ///< conductors whose voltage shows a collapse: no neutrals, nor what floats
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
    Lane* trial =
        nullptr;  ///< room for four columns like the state's, in which the gaps of loops are found; not used without loops
};

/// Rows of `SweepColumns::trial` for a network of so many conductors.
[[nodiscard]] constexpr std::size_t trial_rows(std::size_t loops, std::size_t conductors) {
    return loops == 0 ? 0 : 4 * (conductors + 1);
}

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

/// A voltage between the two sides of a loop.
template <class Lane>
struct Gap {
    Lane re, im;
};

template <class Lane>
[[nodiscard]] inline Gap<Lane> gap_of(const LoopEnd& end, const SweepState<Lane>& state) {
    const Lane vr = state.v_re[end.leaf];
    const Lane vi = state.v_im[end.leaf];
    return {end.turn_re * vr - end.turn_im * vi - state.v_re[end.main],
            end.turn_re * vi + end.turn_im * vr - state.v_im[end.main]};
}

/// What is drawn from the leaf, turned back, is given to the main.
template <class Lane>
inline void inject_loops(const SweepLoops& loops, const SweepColumns<Lane>& columns) {
    const SweepState<Lane>& state = columns.state;
    for (std::size_t l = 0; l < loops.ends.size(); ++l) {
        const LoopEnd& end = loops.ends[l];
        const Lane re = columns.loop_re[l];
        const Lane im = columns.loop_im[l];
        state.i_re[end.leaf] = state.i_re[end.leaf] + (end.turn_re * re + end.turn_im * im);
        state.i_im[end.leaf] = state.i_im[end.leaf] + (end.turn_re * im - end.turn_im * re);
        state.i_re[end.main] = state.i_re[end.main] - re;
        state.i_im[end.main] = state.i_im[end.main] - im;
    }
}

/// The widest gap of voltage at the break points, squared.
template <class Lane>
[[nodiscard]] inline Lane widest_gap(const SweepLoops& loops, const SweepState<Lane>& state) {
    Lane widest2{};
    for (std::size_t l = 0; l < loops.ends.size(); ++l) {
        const Gap<Lane> gap = gap_of(loops.ends[l], state);
        widest2 = Lanes<Lane>::larger(widest2, gap.re * gap.re + gap.im * gap.im);
    }
    return widest2;
}

/// Changes the loop currents by what takes away the gaps in `state`.
template <class Lane>
inline void take_gaps_away(const SweepLoops& loops, const SweepState<Lane>& state, const SweepColumns<Lane>& columns) {
    const std::size_t n = loops.ends.size();
    for (std::size_t l = 0; l < n; ++l) {
        const Gap<Lane> gap = gap_of(loops.ends[l], state);
        for (std::size_t k = 0; k < n; ++k) {
            Lane re = columns.loop_re[k];
            Lane im = columns.loop_im[k];
            add_product(loops.y_re[k * n + l], loops.y_im[k * n + l], gap.re, gap.im, re, im);
            columns.loop_re[k] = Lanes<Lane>::keep(state.active, re, columns.loop_re[k]);
            columns.loop_im[k] = Lanes<Lane>::keep(state.active, im, columns.loop_im[k]);
        }
    }
}

/// Finds the loop currents that belong to the currents in the state, which are drawn without them, and adds them there. The
/// network is linear, so a sweep aside finds them exactly, and no load ever sees the voltage of a loop that is open.
template <class Lane>
inline void close_loops(const SweepNetwork& network, const SweepLoops& loops, const SweepColumns<Lane>& columns) {
    if (loops.ends.empty()) return;
    const SweepState<Lane>& state = columns.state;
    const std::size_t rows = state.i_re.size();
    const auto column = [&](std::size_t at) { return std::span<Lane>(columns.trial + at * rows, rows); };
    SweepColumns<Lane> aside = columns;
    aside.state = {column(0), column(1), column(2), column(3), state.active};
    for (std::size_t c = 0; c < rows; ++c) {
        aside.state.i_re[c] = state.i_re[c];
        aside.state.i_im[c] = state.i_im[c];
    }
    inject_loops(loops, aside);
    backward(network, aside.state);
    static_cast<void>(forward(network, aside.state));
    take_gaps_away(loops, aside.state, columns);
    inject_loops(loops, columns);
}

/// What loads and loops draw at the present voltages.
template <class Lane>
inline void inject_all(const SweepProblem& problem, const SweepColumns<Lane>& columns) {
    inject(problem.injection, columns.p, columns.q, columns.state);
    close_loops(problem.network, problem.loops, columns);
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
        const Lane gap2 = sweep_detail::widest_gap(problem.loops, state);
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
