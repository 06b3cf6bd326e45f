/// The backward/forward sweep itself: free functions on columns, without allocation, virtual calls or knowledge of files.
///
/// Algorithm (Shirmohammadi, Hong, Semlyen, Luo: IEEE Trans. Power Systems 3(2), 1988; blocks of n phases after
/// Kersting, Distribution System Modeling and Analysis, ch. 10). All in per unit on one power base.
///   k            bus; 0 is the source, and a parent has a smaller number than its children
///   V_k, S_k     voltage, power drawn           Z_k  series impedance of the branch that feeds k
///   I_k          current drawn at k             Y_k  admittance to earth at k (shunts, halves of line charging)
///   J_k          current through Z_k            J_0  is the current of the source
///   inject       I_k = conj(S_k(|V_k|) / V_k) + Y_k V_k
///   backward     J_k = I_k + sum of J_c over the children c of k
///   forward      V_k = V_parent(k) - Z_k J_k
/// repeated until no voltage changes by more than the tolerance.
///
/// Real and imaginary parts lie in separate columns, and `Lane` is a double or, for several replicas at once, a pack of
/// them: a lane is a replica. One column holds I, then J, then Z J, so that the divisions and products run over plain
/// columns and only two additions per bus wait for the parent.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

namespace evsweep {

/// What the sweep reads of a network, by bus; entry 0 of the series impedance is unused. Blocks are row-major.
struct SweepNetwork {
    std::span<const std::uint32_t> parent;
    std::span<const double> series_re, series_im;  ///< Phases x Phases per bus
    std::span<const double> shunt_re, shunt_im;    ///< Phases x Phases per bus
    std::span<const double> ratio;                 ///< true voltage magnitude per sweep voltage magnitude, per bus
};

/// Power drawn per conductor: constant power, and at nominal voltage constant current and constant impedance.
template <class Lane>
struct SweepPower {
    std::span<const Lane> p, q, p_current, q_current, p_impedance, q_impedance;
};

/// Voltages and currents per conductor; the four columns do not overlap.
template <class Lane>
struct SweepState {
    std::span<Lane> v_re, v_im, i_re, i_im;
};

/// What one forward sweep saw: the largest squared voltage change and the smallest squared magnitude.
template <class Lane>
struct SweepExtent {
    Lane change2;
    Lane lowest2;
};

/// What is drawn at the buses; each case includes those before it, and a case that is not needed costs nothing.
enum class Drawn { power, shunts, zip };

[[nodiscard]] inline double larger(double a, double b) { return a < b ? b : a; }
[[nodiscard]] inline double smaller(double a, double b) { return b < a ? b : a; }

/// I_k = conj(S_k / V_k) for constant power, over all conductors.
template <class Lane>
inline void inject_power(const SweepPower<Lane>& power, const SweepState<Lane>& state) {
    const Lane* __restrict p = power.p.data();
    const Lane* __restrict q = power.q.data();
    const Lane* __restrict vr = state.v_re.data();
    const Lane* __restrict vi = state.v_im.data();
    Lane* __restrict ir = state.i_re.data();
    Lane* __restrict ii = state.i_im.data();
    const std::size_t conductors = state.v_re.size();
    for (std::size_t c = 0; c < conductors; ++c) {
        const Lane w = 1.0 / (vr[c] * vr[c] + vi[c] * vi[c]);
        ir[c] = (p[c] * vr[c] + q[c] * vi[c]) * w;
        ii[c] = (p[c] * vi[c] - q[c] * vr[c]) * w;
    }
}

/// Adds the currents of loads that follow |V| and |V|^2 (constant current and constant impedance).
template <int Phases, class Lane>
inline void inject_voltage_dependent(const SweepNetwork& net, const SweepPower<Lane>& power, const SweepState<Lane>& state) {
    using std::sqrt;
    for (std::size_t c = 0; c < state.v_re.size(); ++c) {
        const double a = net.ratio[c / Phases];
        const Lane vr = state.v_re[c];
        const Lane vi = state.v_im[c];
        // S / V with S = a |V| S_I + a^2 |V|^2 S_Z, divided by |V|^2 beforehand.
        const Lane per_v = a / sqrt(vr * vr + vi * vi);
        const Lane p = per_v * power.p_current[c] + a * a * power.p_impedance[c];
        const Lane q = per_v * power.q_current[c] + a * a * power.q_impedance[c];
        state.i_re[c] = state.i_re[c] + p * vr + q * vi;
        state.i_im[c] = state.i_im[c] + p * vi - q * vr;
    }
}

/// Adds Y_k V_k.
template <int Phases, class Lane>
inline void inject_shunts(const SweepNetwork& net, const SweepState<Lane>& state) {
    for (std::size_t c = 0; c < state.v_re.size(); ++c) {
        const std::size_t first = c / Phases * Phases;
        for (std::size_t col = 0; col < Phases; ++col) {
            const double g = net.shunt_re[c * Phases + col];
            const double b = net.shunt_im[c * Phases + col];
            state.i_re[c] = state.i_re[c] + g * state.v_re[first + col] - b * state.v_im[first + col];
            state.i_im[c] = state.i_im[c] + g * state.v_im[first + col] + b * state.v_re[first + col];
        }
    }
}

/// Currents drawn at the present voltages, over all conductors.
template <int Phases, Drawn What, class Lane>
inline void inject(const SweepNetwork& net, const SweepPower<Lane>& power, const SweepState<Lane>& state) {
    inject_power(power, state);
    if constexpr (What == Drawn::zip) inject_voltage_dependent<Phases>(net, power, state);
    if constexpr (What != Drawn::power) inject_shunts<Phases>(net, state);
}

/// Sums the currents from the ends of the feeder to the source: I becomes J. The sum travels in a register along
/// each run of buses that follow one another and is put down where a lateral joins.
template <int Phases, class Lane>
inline void backward(const SweepNetwork& net, const SweepState<Lane>& state) {
    const std::size_t buses = net.parent.size();
    for (std::size_t row = 0; row < Phases; ++row) {
        Lane jr{};
        Lane ji{};
        for (std::size_t k = buses; k-- > 1;) {
            const std::size_t c = k * Phases + row;
            state.i_re[c] = jr = jr + state.i_re[c];
            state.i_im[c] = ji = ji + state.i_im[c];
            if (net.parent[k] + 1 == k) continue;
            const std::size_t parent = net.parent[k] * std::size_t{Phases} + row;
            state.i_re[parent] = state.i_re[parent] + jr;
            state.i_im[parent] = state.i_im[parent] + ji;
            jr = ji = Lane{};
        }
        state.i_re[row] = state.i_re[row] + jr;
        state.i_im[row] = state.i_im[row] + ji;
    }
}

/// J becomes the voltage drop Z J, over all buses but the source.
template <int Phases, class Lane>
inline void drop(const SweepNetwork& net, const SweepState<Lane>& state) {
    const double* __restrict r = net.series_re.data();
    const double* __restrict x = net.series_im.data();
    Lane* __restrict ir = state.i_re.data();
    Lane* __restrict ii = state.i_im.data();
    const std::size_t buses = net.parent.size();
    for (std::size_t k = 1; k < buses; ++k) {
        std::array<Lane, Phases> dr{};
        std::array<Lane, Phases> di{};
        for (std::size_t row = 0; row < Phases; ++row) {
            for (std::size_t col = 0; col < Phases; ++col) {
                const std::size_t z = (k * Phases + row) * Phases + col;
                const std::size_t c = k * Phases + col;
                dr[row] = dr[row] + r[z] * ir[c] - x[z] * ii[c];
                di[row] = di[row] + r[z] * ii[c] + x[z] * ir[c];
            }
        }
        for (std::size_t row = 0; row < Phases; ++row) {
            ir[k * Phases + row] = dr[row];
            ii[k * Phases + row] = di[row];
        }
    }
}

/// Voltages from the source to the ends; the currents are used up (`inject` makes the new ones).
template <int Phases, class Lane>
inline SweepExtent<Lane> forward(const SweepNetwork& net, const SweepState<Lane>& state) {
    drop<Phases>(net, state);
    SweepExtent<Lane> seen{Lane{}, state.v_re[0] * state.v_re[0] + state.v_im[0] * state.v_im[0]};
    const std::size_t buses = net.parent.size();
    for (std::size_t row = 0; row < Phases; ++row) {
        Lane vr = state.v_re[row];
        Lane vi = state.v_im[row];
        for (std::size_t k = 1; k < buses; ++k) {
            const std::size_t c = k * Phases + row;
            if (net.parent[k] + 1 != k) {
                vr = state.v_re[net.parent[k] * std::size_t{Phases} + row];
                vi = state.v_im[net.parent[k] * std::size_t{Phases} + row];
            }
            vr = vr - state.i_re[c];
            vi = vi - state.i_im[c];
            const Lane dr = vr - state.v_re[c];
            const Lane di = vi - state.v_im[c];
            seen.change2 = larger(seen.change2, dr * dr + di * di);
            seen.lowest2 = smaller(seen.lowest2, vr * vr + vi * vi);
            state.v_re[c] = vr;
            state.v_im[c] = vi;
        }
    }
    return seen;
}

}  // namespace evsweep
