/// What a charging plan minimises, as weights, prices and cost rows of the problem.
#pragma once

#include <cstdint>
#include <vector>

#include "controllers/optimal_schedule/plan_grid.hpp"
#include "controllers/optimal_schedule/plan_rows.hpp"
#include "controllers/optimal_schedule/plan_stays.hpp"
#include "solvers/schedule/schedule_problem.hpp"

namespace evsweep {

/// The positive semidefinite `matrix` (n x n) as a sum of products of at most `most_rank` rows with themselves, plus a rest whose
/// trace is at most `tolerance` times its own unless there are too few rows for that: Cholesky with complete pivoting. Rows:
/// [rank][n]; `pivot` is where row r begins: earlier pivots are 0 in it.
struct LowRank {
    std::vector<double> rows;
    std::vector<std::size_t> pivot;
    double left_out = 0.0;  ///< share of the trace
    [[nodiscard]] std::size_t rank() const { return pivot.size(); }
};
[[nodiscard]] LowRank factor(std::vector<double> matrix, std::size_t n, double tolerance, std::size_t most_rank);

/// Weights, and prices of energy. Throws PartyError where a price is not a number.
void set_objective(const OptimalScheduleParams& params, const PlanView& seen, const PlanWindow& window, ScheduleProblem& problem);

/// Rows for peak and loss around the present linearisation, in place of older ones; linear parts go into `limits`, behind the
/// rows that are there, as excess over what is always exceeded.
struct CostRows {
    double surplus = 0.0;   ///< what the problem's objective counts too much
    double left_out = 0.0;  ///< largest share of a step's curvature of loss that there were no rows for
};
[[nodiscard]] CostRows set_cost_rows(const OptimalScheduleParams& params, const PlanGrid& grid, const PlanReach& reach,
                                     ScheduleProblem& problem);

/// A generous bound of what a kW more or less in one step is worth to any vehicle, in units of the objective.
[[nodiscard]] double worth_of_a_kw(const OptimalScheduleParams& params, const PlanGrid* grid, const PlanWindow& window,
                                   const ScheduleProblem& problem);

/// What a kWh missing at departure costs: the parameter, or ten times the dearest kWh.
[[nodiscard]] double price_of_missing_kwh(const OptimalScheduleParams& params, const PlanGrid* grid, const PlanWindow& window,
                                          const ScheduleProblem& problem);

/// Prices shortfalls at `per_kwh`.
void price_shortfalls(double per_kwh, const PlanWindow& window, const std::vector<PlannedStay>& stays, ScheduleProblem& problem);

}  // namespace evsweep
