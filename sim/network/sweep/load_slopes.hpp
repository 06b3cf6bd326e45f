/// How the current of a load changes with its voltage: the slopes that a linearised feeder is made of.
#pragma once

#include <complex>
#include <span>
#include <vector>

#include "sim/network/sweep/small_change.hpp"

namespace evsweep {

/// What one place draws per kW and kvar at the voltage `u` across it (small_change.hpp has the symbols).
struct DrawingState {
    Drawn factor{1.0, 1.0};  ///< P and Q over their rated values
    Drawn slope{};           ///< of the factors, per squared voltage in pu
};
[[nodiscard]] DrawingState drawing_state(const Port& port, const LoadLaw& law, std::complex<double> u);

/// dI = h du + g conj(du) of a load of p kW and q kvar at rated voltage. `u` is not 0.
[[nodiscard]] CurrentSlope current_slope(const DrawingState& state, std::complex<double> u, double p_kw, double q_kvar);

/// The slopes of all loads of a network at given voltages.
struct LoadSlopes {
    std::vector<EarthSlope> to_earth;
    std::vector<PairSlope> between;
    /// `p_kw` and `q_kvar` by place, at rated voltage. A place without a voltage draws nothing and has no slope.
    void find(const Injection& injection, const SweepState<double>& at, std::span<const double> p_kw,
              std::span<const double> q_kvar);
};

}  // namespace evsweep
