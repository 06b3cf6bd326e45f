#include "controllers/plan_follower.hpp"

#include <algorithm>
#include <cmath>

namespace evsweep {

namespace {

/// Shares of a rating below this are the solver's rounding.
constexpr double power_rounding = 1e-6;
/// A deficit below this at the end of a step is the solver's rounding too: the vehicle is to be full.
constexpr double deficit_rounding = 1e-5;

bool has_steps(const Observation& seen, ConnectorId c) {
    return seen.connectors->level_set[c.index()] != 0 || seen.connectors->minimum_power[c.index()] > 0.0;
}

/// The smallest size of power not below `size_kw` that the charger can be set to; none where there is none.
std::optional<double> step_above(const Observation& seen, ConnectorId c, double size_kw) {
    const std::size_t i = c.index();
    size_kw = std::max(size_kw, seen.connectors->minimum_power[i]);
    const auto& levels = (*seen.level_sets)[seen.connectors->level_set[i]];
    if (levels.empty()) return size_kw;
    const auto above = std::lower_bound(levels.begin(), levels.end(), size_kw - power_rounding_kw);
    return above == levels.end() ? std::nullopt : std::optional(*above);
}

/// The power next above `wish_kw` in size that charger and battery allow; else the one next below.
double admissible_above_kw(const Observation& seen, ConnectorId c, double wish_kw) {
    const auto above = step_above(seen, c, std::abs(wish_kw));
    const double below_kw = seen.admissible_kw(c, wish_kw);
    if (!above) return below_kw;
    const double above_kw = std::copysign(*above, wish_kw);
    return std::abs(seen.admissible_kw(c, above_kw) - above_kw) <= power_rounding_kw ? above_kw : below_kw;
}

double nearest_admissible_kw(const Observation& seen, ConnectorId c, double wish_kw) {
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

void PlanFollower::set(const Observation& seen, Setpoints& setpoints) {
    for (const ConnectorId c : seen.arrived) {
        owed_kwh_[c.index()] = 0.0;
        if (plan_->window.start == seen.now) continue;  // the plan knows who has come
        std::erase_if(vehicle_at_[c.index()], [this](std::uint32_t v) { return plan_->stays[v].is_here; });
    }
    const auto step = static_cast<std::uint32_t>((seen.now - plan_->window.start) / plan_->window.step);
    for (const ConnectorId c : seen.plugged_in) set_connector(seen, c, step, setpoints);
}

/// The vehicle of the plan that may act there in that step. A connector has one for a day or two: a short list.
std::optional<std::size_t> PlanFollower::vehicle_of(ConnectorId c, std::uint32_t step) {
    for (const std::uint32_t v : vehicle_at_[c.index()]) {
        const ScheduleVehicle& vehicle = plan_->problem.vehicles[v];
        if (vehicle.first <= step && step < vehicle.last) return v;
    }
    return std::nullopt;
}

void PlanFollower::set_connector(const Observation& seen, ConnectorId c, std::uint32_t step, Setpoints& setpoints) {
    const auto v = vehicle_of(c, step);
    if (!v) return setpoints.set(c, 0.0, 0.0);
    const ScheduleVehicle& vehicle = plan_->problem.vehicles[*v];
    const Schedule& schedule = plan_->schedule;
    const std::size_t i = steps_->first[*v] + step - vehicle.first;
    const double h = hours(plan_->window.step);
    double p_kw = vehicle.rating_kva * (schedule.charge[i] - schedule.discharge[i]);
    if (std::abs(p_kw) < power_rounding * vehicle.rating_kva) p_kw = 0.0;
    planned_return_kwh_ += std::max(0.0, -p_kw) * h;
    const bool ends_full = p_kw > 0.0 && schedule.deficit[i] <= deficit_rounding;
    // The last rounding is charged as well; the battery ends at its target by itself.
    if (ends_full) p_kw += std::max(0.0, schedule.deficit[i]) / vehicle.soc_per_charge * vehicle.rating_kva + power_rounding_kw;
    const double set_kw = followed_kw(seen, c, p_kw, ends_full);
    if (!(ends_full && set_kw >= p_kw)) unfollowed_kwh_ += std::abs(set_kw - p_kw) * h;
    double q_kvar = 0.0;
    if (!schedule.reactive.empty() && use_ == ReactiveUse::as_planned)
        q_kvar = within_circle(vehicle.rating_kva * schedule.reactive[i], set_kw, seen.connectors->apparent_rating[c.index()]);
    setpoints.set(c, set_kw, q_kvar);
}

double PlanFollower::followed_kw(const Observation& seen, ConnectorId c, double planned_kw, bool ends_full) {
    if (!has_steps(seen, c)) return seen.admissible_kw(c, planned_kw);
    double& owed_kwh = owed_kwh_[c.index()];
    const double h = hours(plan_->window.step);
    if (ends_full) {
        owed_kwh = 0.0;
        return admissible_above_kw(seen, c, planned_kw);
    }
    const double set_kw = nearest_admissible_kw(seen, c, planned_kw + owed_kwh / h);
    const double rating_kw = seen.connectors->charge_rating[c.index()];
    owed_kwh = std::clamp(owed_kwh + (planned_kw - set_kw) * h, -rating_kw * h, rating_kw * h);
    return set_kw;
}

}  // namespace evsweep
