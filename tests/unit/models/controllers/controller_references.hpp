/// Controllers written down plainly: every vehicle, every decision, one after the other. Slow and easy to check, they tell
/// what the fast ones must do.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <vector>

#include "controllers/evms/params.hpp"
#include "controllers/fuzzy/surface.hpp"
#include "controllers/threshold_v2g/bands.hpp"
#include "controllers/threshold_v2g/params.hpp"
#include "evsweep/charging_need.hpp"

namespace evsweep::reference {

/// What the plain controllers see: vehicles, and all signals that any of them decides by.
struct Seen : ChargingView {
    explicit Seen(const ChargingView& view) : ChargingView(view) {}
    std::span<const double> voltage_pu{};
    double feeder_head_kw = 0.0, price = 0.0, base_demand_kw = 0.0;
};

/// Subscribes to them.
class Sight {
   public:
    explicit Sight(Exchange& exchange)
        : need_(exchange),
          voltage_(exchange.subscribe(signals::voltage)),
          head_(exchange.subscribe(signals::feeder_head)),
          price_(exchange.subscribe(signals::price)),
          base_(exchange.subscribe(signals::base_demand)) {}

    [[nodiscard]] Seen at(const Turn& turn, const Connection& connection) const {
        Seen seen(need_.at(turn, connection));
        seen.voltage_pu = turn[voltage_];
        seen.feeder_head_kw = turn.value(head_).value();
        seen.price = turn.value(price_).value();
        seen.base_demand_kw = turn.value(base_).value();
        return seen;
    }

   private:
    ChargingNeed need_;
    Subscription<"pu", Extent::connector, Form::present> voltage_;
    Subscription<"kW", Extent::feeder, Form::present> head_;
    Subscription<"currency/kWh", Extent::feeder, Form::present> price_;
    Subscription<"kW", Extent::feeder, Form::present> base_;
};

/// Hours of charging at full power from one state of charge to another. Above the knee the power falls in a straight line over
/// the state of charge, and what is charged there takes the energy over the logarithmic mean of the power at its two ends.
[[nodiscard]] inline double hours_of_charging(const Seen& seen, ConnectorId c, double from, double to) {
    const std::size_t i = c.index();
    const double rating_kw = seen.connectors->charge_rating[i];
    const double full_kw = full_power_kw(seen, c);
    const auto taken_kw = [&](double soc) {
        const double above = std::max(0.0, soc - seen.taper_knee[i]);
        const double left = above > 0.0 ? 1.0 - (1.0 - seen.taper_end[i]) * above / (1.0 - seen.taper_knee[i]) : 1.0;
        return std::min(full_kw, rating_kw * left);
    };
    const double kwh_per_soc = seen.capacity_kwh[i] / seen.stored_per_drawn[i];
    if (taken_kw(to) >= full_kw) return (to - from) * seen.capacity_kwh[i] / seen.stored_per_drawn[i] / full_kw;
    const double falls_from =
        seen.taper_knee[i] + (1.0 - full_kw / rating_kw) * (1.0 - seen.taper_knee[i]) / (1.0 - seen.taper_end[i]);
    const double begin = std::max(from, falls_from);
    const double first_kw = taken_kw(begin), last_kw = taken_kw(to);
    const double mean_kw = (first_kw - last_kw) / (std::log(first_kw) - std::log(last_kw));
    return (begin - from) * kwh_per_soc / full_kw + (to - begin) * kwh_per_soc / mean_kw;
}

[[nodiscard]] inline double hours_needed(const Seen& seen, ConnectorId c) {
    const std::size_t i = c.index();
    return seen.soc[i] < seen.target_soc[i] ? hours_of_charging(seen, c, seen.soc[i], seen.target_soc[i]) : 0.0;
}

[[nodiscard]] inline double hours_to_spare(const Seen& seen, ConnectorId c) {
    return hours(seen.stated_departure(c) - seen.now) - hours_needed(seen, c);
}

/// Of the time to spare, what it takes to return power for a period and to draw it again.
[[nodiscard]] inline double hours_lost(const Seen& seen, ConnectorId c, double returned_kw, double period_h) {
    const std::size_t i = c.index();
    const double top = std::min(seen.soc[i], seen.target_soc[i]);
    const double fall = returned_kw * seen.drawn_per_returned[i] * period_h / seen.capacity_kwh[i];
    return period_h + (fall > 0.0 ? hours_of_charging(seen, c, top - fall, top) : 0.0);
}

/// `threshold_v2g`.
class Threshold final : public Controller {
   public:
    Threshold(const ThresholdParams& params, const Context& context)
        : p_(params), sight_(context.exchange), rng_(context.rng), vehicle_(context.connectors.size()) {}

    [[nodiscard]] Cadence cadence() const override { return {.period = p_.period, .on_plug_in = true}; }

    void decide(Turn& turn, const Connection& connection, Setpoints& setpoints) override {
        const Seen seen = sight_.at(turn, connection);
        for (ConnectorId c : seen.halted) vehicle_[c.index()].action = Action::idle, vehicle_[c.index()].since = seen.now;
        for (ConnectorId c : seen.arrived) {
            vehicle_[c.index()] = {.since = seen.now - p_.dwell, .draws = vehicle_[c.index()].draws};
            charge_if_critical(seen, setpoints, c);
        }
        if (seen.now.time_since_epoch() % p_.period != Duration::zero()) return;
        head_ = head_band().opinion(seen.feeder_head_kw, head_);
        price_ = price_band().opinion(seen.price, price_);
        std::vector<Claim> raises, reductions;
        for (ConnectorId c : seen.plugged_in) consider(seen, setpoints, c, raises, reductions);
        if (p_.release == Release::ordered) {
            keep_first(raises, [](const Claim& a, const Claim& b) { return a.laxity_h < b.laxity_h; });
            keep_first(reductions, [](const Claim& a, const Claim& b) { return a.laxity_h > b.laxity_h; });
        }
        for (const auto& claims : {raises, reductions})
            for (const Claim& claim : claims) act(seen, setpoints, claim.connector, claim.wish);
    }

   private:
    struct Vehicle {
        Action action = Action::idle;
        Action voltage = Action::idle;
        Action pending = Action::idle;
        bool is_critical = false;
        Instant since{};
        std::optional<Instant> due{};
        std::uint32_t draws = 0;
    };
    struct Claim {
        double laxity_h;
        ConnectorId connector;
        Action wish;
    };

    [[nodiscard]] Band head_band() const {
        if (!p_.watches(ThresholdSignal::feeder_head)) return always_charge;
        return {p_.head_low->value(), p_.head_high->value(), p_.head_hysteresis.value(), Band::Trouble::high};
    }
    [[nodiscard]] Band price_band() const {
        if (!p_.watches(ThresholdSignal::price)) return always_charge;
        return {p_.price_low->value(), p_.price_high->value(), p_.price_hysteresis.value(), Band::Trouble::high};
    }
    [[nodiscard]] Band voltage_band() const {
        return {p_.voltage_low.value(), p_.voltage_high.value(), p_.voltage_hysteresis.value(), Band::Trouble::low};
    }

    void consider(const Seen& seen, Setpoints& setpoints, ConnectorId c, std::vector<Claim>& raises,
                  std::vector<Claim>& reductions) {
        Vehicle& v = vehicle_[c.index()];
        v.voltage = voltage_band().opinion(seen.voltage_pu[c.index()], v.voltage);
        charge_if_critical(seen, setpoints, c);
        if (v.is_critical) return;
        Action wish = std::min(head_, price_);
        if (p_.watches(ThresholdSignal::voltage)) wish = std::min(wish, v.voltage);
        if (wish == Action::charge && seen.p_max_kw[c.index()] <= 0.0) wish = Action::idle;
        if (!may_discharge(seen, c)) {
            if (v.action == Action::discharge) act(seen, setpoints, c, Action::idle);
            if (wish == Action::discharge) wish = Action::idle;
        }
        if (wish == v.action) {
            v.due.reset();
            return;
        }
        if (!v.due || v.pending != wish) {
            v.pending = wish;
            v.due = seen.now;
            if (p_.release == Release::random)
                *v.due += from_hours(
                    rng_.uniform(Purpose("threshold_v2g.release_delay"), static_cast<std::uint32_t>(c.index()), v.draws++) *
                    hours(p_.release_spread));
        }
        if (seen.now >= *v.due && seen.now - v.since >= p_.dwell)
            (wish > v.action ? raises : reductions).push_back({hours_to_spare(seen, c), c, wish});
    }

    [[nodiscard]] bool may_discharge(const Seen& seen, ConnectorId c) const {
        const std::size_t i = c.index();
        const double returned_kw = full_return_kw(seen, c);
        const double period_h = hours(p_.period);
        const double reserve = std::max(p_.reserve_soc.value(), seen.reserve_soc[i]);
        if (returned_kw <= 0.0 || seen.p_min_kw[i] >= 0.0) return false;
        if (hours_to_spare(seen, c) - hours_lost(seen, c, returned_kw, period_h) <= hours(p_.departure_margin)) return false;
        if (vehicle_[i].action != Action::discharge && seen.soc[i] <= reserve + p_.reserve_margin.value()) return false;
        const double after = seen.soc[i] - returned_kw * seen.drawn_per_returned[i] * period_h / seen.capacity_kwh[i];
        return p_.reserve_soc.value() <= seen.reserve_soc[i] || after >= p_.reserve_soc.value();
    }

    template <class Before>
    void keep_first(std::vector<Claim>& claims, Before before) const {
        std::stable_sort(claims.begin(), claims.end(), before);  // claims come by ascending connector
        claims.resize(std::min(claims.size(), static_cast<std::size_t>(p_.release_count)), Claim{});
    }

    void act(const Seen& seen, Setpoints& setpoints, ConnectorId c, Action action) {
        Vehicle& v = vehicle_[c.index()];
        v.action = action;
        v.since = seen.now;
        v.due.reset();
        double wish_kw = 0.0;
        if (action == Action::charge) wish_kw = full_power_kw(seen, c);
        if (action == Action::discharge) wish_kw = -full_return_kw(seen, c);
        setpoints.set(c, Kilowatts(seen.admissible_kw(c, wish_kw)));
    }

    void charge_if_critical(const Seen& seen, Setpoints& setpoints, ConnectorId c) {
        Vehicle& v = vehicle_[c.index()];
        if (v.is_critical || needed_kwh(seen, c) <= 0.0) return;
        if (hours_to_spare(seen, c) - hours(p_.period) > hours(p_.departure_margin)) return;
        v.is_critical = true;
        act(seen, setpoints, c, Action::charge);
    }

    /// A band that any number is below: the opinion of a signal that nobody watches.
    static constexpr Band always_charge{1e300, 2e300, 0.0, Band::Trouble::high};

    ThresholdParams p_;
    Sight sight_;
    Rng rng_;
    std::vector<Vehicle> vehicle_;
    Action head_ = Action::idle, price_ = Action::idle;
};

/// `fuzzy` on a given surface, with the feeder-head power as a share of `load_reference_kw` for its stress.
class Fuzzy final : public Controller {
   public:
    struct Settings {
        std::shared_ptr<const FuzzySurface> surface;
        double load_reference_kw = 1.0;
        double approach = 0.2;  ///< per minute
        double deadband = 0.05;
        Duration period = std::chrono::minutes(1);
    };
    Fuzzy(Settings settings, const Context& context) : s_(std::move(settings)), sight_(context.exchange) {}

    [[nodiscard]] Cadence cadence() const override { return {.period = s_.period, .on_plug_in = true}; }

    void decide(Turn& turn, const Connection& connection, Setpoints& setpoints) override {
        const Seen seen = sight_.at(turn, connection);
        const bool on_grid = seen.now.time_since_epoch() % s_.period == Duration::zero();
        for (ConnectorId c : seen.arrived) share_[c] = 0.0, since_[c] = seen.now - std::chrono::minutes(1);
        for (ConnectorId c : on_grid ? seen.plugged_in : seen.arrived) {
            const double before_kw = setpoints.p_kw(c);
            const double power_kw = seen.admissible_kw(c, wished_kw(seen, c));
            const double full_kw = power_kw < 0.0 ? full_return_kw(seen, c) : full_power_kw(seen, c);
            const bool is_end = power_kw == 0.0 || std::abs(power_kw) >= full_kw;
            if (is_end || std::abs(power_kw - before_kw) >= s_.deadband * full_kw) setpoints.set(c, Kilowatts(power_kw));
        }
    }

   private:
    double wished_kw(const Seen& seen, ConnectorId c) {
        const std::size_t i = c.index();
        double& share = share_[c];
        const double minutes = 60.0 * hours(seen.now - since_[c]);
        since_[c] = seen.now;
        const double needed = hours_needed(seen, c);
        const double left = hours(seen.stated_departure(c) - seen.now);
        if (needed > 0.0 && needed >= left - hours(s_.period)) {
            share = 1.0;
            return full_power_kw(seen, c);
        }
        const double pressure = needed > 0.0 ? needed / left : 0.0;
        const double stress = seen.feeder_head_kw / s_.load_reference_kw;
        share += (1.0 - std::exp(minutes * std::log(1.0 - s_.approach))) *
                 (s_.surface->power({seen.voltage_pu[i], seen.soc[i], pressure, stress}) - share);
        if (std::abs(share) < s_.deadband) return 0.0;
        if (share > 0.0) return share * full_power_kw(seen, c);
        const double returned_kw = -share * full_return_kw(seen, c);
        const double spare = left - hours(s_.period) - needed;
        return spare > hours_lost(seen, c, returned_kw, hours(s_.period)) ? -returned_kw : 0.0;
    }

    Settings s_;
    Sight sight_;
    std::map<ConnectorId, double> share_;
    std::map<ConnectorId, Instant> since_;  ///< the last decision
};

/// `evms`, in its reading `net_demand`: the six steps, each searching the whole fleet.
class Evms final : public Controller {
   public:
    Evms(const EvmsParams& params, const Context& context)
        : p_(params), sight_(context.exchange), vehicle_(context.connectors.size()) {}

    [[nodiscard]] Cadence cadence() const override { return {.period = p_.period}; }

    void decide(Turn& turn, const Connection& connection, Setpoints& setpoints) override {
        const Seen seen = sight_.at(turn, connection);
        seen_ = &seen, setpoints_ = &setpoints;
        for (ConnectorId c : seen.left) vehicle_[c.index()] = {};
        for (const auto& changed : {seen.halted, seen.arrived})
            for (ConnectorId c : changed) rest(c);
        if (seen.base_demand_kw > p_.peak_setpoint.value()) is_peak_ = true;
        if (seen.base_demand_kw < (p_.peak_setpoint - p_.peak_release).value()) is_peak_ = false;
        const bool admits = !is_peak_ && is_within(seen.calendar.time_of_day(seen.now), p_.charging_from, p_.charging_until);
        charge_the_critical();
        while (net_kw() > p_.cap.value()) {
            const auto c = best(State::charging, [&](ConnectorId k) { return hours_to_spare(seen, k); });
            if (!c || hours_to_spare(seen, *c) <= hours(p_.pause_laxity)) break;
            rest(*c);
        }
        while (is_peak_ && net_kw() > p_.peak_setpoint.value()) {
            const auto c = best(State::resting, [&](ConnectorId k) { return may_return(k) ? spare_kwh(k) : never; });
            if (!c) break;
            start(*c, State::returning, -full_return_kw(seen, *c));
        }
        while (const auto c = best(State::returning, [&](ConnectorId k) { return vehicle_[k.index()].started; })) {
            const double rating_kw = -setpoints.p_kw(*c);
            if (net_kw() + rating_kw > p_.peak_setpoint.value() - (is_peak_ ? rating_kw : 0.0)) break;
            rest(*c);
        }
        while (admits) {
            const auto c = neediest();
            if (!c || net_kw() + full_power_kw(seen, *c) > p_.cap.value()) break;
            start(*c, State::charging, full_power_kw(seen, *c));
        }
    }

   private:
    enum class State { away, resting, charging, returning };
    struct Vehicle {
        State state = State::away;
        double start_by_h = 0.0;  ///< while it rests: when charging must start
        double started = 0.0;     ///< rank among all starts
    };
    static constexpr double never = -std::numeric_limits<double>::infinity();

    /// The connector in this state with the largest score above `never`; of equal ones the first.
    template <class Score>
    std::optional<ConnectorId> best(State state, Score score) const {
        std::optional<ConnectorId> found;
        for (ConnectorId c : seen_->plugged_in)
            if (vehicle_[c.index()].state == state && score(c) > (found ? score(*found) : never)) found = c;
        return found;
    }
    [[nodiscard]] std::optional<ConnectorId> neediest() const {
        return best(State::resting,
                    [&](ConnectorId k) { return needed_kwh(*seen_, k) > 0.0 ? -vehicle_[k.index()].start_by_h : never; });
    }
    [[nodiscard]] double net_kw() const {
        double net_kw = seen_->base_demand_kw;
        for (ConnectorId c : seen_->plugged_in) net_kw += setpoints_->p_kw(c);
        return net_kw;
    }
    [[nodiscard]] double spare_kwh(ConnectorId c) const {
        return (seen_->soc[c.index()] - seen_->reserve_soc[c.index()]) * seen_->capacity_kwh[c.index()];
    }
    [[nodiscard]] bool can_spare_a_period(ConnectorId c) const {
        const double cost_h = hours_lost(*seen_, c, full_return_kw(*seen_, c), hours(p_.period));
        return hours_to_spare(*seen_, c) - cost_h > hours(p_.override_laxity);
    }
    [[nodiscard]] bool may_return(ConnectorId c) const {
        const bool is_above = seen_->soc[c.index()] > seen_->reserve_soc[c.index()] + p_.soc_margin.value();
        const double full_kw = full_return_kw(*seen_, c);
        return is_above && full_kw > 0.0 && can_spare_a_period(c) && seen_->admissible_kw(c, -full_kw) < 0.0;
    }
    void charge_the_critical() {
        for (ConnectorId c : seen_->plugged_in)
            if (vehicle_[c.index()].state == State::returning && !can_spare_a_period(c))
                start(c, State::charging, full_power_kw(*seen_, c));
        const double start_by = hours((seen_->now + p_.override_laxity).time_since_epoch());
        while (const auto c = neediest()) {
            if (vehicle_[c->index()].start_by_h > start_by) return;
            start(*c, State::charging, full_power_kw(*seen_, *c));
        }
    }
    void rest(ConnectorId c) {
        setpoints_->set(c, {});
        vehicle_[c.index()] = {State::resting, hours(seen_->now.time_since_epoch()) + hours_to_spare(*seen_, c), 0.0};
    }
    void start(ConnectorId c, State state, double wish_kw) {
        vehicle_[c.index()].state = state;
        vehicle_[c.index()].started = ++starts_;
        setpoints_->set(c, Kilowatts(seen_->admissible_kw(c, wish_kw)));
    }

    EvmsParams p_;
    Sight sight_;
    std::vector<Vehicle> vehicle_;
    bool is_peak_ = false;
    double starts_ = 0.0;
    const Seen* seen_ = nullptr;
    Setpoints* setpoints_ = nullptr;
};

}  // namespace evsweep::reference
