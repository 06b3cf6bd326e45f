/// The charging problems of the five-strategy study on CIGRE MV, as `optimal_schedule` makes them, for fleets of any size.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "controllers/optimal_schedule/plan_costs.hpp"
#include "controllers/optimal_schedule/plan_maker.hpp"
#include "controllers/optimal_schedule/plan_rows.hpp"
#include "controllers/optimal_schedule/plan_stays.hpp"
#include "controllers/optimal_schedule/plan_view.hpp"
#include "places.hpp"
#include "sim/engine/planning_grid.hpp"
#include "sim/study/load_study.hpp"

namespace evsweep::bench {

/// Every row `times` times, one after the other.
template <class T>
void repeat(std::vector<T>& rows, std::size_t times) {
    std::vector<T> all;
    all.reserve(times * rows.size());
    for (const T& row : rows) all.insert(all.end(), times, row);
    rows = std::move(all);
}

/// The same of numbers, each times `scale`.
template <class Q>
void repeat(Column<Q>& column, std::size_t times, double scale = 1.0) {
    Column<Q> all(times * column.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = scale * column[i / times];
    column = std::move(all);
}

/// Puts `parts` vehicles in the place of each, which share its battery's capacity and its charger's power, so that the grid sees
/// the same fleet. On arrival their states of charge differ from its own by up to 0.02.
inline void divide(Population& fleet, std::size_t parts) {
    if (parts == 1) return;
    const double share = 1.0 / static_cast<double>(parts);
    Connectors& connectors = fleet.connectors;
    repeat(connectors.bus, parts);
    repeat(connectors.wiring, parts);
    repeat(connectors.zone, parts);
    repeat(connectors.charge_rating, parts, share);
    repeat(connectors.discharge_rating, parts, share);
    repeat(connectors.apparent_rating, parts, share);
    repeat(connectors.minimum_power, parts, share);
    repeat(connectors.level_set, parts);
    Vehicles& vehicles = fleet.vehicles;
    repeat(vehicles.capacity, parts, share);
    for (auto* column : {&vehicles.stored_per_drawn, &vehicles.drawn_per_returned, &vehicles.lowest_soc, &vehicles.highest_soc,
                         &vehicles.reserve_soc, &vehicles.taper_knee, &vehicles.taper_end})
        repeat(*column, parts);
    repeat(fleet.sessions, parts);
    std::mt19937 random(1);
    for (std::size_t s = 0; s < fleet.sessions.size(); ++s) {
        Session& session = fleet.sessions[s];
        session.connector = ConnectorId(parts * session.connector.index() + s % parts);
        session.vehicle = VehicleId(parts * session.vehicle.index() + s % parts);
        session.initial_soc += 0.04 * (static_cast<double>(random()) / 4294967296.0 - 0.5);
    }
}

inline LoadedStudy load_charging_study() {
    Issues issues;
    auto study = load_study((test::source_dir() / "scenarios/cigre_mv/reference_study.yaml").string(), {}, issues);
    if (!study) throw std::runtime_error(to_text(issues.list().front()));
    return std::move(*study);
}

/// The inputs of a planner: the reference fleet of the study, or finer parts of it, on the study's grid.
class ChargingStudy {
   public:
    explicit ChargingStudy(std::size_t parts)
        : study_(load_charging_study()),
          fleet_(fleet_in(parts)),
          ports_(*study_.network, fleet_.connectors),
          grid_(study_.scenario, *study_.base, ports_) {
        seen_.calendar = study_.scenario.time.start;
        seen_.horizon = Instant(study_.scenario.time.duration);
        seen_.connectors = &fleet_.connectors;
        seen_.level_sets = &fleet_.level_sets;
        seen_.grid = &grid_;
        seen_.foreseen = &fleet_;
    }
    ChargingStudy(const ChargingStudy&) = delete;
    ChargingStudy& operator=(const ChargingStudy&) = delete;

    /// What a plan at noon with perfect information starts from: all stays, the grid linearised at the base load.
    [[nodiscard]] ScheduleProblem day_ahead(const OptimalScheduleParams& params) {
        const PlanWindow window = window_from(Instant{});
        const auto stays = all_stays();
        ScheduleProblem problem;
        problem.steps = window.steps;
        problem.places = static_cast<std::uint32_t>(grid_.places());
        problem.reactive = params.is_reactive();
        for (const PlannedStay& stay : stays)
            problem.vehicles.push_back(
                vehicle_of(stay, seen_, window, params, grid_.place_of_connector()[stay.connector.index()]));
        set_objective(params, seen_, window, problem);
        PlanGrid grid(grid_, window, seen_.calendar);
        grid.linearise(PlanPower(2 * grid_.places() * window.steps, 0.0));
        price_shortfalls(price_of_missing_kwh(params, &grid, window, problem), window, stays, problem);
        const PlanReach reach(problem);
        const double kw_worth = worth_of_a_kw(params, &grid, window, problem);
        const PlanLimitsOf limits{grid_, params};
        problem.limits = limit_rows({grid, {}, reach, limits, {}, kw_worth}).limits;
        (void)set_cost_rows(params, grid, reach, problem);
        return problem;
    }

    /// The plan at noon with perfect information, confirmed by the exact load flow.
    [[nodiscard]] ChargingPlan plan_day_ahead(OptimalScheduleParams params) {
        params.mode = PlanningMode::day_ahead;
        params.certify = false;
        seen_.now = Instant{};
        return PlanMaker(params).make(seen_, window_from(Instant{}), all_stays(), nullptr);
    }

    /// A receding plan at `now` for the vehicles that are there, as the plan `before` left them. `last`: to start from.
    [[nodiscard]] ChargingPlan replan(PlanMaker& maker, Instant now, const ChargingPlan& before, const ChargingPlan* last) {
        seen_.now = now;
        return maker.make(seen_, window_from(now), plugged_in_at(now, before), last);
    }

   private:
    [[nodiscard]] Population fleet_in(std::size_t parts) const {
        Population fleet = study_.draw(ReplicaId(0));
        divide(fleet, parts);
        return fleet;
    }

    [[nodiscard]] PlanWindow window_from(Instant now) const {
        return PlanWindow::from(now, study_.scenario.time.step, one_day, seen_.horizon);
    }

    [[nodiscard]] std::vector<PlannedStay> all_stays() {
        seen_.now = Instant{};
        return ForeseenStays(fleet_.connectors.size()).within(seen_, window_from(Instant{}));
    }

    /// Whoever `plan` does not know has just come.
    [[nodiscard]] std::vector<PlannedStay> plugged_in_at(Instant now, const ChargingPlan& plan) {
        const std::vector<std::optional<double>> soc = soc_at(now, plan);
        std::vector<PlannedStay> stays;
        for (PlannedStay stay : all_stays()) {
            if (stay.from > now || stay.until <= now) continue;
            stay.soc = soc[stay.connector.index()].value_or(stay.soc);
            stay.full_soc = std::max(stay.full_soc, stay.soc);
            stay.from = now;
            stay.is_here = true;
            stays.push_back(stay);
        }
        return stays;
    }

    /// By connector, where `plan` has a vehicle that has been there for a whole step.
    [[nodiscard]] std::vector<std::optional<double>> soc_at(Instant now, const ChargingPlan& plan) const {
        std::vector<std::optional<double>> soc(fleet_.connectors.size());
        const VehicleSteps steps(plan.problem);
        const std::uint32_t done = plan.window.ended_by(now);
        for (std::size_t v = 0; v < plan.stays.size(); ++v) {
            const ScheduleVehicle& vehicle = plan.problem.vehicles[v];
            const std::uint32_t end = std::min(done, vehicle.last);
            if (end > vehicle.first)
                soc[plan.stays[v].connector.index()] =
                    plan.stays[v].full_soc - plan.schedule.deficit[steps.first[v] + (end - vehicle.first) - 1];
        }
        return soc;
    }

    LoadedStudy study_;
    Population fleet_;
    ChargingPorts ports_;
    PlanningGrid grid_;
    PlanView seen_;
};

}  // namespace evsweep::bench
