/// What a vehicle that comes between two control steps draws until the next, at which plans are made anew.
#pragma once

#include "controllers/optimal_schedule/plan_maker.hpp"
#include "controllers/optimal_schedule/plan_room.hpp"
#include "controllers/optimal_schedule/plan_view.hpp"

namespace evsweep {

/// Plans for each newcomer alone, from the instant it comes, at the prices that the limits and costs of the plan in force put on
/// power at its place; the others keep to that plan. Without limits between vehicles that is the newcomer's part of the best
/// plan.
class NewcomerPlans {
   public:
    explicit NewcomerPlans(const OptimalScheduleParams& params, StopRequest stop = {});

    /// Sets the connectors of all who have just come, one after the other, within `room`. Control steps are those of `plan`.
    void set(const PlanView& seen, const ChargingPlan& plan, PlanRoom& room, Setpoints& setpoints);

   private:
    [[nodiscard]] double wish_kw(const PlanView& seen, ConnectorId c, const ChargingPlan& plan);

    OptimalScheduleParams params_;
    ScheduleSolver solver_;
};

}  // namespace evsweep
