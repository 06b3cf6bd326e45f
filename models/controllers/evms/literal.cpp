#include "controllers/evms/literal.hpp"

#include <algorithm>
#include <cmath>

#include "evsweep/charging_need.hpp"

namespace evsweep {

namespace {

/// State of charge at the end of a leg that starts now.
double end_of_leg(const EvmsView& seen, ConnectorId c, double energy_kwh) {
    const std::size_t i = c.index();
    const double rise = energy_kwh * seen.stored_per_drawn[i] / seen.capacity_kwh[i];
    return std::min(seen.soc[i] + rise, seen.target_soc[i]);
}

/// Hours at full power that a leg takes which starts now.
double leg_h(const EvmsView& seen, ConnectorId c, double energy_kwh) {
    const double end_soc = end_of_leg(seen, c, energy_kwh);
    if (!tapers_below(seen, c, end_soc)) return energy_kwh / full_power_kw(seen, c);
    return charging_h(seen, c, seen.soc[c.index()], end_soc);
}

/// The setpoint at which a tapering battery goes from one state of charge to another in just `h` hours, by bisection; full
/// power takes no longer than that.
double power_in_kw(const Taper& taper, double full_kw, double from_soc, double to_soc, double h, double rise) {
    double low = 0.0;
    double high = full_kw;
    for (int k = 0; k < 60; ++k) {
        const double middle = 0.5 * (low + high);
        (taper.charging_h(middle, from_soc, to_soc, rise) > h ? low : high) = middle;
    }
    return high;
}

}  // namespace

double LiteralRule::Leg::power_kw(std::int64_t period) const {
    if (period < first_period || period >= end()) return 0.0;
    return period < first_period + full_periods ? full_kw : last_kw;
}

LiteralRule::LiteralRule(const EvmsParams& params, std::size_t connectors)
    : params_(params), state_(connectors, State::away), leg_(connectors), waiting_(connectors) {
    charging_.reserve(connectors);
}

void LiteralRule::decide(const EvmsView& seen, Setpoints& setpoints) {
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

void LiteralRule::arrive(const EvmsView& seen, Setpoints& setpoints, ConnectorId c) {
    Leg& leg = leg_[c.index()];
    leg = {};
    leg.energy_kwh = needed_kwh(seen, c);
    leg.full_kw = full_power_kw(seen, c);
    setpoints.set(c, Kilowatts(seen.admissible_kw(c, -full_return_kw(seen, c))));
    if (setpoints.p_kw(c) < 0.0)
        state_[c.index()] = State::returning;
    else
        wait(seen, c);
}

void LiteralRule::wait(const EvmsView& seen, ConnectorId c) {
    const Leg& leg = leg_[c.index()];
    const bool charges = leg.energy_kwh > 0.0 && leg.full_kw > 0.0;
    state_[c.index()] = charges ? State::waiting : State::done;
    if (charges) waiting_.enter(c, leg_h(seen, c, leg.energy_kwh) - hours(seen.stated_departure(c).time_since_epoch()));
}

void LiteralRule::leave(const EvmsView& seen, ConnectorId c) {
    waiting_.leave(c);
    if (state_[c.index()] == State::charging) {
        book(leg_[c.index()], seen.now.time_since_epoch() / params_.period, -1.0);
        std::erase(charging_, c);
    }
    state_[c.index()] = State::away;
}

/// Gives every leg under way the power of the period that begins, and closes those that are through.
void LiteralRule::follow_legs(const EvmsView& seen, Setpoints& setpoints) {
    const std::int64_t period = seen.now.time_since_epoch() / params_.period;
    std::erase_if(charging_, [&](ConnectorId c) {
        const Leg& leg = leg_[c.index()];
        if (period >= leg.first_period + leg.full_periods)
            setpoints.set(c, Kilowatts(seen.admissible_kw(c, leg.power_kw(period))));
        const bool is_through = period >= leg.end();
        if (is_through) state_[c.index()] = State::done;
        return is_through;
    });
}

void LiteralRule::admit(const EvmsView& seen, Setpoints& setpoints) {
    const bool in_window = is_within(seen.calendar.time_of_day(seen.now), params_.legs_from, params_.charging_until);
    const double start_by = hours((seen.now + params_.override_laxity).time_since_epoch());
    while (!waiting_.empty()) {
        const ConnectorId c = waiting_.first();
        const Leg leg = planned_from(seen, c);
        const bool is_fitting = in_window && fits(seen, leg);
        if (!is_fitting && -waiting_.key(c) > start_by) return;
        if (!is_fitting) ++overrides_;
        start(c, leg);
        setpoints.set(c, Kilowatts(seen.admissible_kw(c, leg.power_kw(leg.first_period))));
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
LiteralRule::Leg LiteralRule::planned_from(const EvmsView& seen, ConnectorId c) const {
    Leg leg = leg_[c.index()];
    leg.first_period = seen.now.time_since_epoch() / params_.period;
    if (tapers_below(seen, c, end_of_leg(seen, c, leg.energy_kwh))) return tapering(seen, c, leg);
    const double per_period_kwh = leg.full_kw * hours(params_.period);
    leg.full_periods = static_cast<std::int64_t>(std::floor(leg.energy_kwh / per_period_kwh * (1.0 + 1e-12)));
    const double rest_kwh = leg.energy_kwh - static_cast<double>(leg.full_periods) * per_period_kwh;
    leg.last_kw = seen.admissible_kw(c, std::max(0.0, rest_kwh) / hours(params_.period));
    return leg;
}

/// As `planned_from`, for a battery that takes less and less before the leg's end.
LiteralRule::Leg LiteralRule::tapering(const EvmsView& seen, ConnectorId c, Leg leg) const {
    const std::size_t i = c.index();
    const double period_h = hours(params_.period);
    const double rise = seen.stored_per_drawn[i] / seen.capacity_kwh[i];
    const Taper taper = taper_of(seen, c);
    const double end_soc = end_of_leg(seen, c, leg.energy_kwh);
    const double periods = std::floor(leg_h(seen, c, leg.energy_kwh) / period_h * (1.0 + 1e-12));
    const double last_soc = taper.soc_after_charging(leg.full_kw, seen.soc[i], periods * period_h, rise);
    leg.full_periods = static_cast<std::int64_t>(periods);
    constexpr double soc_rounding = 1e-12;
    if (end_soc >= seen.target_soc[i] - soc_rounding)
        leg.last_kw = leg.full_kw;  // the battery itself stops at its target
    else if (last_soc < end_soc)
        leg.last_kw = seen.admissible_kw(c, power_in_kw(taper, leg.full_kw, last_soc, end_soc, period_h, rise));
    return leg;
}

bool LiteralRule::fits(const EvmsView& seen, const Leg& leg) const {
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
