#include "sim/fleet/charging_state.hpp"

#include <algorithm>
#include <cmath>

#include "evsweep/contracts.hpp"

namespace evsweep {

namespace {

// A setpoint equal to the present limit meets the taper here and now, whatever the last digits say.
constexpr double soc_rounding = 1e-12;
// A crossing computed this little after a whole millisecond is on it: only rounding tells them apart.
constexpr double ms_rounding = 1e-6;
// Crossings further away than this (30 years) are not worth an event.
constexpr double never_ms = 1e12;

}  // namespace

ChargingState::ChargingState(const Population& population) : population_(&population) {
    const std::size_t n = population.connectors.size();
    for (auto* column : {&soc_, &target_, &reserve_, &stored_per_drawn_, &drawn_per_returned_}) column->resize(n);
    for (auto* column : {&p_, &setpoint_, &p_min_, &p_max_}) column->resize(n);
    q_.resize(n);
    capacity_.resize(n);
    stated_departure_.resize(n);
    stays_.resize(n);
    plugged_in_.reserve(n);
    active_.reserve(n);
    const auto& sessions = population.sessions;
    for (auto s = sessions.rbegin(); s != sessions.rend(); ++s) take_place(s->connector.index(), *s);
}

void ChargingState::take_place(std::size_t i, const Session& session) {
    const Vehicles& vehicles = population_->vehicles;
    const std::size_t v = session.vehicle.index();
    soc_[i] = session.initial_soc;
    target_[i] = session.target_soc;
    reserve_[i] = vehicles.reserve_soc[v];
    capacity_[i] = vehicles.capacity[v];
    stored_per_drawn_[i] = vehicles.stored_per_drawn[v];
    drawn_per_returned_[i] = vehicles.drawn_per_returned[v];
    stated_departure_[i] = session.stated_departure;
}

void ChargingState::plug_in(SessionId id, Instant now) {
    const Session& session = population_->sessions[id.index()];
    const Vehicles& vehicles = population_->vehicles;
    const std::size_t i = session.connector.index();
    const std::size_t v = session.vehicle.index();
    EVSWEEP_EXPECTS(!stays_[i].occupied, "a vehicle plugs in at a free connector");
    take_place(i, session);
    const double rating = population_->connectors.charge_rating[i];
    Stay stay;
    stay.id = id;
    stay.booked = now;
    stay.occupied = true;
    stay.ceiling = std::min(session.target_soc, vehicles.highest_soc[v]);
    stay.floor = std::max(vehicles.reserve_soc[v], vehicles.lowest_soc[v]);
    stay.full_rate = rating * stored_per_drawn_[i] / capacity_[i];
    stay.taper = Taper::of(rating, vehicles.taper_knee[v], vehicles.taper_end[v]);
    stays_[i] = stay;
    plugged_in_.insert(std::lower_bound(plugged_in_.begin(), plugged_in_.end(), session.connector), session.connector);
    refresh_limits(i);
}

SessionRecord ChargingState::unplug(ConnectorId c, Instant now) { return finish(c, now); }

SessionRecord ChargingState::end_of_horizon(ConnectorId c, Instant now) {
    SessionRecord record = finish(c, now);
    record.complete = false;
    return record;
}

SessionRecord ChargingState::finish(ConnectorId c, Instant now) {
    const std::size_t i = c.index();
    set_power(c, 0.0, 0.0, now);
    Stay& stay = stays_[i];
    stay.occupied = false;
    p_min_[i] = 0.0;
    p_max_[i] = 0.0;
    plugged_in_.erase(std::lower_bound(plugged_in_.begin(), plugged_in_.end(), c));
    return {stay.id,
            population_->sessions[stay.id.index()],
            now,
            soc_[i],
            capacity_[i],
            stay.charged_kwh,
            stay.discharged_kwh,
            stay.stored_kwh,
            stay.released_kwh,
            true};
}

void ChargingState::set_power(ConnectorId c, double p_kw, double q_kvar, Instant now) {
    const std::size_t i = c.index();
    EVSWEEP_EXPECTS(stays_[i].occupied, "only an occupied connector has a setpoint");
    advance(c, now);
    if (q_[i] != q_kvar) {
        reactive_ += (q_kvar != 0.0 ? 1U : 0U);
        reactive_ -= (q_[i] != 0.0 ? 1U : 0U);
        q_[i] = q_kvar;
        sums_.stale = true;
    }
    set_setpoint(i, p_kw);
}

void ChargingState::set_setpoint(std::size_t i, double p_kw) {
    set_active(i, p_kw != 0.0);
    setpoint_[i] = p_kw;
    set_motion(i, p_kw);
    p_[i] = stays_[i].tapering ? std::min(p_kw, stays_[i].taper.limit_kw(soc_[i])) : p_kw;
    sums_.stale = true;
}

void ChargingState::set_motion(std::size_t i, double p_kw) {
    Stay& stay = stays_[i];
    stay.tapering = false;
    if (p_kw < 0.0) {
        const std::size_t v = population_->sessions[stay.id.index()].vehicle.index();
        stay.soc_rate = p_kw * drawn_per_returned_[i] / capacity_[i];
        stay.threshold = stay.floor;
        stay.kind = reserve_[i] > population_->vehicles.lowest_soc[v] ? EventKind::reserve : EventKind::empty;
        return;
    }
    const double taper_start = stay.taper.start_soc(p_kw);
    stay.soc_rate = p_kw * stored_per_drawn_[i] / capacity_[i];
    stay.tapering = p_kw > 0.0 && soc_[i] >= taper_start - soc_rounding;
    const bool knee_ahead = !stay.tapering && taper_start < stay.ceiling;
    stay.threshold = knee_ahead ? taper_start : stay.ceiling;
    stay.kind = knee_ahead ? EventKind::knee : EventKind::full;
}

void ChargingState::set_active(std::size_t i, bool active) {
    std::uint32_t& place = stays_[i].active_place;
    if (active == (place != 0)) return;
    if (active) {
        active_.push_back(static_cast<std::uint32_t>(i));
        place = static_cast<std::uint32_t>(active_.size());
        return;
    }
    const std::uint32_t last = active_.back();
    active_[place - 1] = last;
    stays_[last].active_place = place;
    active_.pop_back();
    place = 0;
}

void ChargingState::advance(ConnectorId c, Instant now) {
    const std::size_t i = c.index();
    if (setpoint_[i] != 0.0)
        move(i, now);
    else
        stays_[i].booked = now;
}

void ChargingState::advance_active(Instant now) {
    for (const std::uint32_t i : active_) move(i, now);
}

void ChargingState::move(std::size_t i, Instant now) {
    Stay& stay = stays_[i];
    EVSWEEP_EXPECTS(now >= stay.booked, "energy is booked forwards in time");
    const double h = hours(now - stay.booked);
    stay.booked = now;
    double soc = stay.tapering ? stay.taper.soc_after(soc_[i], h, stay.full_rate) : soc_[i] + stay.soc_rate * h;
    const double beyond = stay.soc_rate > 0.0 ? soc - stay.threshold : stay.threshold - soc;
    if (beyond > 0.0) {
        const double one_ms = hours(Duration(1)) * std::abs(stay.soc_rate);
        EVSWEEP_EXPECTS(beyond <= one_ms * 1.001 + soc_rounding, "a battery's crossing is crossed before time moves past it");
        soc = stay.threshold;
    }
    book(i, soc);
    if (!stay.tapering) return;
    p_[i] = std::min(setpoint_[i], stay.taper.limit_kw(soc));
    sums_.stale = true;
}

void ChargingState::book(std::size_t i, double new_soc) {
    Stay& stay = stays_[i];
    const double battery_kwh = capacity_[i] * (new_soc - soc_[i]);
    soc_[i] = new_soc;
    if (battery_kwh >= 0.0) {
        const double grid_kwh = battery_kwh / stored_per_drawn_[i];
        stay.stored_kwh += battery_kwh;
        stay.charged_kwh += grid_kwh;
        charged_kwh_ += grid_kwh;
        stored_kwh_ += battery_kwh;
    } else {
        const double grid_kwh = -battery_kwh / drawn_per_returned_[i];
        stay.released_kwh -= battery_kwh;
        stay.discharged_kwh += grid_kwh;
        discharged_kwh_ += grid_kwh;
        released_kwh_ -= battery_kwh;
    }
    refresh_limits(i);
}

void ChargingState::refresh_limits(std::size_t i) {
    const Stay& stay = stays_[i];
    p_max_[i] = soc_[i] < stay.ceiling ? stay.taper.limit_kw(soc_[i]) : 0.0;
    p_min_[i] = soc_[i] > stay.floor ? 0.0 - population_->connectors.discharge_rating[i] : 0.0;
}

std::optional<Crossing> ChargingState::next_crossing(ConnectorId c) const {
    const std::size_t i = c.index();
    const Stay& stay = stays_[i];
    if (!stay.occupied || setpoint_[i] == 0.0) return std::nullopt;
    const double distance = stay.soc_rate > 0.0 ? stay.threshold - soc_[i] : soc_[i] - stay.threshold;
    if (distance <= 0.0) return Crossing{stay.booked, stay.kind};
    const double h =
        stay.tapering ? stay.taper.hours_between(soc_[i], stay.threshold, stay.full_rate) : distance / std::abs(stay.soc_rate);
    const double ms = h * 3'600'000.0;
    if (!(ms < never_ms)) return std::nullopt;
    const auto whole_ms = std::max<std::int64_t>(0, std::llround(std::ceil(ms - ms_rounding)));
    return Crossing{stay.booked + Duration(whole_ms), stay.kind};
}

void ChargingState::cross(ConnectorId c, const Crossing& crossing) {
    const std::size_t i = c.index();
    Stay& stay = stays_[i];
    EVSWEEP_EXPECTS(stay.occupied && setpoint_[i] != 0.0 && stay.kind == crossing.kind,
                    "the threshold that is crossed is the one ahead");
    EVSWEEP_EXPECTS(crossing.at >= stay.booked, "energy is booked forwards in time");
    stay.booked = crossing.at;
    book(i, stay.threshold);
    if (crossing.kind == EventKind::knee)
        set_motion(i, setpoint_[i]);
    else
        set_setpoint(i, 0.0);
}

const ChargingState::Sums& ChargingState::sums() const {
    if (!sums_.stale) return sums_;
    sums_ = Sums{};
    for (const std::uint32_t i : active_) (p_[i] > 0.0 ? sums_.charging_kw : sums_.discharging_kw) += std::abs(p_[i]);
    if (reactive_ > 0)
        for (const ConnectorId c : plugged_in_) sums_.q_kvar += q_[c.index()];
    return sums_;
}

}  // namespace evsweep
