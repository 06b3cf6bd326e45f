/// Limits that a plan keeps only with the help of vehicles that are not there for all of a step.
#pragma once

#include "controllers/optimal_schedule/plan_maker.hpp"

namespace evsweep {

/// A vehicle that is there for a part of a step must not be counted on in all of it: where a limit of `plan` would be broken by
/// more than the tolerance of violations without the relief that such vehicles give, they lose the step; so they do where they
/// return power that peak or loss would count in all of it. Returns whether one did; the plan then has to be solved again, and
/// keeps in `all_steps` what vehicles were before. From `round` 3 on all lose the step that could give relief there.
[[nodiscard]] bool drop_reliefs(ChargingPlan& plan, const OptimalScheduleParams& params, int round);

/// The bound of any control for the vehicles in `all_steps`.
[[nodiscard]] double bound_with_all_steps(const ChargingPlan& plan, const StopRequest& stop = {});

}  // namespace evsweep
