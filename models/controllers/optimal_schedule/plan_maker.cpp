#include "controllers/optimal_schedule/plan_maker.hpp"

#include <algorithm>
#include <set>

#include "controllers/optimal_schedule/plan_relief.hpp"
#include "controllers/optimal_schedule/plan_start.hpp"
#include "evsweep/contracts.hpp"

namespace evsweep {

namespace {

/// An excess below this (pu) is the solver's rounding.
constexpr double excess_rounding = 1e-6;

/// A plan that is made anew every few minutes need not be certified to the last digit.
constexpr double day_ahead_tolerance = 1e-8;
constexpr double receding_tolerance = 1e-7;

std::vector<Breach> excesses_of(const ChargingPlan& plan) {
    std::vector<Breach> list;
    for (std::size_t r = 0; r < plan.keys.size(); ++r)
        if (plan.schedule.excess[r] > excess_rounding)
            list.push_back({plan.keys[r].limit, plan.keys[r].step, plan.schedule.excess[r], plan.schedule.excess[r]});
    return list;
}

/// Steps in which loading limits give way.
std::set<std::uint32_t> steps_given_up(const ChargingPlan& plan) {
    std::set<std::uint32_t> steps;
    for (const auto* list : {&plan.excesses, &plan.unavoidable})
        for (const Breach& breach : *list)
            if (breach.limit.kind == LimitKind::loading) steps.insert(breach.step);
    return steps;
}

/// Where the grid is linearised first: at the power that the last plan had in mind, as far as there still is somebody; else at
/// the base load.
PlanPower first_power(const ChargingPlan& plan, const ChargingPlan* last, const PlanReach& reach) {
    const std::size_t places = plan.problem.places;
    PlanPower power(2 * places * plan.window.steps, 0.0);
    if (!last) return power;
    power = power_ahead(*last, plan.window, places);
    for (std::uint32_t k = 0; k < plan.window.steps; ++k)
        for (std::size_t n = 0; n < places; ++n)
            if (!reach.acts(k, n)) power[(2 * k) * places + n] = power[(2 * k + 1) * places + n] = 0.0;
    return power;
}

void expect_sound(const ScheduleProblem& problem) {
    const auto wrong = error_texts(problem);
    if (!wrong.empty()) throw PartyError("no schedule can be computed: " + wrong.front());
}

}  // namespace

double ChargingPlan::worst_surprise() const {
    double worst = 0.0;
    for (const Breach& breach : breaches) worst = std::max(worst, breach.surprise());
    return worst;
}

PlanMaker::PlanMaker(const OptimalScheduleParams& params, StopRequest stop)
    : params_(params),
      stop_(std::move(stop)),
      solver_({.tolerance = params.is_day_ahead() ? day_ahead_tolerance : receding_tolerance,
               .threads = params.threads,
               .stop = stop_}) {}

ChargingPlan PlanMaker::make(const PlanView& seen, const PlanWindow& window, std::vector<PlannedStay> stays,
                             const ChargingPlan* last) {
    ChargingPlan plan;
    plan.window = window;
    if (window.steps == 0) return plan;
    plan.stays = std::move(stays);
    EVSWEEP_EXPECTS(seen.grid || !params_.sees_grid(), "who plans on the grid is shown it");
    state(plan, seen);
    if (last && last->window.end() <= window.start) last = nullptr;
    if (params_.sees_grid()) {
        solve_on_grid(plan, seen, last);
    } else {
        price_shortfalls(plan, nullptr);
        solve(plan, last);
        plan.linearisations = 1;
    }
    if (!params_.certifies()) return plan;
    plan.certificate = certify(plan.problem, plan.schedule, stop_);
    if (!plan.all_steps.empty()) plan.certificate->bound_of_any_control = bound_with_all_steps(plan, stop_);
    return plan;
}

/// Everything of the problem that does not depend on where the grid is linearised.
void PlanMaker::state(ChargingPlan& plan, const PlanView& seen) const {
    ScheduleProblem& problem = plan.problem;
    problem.steps = plan.window.steps;
    problem.places = params_.sees_grid() ? static_cast<std::uint32_t>(seen.grid->places()) : 1;
    problem.reactive = params_.is_reactive();
    for (const PlannedStay& stay : plan.stays) {
        const std::uint32_t place = params_.sees_grid() ? seen.grid->place_of_connector()[stay.connector.index()] : 0;
        problem.vehicles.push_back(vehicle_of(stay, seen, plan.window, params_, place));
    }
    set_objective(params_, seen, plan.window, problem);
}

void PlanMaker::price_shortfalls(ChargingPlan& plan, const PlanGrid* grid) const {
    plan.missing_kwh_price = price_of_missing_kwh(params_, grid, plan.window, plan.problem);
    evsweep::price_shortfalls(plan.missing_kwh_price, plan.window, plan.stays, plan.problem);
}

void PlanMaker::solve(ChargingPlan& plan, const ChargingPlan* near) {
    expect_sound(plan.problem);
    plan.schedule = solver_.solve(plan.problem, near ? worths_from(*near, plan) : std::vector<double>());
    plan.iterations += plan.schedule.iterations;
    plan.power = power_by_place(plan.problem, plan.schedule);
    plan.excesses = excesses_of(plan);
}

void PlanMaker::solve_without_reliefs(ChargingPlan& plan, const ChargingPlan* near) {
    int round = 0;
    do solve(plan, near);
    while (drop_reliefs(plan, params_, ++round));
    ++plan.linearisations;
}

/// What is known of the grid when rows are made.
struct PlanMaker::GridKnowledge {
    PlanGrid grid;                   ///< linearised at the schedule before
    std::vector<PlanPower> earlier;  ///< schedules before that
    std::vector<LimitRow> kept;

    /// Limits that a plan broke unawares are kept as they are at that plan, so that later ones, linearised elsewhere, do not
    /// forget.
    void learn_from(const ChargingPlan& plan, const PlanGrid& at_plan, const PlanLimitsOf& limits) {
        const auto turn = first_kept_turn + static_cast<std::uint32_t>(plan.linearisations);
        for (const Breach& breach : plan.breaches)
            if (breach.limit.kind != LimitKind::no_solution && breach.surprise() > 0.0)
                kept.push_back(row_of(at_plan, breach.step, breach.limit, limits, turn));
    }
};

void PlanMaker::put_rows(ChargingPlan& plan, const GridKnowledge& known, const PlanReach& reach) const {
    plan.keys.clear();
    plan.problem.limits = {};
    if (params_.keeps_limits()) {
        const double kw_worth = worth_of_a_kw(params_, &known.grid, plan.window, plan.problem);
        const PlanLimitsOf limits{known.grid.model(), params_};
        PlanRows rows = limit_rows({known.grid, known.earlier, reach, limits, known.kept, kw_worth, stop_});
        plan.keys = std::move(rows.keys);
        plan.problem.limits = std::move(rows.limits);
        plan.unavoidable = std::move(rows.unavoidable);
    }
    const CostRows costs = set_cost_rows(params_, known.grid, reach, plan.problem);
    plan.surplus = costs.surplus;
    plan.left_out = costs.left_out;
}

/// Solves at one linearisation after the other: each is at the schedule before. Ends with the first schedule that the exact load
/// flow confirms, or with the one that it contradicts least.
void PlanMaker::solve_on_grid(ChargingPlan& plan, const PlanView& seen, const ChargingPlan* last) {
    GridKnowledge known{PlanGrid(*seen.grid, plan.window, seen.calendar), {}, {}};
    const PlanLimitsOf limits{*seen.grid, params_};
    PlanGrid& grid = known.grid;
    PlanGrid next = grid;
    const PlanReach reach(plan.problem);
    PlanPower at = first_power(plan, last, reach);
    grid.linearise(at);
    price_shortfalls(plan, &grid);
    std::optional<ChargingPlan> previous, best;
    const double tolerance = params_.violation_tolerance.value();
    while (true) {
        put_rows(plan, known, reach);
        solve_without_reliefs(plan, previous ? &*previous : last);
        if (!params_.keeps_limits()) return;
        next.linearise(plan.power, &grid);
        plan.breaches = next.breaches(grid, plan.power, limits, steps_given_up(plan));
        if (plan.worst_surprise() <= tolerance) return;
        if (!best || plan.worst_surprise() < best->worst_surprise()) best = plan;
        if (plan.linearisations >= params_.linearisations) break;
        previous = plan;
        known.learn_from(plan, next, limits);
        known.earlier.push_back(std::move(at));
        at = plan.power;
        std::swap(grid, next);
    }
    best->linearisations = plan.linearisations;
    best->iterations = plan.iterations;
    plan = std::move(*best);
}

}  // namespace evsweep
