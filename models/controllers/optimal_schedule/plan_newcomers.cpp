#include "controllers/optimal_schedule/plan_newcomers.hpp"

#include <algorithm>
#include <utility>

namespace evsweep {

namespace {

/// For one step of one vehicle: what is left to a tolerance of the objective is far below what chargers can be set to.
constexpr double newcomer_tolerance = 1e-7;
/// As in the follower of plans: shares of a rating below this are rounding.
constexpr double least_part = 1e-6;

/// From the step that the newcomer comes in, on the grid of `plan`.
PlanWindow window_of(const PlanView& seen, const OptimalScheduleParams& params, const PlanWindow& plan) {
    const Instant start = plan.begin_of(static_cast<std::uint32_t>((seen.now - plan.start) / plan.step));
    return PlanWindow::from(start, plan.step, params.horizon, seen.horizon);
}

/// Adds what limits and costs of `plan` make a kW cost at `place`, as far as it looks ahead.
void add_place_prices(const ChargingPlan& plan, std::size_t place, const PlanWindow& window, ScheduleObjective& objective) {
    objective.buy.resize(window.steps, 0.0);
    objective.sell.resize(window.steps, 0.0);
    const std::vector<double> price = price_by_place(plan.problem, plan.schedule);
    const std::uint32_t shift = plan.window.ended_by(window.start);
    for (std::uint32_t k = 0; k + shift < plan.window.steps && k < window.steps; ++k) {
        const double here = price[(k + shift) * 2 * std::size_t{plan.problem.places} + place];
        objective.buy[k] += here;
        objective.sell[k] += here;
    }
}

}  // namespace

NewcomerPlans::NewcomerPlans(const OptimalScheduleParams& params, StopRequest stop)
    : params_(params), solver_({.tolerance = newcomer_tolerance, .stop = std::move(stop)}) {}

double NewcomerPlans::wish_kw(const PlanView& seen, ConnectorId c, const ChargingPlan& plan) {
    const PlanWindow window = window_of(seen, params_, plan.window);
    const PlannedStay stay = stay_at(seen, c);
    ScheduleProblem problem;
    problem.steps = window.steps;
    problem.places = 1;
    problem.vehicles.push_back(vehicle_of(stay, seen, window, params_, 0));
    const ScheduleVehicle& vehicle = problem.vehicles.front();
    if (vehicle.first == vehicle.last || vehicle.first > 0) return 0.0;  // too short a part of the step
    set_objective(params_, seen, window, problem);
    const std::size_t place = params_.sees_grid() ? seen.grid->place_of_connector()[c.index()] : 0;
    add_place_prices(plan, place, window, problem.objective);
    price_shortfalls(plan.missing_kwh_price, window, {stay}, problem);
    const Schedule schedule = solver_.solve(problem);
    const double share = schedule.charge.front() - schedule.discharge.front();
    return std::abs(share) < least_part ? 0.0 : vehicle.rating_kva * share;
}

void NewcomerPlans::set(const PlanView& seen, const ChargingPlan& plan, PlanRoom& room, Setpoints& setpoints) {
    for (const ConnectorId c : seen.arrived) {
        const double set_kw = seen.admissible_kw(c, room.allowed_kw(c, wish_kw(seen, c, plan)));
        room.take(c, set_kw);
        setpoints.set(c, Kilowatts(set_kw));
    }
}

}  // namespace evsweep
