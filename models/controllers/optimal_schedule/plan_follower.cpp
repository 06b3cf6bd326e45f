#include "controllers/optimal_schedule/plan_follower.hpp"

#include <algorithm>
#include <cmath>

namespace evsweep {

namespace {

/// Shares of a rating below this are the solver's rounding.
constexpr double power_rounding = 1e-6;
/// A deficit below this at the end of a step is the solver's rounding too: the vehicle is to be full.
constexpr double deficit_rounding = 1e-5;

bool has_steps(const PlanView& seen, ConnectorId c) {
    return seen.connectors->level_set[c.index()] != 0 || seen.connectors->minimum_power[c.index()] > 0.0;
}

/// The smallest size of power not below `size_kw` that the charger can be set to; none where there is none.
std::optional<double> step_above(const PlanView& seen, ConnectorId c, double size_kw) {
    const std::size_t i = c.index();
    size_kw = std::max(size_kw, seen.connectors->minimum_power[i]);
    const auto& levels = (*seen.level_sets)[seen.connectors->level_set[i]];
    if (levels.empty()) return size_kw;
    const auto above = std::lower_bound(levels.begin(), levels.end(), size_kw - power_rounding_kw);
    return above == levels.end() ? std::nullopt : std::optional(*above);
}

/// The power next above `wish_kw` in size that charger and battery allow; else the one next below.
double admissible_above_kw(const PlanView& seen, ConnectorId c, double wish_kw) {
    const auto above = step_above(seen, c, std::abs(wish_kw));
    const double below_kw = seen.admissible_kw(c, wish_kw);
    if (!above) return below_kw;
    const double above_kw = std::copysign(*above, wish_kw);
    return std::abs(seen.admissible_kw(c, above_kw) - above_kw) <= power_rounding_kw ? above_kw : below_kw;
}

double nearest_admissible_kw(const PlanView& seen, ConnectorId c, double wish_kw) {
    const double below_kw = seen.admissible_kw(c, wish_kw);
    const double above_kw = admissible_above_kw(seen, c, wish_kw);
    return std::abs(above_kw - wish_kw) < std::abs(wish_kw - below_kw) ? above_kw : below_kw;
}

/// What reactive power the inverter has left beside `p_kw`.
double within_circle(double q_kvar, double p_kw, double kva) {
    const double room = std::sqrt(std::max(0.0, kva * kva - p_kw * p_kw)) * (1.0 - 1e-12);
    return std::clamp(q_kvar, -room, room);
}

}  // namespace

void PlanFollower::follow(const ChargingPlan& plan) {
    plan_ = &plan;
    steps_.emplace(plan.problem);
    for (auto& vehicles : vehicle_at_) vehicles.clear();
    for (std::size_t v = 0; v < plan.stays.size(); ++v)
        if (!plan.stays[v].is_expected) vehicle_at_[plan.stays[v].connector.index()].push_back(static_cast<std::uint32_t>(v));
}

bool PlanFollower::PlannedStep::ends_full() const { return p_kw > 0.0 && deficit_after <= deficit_rounding; }

void PlanFollower::welcome(const PlanView& seen) {
    for (const ConnectorId c : seen.arrived) {
        owed_kwh_[c.index()] = 0.0;
        soc_after_[c.index()] = unknown;
        if (plan_->window.start == seen.now) continue;  // the plan knows who has come
        std::erase_if(vehicle_at_[c.index()], [this](std::uint32_t v) { return plan_->stays[v].is_here; });
    }
}

void PlanFollower::set(const PlanView& seen, Setpoints& setpoints) {
    welcome(seen);
    behind_.clear();
    for (const ConnectorId c : seen.plugged_in) {
        count_untaken(seen, c);
        set_connector(seen, c, setpoints);
    }
}

void PlanFollower::set_newcomers(const PlanView& seen, Setpoints& setpoints) {
    welcome(seen);
    behind_.clear();
    for (const ConnectorId c : seen.arrived) set_connector(seen, c, setpoints);
}

/// What the vehicle does that came there last: within a step one may go and the next one come. A connector has one for a day or
/// two: a short list.
std::optional<PlanFollower::PlannedStep> PlanFollower::planned_at(ConnectorId c, Instant now) const {
    const auto step = static_cast<std::uint32_t>((now - plan_->window.start) / plan_->window.step);
    std::optional<std::uint32_t> found;
    for (const std::uint32_t v : vehicle_at_[c.index()]) {
        const ScheduleVehicle& vehicle = plan_->problem.vehicles[v];
        if (vehicle.first <= step && step < vehicle.last && plan_->stays[v].from <= now) found = v;
    }
    if (!found) return std::nullopt;
    const ScheduleVehicle& vehicle = plan_->problem.vehicles[*found];
    const Schedule& schedule = plan_->schedule;
    const std::size_t i = steps_->first[*found] + step - vehicle.first;
    PlannedStep planned{*found};
    planned.p_kw = vehicle.rating_kva * (schedule.charge[i] - schedule.discharge[i]);
    if (std::abs(planned.p_kw) < power_rounding * vehicle.rating_kva) planned.p_kw = 0.0;
    if (!schedule.reactive.empty()) planned.q_kvar = vehicle.rating_kva * schedule.reactive[i];
    planned.hours = vehicle.share(step) * hours(plan_->window.step);
    planned.soc_per_kw = vehicle.rating_kva > 0.0 ? vehicle.share(step) * vehicle.soc_per_charge / vehicle.rating_kva : 0.0;
    planned.soc_before = plan_->stays[*found].full_soc - (step > vehicle.first ? schedule.deficit[i - 1] : vehicle.deficit);
    planned.deficit_after = schedule.deficit[i];
    const std::uint32_t later = vehicle.last - 1 - step;
    if (later > 0) planned.hours_later = (later - 1 + vehicle.share(vehicle.last - 1)) * hours(plan_->window.step);
    planned.soc_at_end = plan_->stays[*found].full_soc - schedule.deficit[i + later];
    return planned;
}

void PlanFollower::set_connector(const PlanView& seen, ConnectorId c, Setpoints& setpoints) {
    const auto planned = planned_at(c, seen.now);
    if (!planned) return setpoints.set(c, Kilowatts(0.0));
    planned_return_kwh_ += std::max(0.0, -planned->p_kw) * planned->hours;
    double wish_kw = planned->p_kw;
    // The last rounding is charged as well; the battery ends at its target by itself.
    if (planned->ends_full()) wish_kw += std::max(0.0, planned->deficit_after) / planned->soc_per_kw + power_rounding_kw;
    const double set_kw = followed_kw(seen, c, *planned, wish_kw);
    count_unfollowed(seen.now, missed_kwh(seen, c, *planned, set_kw));
    put(seen, c, *planned, set_kw, setpoints);
    const double lag = planned->soc_before - seen.soc[c.index()];
    if (lag > deficit_rounding && !has_steps(seen, c))
        behind_.push_back({c, *planned, lag * seen.capacity_kwh[c.index()] / seen.stored_per_drawn[c.index()]});
}

/// What the step brings less or more than planned. A battery that is full before lacks nothing of a charge to full.
double PlanFollower::missed_kwh(const PlanView& seen, ConnectorId c, const PlannedStep& planned, double set_kw) const {
    const double off_kwh = (planned.p_kw - set_kw) * planned.hours;
    if (!planned.ends_full()) return std::abs(off_kwh);
    const std::size_t i = c.index();
    const double lacks_soc = plan_->stays[planned.vehicle].full_soc - seen.soc[i] - set_kw * planned.soc_per_kw;
    return std::max(0.0, std::min(off_kwh, lacks_soc * seen.capacity_kwh[i] / seen.stored_per_drawn[i]));
}

void PlanFollower::put(const PlanView& seen, ConnectorId c, const PlannedStep& planned, double set_kw, Setpoints& setpoints) {
    const double q_kvar = use_ == ReactiveUse::as_planned
                              ? within_circle(planned.q_kvar, set_kw, seen.connectors->apparent_rating[c.index()])
                              : 0.0;
    setpoints.set(c, Kilowatts(set_kw), Kilovars(q_kvar));
    const double led_to = seen.soc[c.index()] + set_kw * planned.soc_per_kw;
    soc_after_[c.index()] = set_kw > 0.0 ? std::min(plan_->stays[planned.vehicle].full_soc, led_to) : unknown;
}

double PlanFollower::followed_kw(const PlanView& seen, ConnectorId c, const PlannedStep& planned, double wish_kw) {
    if (!has_steps(seen, c)) return seen.admissible_kw(c, wish_kw);
    double& owed_kwh = owed_kwh_[c.index()];
    const bool ends_full = planned.ends_full();
    double due_kw = wish_kw + (ends_full ? std::max(0.0, owed_kwh) : owed_kwh) / planned.hours;
    if (wish_kw >= 0.0) due_kw = std::max(0.0, due_kw);  // what was drawn too much is not given back
    const double least_kw = least_power_kw(seen, c, planned);
    double set_kw = nearest_admissible_kw(seen, c, due_kw);
    if (ends_full || set_kw < least_kw) set_kw = admissible_above_kw(seen, c, std::max(due_kw, least_kw));
    const double most_kwh = seen.connectors->charge_rating[c.index()] * hours(plan_->window.step);
    owed_kwh = std::clamp(owed_kwh + (wish_kw - set_kw) * planned.hours, ends_full ? 0.0 : -most_kwh, most_kwh);
    return set_kw;
}

/// What this step has to bring so that full power in later steps brings the battery where the plan ends.
double PlanFollower::least_power_kw(const PlanView& seen, ConnectorId c, const PlannedStep& planned) const {
    const std::size_t i = c.index();
    const double lacks_kwh = (planned.soc_at_end - seen.soc[i]) * seen.capacity_kwh[i] / seen.stored_per_drawn[i];
    const double full_kw = seen.admissible_kw(c, seen.connectors->charge_rating[i]);
    return (lacks_kwh - full_kw * planned.hours_later) / planned.hours;
}

void PlanFollower::catch_up(const PlanView& seen, PlanRoom& room, Setpoints& setpoints) {
    for (const Behind& one : behind_) {
        const double set_kw = setpoints.p_kw(one.connector);
        const double wish_kw = seen.admissible_kw(one.connector, set_kw + one.lacks_kwh / one.planned.hours);
        if (wish_kw <= set_kw) continue;
        const double raised_kw = set_kw + room.allowed_kw(one.connector, wish_kw - set_kw);
        room.take(one.connector, raised_kw - set_kw);
        put(seen, one.connector, one.planned, raised_kw, setpoints);
    }
}

/// What the battery has drawn less than it was set to since the last decision: its limit falls while it charges.
void PlanFollower::count_untaken(const PlanView& seen, ConnectorId c) {
    const std::size_t i = c.index();
    const double lacking = soc_after_[i] - seen.soc[i];
    if (lacking > deficit_rounding) count_unfollowed(seen.now, lacking * seen.capacity_kwh[i] / seen.stored_per_drawn[i]);
    soc_after_[i] = unknown;
}

void PlanFollower::count_unfollowed(Instant at, double kwh) {
    if (unfollowed_kwh_ == 0.0 && kwh > 0.0) first_unfollowed_ = at;
    unfollowed_kwh_ += kwh;
}

}  // namespace evsweep
