/// The controller `evms` written down plainly: every step searches the whole fleet. Read it first; the fast form beside it keeps
/// lists in order, and is tested against it.
#pragma once

#include <limits>
#include <optional>
#include <vector>

#include "controllers/evms/view.hpp"

namespace evsweep {

/// The reading `net_demand`: the six steps of `NetDemandRule`, each searching the whole fleet.
class PlainEvms final : public Controller {
   public:
    PlainEvms(const EvmsParams& params, const Context& context)
        : p_(params),
          need_(context.exchange),
          base_demand_(context.exchange.subscribe(signals::base_demand)),
          vehicle_(context.connectors.size()) {}

    [[nodiscard]] Cadence cadence() const override { return {.period = p_.period}; }

    void decide(Turn& turn, const Connection& connection, Setpoints& setpoints) override {
        EvmsView seen(need_.at(turn, connection));
        seen.base_demand_kw = turn.value(base_demand_).value();
        seen_ = &seen, setpoints_ = &setpoints;
        for (ConnectorId c : seen.left) vehicle_[c.index()] = {};
        for (const auto& changed : {seen.halted, seen.arrived})
            for (ConnectorId c : changed) rest(c);
        if (seen.base_demand_kw > p_.peak_setpoint.value()) is_peak_ = true;
        if (seen.base_demand_kw < (p_.peak_setpoint - p_.peak_release).value()) is_peak_ = false;
        const bool admits = !is_peak_ && is_within(seen.calendar.time_of_day(seen.now), p_.charging_from, p_.charging_until);
        charge_the_critical();
        while (net_kw() > p_.cap.value()) {
            const auto c = best(State::charging, [&](ConnectorId k) { return laxity_h(seen, k); });
            if (!c || laxity_h(seen, *c) <= hours(p_.pause_laxity)) break;
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
        const double cost_h = laxity_cost_h(*seen_, c, full_return_kw(*seen_, c), hours(p_.period));
        return laxity_h(*seen_, c) - cost_h > hours(p_.override_laxity);
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
        vehicle_[c.index()] = {State::resting, hours(seen_->now.time_since_epoch()) + laxity_h(*seen_, c), 0.0};
    }
    void start(ConnectorId c, State state, double wish_kw) {
        vehicle_[c.index()].state = state;
        vehicle_[c.index()].started = ++starts_;
        setpoints_->set(c, Kilowatts(seen_->admissible_kw(c, wish_kw)));
    }

    EvmsParams p_;
    ChargingNeed need_;
    Subscription<"kW", Extent::feeder, Form::present> base_demand_;
    std::vector<Vehicle> vehicle_;
    bool is_peak_ = false;
    double starts_ = 0.0;
    const EvmsView* seen_ = nullptr;
    Setpoints* setpoints_ = nullptr;
};

}  // namespace evsweep
