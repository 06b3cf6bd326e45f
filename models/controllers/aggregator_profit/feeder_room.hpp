/// What a feeder draws besides vehicles, with its losses, at the steps of a plan: what cap and floor leave for vehicles.
#pragma once

#include <cstdint>
#include <vector>

#include "controllers/aggregator_profit/profit_plan.hpp"
#include "controllers/aggregator_profit/reserved_stays.hpp"
#include "evsweep/forecast.hpp"
#include "evsweep/linear_grid.hpp"

namespace evsweep {

/// Largest and smallest base demand within each step.
struct BaseRange {
    std::vector<double> high_kw, low_kw;
};
[[nodiscard]] BaseRange base_range(const Forecast& base_demand, const StepWindow& window);

/// By how much the exact load flow at a plan misses cap or floor, and by how much it stays below a cap that binds, at worst.
struct HeadCheck {
    double over_kw = 0.0;
    double under_kw = 0.0;
    double unused_kw = 0.0;
    [[nodiscard]] bool is_kept() const { return over_kw == 0.0 && under_kw == 0.0; }
};

/// What the next plan takes for the power besides vehicles at the cap. `as_found`: what the head has at this plan, more or less
/// than before; such plans are best, and may go round in circles between two ways to share losses out. `growing`: that where
/// the cap is missed, and else what it was, so that plans come to an end.
enum class Allowance { as_found, growing };

/// Looks at the feeder's head at a plan, at every control step at which the base demand is another than before, and makes what
/// it has besides vehicles the base power of the next plan in `problem`. At the floor, which losses only help to keep, that
/// happens where it is missed.
[[nodiscard]] HeadCheck take_losses(GridModel& grid, const Forecast& base_demand, const StepWindow& window,
                                    const std::vector<ReservedStay>& stays, const ProfitPlan& plan, Allowance allowance,
                                    ProfitProblem& problem);

}  // namespace evsweep
