/// The controller `threshold_v2g` written down plainly: every vehicle at every decision. Read it first; the fast form beside it
/// decides the same, to the bit, and is tested against it.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "controllers/threshold_v2g/bands.hpp"
#include "controllers/threshold_v2g/view.hpp"
#include "evsweep/rng.hpp"

namespace evsweep {

/// Each vehicle follows the combined opinion of the watched signals: discharge if any says so, charge if all do. It keeps an
/// action for the dwell time, follows a change after its own random delay (or in order of need, a few per decision), and from the
/// moment when waiting longer would cost its target it charges at full power to the end.
class PlainThreshold final : public Controller {
   public:
    PlainThreshold(const ThresholdParams& params, const Context& context)
        : p_(params), signals_(params, context.exchange), rng_(context.rng), vehicle_(context.connectors.size()) {}

    [[nodiscard]] Cadence cadence() const override { return {.period = p_.period, .on_plug_in = true}; }

    void decide(Turn& turn, const Connection& connection, Setpoints& setpoints) override {
        const ThresholdView seen = signals_.at(turn, connection);
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

    void consider(const ThresholdView& seen, Setpoints& setpoints, ConnectorId c, std::vector<Claim>& raises,
                  std::vector<Claim>& reductions) {
        Vehicle& v = vehicle_[c.index()];
        if (p_.watches(ThresholdSignal::voltage)) v.voltage = voltage_band().opinion(seen.voltage_pu[c.index()], v.voltage);
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
            (wish > v.action ? raises : reductions).push_back({laxity_h(seen, c), c, wish});
    }

    [[nodiscard]] bool may_discharge(const ThresholdView& seen, ConnectorId c) const {
        const std::size_t i = c.index();
        const double returned_kw = full_return_kw(seen, c);
        const double period_h = hours(p_.period);
        const double reserve = std::max(p_.reserve_soc.value(), seen.reserve_soc[i]);
        if (returned_kw <= 0.0 || seen.p_min_kw[i] >= 0.0) return false;
        if (laxity_h(seen, c) - laxity_cost_h(seen, c, returned_kw, period_h) <= hours(p_.departure_margin)) return false;
        if (vehicle_[i].action != Action::discharge && seen.soc[i] <= reserve + p_.reserve_margin.value()) return false;
        const double after = seen.soc[i] - returned_kw * seen.drawn_per_returned[i] * period_h / seen.capacity_kwh[i];
        return p_.reserve_soc.value() <= seen.reserve_soc[i] || after >= p_.reserve_soc.value();
    }

    template <class Before>
    void keep_first(std::vector<Claim>& claims, Before before) const {
        std::stable_sort(claims.begin(), claims.end(), before);  // claims come by ascending connector
        claims.resize(std::min(claims.size(), static_cast<std::size_t>(p_.release_count)), Claim{});
    }

    void act(const ThresholdView& seen, Setpoints& setpoints, ConnectorId c, Action action) {
        Vehicle& v = vehicle_[c.index()];
        v.action = action;
        v.since = seen.now;
        v.due.reset();
        double wish_kw = 0.0;
        if (action == Action::charge) wish_kw = full_power_kw(seen, c);
        if (action == Action::discharge) wish_kw = -full_return_kw(seen, c);
        setpoints.set(c, Kilowatts(seen.admissible_kw(c, wish_kw)));
    }

    void charge_if_critical(const ThresholdView& seen, Setpoints& setpoints, ConnectorId c) {
        Vehicle& v = vehicle_[c.index()];
        if (v.is_critical || needed_kwh(seen, c) <= 0.0) return;
        if (laxity_h(seen, c) - hours(p_.period) > hours(p_.departure_margin)) return;
        v.is_critical = true;
        act(seen, setpoints, c, Action::charge);
    }

    /// A band that any number is below: the opinion of a signal that nobody watches.
    static constexpr Band always_charge{1e300, 2e300, 0.0, Band::Trouble::high};

    ThresholdParams p_;
    ThresholdSignals signals_;
    Rng rng_;
    std::vector<Vehicle> vehicle_;
    Action head_ = Action::idle, price_ = Action::idle;
};

}  // namespace evsweep
