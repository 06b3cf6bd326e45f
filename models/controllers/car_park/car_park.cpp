/// The controller `car_park`: charges the vehicles of a car park with photovoltaics at once, evenly, or by the cheapest plan with
/// vehicle-to-grid and reserves, and keeps its own bill.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>

#include "agents/reserve_calls/signals.hpp"
#include "controllers/car_park/park_meter.hpp"
#include "controllers/car_park/park_rules.hpp"
#include "controllers/car_park/park_stays.hpp"
#include "controllers/car_park/signals.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {

namespace {

/// A schedule in force, and the day that it was made for.
struct ScheduleInForce {
    ParkStays stays;
    ParkSchedule schedule;
};

/// Numbers of all plans of a replica.
struct ParkTally {
    int plans = 0, unproven = 0, failed = 0, nodes = 0;
    double worst_gap = 0.0, worst_violation = 0.0;
    double first_cost = std::numeric_limits<double>::quiet_NaN();
    double first_primal = first_cost, first_dual = first_cost;
    double unfollowed_kwh = 0.0;
    int called_steps = 0;
    double called_up_kwh = 0.0, called_down_kwh = 0.0, undelivered_kwh = 0.0;

    void add(const ParkPlan& plan) {
        nodes += plan.nodes;
        if (plan.status == LinearStatus::unproven) ++unproven;
        if (plan.schedule.stays.empty() && plan.status != LinearStatus::optimal) return;
        const LinearCertificate& proof = plan.certificate;
        worst_gap = std::max(worst_gap, proof.relative_gap);
        worst_violation = std::max({worst_violation, proof.row_violation, proof.range_violation, proof.choice_violation});
        if (plans == 1) first_primal = proof.primal_objective, first_dual = proof.dual_objective;
    }
};

class CarPark final : public Controller {
   public:
    static constexpr std::string_view name = "car_park";
    static constexpr std::string_view least_settings = "{strategy: optimal, inverter: 22 kW}";
    static constexpr bool steers_generators = true;
    /// Plans in whole steps leave the parts of steps at both ends of a stay unused, and may fall short by design.
    static constexpr Trial trials[] = {
        {.settings = least_settings, .meets_targets = false, .knows_tapers = false},
        {.settings = "{strategy: optimal, inverter: 22 kW, step: 1 h, v2g: true, wear: 0.01 $/kWh}",
         .meets_targets = false,
         .knows_tapers = false},
        {.settings =
             "{strategy: optimal, inverter: 22 kW, step: 1 h, v2g: true, reserves: true, firm: true, reserve_up: 0.02 $/kWh, "
             "reserve_down: 0.01 $/kWh, import_cap: 20 kW}",
         .meets_targets = false,
         .knows_tapers = false},
        {.settings = "{strategy: immediate, inverter: 22 kW}", .meets_targets = false, .knows_tapers = false},
        {.settings = "{strategy: average, inverter: 22 kW}", .meets_targets = false, .knows_tapers = false}};
    static const Schema<CarParkParams>& schema() { return CarParkParams::schema(); }

    CarPark(const CarParkParams& params, const Context& context)
        : params_(params),
          own_(context.own),
          site_(context),
          control_step_(context.step),
          need_(context.exchange),
          price_(context.exchange.subscribe(signals::price)),
          sell_price_(context.exchange.subscribe(signals::sell_price)),
          buy_(context.exchange.subscribe(signals::price_forecast)),
          sell_(context.exchange.subscribe(signals::sell_price_forecast)),
          stays_(context.exchange.use(services::foresight)),
          meter_(params.wear.value(), params.unserved.value()) {
        options_.stop = context.stop;
        options_.most_nodes = params.most_nodes;
        options_.relative_gap = params.gap;
        if (params.follows_calls()) call_ = context.exchange.subscribe(signals::reserve_call);
        if (params.sells_reserves() && params.publish_reserves) {
            up_sold_ = context.exchange.publish(signals::reserve_up_sold);
            down_sold_ = context.exchange.publish(signals::reserve_down_sold);
        }
        if (params.step % context.step != Duration::zero())
            throw PartyError("step: " + Value<Duration>::text(params.step) +
                             " is not a whole number of control steps; time.step is " + Value<Duration>::text(context.step));
    }

    /// Sun may change with every control step, and the bill counts each.
    [[nodiscard]] Cadence cadence() const override { return {.period = control_step_}; }
    /// What is bought cheaply, or left by the sun, may be worth more later.
    [[nodiscard]] bool charges_past_targets() const override { return true; }

    void decide(Turn& turn, const Connection& connection, Setpoints& setpoints) override {
        if (connection.now >= connection.horizon) return;
        const ChargingView seen = need_.at(turn, connection);
        if (seen.now.time_since_epoch() % params_.step == Duration::zero()) begin_step(turn, seen);
        follow(seen, setpoints);
        ParkFlow flow = flow_of(turn, seen, setpoints);
        steer_panels(seen, setpoints, flow);
        meter_.add(flow);
    }

    [[nodiscard]] std::vector<Counter> counters() const override {
        std::vector<Counter> list = meter_.counters();
        const auto count = [&list](std::string_view what, double value) { list.push_back({std::string(what), value}); };
        count("plans", tally_.plans);
        count("planned_cost", tally_.first_cost);
        count("unfollowed_kwh", tally_.unfollowed_kwh);
        count("short_vehicles", static_cast<double>(short_.size()));
        if (!params_.plans()) return list;
        count("unproven_plans", tally_.unproven);
        count("failed_plans", tally_.failed);
        count("branched_nodes", tally_.nodes);
        count("primal_objective", tally_.first_primal);
        count("dual_objective", tally_.first_dual);
        count("worst_relative_gap", tally_.worst_gap);
        count("worst_violation", tally_.worst_violation);
        count("called_steps", tally_.called_steps);
        count("called_up_kwh", tally_.called_up_kwh);
        count("called_down_kwh", tally_.called_down_kwh);
        count("undelivered_kwh", tally_.undelivered_kwh);
        return list;
    }

    [[nodiscard]] std::vector<Remark> remarks() const override {
        std::vector<Remark> list = remarks_;
        for (Remark& remark : meter_.remarks()) list.push_back(std::move(remark));
        if (undelivered_since_)
            list.push_back(
                {*undelivered_since_,
                 fmt::format("a call is not delivered in full, here for the first time, and {:.3f} kWh in all: a vehicle that "
                             "returned energy has less room than was sold; `firm: true` sells no more than there is",
                             tally_.undelivered_kwh)});
        std::stable_sort(list.begin(), list.end(), [](const Remark& a, const Remark& b) { return a.at < b.at; });
        return list;
    }

   private:
    /// The step of the schedule in force that begins or goes on now; none after its last.
    [[nodiscard]] std::optional<std::size_t> step_now(Instant now) const {
        const std::size_t step = in_force_->stays.window.step_at(now);
        return step < in_force_->stays.window.steps ? std::optional(step) : std::nullopt;
    }

    void begin_step(Turn& turn, const ChargingView& seen) {
        if (!in_force_ || has_left_plan(seen)) make_schedule(turn, seen);
        called_ = call_ ? std::clamp(turn.value(*call_).value(), -1.0, 1.0) : 0.0;
        wish_kw_.assign(seen.connectors->size(), 0.0);
        reserve_per_h_ = 0.0;
        publish(turn, 0.0, 0.0);
        const auto step = step_now(seen.now);
        if (!step) return;
        double up_kw = 0.0, down_kw = 0.0;
        for_stays_in(*step, [&](std::size_t i, std::size_t k) {
            const ParkStay& stay = in_force_->schedule.stays[i];
            const double up = stay.reserve_up_kw[k], down = stay.reserve_down_kw[k];
            const double more = called_ > 0.0 ? -called_ * up : -called_ * down;
            wish_kw_[in_force_->stays.keys[i].connector.index()] =
                deliverable_kw(seen, i, stay.charge_kw[k] - stay.discharge_kw[k], more);
            up_kw += up, down_kw += down;
        });
        const ParkDay& day = in_force_->stays.day;
        reserve_per_h_ = day.reserve_up_per_kw_h[*step] * up_kw + day.reserve_down_per_kw_h[*step] * down_kw;
        publish(turn, up_kw, down_kw);
        note_call(seen, up_kw, down_kw);
        note_ends(seen, *step);
    }

    void publish(Turn& turn, double up_kw, double down_kw) const {
        if (!up_sold_) return;
        turn[*up_sold_][0] = up_kw;
        turn[*down_sold_][0] = down_kw;
    }

    /// `use(i, k)`: for each vehicle of the day that is there in a step, and which step of its stay that is.
    template <class UseStay>
    void for_stays_in(std::size_t step, const UseStay& use) const {
        const auto& vehicles = in_force_->stays.day.vehicles;
        for (std::size_t i = 0; i < vehicles.size(); ++i)
            if (step >= vehicles[i].arrival && step < vehicles[i].departure) use(i, step - vehicles[i].arrival);
    }

    /// Whether a battery is not where the schedule in force has it: after a call, or where it took less than it was offered.
    [[nodiscard]] bool has_left_plan(const ChargingView& seen) const {
        constexpr double rounding_kwh = 1e-6;
        const auto step = step_now(seen.now);
        bool has_left = false;
        if (!step) return false;
        for_stays_in(*step, [&](std::size_t i, std::size_t k) {
            const ParkStayKey& key = in_force_->stays.keys[i];
            const double planned_kwh = k == 0 ? key.begins_kwh : in_force_->schedule.stays[i].energy_kwh[k - 1];
            const std::size_t c = key.connector.index();
            has_left = has_left || std::abs(seen.soc[c] * seen.capacity_kwh[c] - planned_kwh) > rounding_kwh;
        });
        return has_left;
    }

    void make_schedule(const Turn& turn, const ChargingView& seen) {
        const StepWindow window = StepWindow::from(seen.now, params_.step, seen.horizon);
        const ParkFacts facts{site_, params_, turn[stays_], own_, control_step_};
        ScheduleInForce next{stays_of(seen, facts, window), {}};
        fill_day(facts, window, seen.calendar, turn[buy_], turn[sell_], next.stays.day);
        require_sound(next.stays.day);
        ++tally_.plans;
        next.schedule = params_.plans() ? plan(next, seen) : by_rule(next.stays.day);
        if (tally_.plans == 1 && !params_.plans()) tally_.first_cost = settle(next.stays.day, next.schedule).cost();
        for (const ParkStayKey& key : next.stays.too_short)
            tell_short(seen, key, key.target_kwh - key.begins_kwh, "which is there for no whole step,");
        in_force_ = std::move(next);
    }

    static void require_sound(const ParkDay& day) {
        Issues issues;
        check(day, {}, issues);
        std::string all;
        for (const Issue& issue : issues.list()) all += (all.empty() ? "" : "; ") + issue.path + " " + issue.problem;
        if (!all.empty()) throw PartyError(all);
    }

    [[nodiscard]] ParkSchedule by_rule(const ParkDay& day) const {
        return params_.strategy == ParkStrategy::immediate ? charge_at_once(day) : charge_evenly(day);
    }

    [[nodiscard]] ParkSchedule plan(const ScheduleInForce& next, const ChargingView& seen) {
        const ParkDay& day = next.stays.day;
        ParkPlan made = make_park_plan(day, {params_.v2g, params_.reserves, params_.sun, params_.firm}, options_);
        tally_.add(made);
        if (made.status == LinearStatus::unproven) say_unproven(made, seen);
        if (made.status == LinearStatus::optimal || made.status == LinearStatus::unproven) {
            if (tally_.plans == 1) tally_.first_cost = made.cost;
            return std::move(made.schedule);
        }
        ++tally_.failed;
        remarks_.push_back(
            {seen.now, fmt::format("no plan was found ({}, {} choices looked into), and vehicles charge evenly until the "
                                   "next one; raise `most_nodes`",
                                   name_of(made.status), made.nodes)});
        return charge_evenly(day);
    }

    void say_unproven(const ParkPlan& made, const ChargingView& seen) {
        if (tally_.unproven > 1) return;  // counted
        remarks_.push_back(
            {seen.now,
             fmt::format("the plan of {:.6f} is not proven the cheapest: {:.6f} is possible by its bound, a gap of {:.2g}, "
                         "after {} choices; raise `most_nodes` or `gap`",
                         made.cost, made.certificate.dual_objective, made.certificate.relative_gap, made.nodes)});
    }

    /// What vehicle i draws when it is called to draw `more_kw` than planned, as far as its battery lets it.
    [[nodiscard]] double deliverable_kw(const ChargingView& seen, std::size_t i, double planned_kw, double more_kw) {
        if (more_kw == 0.0) return planned_kw;
        const ParkDay& day = in_force_->stays.day;
        const ParkVehicle& vehicle = day.vehicles[i];
        const std::size_t c = in_force_->stays.keys[i].connector.index();
        const double energy_kwh = seen.soc[c] * seen.capacity_kwh[c];
        const double room_kw = std::max(0.0, vehicle.capacity_kwh - energy_kwh) / (day.step_h * day.efficiency);
        const double left_kw =
            std::max(0.0, energy_kwh - vehicle.lowest_soc * vehicle.capacity_kwh) * day.efficiency / day.step_h;
        const double wished_kw = planned_kw + more_kw, kw = std::clamp(wished_kw, -left_kw, room_kw);
        if (std::abs(kw - wished_kw) > 1e-6) note_undelivered(seen.now, std::abs(kw - wished_kw) * day.step_h);
        return kw;
    }

    void note_undelivered(Instant now, double kwh) {
        tally_.undelivered_kwh += kwh;
        if (!undelivered_since_) undelivered_since_ = now;
    }

    void note_call(const ChargingView& seen, double up_kw, double down_kw) {
        if (called_ == 0.0) return;
        const double kw = called_ > 0.0 ? called_ * up_kw : -called_ * down_kw;
        (called_ > 0.0 ? tally_.called_up_kwh : tally_.called_down_kwh) += kw * hours(params_.step);
        if (++tally_.called_steps > 1) return;  // counted
        remarks_.push_back({seen.now, fmt::format("reserves are called for the first time, {:.3f} kW {}; the rest of the day is "
                                                  "planned anew after every call that changes a battery",
                                                  kw, called_ > 0.0 ? "up" : "down")});
    }

    /// Whose last step begins leaves with what is stored at its end.
    void note_ends(const ChargingView& seen, std::size_t step) {
        const ParkDay& day = in_force_->stays.day;
        for_stays_in(step, [&](std::size_t i, std::size_t) {
            const ParkStayKey& key = in_force_->stays.keys[i];
            if (step + 1 != day.vehicles[i].departure) return;
            const std::size_t c = key.connector.index();
            const double kw = seen.admissible_kw(key.connector, wish_kw_[c]);
            const double stored_kw = kw > 0.0 ? day.efficiency * kw : kw / day.efficiency;
            const double end_kwh = std::min(seen.soc[c] * seen.capacity_kwh[c] + day.step_h * stored_kw, key.capacity_kwh);
            tell_short(seen, key, key.target_kwh - end_kwh, "");
        });
    }

    void tell_short(const ChargingView& seen, const ParkStayKey& key, double missing_kwh, std::string_view why) {
        constexpr double rounding_kwh = 1e-6;
        if (missing_kwh <= rounding_kwh || !short_.insert(key.session).second) return;
        meter_.add_unserved(missing_kwh);
        remarks_.push_back(
            {seen.now, fmt::format("the vehicle at {}{}{} leaves charger {} {:.3f} kWh short of the {:.3f} kWh that it is to "
                                   "have",
                                   name_of_point(*seen.connectors, key.connector), why.empty() ? "" : ", ", why,
                                   site_.charger_of(key.connector) + 1, missing_kwh, key.target_kwh)});
    }

    /// Vehicles that the schedule has nothing for rest.
    void follow(const ChargingView& seen, Setpoints& setpoints) {
        const double length_h = hours(std::min(control_step_, Duration(seen.horizon - seen.now)));
        for (const ConnectorId c : seen.plugged_in) {
            const double wished = std::abs(wish_kw_[c.index()]) < power_rounding_kw ? 0.0 : wish_kw_[c.index()];
            const double set = wished == 0.0 ? 0.0 : seen.admissible_kw(c, wished);
            setpoints.set(c, Kilowatts(set));
            tally_.unfollowed_kwh += std::abs(wished - set) * length_h;
        }
    }

    /// What vehicles draw and return now, with prices and caps; panels follow.
    [[nodiscard]] ParkFlow flow_of(const Turn& turn, const ChargingView& seen, const Setpoints& setpoints) const {
        const double all_kw = params_.inverter.value() * static_cast<double>(site_.chargers());
        ParkFlow flow;
        flow.at = seen.now;
        flow.length_h = hours(std::min(control_step_, Duration(seen.horizon - seen.now)));
        flow.net_kw.assign(site_.chargers(), 0.0);
        for (const ConnectorId c : seen.plugged_in) {
            flow.net_kw[site_.charger_of(c)] += setpoints.p_kw(c);
            flow.returned_kw += std::max(0.0, -setpoints.p_kw(c));
        }
        flow.reserve_per_h = reserve_per_h_;
        flow.buy_per_kwh = turn.value(price_).value(), flow.sell_per_kwh = turn.value(sell_price_).value();
        flow.import_cap_kw = params_.import_cap ? params_.import_cap->at(seen.now, seen.calendar) : all_kw;
        flow.export_cap_kw = params_.export_cap ? params_.export_cap->at(seen.now, seen.calendar) : all_kw;
        flow.inverter_kw = params_.inverter.value();
        flow.is_called = called_ != 0.0;
        return flow;
    }

    /// Panels feed in what they can, less what the plan turns away.
    void steer_panels(const ChargingView& seen, Setpoints& setpoints, ParkFlow& flow) const {
        const auto step = step_now(seen.now);
        const auto& planned = in_force_->schedule.curtailed_kw;
        for (std::uint32_t k = 0; k < site_.chargers(); ++k) {
            double available_kw = 0.0;
            for (const ConnectorId c : site_.panels_of(k)) available_kw -= seen.p_min_kw[c.index()];
            const double wish_kw = step && !planned.empty() ? planned[k][*step] : 0.0;
            const double away_kw = wish_kw < power_rounding_kw ? 0.0 : std::min(wish_kw, available_kw);
            const double fed_share = away_kw > 0.0 ? 1.0 - away_kw / available_kw : 1.0;
            for (const ConnectorId c : site_.panels_of(k)) {
                const double rating_kw = seen.connectors->discharge_rating[c.index()];
                setpoints.set(c, Kilowatts(away_kw > 0.0 ? fed_share * seen.p_min_kw[c.index()] : -rating_kw));
            }
            flow.net_kw[k] -= available_kw - away_kw;
            flow.generated_kw += available_kw - away_kw;
            flow.curtailed_kw += away_kw;
        }
    }

    CarParkParams params_;
    const std::vector<ConnectorId>& own_;
    ParkSite site_;
    Duration control_step_;
    ChargingNeed need_;
    Subscription<"currency/kWh", Extent::feeder, Form::present> price_, sell_price_;
    Subscription<"currency/kWh", Extent::feeder, Form::forecast> buy_, sell_;
    Use<const Population> stays_;
    std::optional<Subscription<"1", Extent::feeder, Form::present>> call_{};
    std::optional<Publication<"kW", Extent::feeder, Form::present>> up_sold_{}, down_sold_{};
    LinearOptions options_;
    std::optional<ScheduleInForce> in_force_;
    std::vector<double> wish_kw_;  ///< by connector, until the next step
    double reserve_per_h_ = 0.0;
    double called_ = 0.0;
    std::optional<Instant> undelivered_since_;
    ParkMeter meter_;
    ParkTally tally_;
    std::set<std::uint32_t> short_;  ///< sessions that leave without all that they require
    std::vector<Remark> remarks_;
};

const bool registered = add_plugin<Controller, CarPark>();

}  // namespace

}  // namespace evsweep
