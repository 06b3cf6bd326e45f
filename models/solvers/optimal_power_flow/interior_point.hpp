/// A primal-dual interior-point method for AC optimal power flow in polar coordinates, with exact second derivatives.
#pragma once

#include <string_view>
#include <vector>

#include "solvers/optimal_power_flow/problem.hpp"

namespace evsweep {

enum class OpfStatus : std::uint8_t {
    optimal,           ///< all residuals are within the tolerance
    too_many_steps,    ///< the residuals after the last step are not
    no_further_steps,  ///< steps came to nothing before they were
};
[[nodiscard]] std::string_view text_of(OpfStatus status);

/// How far a point is from a solution.
struct OpfResiduals {
    double balance_pu = opf_unlimited;       ///< largest mismatch of P or Q at a bus
    double stationarity = opf_unlimited;     ///< largest derivative of the Lagrangian, over the largest linear cost
    double violation = opf_unlimited;        ///< largest excess of a limit: pu, branches as a share of their squared limit
    double complementarity = opf_unlimited;  ///< mean of slack times multiplier, over the largest linear cost
    [[nodiscard]] double largest() const;
};

/// Columns by bus, branch and injection; powers and voltages in pu, angles in rad, multipliers in cost per pu.
struct OpfPoint {
    std::vector<double> angle{}, voltage{};  ///< by bus
    std::vector<double> injection{};         ///< by injection
};

struct OpfSolution : OpfPoint {
    OpfStatus status = OpfStatus::no_further_steps;
    OpfResiduals residuals{};
    int steps = 0;
    double cost = 0.0;
    std::vector<double> price_p{}, price_q{};      ///< by bus: what one more unit of demand costs
    std::vector<double> limit_from{}, limit_to{};  ///< by branch: what one more pu of its limit would save; 0 without one
    std::vector<double> v_low{}, v_high{};         ///< by bus: multipliers of the voltage's limits; 0 where it is fixed
    [[nodiscard]] bool is_optimal() const { return status == OpfStatus::optimal; }
};

struct OpfOptions {
    double tolerance = 1e-9;  ///< of every residual
    int most_steps = 150;
};

/// Solves from the middle of all limits, or from `start` where one is given. The answer is a local optimum, as of all such
/// methods.
[[nodiscard]] OpfSolution solve_opf(const OpfProblem& problem, const OpfOptions& options = {}, const OpfPoint* start = nullptr);

/// What flows into a branch at its ends, pu.
struct OpfFlow {
    double p_from = 0.0, q_from = 0.0, p_to = 0.0, q_to = 0.0;
};
[[nodiscard]] std::vector<OpfFlow> branch_flows(const OpfProblem& problem, const OpfPoint& point);

}  // namespace evsweep
