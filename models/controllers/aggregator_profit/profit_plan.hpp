/// The cheapest plan of an aggregator's problem, and why there is none where there is none.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "controllers/aggregator_profit/profit_problem.hpp"
#include "solvers/linear_program/linear_program.hpp"

namespace evsweep {

/// By stay, then by its steps from `first` on.
struct ProfitPlan {
    LinearStatus status = LinearStatus::failed;
    std::vector<std::vector<double>> charge_kw{}, discharge_kw{}, energy_kwh{};  ///< energy at the ends of steps
    double cost = 0.0;                                                           ///< at the prices that it was made with
    LinearCertificate certificate{};
    double relaxed_cost = 0.0;  ///< of the relaxation that lets a vehicle charge and discharge at once
    int iterations = 0, nodes = 0;
    LinearBasis basis{};  ///< where the next plan may begin
};

/// Solves the problem, whose targets are within reach (`lower_targets`): E_t = E_t-1 + h (eta c - d / eta) within the battery's
/// limits, E at the end at least the target, c and d never both above 0, the group's power within floor and cap (README.md has
/// the model and its source). `start`: a basis to begin from, e.g. that of an earlier plan. Infeasible where it is hopeless.
[[nodiscard]] ProfitPlan make_profit_plan(const ProfitProblem& problem, const LinearOptions& options = {},
                                          const LinearBasis* start = nullptr);

/// kW drawn by all stays, by step of the plan.
[[nodiscard]] std::vector<double> net_kw(const ProfitProblem& problem, const ProfitPlan& plan);

/// What a plan costs at other prices, wear included; both by step.
[[nodiscard]] double settled_cost(const ProfitProblem& problem, const ProfitPlan& plan, const std::vector<double>& buy_per_kwh,
                                  const std::vector<double>& sell_per_kwh);

/// A step in which no power of the stays can keep a limit, and by how much it is missed.
struct HopelessStep {
    std::size_t step = 0;
    double over_kw = 0.0;   ///< above the cap; 0 where the floor is missed
    double under_kw = 0.0;  ///< below the floor
    double base_kw = 0.0;
    std::size_t present = 0;  ///< stays there
};
/// The step that misses a limit by most, before anything is solved: base power less all that can be returned is above the cap,
/// or with all that can be drawn below the floor.
[[nodiscard]] std::optional<HopelessStep> hopeless_step(const ProfitProblem& problem);

/// The least cap under which the problem has a plan, kW; none where no cap helps (the floor is too high).
[[nodiscard]] std::optional<double> least_cap_kw(const ProfitProblem& problem, const LinearOptions& options = {});
/// The highest floor likewise; none where no floor helps.
[[nodiscard]] std::optional<double> highest_floor_kw(const ProfitProblem& problem, const LinearOptions& options = {});

}  // namespace evsweep
