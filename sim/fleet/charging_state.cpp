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
constexpr double ms_per_h = 3'600'000.0;

/// Exact: instants are whole milliseconds far below 2^53.
double ms_of(Instant t) { return static_cast<double>(t.time_since_epoch().count()); }

Instant instant_of(double ms) { return Instant(Duration(static_cast<std::int64_t>(ms))); }

/// The first whole number not below x, for |x| < 2^62; std::ceil is a function call on plain x86-64.
double first_whole(double x) {
    const auto towards_zero = static_cast<double>(static_cast<std::int64_t>(x));
    return towards_zero < x ? towards_zero + 1.0 : towards_zero;
}

}  // namespace

ChargingState::ChargingState(const Population& population, std::span<const Fraction> margins)
    : population_(&population),
      margins_(margins),
      reached_(population.connectors.size() * margins.size()),
      motions_(population.connectors.size()),
      stays_(population.connectors.size()),
      crossings_(population.connectors.size()),
      active_(population.connectors.size()),
      tapering_(population.connectors.size()),
      varying_(population.connectors.size()),
      past_targets_(population.connectors.size(), 0) {
    const std::size_t n = population.connectors.size();
    for (auto* column : {&soc_, &target_, &reserve_, &stored_per_drawn_, &drawn_per_returned_, &taper_knee_, &taper_end_})
        column->resize(n);
    for (auto* column : {&p_, &setpoint_, &p_min_, &p_max_}) column->resize(n);
    q_.resize(n);
    capacity_.resize(n);
    stated_departure_ms_.resize(n);
    past_kwh_.resize(n);
    past_kvarh_.resize(n);
    plugged_in_.reserve(n);
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
    taper_knee_[i] = vehicles.taper_knee[v];
    taper_end_[i] = vehicles.taper_end[v];
    stated_departure_ms_[i] = static_cast<double>(session.stated_departure.time_since_epoch().count());
}

/// The session at a connector with the state of charge that its vehicle came with, and the departure that it states.
Session ChargingState::as_played(std::size_t i) const {
    Session session = population_->sessions[stays_[i].id.index()];
    session.initial_soc = stays_[i].arrival.soc;
    session.stated_departure = instant_of(stated_departure_ms_[i]);
    return session;
}

void ChargingState::plug_in(SessionId id, Instant now, const Arrival& arrival) {
    Session session = population_->sessions[id.index()];
    session.initial_soc = arrival.soc;
    session.stated_departure = session.stated_end(now);
    const Vehicles& vehicles = population_->vehicles;
    const std::size_t i = session.connector.index();
    const std::size_t v = session.vehicle.index();
    EVSWEEP_EXPECTS(!stays_[i].occupied, "a vehicle plugs in at a free connector");
    take_place(i, session);
    const double rating = population_->connectors.charge_rating[i];
    Stay stay;
    stay.id = id;
    stay.begin = now;
    stay.arrival = arrival;
    stay.occupied = true;
    stay.floor_kind = vehicles.reserve_soc[v] > vehicles.lowest_soc[v] ? Threshold::reserve : Threshold::empty;
    stay.ceiling = past_targets_[i] ? vehicles.highest_soc[v] : std::min(session.target_soc, vehicles.highest_soc[v]);
    stay.floor = std::max(vehicles.reserve_soc[v], vehicles.lowest_soc[v]);
    stay.soc_per_kw_ms_drawn = stored_per_drawn_[i] / (capacity_[i] * ms_per_h);
    stay.soc_per_kw_ms_returned = drawn_per_returned_[i] / (capacity_[i] * ms_per_h);
    stay.drawn_kwh_per_soc = capacity_[i] / stored_per_drawn_[i];
    stay.returned_kwh_per_soc = capacity_[i] / drawn_per_returned_[i];
    stay.full_rate = rating * stored_per_drawn_[i] / capacity_[i];
    stay.taper = Taper::of(rating, vehicles.taper_knee[v], vehicles.taper_end[v]);
    stays_[i] = stay;
    std::fill(reached(i).begin(), reached(i).end(), std::nullopt);
    note_levels(i, session.initial_soc, [now](double) { return now; });
    motions_[i] = Motion{.since_ms = ms_of(now), .soc = session.initial_soc, .threshold = session.initial_soc};
    plugged_in_.insert(std::lower_bound(plugged_in_.begin(), plugged_in_.end(), session.connector), session.connector);
    set_limits(i, session.initial_soc);
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
    past_kwh_[i] += stay.rise * stay.drawn_kwh_per_soc - stay.fall * stay.returned_kwh_per_soc;
    past_kvarh_[i] += stay.kvar_ms / ms_per_h;
    return {.id = stay.id,
            .session = as_played(i),
            .end = now,
            .final_soc = soc_[i],
            .capacity_kwh = capacity_[i],
            .charged_kwh = stay.rise * stay.drawn_kwh_per_soc,
            .discharged_kwh = stay.fall * stay.returned_kwh_per_soc,
            .stored_kwh = stay.rise * capacity_[i],
            .released_kwh = stay.fall * capacity_[i],
            .begin = stay.begin,
            .charged_elsewhere_kwh = stay.arrival.charged_elsewhere_kwh,
            .reached = reached(i)};
}

SessionRecord ChargingState::so_far(ConnectorId c, Instant now) const {
    const std::size_t i = c.index();
    const Stay& stay = stays_[i];
    EVSWEEP_EXPECTS(stay.occupied, "a stay is under way where one is asked for");
    const double soc = soc_at(i, ms_of(now)), change = soc - motions_[i].soc;
    const double rise = stay.rise + std::max(0.0, change), fall = stay.fall + std::max(0.0, -change);
    return {.id = stay.id,
            .session = as_played(i),
            .end = now,
            .final_soc = soc,
            .capacity_kwh = capacity_[i],
            .charged_kwh = rise * stay.drawn_kwh_per_soc,
            .discharged_kwh = fall * stay.returned_kwh_per_soc,
            .stored_kwh = rise * capacity_[i],
            .released_kwh = fall * capacity_[i],
            .complete = false,
            .begin = stay.begin,
            .charged_elsewhere_kwh = stay.arrival.charged_elsewhere_kwh};
}

std::span<std::optional<Instant>> ChargingState::reached(std::size_t i) {
    return std::span(reached_).subspan(i * margins_.size(), margins_.size());
}

/// Notes the levels that a stay has come to with `soc`; `when(level)` tells when it was at one. The next level is then the
/// lowest of the others.
template <class When>
void ChargingState::note_levels(std::size_t i, double soc, const When& when) {
    const double target = population_->sessions[stays_[i].id.index()].target_soc;
    double next = HUGE_VAL;
    for (std::size_t k = 0; k < margins_.size(); ++k) {
        std::optional<Instant>& at = reached(i)[k];
        if (at) continue;
        const double level = target - margins_[k].value();
        if (soc >= level)
            at = when(level);
        else
            next = std::min(next, level);
    }
    stays_[i].next_level = next;
}

void ChargingState::set_power(ConnectorId c, double p_kw, double q_kvar, Instant now) {
    const std::size_t i = c.index();
    EVSWEEP_EXPECTS(stays_[i].occupied, "only an occupied connector has a setpoint");
    book(i, now);
    q_[i] = q_kvar;
    set_motion(i, p_kw);
}

void ChargingState::feed_in(ConnectorId c, double p_kw, double q_kvar, double p_min_kw) {
    EVSWEEP_EXPECTS(population_->connectors.is_generator(c), "only a generator feeds in without a battery");
    p_[c.index()] = p_kw;
    q_[c.index()] = q_kvar;
    p_min_[c.index()] = p_min_kw;
}

/// Moves one battery on to `now` under the setpoint in force.
void ChargingState::book(std::size_t i, Instant now) {
    const double now_ms = ms_of(now);
    EVSWEEP_EXPECTS(now_ms >= motions_[i].since_ms, "energy is booked forwards in time");
    EVSWEEP_EXPECTS(now_ms <= crossings_.at_ms(i), "a battery's crossing is crossed before time moves past it");
    land(i, soc_at(i, now_ms), now_ms);
}

/// Books the way to a state of charge, from which the next motion starts.
void ChargingState::land(std::size_t i, double soc, double now_ms) {
    Motion& motion = motions_[i];
    Stay& stay = stays_[i];
    const double change = soc - motion.soc;
    if (change > 0.0) {
        if (soc >= stay.next_level)
            note_levels(i, soc, [&](double level) {
                return instant_of(std::min(now_ms, motion.since_ms + first_whole(rising_ms(i, level))));
            });
        stay.rise += change;
        charged_kwh_.add(change * stay.drawn_kwh_per_soc);
        stored_kwh_.add(change * capacity_[i]);
    } else if (change < 0.0) {
        stay.fall -= change;
        discharged_kwh_.add(-change * stay.returned_kwh_per_soc);
        released_kwh_.add(-change * capacity_[i]);
    }
    stay.kvar_ms += q_[i] * (now_ms - motion.since_ms);
    motion.since_ms = now_ms;
    motion.soc = soc;
    soc_[i] = soc;
    changed_ms_ = now_ms;
}

void ChargingState::set_motion(std::size_t i, double p_kw) {
    Motion& motion = motions_[i];
    const Stay& stay = stays_[i];
    head_for_threshold(i, p_kw);
    setpoint_[i] = p_kw;
    p_[i] = motion.is_tapering ? std::min(p_kw, stay.taper.limit_kw(motion.soc)) : p_kw;
    motion.grid_kw = motion.is_tapering ? 0.0 : p_kw;
    motion.battery_kw = motion.grid_kw * (p_kw < 0.0 ? drawn_per_returned_[i] : stored_per_drawn_[i]);
    crossings_.set(i, crossing_ms(i));
    set_limits(i, motion.soc);
    active_.put(i, p_kw != 0.0 || q_[i] != 0.0);
    tapering_.put(i, motion.is_tapering);
    varying_.put(i, is_varying(i, motion.soc));
    sums_are_stale_ = true;
}

/// Where the battery goes at this setpoint, how fast, and whether the taper holds it back.
void ChargingState::head_for_threshold(std::size_t i, double p_kw) {
    Motion& motion = motions_[i];
    const Stay& stay = stays_[i];
    motion.is_tapering = false;
    motion.threshold = motion.soc;
    motion.soc_per_ms = p_kw * (p_kw < 0.0 ? stay.soc_per_kw_ms_returned : stay.soc_per_kw_ms_drawn);
    if (p_kw < 0.0) motion.threshold = stay.floor;
    if (p_kw > 0.0) {
        const double taper_start = stay.taper.start_soc(p_kw);
        motion.is_tapering = motion.soc >= taper_start - soc_rounding;
        motion.threshold = motion.is_tapering ? stay.ceiling : std::min(taper_start, stay.ceiling);
    }
}

/// How long this motion takes to rise to a state of charge on its way.
double ChargingState::rising_ms(std::size_t i, double to_soc) const {
    const Motion& motion = motions_[i];
    const Stay& stay = stays_[i];
    if (motion.is_tapering) return stay.taper.hours_between(motion.soc, to_soc, stay.full_rate) * ms_per_h;
    return (to_soc - motion.soc) / motion.soc_per_ms;
}

/// Predicts when the motion ends, in whole ms.
double ChargingState::crossing_ms(std::size_t i) const {
    const Motion& motion = motions_[i];
    const Stay& stay = stays_[i];
    if (motion.soc_per_ms == 0.0) return Earliest::never;
    const double distance = motion.soc_per_ms > 0.0 ? motion.threshold - motion.soc : motion.soc - motion.threshold;
    if (distance <= 0.0) return motion.since_ms;
    const double ms = motion.is_tapering ? stay.taper.hours_between(motion.soc, motion.threshold, stay.full_rate) * ms_per_h
                                         : distance / std::abs(motion.soc_per_ms);
    return ms < never_ms ? motion.since_ms + first_whole(ms - ms_rounding) : Earliest::never;
}

/// Whether the limits may still change on the way from this state of charge: above the knee, and where charging begins below
/// the floor or discharging above the ceiling, which are passed without an event.
bool ChargingState::is_varying(std::size_t i, double soc) const {
    const Motion& motion = motions_[i];
    const Stay& stay = stays_[i];
    if (motion.soc_per_ms == 0.0) return false;
    const bool has_bound_ahead = motion.soc_per_ms > 0.0 ? soc <= stay.floor : soc >= stay.ceiling;
    return has_bound_ahead || std::max(soc, motion.threshold) > stay.taper.knee;
}

double ChargingState::soc_at(std::size_t i, double now_ms) const {
    const Motion& motion = motions_[i];
    if (now_ms >= crossings_.at_ms(i)) return motion.threshold;
    if (!motion.is_tapering) return motion.straight_soc(now_ms);
    const Stay& stay = stays_[i];
    const double h = (now_ms - motion.since_ms) / ms_per_h;
    return std::min(stay.taper.soc_after(motion.soc, h, stay.full_rate), motion.threshold);
}

void ChargingState::set_limits(std::size_t i, double soc) {
    const Stay& stay = stays_[i];
    p_max_[i] = soc < stay.ceiling ? stay.taper.limit_kw(soc) : 0.0;
    p_min_[i] = soc > stay.floor ? 0.0 - population_->connectors.discharge_rating[i] : 0.0;
}

std::optional<Crossing> ChargingState::next_crossing() const {
    if (crossings_.first_ms() == Earliest::never) return std::nullopt;
    return next_crossing(ConnectorId(crossings_.first_row()));
}

std::optional<Crossing> ChargingState::next_crossing(ConnectorId c) const {
    const std::size_t i = c.index();
    const Motion& motion = motions_[i];
    const Stay& stay = stays_[i];
    if (crossings_.at_ms(i) == Earliest::never) return std::nullopt;
    const Threshold end_of_charging = motion.threshold < stay.ceiling ? Threshold::knee : Threshold::full;
    return Crossing{c, instant_of(crossings_.at_ms(i)), motion.soc_per_ms > 0.0 ? end_of_charging : stay.floor_kind};
}

void ChargingState::cross(const Crossing& crossing) {
    const std::size_t i = crossing.connector.index();
    EVSWEEP_EXPECTS(ms_of(crossing.at) == crossings_.at_ms(i), "the threshold that is crossed is the one ahead");
    land(i, motions_[i].threshold, ms_of(crossing.at));
    set_motion(i, crossing.kind == Threshold::knee ? setpoint_[i] : 0.0);
}

void ChargingState::expect_nothing_missed(Instant now) const {
    EVSWEEP_EXPECTS(ms_of(now) < crossings_.first_ms(), "a battery's crossing is crossed before anybody looks at the fleet");
}

void ChargingState::refresh_soc(Instant now) {
    expect_nothing_missed(now);
    const double now_ms = ms_of(now);
    for (const std::uint32_t i : active_.members()) soc_[i] = motions_[i].straight_soc(now_ms);
    for (const std::uint32_t i : tapering_.members()) soc_[i] = soc_at(i, now_ms);  // and so in place of a straight one
}

void ChargingState::refresh_power(Instant now) {
    expect_nothing_missed(now);
    const double now_ms = ms_of(now);
    for (std::size_t k = varying_.members().size(); k-- > 0;) {  // backwards: who leaves gives their place to one already seen
        const std::size_t i = varying_.members()[k];
        const double soc = soc_at(i, now_ms);
        set_limits(i, soc);
        if (motions_[i].is_tapering)
            p_[i] = std::min(setpoint_[i], stays_[i].taper.limit_kw(soc));
        else if (!is_varying(i, soc))
            varying_.put(i, false);
    }
}

void ChargingState::refresh_limits(ConnectorId c, Instant now) { set_limits(c.index(), soc_at(c.index(), ms_of(now))); }

double ChargingState::charging_kw() const {
    double kw = sums().charging.grid_kw;
    for (const std::uint32_t i : tapering_.members()) kw += p_[i];
    return kw;
}

const ChargingState::Sums& ChargingState::sums() const {
    if (!sums_are_stale_) return sums_;
    Sums sums;
    for (const std::uint32_t i : active_.members()) {
        const Motion& motion = motions_[i];
        const double ms = changed_ms_ - motion.since_ms;
        if (motion.grid_kw >= 0.0)
            sums.charging.add(motion.grid_kw, motion.battery_kw, ms);
        else
            sums.discharging.add(-motion.grid_kw, -motion.battery_kw, ms);
        sums.q_kvar += q_[i];
    }
    sums_ = sums;
    sums_are_stale_ = false;
    return sums_;
}

FleetEnergy ChargingState::energy(Instant now) const {
    expect_nothing_missed(now);
    const double now_ms = ms_of(now);
    EVSWEEP_EXPECTS(now_ms >= changed_ms_, "the energy of a fleet is told forwards in time");
    const auto& [charging, discharging, q_kvar] = sums();
    const double ms = now_ms - changed_ms_;
    FleetEnergy energy{charged_kwh_.value() + (charging.grid_kw_ms + charging.grid_kw * ms) / ms_per_h,
                       discharged_kwh_.value() + (discharging.grid_kw_ms + discharging.grid_kw * ms) / ms_per_h,
                       stored_kwh_.value() + (charging.battery_kw_ms + charging.battery_kw * ms) / ms_per_h,
                       released_kwh_.value() + (discharging.battery_kw_ms + discharging.battery_kw * ms) / ms_per_h};
    for (const std::uint32_t i : tapering_.members()) {
        const double change = soc_at(i, now_ms) - motions_[i].soc;
        energy.charged_kwh += change * stays_[i].drawn_kwh_per_soc;
        energy.stored_kwh += change * capacity_[i];
    }
    return energy;
}

void ChargingState::put_drawn_kwh(Instant now, std::span<double> by_connector) const {
    expect_nothing_missed(now);
    std::fill(by_connector.begin(), by_connector.end(), 0.0);
    for (const ConnectorId c : plugged_in_) {
        const std::size_t i = c.index();
        const double rise = stays_[i].rise + std::max(0.0, soc_at(i, ms_of(now)) - motions_[i].soc);
        by_connector[i] = rise * stays_[i].drawn_kwh_per_soc;
    }
}

void ChargingState::put_returned_kwh(Instant now, std::span<double> by_connector) const {
    expect_nothing_missed(now);
    std::fill(by_connector.begin(), by_connector.end(), 0.0);
    for (const ConnectorId c : plugged_in_) {
        const std::size_t i = c.index();
        const double fall = stays_[i].fall + std::max(0.0, motions_[i].soc - soc_at(i, ms_of(now)));
        by_connector[i] = fall * stays_[i].returned_kwh_per_soc;
    }
}

void ChargingState::put_net_kwh(Instant now, std::span<double> by_connector) const {
    expect_nothing_missed(now);
    std::copy(past_kwh_.raw().begin(), past_kwh_.raw().end(), by_connector.begin());
    for (const ConnectorId c : plugged_in_) {
        const std::size_t i = c.index();
        const double change = soc_at(i, ms_of(now)) - motions_[i].soc;
        const double rise = stays_[i].rise + std::max(0.0, change), fall = stays_[i].fall + std::max(0.0, -change);
        by_connector[i] += rise * stays_[i].drawn_kwh_per_soc - fall * stays_[i].returned_kwh_per_soc;
    }
}

void ChargingState::put_net_kvarh(Instant now, std::span<double> by_connector) const {
    std::copy(past_kvarh_.raw().begin(), past_kvarh_.raw().end(), by_connector.begin());
    for (const ConnectorId c : plugged_in_) {
        const std::size_t i = c.index();
        by_connector[i] += (stays_[i].kvar_ms + q_[i] * (ms_of(now) - motions_[i].since_ms)) / ms_per_h;
    }
}

}  // namespace evsweep
