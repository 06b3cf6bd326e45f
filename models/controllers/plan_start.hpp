/// Where to begin when a plan is made anew: what an earlier plan knows of the same vehicles and limits.
#pragma once

#include "controllers/plan_maker.hpp"

namespace evsweep {

/// The power that `last` has in mind for the steps of `window`; nothing where it did not look that far.
[[nodiscard]] PlanPower power_ahead(const ChargingPlan& last, const PlanWindow& window, std::size_t places);

/// The schedule of `last` for the stays, windows and limits of `plan`, whose problem is stated: vehicles are known by connector
/// and end of stay, limits by their keys. New vehicles charge evenly.
[[nodiscard]] Schedule start_from(const ChargingPlan& last, const ChargingPlan& plan);

}  // namespace evsweep
