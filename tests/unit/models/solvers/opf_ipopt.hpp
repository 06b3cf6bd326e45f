/// Ipopt as a second opinion on optimal power flows: rectangular voltages, the bus admittance matrix, other people's code.
#pragma once

#include <string>
#include <vector>

#include "solvers/optimal_power_flow/problem.hpp"

namespace evsweep {

struct OpfIpoptAnswer {
    bool solved = false;
    std::string status;  ///< Ipopt's word, if it did not solve
    double cost = 0.0;
    std::vector<double> price_p{}, price_q{};  ///< by bus, cost per pu
    std::vector<double> voltage{};             ///< by bus
    std::vector<double> injection{};
};

/// Whether the tests were built with Ipopt.
[[nodiscard]] bool has_opf_ipopt();
/// Everything is quadratic: balances in e and f, squared voltages, the powers at limited branch ends as variables of their own.
[[nodiscard]] OpfIpoptAnswer solve_opf_by_ipopt(const OpfProblem& problem);

}  // namespace evsweep
