/// Where to begin when a plan is made anew: what an earlier plan knows of the same steps and limits.
#pragma once

#include <vector>

#include "controllers/optimal_schedule/plan_maker.hpp"

namespace evsweep {

/// The power that `last` has in mind for the steps of `window`; nothing where it did not look that far.
[[nodiscard]] PlanPower power_ahead(const ChargingPlan& last, const PlanWindow& window, std::size_t places);

/// What the limits of `plan`, whose problem is stated, were worth in `last`, by limit; 0 for new ones.
[[nodiscard]] std::vector<double> worths_from(const ChargingPlan& last, const ChargingPlan& plan);

}  // namespace evsweep
