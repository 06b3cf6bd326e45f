#include "controllers/optimal_schedule/plan_relief.hpp"

#include <algorithm>
#include <utility>

namespace evsweep {

namespace {

/// Returning, as a share of the rating, that may be the solver's rounding.
constexpr double small_return = 1e-3;
constexpr int last_careful_round = 3;

/// What a vehicle draws in a step that it is there for a part of.
struct PartialPower {
    std::size_t vehicle = 0;
    std::uint32_t step = 0;
    double p_kw = 0.0;
    double share = 0.0;  ///< p_kw over the rating
    bool relieves = false;
};
using PartialPowers = std::vector<std::vector<PartialPower>>;  ///< by step

PartialPowers partial_powers(const ChargingPlan& plan) {
    PartialPowers by_step(plan.problem.steps);
    const VehicleSteps steps(plan.problem);
    for (std::size_t v = 0; v < plan.problem.vehicles.size(); ++v) {
        const ScheduleVehicle& vehicle = plan.problem.vehicles[v];
        if (!vehicle.has_partial_steps() || vehicle.first == vehicle.last) continue;
        const auto add = [&](std::uint32_t step) {
            const std::size_t k = steps.first[v] + step - vehicle.first;
            const double share = plan.schedule.charge[k] - plan.schedule.discharge[k];
            by_step[step].push_back({v, step, vehicle.rating_kva * share, share});
        };
        if (vehicle.late > 0.0) add(vehicle.first);
        if (vehicle.early > 0.0 && (vehicle.late == 0.0 || vehicle.last - vehicle.first > 1)) add(vehicle.last - 1);
    }
    return by_step;
}

bool has_cost_rows(const OptimalScheduleParams& params) {
    return params.objective == ScheduleGoal::peak || params.objective == ScheduleGoal::loss;
}

void mark_returning(PartialPowers& by_step) {
    for (auto& there : by_step)
        for (PartialPower& one : there) one.relieves = one.share < -small_return;
}

/// Marks those whose power relieves a limit that would be broken without it; `all`: those also that could.
void mark_reliefs(const ChargingPlan& plan, double tolerance, bool all, PartialPowers& by_step) {
    const GridLimits& limits = plan.problem.limits;
    const std::vector<double> value = row_values(plan.problem, limits.rows, plan.power);
    const std::size_t width = 2 * std::size_t{plan.problem.places};
    for (std::size_t r = 0; r < plan.keys.size(); ++r) {
        auto& there = by_step[limits.rows.step[r]];
        const auto effect = [&](const PartialPower& one) {
            return one.p_kw * limits.rows.coefficient[r * width + plan.problem.vehicles[one.vehicle].place];
        };
        double relief = 0.0;
        for (const PartialPower& one : there) relief -= std::min(0.0, effect(one));
        if (value[r] + relief <= limits.limit[r] + plan.schedule.excess[r] + tolerance) continue;
        for (PartialPower& one : there) one.relieves = one.relieves || all || effect(one) < 0.0;
    }
}

void drop(ScheduleVehicle& vehicle, std::uint32_t step) {
    if (step == vehicle.first) {
        ++vehicle.first;
        vehicle.late = 0.0;
    } else {
        --vehicle.last;
        vehicle.early = 0.0;
    }
    if (vehicle.first == vehicle.last) vehicle.late = vehicle.early = 0.0;
}

}  // namespace

bool drop_reliefs(ChargingPlan& plan, const OptimalScheduleParams& params, int round) {
    auto by_step = partial_powers(plan);
    if (has_cost_rows(params)) mark_returning(by_step);
    mark_reliefs(plan, params.violation_tolerance.value(), round >= last_careful_round, by_step);
    std::vector<ScheduleVehicle> vehicles = plan.problem.vehicles;
    for (const auto& there : by_step)
        for (const PartialPower& one : there)
            if (one.relieves) drop(vehicles[one.vehicle], one.step);
    if (vehicles == plan.problem.vehicles) return false;
    if (plan.all_steps.empty()) plan.all_steps = plan.problem.vehicles;
    plan.problem.vehicles = std::move(vehicles);
    return true;
}

double bound_with_all_steps(const ChargingPlan& plan, const StopRequest& stop) {
    ScheduleProblem problem = plan.problem;
    problem.vehicles = plan.all_steps;
    Schedule schedule = plan.schedule;
    for (auto* column : {&schedule.charge, &schedule.discharge, &schedule.reactive, &schedule.deficit}) column->clear();
    std::size_t k = 0;
    for (std::size_t v = 0; v < problem.vehicles.size(); ++v) {
        const ScheduleVehicle& acts = plan.problem.vehicles[v];
        double deficit = acts.deficit;
        for (std::uint32_t t = problem.vehicles[v].first; t < problem.vehicles[v].last; ++t) {
            const bool does = acts.first <= t && t < acts.last;
            if (does) deficit = plan.schedule.deficit[k];
            schedule.charge.push_back(does ? plan.schedule.charge[k] : 0.0);
            schedule.discharge.push_back(does ? plan.schedule.discharge[k] : 0.0);
            if (problem.reactive) schedule.reactive.push_back(does ? plan.schedule.reactive[k] : 0.0);
            schedule.deficit.push_back(deficit);
            k += does ? 1 : 0;
        }
    }
    return certify(problem, schedule, stop).bound_of_any_control;
}

}  // namespace evsweep
