/// The load flow of a meshed grid by Newton's method in polar coordinates: given powers and held voltages, what are the others.
#pragma once

#include <vector>

#include "solvers/optimal_power_flow/interior_point.hpp"

namespace evsweep {

enum class HeldAtBus : std::uint8_t {
    powers,   ///< P and Q
    voltage,  ///< P and the voltage
    angle,    ///< voltage and angle: the reference
};

/// pu and rad; what is not held at a bus is where the method starts.
struct NewtonBus {
    HeldAtBus held = HeldAtBus::powers;
    double p = 0.0, q = 0.0;  ///< given to the bus, beside its demand
    double voltage = 1.0, angle = 0.0;
};

struct NewtonFlow : OpfPoint {
    bool converged = false;
    int steps = 0;
    double mismatch_pu = opf_unlimited;  ///< largest one
    std::vector<double> p{}, q{};        ///< by bus: what has to be given to it beside its demand
};

/// `network`: demand, shunts and branches count, limits and injections do not. No convergence is an answer: near and beyond the
/// largest power that the grid can carry there is no solution to find.
[[nodiscard]] NewtonFlow newton_flow(const OpfProblem& network, const std::vector<NewtonBus>& buses, double tolerance_pu = 1e-10,
                                     int most_steps = 30);

}  // namespace evsweep
