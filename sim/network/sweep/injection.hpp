/// What loads and chargers draw at the present voltages, as currents; the first step of every sweep.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sim/network/feeder.hpp"
#include "sim/network/sweep/response.hpp"
#include "sim/network/sweep/sweep.hpp"

namespace evsweep {

/// Conductors begin .. end - 1 draw constant power to earth.
struct PowerRun {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
};

/// Where power is drawn. Places in the columns of power: first the conductors of `plain`, one after the other, then the ports.
struct Injection {
    std::span<const PowerRun> plain;
    std::span<const Port> ports;
    std::span<const LoadLaw> laws;
    double (*exact_p)(const LoadLaw& law, double v2) = nullptr;  ///< LoadLaw::at, compiled once for all instruction sets
    double (*exact_q)(const LoadLaw& law, double v2) = nullptr;
};

namespace sweep_detail {

inline constexpr double never_zero = 1e-200;  ///< changes no square of a voltage that there is

/// I = conj(S / V) for constant power between each conductor of a run and earth. A conductor at no voltage draws nothing.
template <class Lane>
inline void inject_plain(const PowerRun& run, const Lane* __restrict p, const Lane* __restrict q, const SweepState<Lane>& state) {
    const Lane* __restrict vr = state.v_re.data() + run.begin;
    const Lane* __restrict vi = state.v_im.data() + run.begin;
    Lane* __restrict ir = state.i_re.data() + run.begin;
    Lane* __restrict ii = state.i_im.data() + run.begin;
    const std::size_t conductors = run.end - run.begin;
    for (std::size_t c = 0; c < conductors; ++c) {
        const Lane w = 1.0 / (vr[c] * vr[c] + vi[c] * vi[c] + never_zero);
        ir[c] = (p[c] * vr[c] + q[c] * vi[c]) * w;
        ii[c] = (p[c] * vi[c] - q[c] * vr[c]) * w;
    }
}

/// z v2 + i v + p of one piece.
template <class Lane>
[[gnu::always_inline]] inline void evaluate(const LoadPiece& piece, Lane v2, Lane v, Lane& p, Lane& q) {
    p = piece.p_z * v2 + piece.p_i * v + piece.p_p;
    q = piece.q_z * v2 + piece.q_i * v + piece.q_p;
}

/// Factors of the rated power at the squared voltage v2, where it lies in other pieces than the ordinary one, too.
template <class Lane>
inline void evaluate_all(const Injection& injection, const LoadLaw& law, Lane v2, Lane& p, Lane& q) {
    const LoadCurve& curve = law.curve();
    if (curve.has_exponent) {
        p = Lanes<Lane>::each(v2, [&](double x) { return injection.exact_p(law, x); });
        q = Lanes<Lane>::each(v2, [&](double x) { return injection.exact_q(law, x); });
        return;
    }
    const Lane v = Lanes<Lane>::root(v2);
    evaluate(curve.piece[0], v2, v, p, q);
    for (std::size_t k = 1; k < curve.pieces; ++k) {
        Lane next_p{};
        Lane next_q{};
        evaluate(curve.piece[k], v2, v, next_p, next_q);
        p = Lanes<Lane>::pick(v2 >= curve.piece[k].from2, next_p, p);
        q = Lanes<Lane>::pick(v2 >= curve.piece[k].from2, next_q, q);
    }
}

/// Multiplies p and q by what the load draws at the squared voltage v2.
template <class Lane>
inline void respond(const Injection& injection, const LoadLaw& law, Lane v2, Lane& p, Lane& q) {
    const LoadCurve& curve = law.curve();
    if (curve.is_constant) return;
    Lane factor_p{};
    Lane factor_q{};
    const LoadPiece& ordinary = curve.piece[curve.ordinary];
    if (curve.has_exponent || Lanes<Lane>::any(v2 < ordinary.from2 || v2 >= curve.highest2))
        evaluate_all(injection, law, v2, factor_p, factor_q);
    else
        evaluate(ordinary, v2, curve.has_root ? Lanes<Lane>::root(v2) : v2, factor_p, factor_q);
    p = p * factor_p;
    q = q * factor_q;
}

template <class Lane>
inline void inject_ports(const Injection& injection, const Lane* p, const Lane* q, const SweepState<Lane>& state) {
    for (std::size_t k = 0; k < injection.ports.size(); ++k) {
        const Port& port = injection.ports[k];
        const Lane ur = state.v_re[port.plus] - state.v_re[port.minus];
        const Lane ui = state.v_im[port.plus] - state.v_im[port.minus];
        const Lane u2 = ur * ur + ui * ui;
        Lane pk = p[k];
        Lane qk = q[k];
        respond(injection, injection.laws[port.law], u2 * (1.0 / (port.rated_pu * port.rated_pu)), pk, qk);
        const Lane w = 1.0 / (u2 + never_zero);
        const Lane re = (pk * ur + qk * ui) * w;
        const Lane im = (pk * ui - qk * ur) * w;
        state.i_re[port.plus] = state.i_re[port.plus] + re;
        state.i_im[port.plus] = state.i_im[port.plus] + im;
        state.i_re[port.minus] = state.i_re[port.minus] - re;
        state.i_im[port.minus] = state.i_im[port.minus] - im;
    }
}

}  // namespace sweep_detail

/// Currents drawn at the present voltages, everywhere.
template <class Lane>
inline void inject(const Injection& injection, const Lane* p, const Lane* q, const SweepState<Lane>& state) {
    std::size_t done = 0;   // conductors whose current is set
    std::size_t place = 0;  // in the columns of power
    const auto rest_until = [&](std::size_t end) {
        for (; done < end; ++done) state.i_re[done] = state.i_im[done] = Lane{};
    };
    for (const PowerRun& run : injection.plain) {
        rest_until(run.begin);
        sweep_detail::inject_plain(run, p + place, q + place, state);
        place += run.end - run.begin;
        done = run.end;
    }
    rest_until(state.i_re.size());
    sweep_detail::inject_ports(injection, p + place, q + place, state);
}

}  // namespace evsweep
