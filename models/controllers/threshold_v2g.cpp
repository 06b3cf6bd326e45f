/// The controller `threshold_v2g`: charge, idle and discharge bands on signals that every charger can see.
#include <algorithm>
#include <optional>
#include <vector>

#include "controllers/need.hpp"
#include "controllers/threshold_params.hpp"
#include "controllers/threshold_signals.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {

namespace {

/// Each vehicle follows the combined opinion of the watched signals: discharge if any says so, charge if all do.
/// It keeps an action for the dwell time, follows a change after its own random delay (or in order of need, a few per
/// decision), and from the moment when waiting longer would cost its target it charges at full power to the end.
class ThresholdV2g final : public Controller {
   public:
    static constexpr std::string_view name = "threshold_v2g";
    static const Schema<ThresholdParams>& schema() { return ThresholdParams::schema(); }

    ThresholdV2g(const ThresholdParams& params, const Context& context);

    [[nodiscard]] Needs needs() const override;
    [[nodiscard]] Cadence cadence() const override { return {.period = params_.period, .on_plug_in = true}; }
    void decide(const Observation& seen, Setpoints& setpoints) override;

   private:
    struct Vehicle {
        Action action = Action::idle;
        Action voltage_opinion = Action::idle;
        Action pending = Action::idle;  ///< the change that `due` belongs to
        bool is_critical = false;       ///< charges to the end whatever the signals say
        Instant since{};                ///< of the present action
        std::optional<Instant> due{};   ///< when a pending change may happen
        std::uint32_t draws = 0;
    };
    struct Claim {
        double laxity_h;
        ConnectorId connector;
        Action wish;
    };

    void take_note(const Observation& seen, Setpoints& setpoints);
    void watch_signals(const Observation& seen);
    [[nodiscard]] Action wish_of(const Observation& seen, ConnectorId c);
    [[nodiscard]] bool may_discharge(const Observation& seen, ConnectorId c, double laxity) const;
    void consider(const Observation& seen, Setpoints& setpoints, ConnectorId c);
    void wait_for_turn(const Observation& seen, ConnectorId c, Action wish);
    void grant_claims(const Observation& seen, Setpoints& setpoints);
    void act(const Observation& seen, Setpoints& setpoints, ConnectorId c, Action action);
    void charge_if_critical(const Observation& seen, Setpoints& setpoints, ConnectorId c);

    ThresholdParams params_;
    Rng rng_;
    Band voltage_band_, head_band_, price_band_;
    Action head_opinion_ = Action::idle;
    Action price_opinion_ = Action::idle;
    bool by_voltage_, by_head_, by_price_;
    std::vector<Vehicle> vehicle_;            ///< by connector
    std::vector<Claim> raises_, reductions_;  ///< changes towards charging and away from it that may happen now
};

constexpr Purpose release_delay{"threshold_v2g.release_delay"};

ThresholdV2g::ThresholdV2g(const ThresholdParams& params, const Context& context)
    : params_(params),
      rng_(context.rng),
      voltage_band_{params.voltage_low.value(), params.voltage_high.value(), params.voltage_hysteresis.value(),
                    Band::Trouble::low},
      head_band_{params.head_low.value_or(Kilowatts{}).value(), params.head_high.value_or(Kilowatts{}).value(),
                 params.head_hysteresis.value(), Band::Trouble::high},
      price_band_{params.price_low.value_or(Price{}).value(), params.price_high.value_or(Price{}).value(),
                  params.price_hysteresis.value(), Band::Trouble::high},
      by_voltage_(params.watches(ThresholdSignal::voltage)),
      by_head_(params.watches(ThresholdSignal::feeder_head)),
      by_price_(params.watches(ThresholdSignal::price)),
      vehicle_(context.connectors->size()) {
    raises_.reserve(vehicle_.size());
    reductions_.reserve(vehicle_.size());
}

Needs ThresholdV2g::needs() const {
    Needs needs{Need::state_of_charge, Need::session};
    if (by_voltage_) needs.insert(Need::voltage);
    if (by_head_) needs.insert(Need::feeder_head);
    if (by_price_) needs.insert(Need::price);
    return needs;
}

void ThresholdV2g::decide(const Observation& seen, Setpoints& setpoints) {
    take_note(seen, setpoints);
    if (seen.now.time_since_epoch() % params_.period != Duration::zero()) return;  // a plug-in between decisions
    watch_signals(seen);
    raises_.clear();
    reductions_.clear();
    for (ConnectorId c : seen.plugged_in) consider(seen, setpoints, c);
    grant_claims(seen, setpoints);
}

void ThresholdV2g::take_note(const Observation& seen, Setpoints& setpoints) {
    for (ConnectorId c : seen.halted) {
        vehicle_[c.index()].action = Action::idle;
        vehicle_[c.index()].since = seen.now;
    }
    for (ConnectorId c : seen.arrived) {
        const std::uint32_t draws = vehicle_[c.index()].draws;  // a connector's delays go on where its last stay ended
        vehicle_[c.index()] = Vehicle{};
        vehicle_[c.index()].draws = draws;
        vehicle_[c.index()].since = seen.now - params_.dwell;
        charge_if_critical(seen, setpoints, c);
    }
}

void ThresholdV2g::watch_signals(const Observation& seen) {
    if (by_head_) head_opinion_ = head_band_.opinion(seen.feeder_head_kw, head_opinion_);
    if (by_price_) price_opinion_ = price_band_.opinion(seen.price, price_opinion_);
    if (!by_voltage_) return;
    for (ConnectorId c : seen.plugged_in) {
        Vehicle& v = vehicle_[c.index()];
        v.voltage_opinion = voltage_band_.opinion(seen.voltage_pu[c.index()], v.voltage_opinion);
    }
}

/// The lowest of the watched opinions: discharge wins over idle, idle over charge.
Action ThresholdV2g::wish_of(const Observation& seen, ConnectorId c) {
    Action wish = Action::charge;
    if (by_head_) wish = std::min(wish, head_opinion_);
    if (by_price_) wish = std::min(wish, price_opinion_);
    if (by_voltage_) wish = std::min(wish, vehicle_[c.index()].voltage_opinion);
    if (wish == Action::charge && seen.p_max_kw[c.index()] <= 0.0) wish = Action::idle;
    return wish;
}

/// Whether a period of discharging leaves the reserve and the target within reach.
bool ThresholdV2g::may_discharge(const Observation& seen, ConnectorId c, double laxity) const {
    const std::size_t i = c.index();
    const double returned_kw = full_return_kw(seen, c);
    if (returned_kw <= 0.0 || seen.p_min_kw[i] >= 0.0) return false;
    const double period_h = hours(params_.period);
    if (laxity - laxity_cost_h(seen, c, returned_kw, period_h) <= hours(params_.departure_margin)) return false;
    if (vehicle_[i].action != Action::discharge)
        return seen.soc[i] > std::max(params_.reserve_soc.value(), seen.reserve_soc[i]) + params_.reserve_margin.value();
    if (params_.reserve_soc.value() <= seen.reserve_soc[i]) return true;  // the battery itself stops at its reserve
    const double drawn = returned_kw * seen.drawn_per_returned[i] * period_h / seen.capacity_kwh[i];
    return seen.soc[i] - drawn >= params_.reserve_soc.value();
}

void ThresholdV2g::consider(const Observation& seen, Setpoints& setpoints, ConnectorId c) {
    charge_if_critical(seen, setpoints, c);
    Vehicle& v = vehicle_[c.index()];
    if (v.is_critical) return;
    const double laxity = laxity_h(seen, c);
    Action wish = wish_of(seen, c);
    const bool is_barred = (wish == Action::discharge || v.action == Action::discharge) && !may_discharge(seen, c, laxity);
    if (is_barred && v.action == Action::discharge) act(seen, setpoints, c, Action::idle);
    if (is_barred && wish == Action::discharge) wish = Action::idle;
    if (wish == v.action) {
        v.due.reset();
        return;
    }
    wait_for_turn(seen, c, wish);
    if (seen.now < *v.due || seen.now - v.since < params_.dwell) return;
    (wish > v.action ? raises_ : reductions_).push_back({laxity, c, wish});
}

/// Gives a change that has just come up the instant from which it may happen.
void ThresholdV2g::wait_for_turn(const Observation& seen, ConnectorId c, Action wish) {
    Vehicle& v = vehicle_[c.index()];
    if (v.due && v.pending == wish) return;
    v.pending = wish;
    v.due = seen.now;
    if (params_.release == Release::ordered) return;
    const double share = rng_.uniform(release_delay, static_cast<std::uint32_t>(c.index()), v.draws++);
    *v.due += from_hours(share * hours(params_.release_spread));
}

/// Random release: every claim has waited for its own turn. Ordered: raises by least laxity, reductions by most.
void ThresholdV2g::grant_claims(const Observation& seen, Setpoints& setpoints) {
    if (params_.release == Release::ordered) {
        const auto sooner = [](const Claim& a, const Claim& b) {
            return a.laxity_h != b.laxity_h ? a.laxity_h < b.laxity_h : a.connector < b.connector;
        };
        const auto later = [](const Claim& a, const Claim& b) {
            return a.laxity_h != b.laxity_h ? a.laxity_h > b.laxity_h : a.connector < b.connector;
        };
        const auto count = static_cast<std::size_t>(params_.release_count);
        const auto cut = [count](std::vector<Claim>& claims, auto order) {
            const std::size_t granted = std::min(count, claims.size());
            std::partial_sort(claims.begin(), claims.begin() + static_cast<std::ptrdiff_t>(granted), claims.end(), order);
            claims.resize(granted, Claim{});
        };
        cut(raises_, sooner);
        cut(reductions_, later);
    }
    for (const Claim& claim : raises_) act(seen, setpoints, claim.connector, claim.wish);
    for (const Claim& claim : reductions_) act(seen, setpoints, claim.connector, claim.wish);
}

void ThresholdV2g::act(const Observation& seen, Setpoints& setpoints, ConnectorId c, Action action) {
    Vehicle& v = vehicle_[c.index()];
    v.action = action;
    v.since = seen.now;
    v.due.reset();
    double wish_kw = 0.0;
    if (action == Action::charge) wish_kw = full_power_kw(seen, c);
    if (action == Action::discharge) wish_kw = -full_return_kw(seen, c);
    setpoints.set(c, seen.admissible_kw(c, wish_kw));
}

/// Starts charging to the end when, by the next decision, no more than the margin could be spared.
void ThresholdV2g::charge_if_critical(const Observation& seen, Setpoints& setpoints, ConnectorId c) {
    Vehicle& v = vehicle_[c.index()];
    if (v.is_critical || needed_kwh(seen, c) <= 0.0) return;
    if (laxity_h(seen, c) - hours(params_.period) > hours(params_.departure_margin)) return;
    v.is_critical = true;
    act(seen, setpoints, c, Action::charge);
}

const bool registered = add_plugin<Controller, ThresholdV2g>();

}  // namespace

}  // namespace evsweep
