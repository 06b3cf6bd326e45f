#include "controllers/evms_literal.hpp"

#include <cmath>

#include "controllers/need.hpp"

namespace evsweep {

double LiteralRule::Leg::power_kw(std::int64_t period) const {
    if (period < first_period || period >= end()) return 0.0;
    return period < first_period + full_periods ? full_kw : last_kw;
}

LiteralRule::LiteralRule(const EvmsParams& params, std::size_t connectors)
    : params_(params), state_(connectors, State::away), leg_(connectors), waiting_(connectors) {
    charging_.reserve(connectors);
}

void LiteralRule::decide(const Observation& seen, Setpoints& setpoints) {
    if (booked_kw_.empty()) {
        const Duration covered = seen.base_forecast.step * static_cast<std::int64_t>(seen.base_forecast.values.size());
        booked_kw_.assign(static_cast<std::size_t>(covered / params_.period + 1), 0.0);
    }
    for (ConnectorId c : seen.left) leave(seen, c);
    for (ConnectorId c : seen.halted) {
        if (state_[c.index()] == State::returning) wait(seen, c);
        if (state_[c.index()] == State::charging) {
            std::erase(charging_, c);
            state_[c.index()] = State::done;
        }
    }
    for (ConnectorId c : seen.arrived) arrive(seen, setpoints, c);
    if (seen.now.time_since_epoch() % params_.period != Duration::zero()) return;  // a plug-in between decisions
    follow_legs(seen, setpoints);
    admit(seen, setpoints);
}

void LiteralRule::arrive(const Observation& seen, Setpoints& setpoints, ConnectorId c) {
    Leg& leg = leg_[c.index()];
    leg = {};
    leg.energy_kwh = needed_kwh(seen, c);
    leg.full_kw = full_power_kw(seen, c);
    setpoints.set(c, seen.admissible_kw(c, -full_return_kw(seen, c)));
    if (setpoints.p_kw(c) < 0.0)
        state_[c.index()] = State::returning;
    else
        wait(seen, c);
}

void LiteralRule::wait(const Observation& seen, ConnectorId c) {
    const Leg& leg = leg_[c.index()];
    const bool charges = leg.energy_kwh > 0.0 && leg.full_kw > 0.0;
    state_[c.index()] = charges ? State::waiting : State::done;
    if (charges) waiting_.enter(c, leg.energy_kwh / leg.full_kw - hours(seen.stated_departure[c.index()].time_since_epoch()));
}

void LiteralRule::leave(const Observation& seen, ConnectorId c) {
    waiting_.leave(c);
    if (state_[c.index()] == State::charging) {
        book(leg_[c.index()], seen.now.time_since_epoch() / params_.period, -1.0);
        std::erase(charging_, c);
    }
    state_[c.index()] = State::away;
}

/// Gives every leg under way the power of the period that begins, and closes those that are through.
void LiteralRule::follow_legs(const Observation& seen, Setpoints& setpoints) {
    const std::int64_t period = seen.now.time_since_epoch() / params_.period;
    std::erase_if(charging_, [&](ConnectorId c) {
        const Leg& leg = leg_[c.index()];
        if (period >= leg.first_period + leg.full_periods) setpoints.set(c, seen.admissible_kw(c, leg.power_kw(period)));
        const bool is_through = period >= leg.end();
        if (is_through) state_[c.index()] = State::done;
        return is_through;
    });
}

void LiteralRule::admit(const Observation& seen, Setpoints& setpoints) {
    const bool in_window = is_within(seen.calendar.time_of_day(seen.now), params_.legs_from, params_.charging_until);
    const double start_by = hours((seen.now + params_.override_laxity).time_since_epoch());
    while (!waiting_.empty()) {
        const ConnectorId c = waiting_.first();
        const Leg leg = planned_from(seen, c);
        const bool is_fitting = in_window && fits(seen, leg);
        if (!is_fitting && -waiting_.key(c) > start_by) return;
        if (!is_fitting) ++overrides_;
        start(c, leg);
        setpoints.set(c, seen.admissible_kw(c, leg.power_kw(leg.first_period)));
    }
}

void LiteralRule::start(ConnectorId c, const Leg& leg) {
    waiting_.leave(c);
    state_[c.index()] = State::charging;
    charging_.push_back(c);
    leg_[c.index()] = leg;
    book(leg, leg.first_period, 1.0);
}

/// The connector's leg if it started now.
LiteralRule::Leg LiteralRule::planned_from(const Observation& seen, ConnectorId c) const {
    Leg leg = leg_[c.index()];
    const double per_period_kwh = leg.full_kw * hours(params_.period);
    leg.first_period = seen.now.time_since_epoch() / params_.period;
    leg.full_periods = static_cast<std::int64_t>(std::floor(leg.energy_kwh / per_period_kwh * (1.0 + 1e-12)));
    const double rest_kwh = leg.energy_kwh - static_cast<double>(leg.full_periods) * per_period_kwh;
    leg.last_kw = seen.admissible_kw(c, std::max(0.0, rest_kwh) / hours(params_.period));
    return leg;
}

bool LiteralRule::fits(const Observation& seen, const Leg& leg) const {
    for (std::int64_t k = leg.first_period; k < leg.end(); ++k) {
        const auto row = static_cast<std::size_t>(k);
        const double booked_kw = row < booked_kw_.size() ? booked_kw_[row] : 0.0;
        if (seen.base_forecast.at(Instant(params_.period * k)) + booked_kw + leg.power_kw(k) > params_.cap.value()) return false;
    }
    return true;
}

/// Adds (or with sign -1 takes back) the leg's power to the plan from period `from` on.
void LiteralRule::book(const Leg& leg, std::int64_t from, double sign) {
    for (std::int64_t k = std::max(from, leg.first_period); k < leg.end(); ++k)
        if (static_cast<std::size_t>(k) < booked_kw_.size()) booked_kw_[static_cast<std::size_t>(k)] += sign * leg.power_kw(k);
}

}  // namespace evsweep
