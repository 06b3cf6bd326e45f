/// Makes charging plans: linearises the grid, solves, looks at the exact load flow, and does it again until limits are kept.
#pragma once

#include <optional>
#include <vector>

#include "controllers/optimal_schedule/params.hpp"
#include "controllers/optimal_schedule/plan_costs.hpp"
#include "controllers/optimal_schedule/plan_grid.hpp"
#include "controllers/optimal_schedule/plan_rows.hpp"
#include "controllers/optimal_schedule/plan_stays.hpp"
#include "solvers/schedule/certificate.hpp"
#include "solvers/schedule/schedule_problem.hpp"
#include "solvers/schedule/schedule_solver.hpp"

namespace evsweep {

/// A plan and all that is known about it.
struct ChargingPlan {
    PlanWindow window{};
    std::vector<PlannedStay> stays;          ///< by vehicle of `problem`
    ScheduleProblem problem;                 ///< of the last linearisation
    std::vector<ScheduleVehicle> all_steps;  ///< vehicles of `problem` before some lost a step (plan_relief.hpp); or empty
    Schedule schedule;
    std::vector<RowKey> keys;  ///< by limit of `problem`; cost rows of the same table follow without keys
    PlanPower power;           ///< kW and kvar of all places

    int linearisations = 0;          ///< how often it was made
    int iterations = 0;              ///< of the solver, all together
    double surplus = 0.0;            ///< of the problem's objective over the one that was asked for
    double left_out = 0.0;           ///< share of the curvature of loss that the plan does not see
    double missing_kwh_price = 0.0;  ///< what a kWh missing at departure costs, in units of the objective
    std::optional<Certificate> certificate;
    std::vector<Breach> excesses;     ///< limits that the schedule itself says it breaks
    std::vector<Breach> unavoidable;  ///< limits that the base load breaks alone
    std::vector<Breach> breaches;     ///< limits that the exact load flow at the schedule breaks

    /// The largest amount by which the exact load flow breaks a limit beyond what the plan said; 0 where nothing was checked.
    [[nodiscard]] double worst_surprise() const;
};

/// Keeps the solver's memory from plan to plan.
class PlanMaker {
   public:
    explicit PlanMaker(const OptimalScheduleParams& params, StopRequest stop = {});

    /// A plan for these stays. `last`: an earlier plan to start from. Throws PartyError where forecasts hold no numbers,
    /// and Stopped once a stop was requested.
    [[nodiscard]] ChargingPlan make(const PlanView& seen, const PlanWindow& window, std::vector<PlannedStay> stays,
                                    const ChargingPlan* last);

   private:
    void state(ChargingPlan& plan, const PlanView& seen) const;
    void price_shortfalls(ChargingPlan& plan, const PlanGrid* grid) const;
    void solve(ChargingPlan& plan, const ChargingPlan* near);
    void solve_without_reliefs(ChargingPlan& plan, const ChargingPlan* near);
    void solve_on_grid(ChargingPlan& plan, const PlanView& seen, const ChargingPlan* last);
    struct GridKnowledge;
    void put_rows(ChargingPlan& plan, const GridKnowledge& known, const PlanReach& reach) const;

    OptimalScheduleParams params_;
    StopRequest stop_;
    ScheduleSolver solver_;
};

}  // namespace evsweep
