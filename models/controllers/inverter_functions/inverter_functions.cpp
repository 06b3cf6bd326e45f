/// The controller `inverter_functions`: functions of IEEE 1547-2018 at chargers, photovoltaics and storage.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "controllers/inverter_functions/function_tally.hpp"
#include "controllers/inverter_functions/inverter_unit.hpp"
#include "controllers/inverter_functions/params.hpp"
#include "evsweep/controller.hpp"
#include "evsweep/issues.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {

namespace {

/// Active power of a turn as the functions take it down one after the other, kW in the direction of the inverter.
struct PowerSteps {
    double wish_kw = 0.0;     ///< available, or full power of a vehicle
    double limited_kw = 0.0;  ///< by volt-watt or the charging limit
    double ramped_kw = 0.0;   ///< by the ramp of the return to service
    double set_kw = 0.0;      ///< beside reactive power
};

/// Alternating reactive power: a loop whose turns are too long for its gain.
struct Alternation {
    double last_kvar = 0.0;  ///< the last move
    int in_a_row = 0;
};

class InverterFunctions final : public Controller {
   public:
    static constexpr std::string_view name = "inverter_functions";
    static constexpr bool steers_generators = true;
    static constexpr Trial trials[] = {
        {.settings = "{}"},
        {.settings = "{reactive_power: volt_var, priority: active, volt_watt: {}}"},
        {.settings =
             "{reactive_power: volt_var, no_reactive_below: 0, all_reactive_from: 0, charging_limit: {}, trip: {category: "
             "III}}",
         .meets_targets = false},
        {.settings = "{category: A, reactive_power: watt_var}", .meets_targets = false}};
    static const Schema<InverterFunctionsParams>& schema() { return InverterFunctionsParams::schema(); }

    InverterFunctions(const InverterFunctionsParams& params, const Context& context) : functions_(params) {
        if (params.reads_voltage()) voltage_ = context.exchange.subscribe(signals::voltage);
        const Connectors& connectors = context.connectors;
        for (std::size_t i = 0; i < connectors.size(); ++i)
            units_.emplace_back(functions_, Nameplate{.rated_kva = connectors.apparent_rating[i],
                                                      .giving_kw = connectors.discharge_rating[i],
                                                      .drawing_kw = connectors.charge_rating[i]});
        alternation_.resize(units_.size());
        if (context.issues) warn_of_idle_functions(params, context);
    }

    [[nodiscard]] Cadence cadence() const override { return {.period = functions_.params.period, .on_plug_in = true}; }

    void decide(Turn& turn, const Connection& seen, Setpoints& setpoints) override {
        for (const ConnectorId c : seen.arrived) {
            units_[c.index()].restart(functions_, seen.now);
            units_[c.index()].relay = {};
            alternation_[c.index()] = {};
            setpoints.set(c, Kilowatts(full_kw(seen, c)));
        }
        if (turn.now.time_since_epoch() % functions_.params.period != Duration::zero()) return;
        held_h_ = hours(std::min(functions_.params.period, seen.horizon - seen.now));
        for (const ConnectorId c : seen.plugged_in) steer(turn, seen, c, setpoints);
        for (const ConnectorId c : seen.generators) steer(turn, seen, c, setpoints);
    }

    [[nodiscard]] std::vector<Counter> counters() const override { return tally_.counters(); }
    [[nodiscard]] std::vector<Remark> remarks() const override { return remarks_; }

   private:
    static void warn_of_idle_functions(const InverterFunctionsParams& params, const Context& context) {
        const bool has_generators = context.generators && !context.generators->empty();
        if (params.volt_watt && !has_generators)
            context.issues->warning(params.volt_watt->at, params.volt_watt->path,
                                    "has nothing to limit: there are no generators in its groups",
                                    "leave it out; chargers at low voltage are for charging_limit");
        if (params.charging_limit && context.own.empty())
            context.issues->warning(params.charging_limit->at, params.charging_limit->path,
                                    "has nothing to limit: there are no charging points in its groups", "leave it out");
    }
    [[nodiscard]] static double full_kw(const Connection& seen, ConnectorId c) {
        return seen.admissible_kw(c, seen.connectors->charge_rating[c.index()]);
    }

    void steer(const Turn& turn, const Connection& seen, ConnectorId c, Setpoints& setpoints) {
        InverterUnit& unit = units_[c.index()];
        const bool gives = seen.connectors->is_generator(c);
        const double wish_kw = gives ? -seen.p_min_kw[c.index()] : full_kw(seen, c);
        if (!voltage_) {
            unit.pass_time(seen.now);
        } else {
            const double pu = turn[*voltage_][c.index()];
            if (!(pu > 0.0)) {  // no load flow: what was set stays in force
                ++tally_.turns_without_voltage;
                return;
            }
            if (functions_.trip && is_disconnected(unit, seen.now, pu)) {
                count_outage(gives, wish_kw);
                set(c, 0.0, 0.0, setpoints);
                return;
            }
            unit.see_voltage(functions_, seen.now, pu);
        }
        const double ramp = functions_.trip ? unit.relay.ramp(*functions_.trip, seen.now) : 1.0;
        if (gives)
            set_generator(unit, c, wish_kw, ramp, setpoints);
        else
            set_battery(seen, unit, c, wish_kw, ramp, setpoints);
    }

    /// What has been out begins anew on its return.
    bool is_disconnected(InverterUnit& unit, Instant now, double pu) {
        const TripRelay::Change change = unit.relay.see(*functions_.trip, now, pu);
        if (change == TripRelay::Change::disconnected) ++tally_.trips;
        if (change == TripRelay::Change::returned) unit.restart(functions_, now);
        return unit.relay.is_out();
    }

    /// Where nothing but its limits holds it back it may follow the sun until the next turn, as far as reactive power lets it.
    void set_generator(InverterUnit& unit, ConnectorId c, double available_kw, double ramp, Setpoints& setpoints) {
        const double limited_kw = unit.limited_kw(available_kw, 1.0), ramped_kw = unit.limited_kw(available_kw, ramp);
        const InverterPower power = unit.power(functions_, ramped_kw);
        count_curtailed({available_kw, limited_kw, ramped_kw, power.p_kw});
        double most_kw = power.p_kw;
        if (power.p_kw >= ramped_kw - power_rounding_kw) {
            const double beside_kw = std::sqrt(std::max(0.0, square(unit.plate().rated_kva) - square(power.q_kvar)));
            most_kw = std::max(power.p_kw, std::min(beside_kw, unit.limited_kw(unit.plate().giving_kw, ramp)));
        }
        set(c, -most_kw, -power.q_kvar, setpoints);
    }

    /// The charger's steps come last; reactive power is then what goes with the step.
    void set_battery(const Connection& seen, InverterUnit& unit, ConnectorId c, double wish_kw, double ramp,
                     Setpoints& setpoints) {
        const double limited_kw = -unit.limited_kw(-wish_kw, 1.0), ramped_kw = -unit.limited_kw(-wish_kw, ramp);
        const InverterPower power = unit.power(functions_, -seen.admissible_kw(c, ramped_kw));
        const double drawn_kw = seen.admissible_kw(c, -power.p_kw);
        double q_kvar = power.q_kvar;
        if (drawn_kw < -power.p_kw) {
            if (functions_.params.reactive_power == ReactiveFunction::constant_power_factor) q_kvar *= -drawn_kw / power.p_kw;
            q_kvar = unit.capable_kvar(functions_, -drawn_kw, q_kvar);
        }
        count_withheld({wish_kw, limited_kw, ramped_kw, drawn_kw}, -power.p_kw < seen.admissible_kw(c, ramped_kw));
        set(c, drawn_kw, -q_kvar, setpoints);
    }

    void set(ConnectorId c, double p_kw, double q_kvar, Setpoints& setpoints) {
        const double moved_kvar = q_kvar - setpoints.q_kvar(c);
        tally_.moved_kvar += std::abs(moved_kvar);
        watch_alternation(c, moved_kvar);
        setpoints.set(c, Kilowatts(p_kw), Kilovars(q_kvar));
    }

    void watch_alternation(ConnectorId c, double moved_kvar) {
        constexpr double noticed = 0.02;  // of the nameplate apparent power
        constexpr int remarkable = 10;    // turns in a row
        Alternation& a = alternation_[c.index()];
        const double least_kvar = noticed * units_[c.index()].plate().rated_kva;
        const bool turns_back =
            moved_kvar * a.last_kvar < 0.0 && std::abs(moved_kvar) > least_kvar && std::abs(a.last_kvar) > least_kvar;
        a.last_kvar = moved_kvar;
        a.in_a_row = turns_back ? a.in_a_row + 1 : 0;
        if (turns_back) ++tally_.alternations;
        if (a.in_a_row != remarkable || !remarks_.empty()) return;
        remarks_.push_back(
            {units_[c.index()].state().last,
             fmt::format("reactive power of connector {} goes up and down from turn to turn, {:.3g} kvar at a time: "
                         "turns are too long for this feeder; shorten the period, or set largest_move to 0.5",
                         c.index(), std::abs(moved_kvar))});
    }

    void count_outage(bool gives, double wish_kw) {
        tally_.tripped_hours += held_h_;
        (gives ? tally_.curtailed_by_trips_kwh : tally_.withheld_by_trips_kwh) += wish_kw * held_h_;
    }
    void count_curtailed(const PowerSteps& p) {
        tally_.curtailed_by_volt_watt_kwh += (p.wish_kw - p.limited_kw) * held_h_;
        tally_.curtailed_by_trips_kwh += (p.limited_kw - p.ramped_kw) * held_h_;
        tally_.curtailed_for_reactive_kwh += (p.ramped_kw - p.set_kw) * held_h_;
    }
    /// What a charger's steps take besides counts with what made it leave the step.
    void count_withheld(const PowerSteps& p, bool for_reactive) {
        const double step_kwh = (p.ramped_kw - p.set_kw) * held_h_;
        tally_.withheld_by_limit_kwh += (p.wish_kw - p.limited_kw) * held_h_;
        tally_.withheld_by_trips_kwh += (p.limited_kw - p.ramped_kw) * held_h_;
        if (for_reactive)
            tally_.withheld_for_reactive_kwh += step_kwh;
        else
            (p.ramped_kw < p.limited_kw ? tally_.withheld_by_trips_kwh : tally_.withheld_by_limit_kwh) += step_kwh;
    }
    [[nodiscard]] static double square(double x) { return x * x; }

    FunctionSettings functions_;
    std::optional<Subscription<"pu", Extent::connector, Form::present>> voltage_{};
    std::vector<InverterUnit> units_;  ///< by connector
    std::vector<Alternation> alternation_;
    std::vector<Remark> remarks_;
    FunctionTally tally_;
    double held_h_ = 0.0;  ///< for which the setpoints of this turn hold
};

const bool registered = add_plugin<Controller, InverterFunctions>();

}  // namespace

}  // namespace evsweep
