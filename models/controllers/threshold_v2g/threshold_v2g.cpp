/// The controller `threshold_v2g`: charge, idle and discharge bands on signals that every charger can see.
#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "controllers/threshold_v2g/bands.hpp"
#include "controllers/threshold_v2g/view.hpp"
#include "evsweep/draw_keys.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {

namespace {

/// Each vehicle follows the combined opinion of the watched signals: discharge if any says so, charge if all do.
/// It keeps an action for the dwell time, follows a change after its own random delay (or in order of need, a few per
/// decision), and from the moment when waiting longer would cost its target it charges at full power to the end.
///
/// A vehicle is looked at only when something may have changed for it: its battery ended a setpoint, a signal changed
/// its opinion, or the instant has come that `next_look` gave at the last look. So a quiet decision costs next to nothing.
class ThresholdV2g final : public Controller {
   public:
    static constexpr std::string_view name = "threshold_v2g";
    static constexpr Trial trials[] = {
        {""},
        {"{signals: [feeder_head], head_low: 3000 kW, head_high: 3150 kW, release: ordered}"},
        {"{signals: [price, voltage], price_low: 0.18 $/kWh, price_high: 0.25 $/kWh, dwell: 0 s}"}};
    static const Schema<ThresholdParams>& schema() { return ThresholdParams::schema(); }

    ThresholdV2g(const ThresholdParams& params, const Context& context);

    [[nodiscard]] Cadence cadence() const override { return {.period = params_.period, .on_plug_in = true}; }
    void decide(Turn& turn, const Connection& connection, Setpoints& setpoints) override;

   private:
    struct Vehicle {
        Action action = Action::idle;
        Action pending = Action::idle;        ///< the change that `due` belongs to
        bool is_critical = false;             ///< charges to the end whatever the signals say
        Instant since{};                      ///< of the present action
        std::optional<Instant> due{};         ///< when a pending change may happen
        Instant calm_until = Instant::min();  ///< it cannot become critical before; unknown while it discharges
        std::uint32_t draws = 0;
        // Of the stay:
        double return_kw = 0.0;  ///< full power returned
        bool tapers = false;     ///< before its target
        double cost_h = 0.0;     ///< by how many hours a period of it shrinks laxity; the most where it tapers
        double drawn_soc = 0.0;  ///< the state of charge that a period of it takes
    };
    struct Claim {
        double laxity_h;
        ConnectorId connector;
        Action wish;
    };

    void take_note(const ThresholdView& seen, Setpoints& setpoints);
    void watch_signals(const ThresholdView& seen);
    void watch_voltage(const ThresholdView& seen);
    void look_now(ConnectorId c);
    [[nodiscard]] Action wish_of(const ThresholdView& seen, ConnectorId c) const;
    [[nodiscard]] double cost_h(const ThresholdView& seen, ConnectorId c) const;
    [[nodiscard]] bool may_discharge(const ThresholdView& seen, ConnectorId c) const;
    void arrive(const ThresholdView& seen, Setpoints& setpoints, ConnectorId c);
    [[nodiscard]] Instant consider(const ThresholdView& seen, Setpoints& setpoints, ConnectorId c);
    [[nodiscard]] Instant next_look(const ThresholdView& seen, ConnectorId c, Action wish) const;
    void wait_for_turn(const ThresholdView& seen, ConnectorId c, Action wish);
    void grant_claims(const ThresholdView& seen, Setpoints& setpoints);
    void act(const ThresholdView& seen, Setpoints& setpoints, ConnectorId c, Action action);
    void charge_if_critical(const ThresholdView& seen, Setpoints& setpoints, ConnectorId c);

    ThresholdParams params_;
    double period_h_, margin_h_, spread_h_;
    Rng rng_;
    std::vector<DrawKey> delay_key_;  ///< by connector
    Band voltage_band_, head_band_, price_band_;
    Action head_opinion_ = Action::idle;
    Action price_opinion_ = Action::idle;
    ThresholdSignals signals_;
    std::array<Band::Hold, 3> voltage_hold_;  ///< by opinion, discharge first
    std::vector<Vehicle> vehicle_;            ///< by connector, as the two below
    std::vector<Action> voltage_opinion_;
    std::vector<Instant> look_at_;            ///< when something may change for the vehicle, as far as it is foreseen
    Instant earliest_look_ = Instant::max();  ///< none of the vehicles comes before it
    std::vector<Claim> raises_, reductions_;  ///< changes towards charging and away from it that may happen now
};

constexpr Purpose release_delay{"threshold_v2g.release_delay"};

/// Up to 2 ms before `wait_h` from now have passed: whole milliseconds, and looking too early changes nothing.
Instant just_before(Instant now, double wait_h) {
    return now + Duration(static_cast<std::int64_t>(std::max(0.0, wait_h * 3'600'000.0 - 2.0)));
}

ThresholdV2g::ThresholdV2g(const ThresholdParams& params, const Context& context)
    : params_(params),
      period_h_(hours(params.period)),
      margin_h_(hours(params.departure_margin)),
      spread_h_(hours(params.release_spread)),
      rng_(context.rng),
      delay_key_(draw_keys(release_delay, context.connectors)),
      voltage_band_{params.voltage_low.value(), params.voltage_high.value(), params.voltage_hysteresis.value(),
                    Band::Trouble::low},
      head_band_{params.head_low.value_or(Kilowatts{}).value(), params.head_high.value_or(Kilowatts{}).value(),
                 params.head_hysteresis.value(), Band::Trouble::high},
      price_band_{params.price_low.value_or(Price{}).value(), params.price_high.value_or(Price{}).value(),
                  params.price_hysteresis.value(), Band::Trouble::high},
      signals_(params, context.exchange),
      voltage_hold_{voltage_band_.hold(Action::discharge), voltage_band_.hold(Action::idle), voltage_band_.hold(Action::charge)},
      vehicle_(context.connectors.size()),
      voltage_opinion_(vehicle_.size(), Action::idle),
      look_at_(vehicle_.size(), Instant::max()) {
    raises_.reserve(vehicle_.size());
    reductions_.reserve(vehicle_.size());
}

void ThresholdV2g::decide(Turn& turn, const Connection& connection, Setpoints& setpoints) {
    const ThresholdView seen = signals_.at(turn, connection);
    take_note(seen, setpoints);
    if (seen.now.time_since_epoch() % params_.period != Duration::zero()) return;  // a plug-in between decisions
    watch_signals(seen);
    raises_.clear();
    reductions_.clear();
    if (earliest_look_ > seen.now) return;
    earliest_look_ = Instant::max();
    for (ConnectorId c : seen.plugged_in) {
        Instant& look_at = look_at_[c.index()];
        if (look_at <= seen.now) look_at = consider(seen, setpoints, c);
        earliest_look_ = std::min(earliest_look_, look_at);
    }
    grant_claims(seen, setpoints);
}

void ThresholdV2g::look_now(ConnectorId c) { look_at_[c.index()] = earliest_look_ = Instant::min(); }

void ThresholdV2g::take_note(const ThresholdView& seen, Setpoints& setpoints) {
    for (ConnectorId c : seen.halted) {
        vehicle_[c.index()].action = Action::idle;
        vehicle_[c.index()].since = seen.now;
        look_now(c);
    }
    for (ConnectorId c : seen.arrived) arrive(seen, setpoints, c);
}

void ThresholdV2g::arrive(const ThresholdView& seen, Setpoints& setpoints, ConnectorId c) {
    const std::size_t i = c.index();
    Vehicle vehicle;
    vehicle.draws = vehicle_[i].draws;  // a connector's delays go on where its last stay ended
    vehicle.since = seen.now - params_.dwell;
    vehicle.return_kw = full_return_kw(seen, c);
    vehicle.tapers = tapers_below(seen, c, seen.target_soc[i]);
    vehicle.cost_h = vehicle.tapers ? highest_laxity_cost_h(seen, c, vehicle.return_kw, period_h_)
                                    : laxity_cost_h(seen, c, vehicle.return_kw, period_h_);
    vehicle.drawn_soc = vehicle.return_kw * seen.drawn_per_returned[i] * period_h_ / seen.capacity_kwh[i];
    vehicle_[i] = vehicle;
    voltage_opinion_[i] = Action::idle;
    look_now(c);
    charge_if_critical(seen, setpoints, c);
}

void ThresholdV2g::watch_signals(const ThresholdView& seen) {
    const auto before = std::pair(head_opinion_, price_opinion_);
    if (signals_.has_head()) head_opinion_ = head_band_.opinion(seen.feeder_head_kw, head_opinion_);
    if (signals_.has_price()) price_opinion_ = price_band_.opinion(seen.price, price_opinion_);
    if (before != std::pair(head_opinion_, price_opinion_))
        for (ConnectorId c : seen.plugged_in) look_now(c);
    if (signals_.has_voltage()) watch_voltage(seen);
}

void ThresholdV2g::watch_voltage(const ThresholdView& seen) {
    for (ConnectorId c : seen.plugged_in) {
        Action& opinion = voltage_opinion_[c.index()];
        const double voltage = seen.voltage_pu[c.index()];
        const Band::Hold& hold = voltage_hold_[static_cast<std::size_t>(static_cast<int>(opinion) + 1)];
        if (voltage > hold.above && voltage < hold.below) continue;
        const Action before = std::exchange(opinion, voltage_band_.opinion(voltage, opinion));
        if (opinion != before) look_now(c);
    }
}

/// The lowest of the watched opinions: discharge wins over idle, idle over charge.
Action ThresholdV2g::wish_of(const ThresholdView& seen, ConnectorId c) const {
    Action wish = Action::charge;
    if (signals_.has_head()) wish = std::min(wish, head_opinion_);
    if (signals_.has_price()) wish = std::min(wish, price_opinion_);
    if (signals_.has_voltage()) wish = std::min(wish, voltage_opinion_[c.index()]);
    if (wish == Action::charge && seen.p_max_kw[c.index()] <= 0.0) wish = Action::idle;
    return wish;
}

/// By how many hours a period of discharging shrinks laxity from the present state of charge.
double ThresholdV2g::cost_h(const ThresholdView& seen, ConnectorId c) const {
    const Vehicle& v = vehicle_[c.index()];
    return v.tapers ? laxity_cost_h(seen, c, v.return_kw, period_h_) : v.cost_h;
}

/// Whether a period of discharging leaves the reserve and the target within reach.
bool ThresholdV2g::may_discharge(const ThresholdView& seen, ConnectorId c) const {
    const std::size_t i = c.index();
    const Vehicle& v = vehicle_[i];
    if (v.return_kw <= 0.0 || seen.p_min_kw[i] >= 0.0) return false;
    if (laxity_h(seen, c) - cost_h(seen, c) <= margin_h_) return false;
    const double reserve = std::max(params_.reserve_soc.value(), seen.reserve_soc[i]);
    if (v.action != Action::discharge && seen.soc[i] <= reserve + params_.reserve_margin.value()) return false;
    if (params_.reserve_soc.value() <= seen.reserve_soc[i]) return true;  // the battery itself stops at its reserve
    return seen.soc[i] - v.drawn_soc >= params_.reserve_soc.value();
}

/// Looks at a vehicle; says when the next look is due.
Instant ThresholdV2g::consider(const ThresholdView& seen, Setpoints& setpoints, ConnectorId c) {
    Vehicle& v = vehicle_[c.index()];
    if (seen.now >= v.calm_until && !v.is_critical) charge_if_critical(seen, setpoints, c);
    if (v.is_critical) return Instant::max();
    Action wish = wish_of(seen, c);
    const bool is_barred = (wish == Action::discharge || v.action == Action::discharge) && !may_discharge(seen, c);
    const bool may_be_freed = is_barred && v.action == Action::charge;  // by what it charges
    if (is_barred && v.action == Action::discharge) act(seen, setpoints, c, Action::idle);
    if (is_barred && wish == Action::discharge) wish = Action::idle;
    if (wish == v.action) {
        v.due.reset();
        return next_look(seen, c, wish);
    }
    wait_for_turn(seen, c, wish);
    if (seen.now < *v.due || seen.now - v.since < params_.dwell) return may_be_freed ? seen.now : next_look(seen, c, wish);
    const double laxity = params_.release == Release::ordered ? laxity_h(seen, c) : 0.0;
    (wish > v.action ? raises_ : reductions_).push_back({laxity, c, wish});
    return seen.now;
}

/// The first instant at which a look may have another outcome, while signals and battery are as they were. While a vehicle
/// discharges, laxity falls no faster than full return costs at the most.
Instant ThresholdV2g::next_look(const ThresholdView& seen, ConnectorId c, Action wish) const {
    const Vehicle& v = vehicle_[c.index()];
    const bool discharges = v.action == Action::discharge;
    const Instant turn = wish == v.action ? Instant::max() : std::max(*v.due, v.since + params_.dwell);
    if (wish != Action::discharge && !discharges) return std::min(turn, v.calm_until);
    const double slowed = discharges ? period_h_ / v.cost_h : 1.0;
    const double spare_h = laxity_h(seen, c) - margin_h_ - v.cost_h;  // used up before the vehicle is critical
    const Instant look = std::min(turn, just_before(seen.now, spare_h * slowed));
    if (!discharges || params_.reserve_soc.value() <= seen.reserve_soc[c.index()]) return look;
    const double left_soc = seen.soc[c.index()] - v.drawn_soc - params_.reserve_soc.value();
    return std::min(look, just_before(seen.now, left_soc / v.drawn_soc * period_h_));
}

/// Gives a change that has just come up the instant from which it may happen.
void ThresholdV2g::wait_for_turn(const ThresholdView& seen, ConnectorId c, Action wish) {
    Vehicle& v = vehicle_[c.index()];
    if (v.due && v.pending == wish) return;
    v.pending = wish;
    v.due = seen.now;
    if (params_.release == Release::ordered) return;
    const double share = rng_.uniform(delay_key_[c.index()].purpose, delay_key_[c.index()].entity, v.draws++);
    *v.due += from_hours(share * spread_h_);
}

/// Random release: every claim has waited for its own turn. Ordered: raises by least laxity, reductions by most.
void ThresholdV2g::grant_claims(const ThresholdView& seen, Setpoints& setpoints) {
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

void ThresholdV2g::act(const ThresholdView& seen, Setpoints& setpoints, ConnectorId c, Action action) {
    Vehicle& v = vehicle_[c.index()];
    v.action = action;
    v.since = seen.now;
    v.due.reset();
    v.calm_until = Instant::min();
    look_now(c);
    double wish_kw = 0.0;
    if (action == Action::charge) wish_kw = full_power_kw(seen, c);
    if (action == Action::discharge) wish_kw = -v.return_kw;
    setpoints.set(c, Kilowatts(seen.admissible_kw(c, wish_kw)));
}

/// Starts charging to the end when, by the next decision, no more than the margin could be spared. Laxity falls no faster
/// than time passes while a vehicle rests or charges; it knows of the taper.
void ThresholdV2g::charge_if_critical(const ThresholdView& seen, Setpoints& setpoints, ConnectorId c) {
    Vehicle& v = vehicle_[c.index()];
    const bool is_needy = is_below_target(seen, c);
    const double spare_h = is_needy ? laxity_h(seen, c) - period_h_ : 0.0;
    if (!is_needy || spare_h > margin_h_) {
        if (v.action != Action::discharge) v.calm_until = is_needy ? just_before(seen.now, spare_h - margin_h_) : Instant::max();
        return;
    }
    v.is_critical = true;
    act(seen, setpoints, c, Action::charge);
}

const bool registered = add_plugin<Controller, ThresholdV2g>();

}  // namespace

}  // namespace evsweep
