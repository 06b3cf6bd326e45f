#include "controllers/optimal_schedule/plan_stays.hpp"

#include <algorithm>
#include <cmath>

#include "evsweep/charging_need.hpp"
#include "evsweep/stationary.hpp"

namespace evsweep {

namespace {

std::uint32_t clamped(std::int64_t k, std::uint32_t steps) {
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(k, 0, steps));
}

/// A session of a population as it will come.
PlannedStay stay_of(const Session& session, const Vehicles& vehicles) {
    const std::size_t v = session.vehicle.index();
    PlannedStay stay;
    stay.connector = session.connector;
    stay.from = session.plug_in;
    stay.until = planned_departure(session);
    stay.soc = session.initial_soc;
    stay.full_soc = std::max(stay.soc, std::min(session.target_soc, vehicles.highest_soc[v]));
    stay.floor_soc = std::max(vehicles.reserve_soc[v], vehicles.lowest_soc[v]);
    stay.capacity_kwh = vehicles.capacity[v];
    stay.stored_per_drawn = vehicles.stored_per_drawn[v];
    stay.drawn_per_returned = vehicles.drawn_per_returned[v];
    return stay;
}

/// A part of a step below this is left out: hardly any energy, at the price of the solver's digits.
constexpr double smallest_part = 1e-3;

/// Puts a stay into the steps of `window` that it is there for.
void put_into_steps(const PlannedStay& stay, const PlanWindow& window, ScheduleVehicle& vehicle) {
    vehicle.first = window.ended_by(stay.from);
    vehicle.last = std::max(vehicle.first, window.begun_before(stay.until));
    const bool is_overdue = stay.is_here && stay.until <= window.start;
    if (is_overdue) vehicle.last = std::min<std::uint32_t>(1, window.steps);
    if (vehicle.first == vehicle.last) return;
    vehicle.late = std::max(0.0, window.in_steps(stay.from - window.begin_of(vehicle.first)));
    if (!is_overdue) vehicle.early = std::max(0.0, window.in_steps(window.begin_of(vehicle.last) - stay.until));
    if (vehicle.share(vehicle.first) < smallest_part) ++vehicle.first, vehicle.late = 0.0;
    if (vehicle.first < vehicle.last && vehicle.share(vehicle.last - 1) < smallest_part) --vehicle.last, vehicle.early = 0.0;
    if (vehicle.first == vehicle.last) vehicle.late = vehicle.early = 0.0;
}

bool makes_sense(const PlannedStay& stay) {
    for (const double number :
         {stay.soc, stay.full_soc, stay.floor_soc, stay.capacity_kwh, stay.stored_per_drawn, stay.drawn_per_returned})
        if (!std::isfinite(number)) return false;
    return stay.from < stay.until && stay.capacity_kwh > 0.0 && stay.stored_per_drawn > 0.0 && stay.drawn_per_returned > 0.0;
}

bool begins_later(Instant t, const Session& session) { return t < session.plug_in; }

}  // namespace

PlanWindow PlanWindow::from(Instant now, Duration step, Duration horizon, Instant end) {
    const std::int64_t whole = std::max<std::int64_t>(0, std::min(horizon, end - now) / step);
    return {now, step, static_cast<std::uint32_t>(whole)};
}

PlanWindow PlanWindow::to_end_of(const std::vector<PlannedStay>& stays, Instant end) const {
    Duration longest = step * static_cast<std::int64_t>(steps);
    for (const PlannedStay& stay : stays) longest = std::max(longest, stay.until - start + step - Duration(1));
    return from(start, step, longest, end);
}

std::uint32_t PlanWindow::ended_by(Instant t) const { return t <= start ? 0 : clamped((t - start) / step, steps); }

std::uint32_t PlanWindow::begun_before(Instant t) const {
    return t <= start ? 0 : clamped((t - start + step - Duration(1)) / step, steps);
}

/// A battery that takes nothing is full, wherever its target is.
PlannedStay stay_at(const PlanView& seen, ConnectorId c) {
    const std::size_t i = c.index();
    PlannedStay stay;
    stay.connector = c;
    stay.from = seen.now;
    stay.until = seen.stated_departure(c);
    stay.soc = seen.soc[i];
    stay.full_soc = seen.p_max_kw[i] > 0.0 ? std::max(seen.soc[i], seen.target_soc[i]) : seen.soc[i];
    stay.floor_soc = seen.reserve_soc[i];
    stay.capacity_kwh = seen.capacity_kwh[i];
    stay.stored_per_drawn = seen.stored_per_drawn[i];
    stay.drawn_per_returned = seen.drawn_per_returned[i];
    stay.is_here = true;
    return stay;
}

std::vector<PlannedStay> stays_of_plugged_in(const PlanView& seen) {
    std::vector<PlannedStay> stays;
    stays.reserve(seen.plugged_in.size());
    for (const ConnectorId c : seen.plugged_in) stays.push_back(stay_at(seen, c));
    return stays;
}

void add_expected_stays(const PlanView& seen, const PlanWindow& window, std::vector<PlannedStay>& stays) {
    const Population& fleet = *seen.expected;
    std::vector<Instant> free_from(seen.connectors->size(), seen.now);
    for (const PlannedStay& stay : stays) free_from[stay.connector.index()] = stay.until;
    const auto& sessions = fleet.sessions;
    for (auto s = std::upper_bound(sessions.begin(), sessions.end(), seen.now, begins_later); s != sessions.end(); ++s) {
        if (s->plug_in >= window.end()) break;
        if (s->connector.index() >= free_from.size() || s->vehicle.index() >= fleet.vehicles.size()) continue;
        PlannedStay stay = stay_of(*s, fleet.vehicles);
        stay.until = s->stated_departure;
        stay.is_expected = true;
        if (s->plug_in < free_from[s->connector.index()] || !makes_sense(stay)) continue;
        free_from[s->connector.index()] = stay.until;
        stays.push_back(stay);
    }
}

std::vector<PlannedStay> ForeseenStays::within(const PlanView& seen, const PlanWindow& window) {
    const Population& fleet = *seen.foreseen;
    for (; next_ < fleet.sessions.size() && fleet.sessions[next_].plug_in <= seen.now; ++next_)
        current_[fleet.sessions[next_].connector.index()] = next_;
    std::vector<PlannedStay> stays;
    for (const ConnectorId c : seen.plugged_in) {
        PlannedStay stay = stay_at(seen, c);
        stay.until = planned_departure(fleet.sessions[current_[c.index()]]);
        stays.push_back(stay);
    }
    for (std::size_t s = next_; s < fleet.sessions.size() && fleet.sessions[s].plug_in < window.end(); ++s)
        if (fleet.sessions[s].plug_in < fleet.sessions[s].unplug) stays.push_back(stay_of(fleet.sessions[s], fleet.vehicles));
    return stays;
}

ScheduleVehicle vehicle_of(const PlannedStay& stay, const PlanView& seen, const PlanWindow& window,
                           const OptimalScheduleParams& params, std::uint32_t place) {
    const Connectors& connectors = *seen.connectors;
    const std::size_t i = stay.connector.index();
    const double charge_kw = full_power_kw(seen, stay.connector);
    const double return_kw = params.discharges() ? full_return_kw(seen, stay.connector) : 0.0;
    const double kva = std::max({connectors.apparent_rating[i], charge_kw, return_kw});
    const double kwh = hours(window.step) * kva;
    ScheduleVehicle vehicle;
    vehicle.place = place;
    put_into_steps(stay, window, vehicle);
    vehicle.rating_kva = kva;
    vehicle.charge_max = kva > 0.0 ? charge_kw / kva : 0.0;
    vehicle.discharge_max = kva > 0.0 ? return_kw / kva : 0.0;
    vehicle.soc_per_charge = kwh * stay.stored_per_drawn / stay.capacity_kwh;
    vehicle.soc_per_discharge = kwh * stay.drawn_per_returned / stay.capacity_kwh;
    vehicle.deficit = stay.full_soc - stay.soc;
    vehicle.deficit_max = std::max(vehicle.deficit, stay.full_soc - stay.floor_soc);
    vehicle.final_deficit = vehicle.deficit_max;
    return vehicle;
}

double deficit_covered_later(const PlannedStay& stay, const ScheduleVehicle& vehicle, const PlanWindow& window) {
    if (stay.until <= window.end()) return 0.0;
    return window.in_steps(stay.until - window.end()) * vehicle.soc_per_charge * vehicle.charge_max;
}

}  // namespace evsweep
