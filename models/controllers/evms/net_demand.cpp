#include "controllers/evms/net_demand.hpp"

#include "evsweep/charging_need.hpp"

namespace evsweep {

NetDemandRule::NetDemandRule(const EvmsParams& params, std::size_t connectors)
    : params_(params), state_(connectors, State::away), waiting_(connectors), ready_(connectors) {
    charging_.reserve(connectors);
    returning_.reserve(connectors);
}

void NetDemandRule::decide(const EvmsView& seen, Setpoints& setpoints) {
    Step step{seen, setpoints, 0.0};
    take_note(step);
    step.net_kw = net_demand_kw(seen, setpoints);
    if (seen.base_demand_kw > params_.peak_setpoint.value()) peak_ = true;
    if (seen.base_demand_kw < (params_.peak_setpoint - params_.peak_release).value()) peak_ = false;
    charge_the_critical(step);
    pause_above_cap(step);
    if (peak_) return_in_peak(step);
    release_beyond_need(step);
    if (admits(seen)) admit_below_cap(step);
}

/// Brings the lists up to date with what happened since the last decision.
void NetDemandRule::take_note(Step& step) {
    for (ConnectorId c : step.seen.left) {
        leave_lists(c);
        state_[c.index()] = State::away;
    }
    for (ConnectorId c : step.seen.halted) rest(step, c);
    for (ConnectorId c : step.seen.arrived) rest(step, c);
}

void NetDemandRule::leave_lists(ConnectorId c) {
    waiting_.leave(c);
    ready_.leave(c);
    if (state_[c.index()] == State::charging) std::erase(charging_, c);
    if (state_[c.index()] == State::returning) std::erase(returning_, c);
}

/// Sets the connector to zero and ranks its vehicle by what it may do next. Its state of charge, and so both keys,
/// stay put until it starts again.
void NetDemandRule::rest(Step& step, ConnectorId c) {
    const EvmsView& seen = step.seen;
    const std::size_t i = c.index();
    leave_lists(c);
    state_[i] = State::resting;
    step.net_kw -= step.setpoints.p_kw(c);
    step.setpoints.set(c, Kilowatts(0.0));
    if (needed_kwh(seen, c) > 0.0) waiting_.enter(c, -(hours(seen.now.time_since_epoch()) + laxity_h(seen, c)));
    const bool returns = full_return_kw(seen, c) > 0.0;
    if (returns && seen.soc[i] > seen.reserve_soc[i] + params_.soc_margin.value())
        ready_.enter(c, (seen.soc[i] - seen.reserve_soc[i]) * seen.capacity_kwh[i]);
}

void NetDemandRule::start_charging(Step& step, ConnectorId c) {
    leave_lists(c);
    state_[c.index()] = State::charging;
    charging_.push_back(c);
    const double before_kw = step.setpoints.p_kw(c);
    step.setpoints.set(c, Kilowatts(step.seen.admissible_kw(c, full_power_kw(step.seen, c))));
    step.net_kw += step.setpoints.p_kw(c) - before_kw;
}

void NetDemandRule::start_returning(Step& step, ConnectorId c, double power_kw) {
    leave_lists(c);
    state_[c.index()] = State::returning;
    returning_.push_back(c);
    step.setpoints.set(c, Kilowatts(-power_kw));
    step.net_kw -= power_kw;
}

/// A vehicle that is returning power is critical one period earlier: until the next decision its laxity falls
/// faster than time passes.
void NetDemandRule::charge_the_critical(Step& step) {
    for (std::size_t k = returning_.size(); k-- > 0;)
        if (!can_spare_a_period(step.seen, returning_[k])) override_with(step, returning_[k]);
    const double start_by = hours((step.seen.now + params_.override_laxity).time_since_epoch());
    while (!waiting_.empty() && -waiting_.key(waiting_.first()) <= start_by) override_with(step, waiting_.first());
}

void NetDemandRule::override_with(Step& step, ConnectorId c) {
    const double after_kw = step.net_kw + full_power_kw(step.seen, c) - step.setpoints.p_kw(c);
    if (!admits(step.seen) || after_kw > params_.cap.value()) ++overrides_;
    start_charging(step, c);
}

void NetDemandRule::pause_above_cap(Step& step) {
    while (step.net_kw > params_.cap.value()) {
        const auto c = most_patient_charging(step.seen);
        if (!c || laxity_h(step.seen, *c) <= hours(params_.pause_laxity)) return;
        rest(step, *c);
    }
}

void NetDemandRule::return_in_peak(Step& step) {
    while (step.net_kw > params_.peak_setpoint.value()) {
        const auto c = next_to_return(step.seen);
        if (!c) return;
        start_returning(step, *c, -step.seen.admissible_kw(*c, -full_return_kw(step.seen, *c)));
    }
}

void NetDemandRule::release_beyond_need(Step& step) {
    while (!returning_.empty()) {
        const ConnectorId last = returning_.back();
        const double rating_kw = -step.setpoints.p_kw(last);
        const double limit_kw = params_.peak_setpoint.value() - (peak_ ? rating_kw : 0.0);
        if (step.net_kw + rating_kw > limit_kw) return;
        rest(step, last);
    }
}

void NetDemandRule::admit_below_cap(Step& step) {
    while (!waiting_.empty()) {
        const ConnectorId c = waiting_.first();
        if (step.net_kw + full_power_kw(step.seen, c) > params_.cap.value()) return;
        start_charging(step, c);
    }
}

double NetDemandRule::net_demand_kw(const EvmsView& seen, const Setpoints& setpoints) const {
    double net_kw = seen.base_demand_kw;
    for (ConnectorId c : charging_) net_kw += setpoints.p_kw(c);
    for (ConnectorId c : returning_) net_kw += setpoints.p_kw(c);
    return net_kw;
}

/// Whether charging may be started by the rule, apart from the cap.
bool NetDemandRule::admits(const EvmsView& seen) const {
    return !peak_ && is_within(seen.calendar.time_of_day(seen.now), params_.charging_from, params_.charging_until);
}

bool NetDemandRule::can_spare_a_period(const EvmsView& seen, ConnectorId c) const {
    const double cost_h = laxity_cost_h(seen, c, full_return_kw(seen, c), hours(params_.period));
    return laxity_h(seen, c) - cost_h > hours(params_.override_laxity);
}

std::optional<ConnectorId> NetDemandRule::most_patient_charging(const EvmsView& seen) const {
    std::optional<ConnectorId> found;
    double largest_h = 0.0;
    for (ConnectorId c : charging_) {
        const double laxity = laxity_h(seen, c);
        if (found && (laxity < largest_h || (laxity == largest_h && *found < c))) continue;
        found = c;
        largest_h = laxity;
    }
    return found;
}

/// While a vehicle rests, its laxity only falls and its limits stay put: one that cannot return now cannot later, until
/// it has charged and rests again.
std::optional<ConnectorId> NetDemandRule::next_to_return(const EvmsView& seen) {
    while (!ready_.empty()) {
        const ConnectorId c = ready_.first();
        if (can_spare_a_period(seen, c) && seen.admissible_kw(c, -full_return_kw(seen, c)) < 0.0) return c;
        ready_.leave(c);
    }
    return std::nullopt;
}

}  // namespace evsweep
