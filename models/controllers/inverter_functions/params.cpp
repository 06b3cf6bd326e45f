#include "controllers/inverter_functions/params.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "controllers/inverter_functions/setting_rules.hpp"

namespace evsweep {

const Schema<VoltVarParams>& VoltVarParams::schema() {
    using P = VoltVarParams;
    static const Schema<P> schema = [] {
        Schema<P> s("reactive power by the own voltage (Table 8); absent points are those of the category");
        s.optional("v_ref", &P::v_ref, "reference voltage", between(ieee1547::reference_lowest, ieee1547::reference_highest));
        const auto voltage = [&](const char* name, std::optional<PerUnit> P::*member, const char* help) {
            s.optional(name, member, help, between(0.5, 1.5));
        };
        const auto share = [&](const char* name, std::optional<Fraction> P::*member, const char* help) {
            s.optional(name, member, help, between(-1.0, 1.0));
        };
        voltage("v1", &P::v1, "voltage up to which it is q1; absent: 0.9 pu (A), v_ref - 0.08 pu (B)");
        share("q1", &P::q1, "in shares of the nameplate apparent power, positive injects; absent: 0.25 (A), 0.44 (B)");
        voltage("v2", &P::v2, "voltage of q2, where the deadband begins; absent: v_ref (A), v_ref - 0.02 pu (B)");
        share("q2", &P::q2, "as q1; absent: 0");
        voltage("v3", &P::v3, "voltage of q3, where the deadband ends; absent: v_ref (A), v_ref + 0.02 pu (B)");
        share("q3", &P::q3, "as q1; absent: 0");
        voltage("v4", &P::v4, "voltage from which on it is q4; absent: 1.1 pu (A), v_ref + 0.08 pu (B)");
        share("q4", &P::q4, "as q1; absent: -0.25 (A), -0.44 (B)");
        s.optional("response", &P::response,
                   "open loop response time: after a step of the voltage 90 % of the way is gone; absent: 10 s (A), 5 s (B)",
                   between(1e3, 90e3));
        s.optional("reference_time_constant", &P::reference_time_constant,
                   "the curve moves with the own voltage, filtered with this time constant, within 0.95 to 1.05 pu; none: it "
                   "stays at v_ref",
                   between(300e3, 5000e3));
        return s;
    }();
    return schema;
}

const Schema<WattVarParams>& WattVarParams::schema() {
    using P = WattVarParams;
    static const Schema<P> schema = [] {
        Schema<P> s("reactive power by the own active power (Table 9)");
        s.optional("p1", &P::p1, "share of the active rating up to which it is q1", between(0.0, 1.0))
            .optional("q1", &P::q1, "in shares of the nameplate apparent power, positive injects", between(-1.0, 1.0))
            .optional("p2", &P::p2, "share of the active rating of q2", between(0.4, 0.8))
            .optional("q2", &P::q2, "as q1", between(-1.0, 1.0))
            .optional("p3", &P::p3, "share of the active rating from which on it is q3", between(0.0, 1.0))
            .optional("q3", &P::q3, "as q1; absent: -0.25 (A), -0.44 (B)", between(-1.0, 1.0))
            .optional("drawn_p1", &P::drawn_p1, "P'1: share of the charging power up to which it is drawn_q1", between(0.0, 1.0))
            .optional("drawn_q1", &P::drawn_q1, "Q'1, while charging", between(-1.0, 1.0))
            .optional("drawn_p2", &P::drawn_p2, "P'2, as a positive share of the charging power", between(0.4, 0.8))
            .optional("drawn_q2", &P::drawn_q2, "Q'2", between(-1.0, 1.0))
            .optional("drawn_p3", &P::drawn_p3, "P'3, as a positive share of the charging power", between(0.0, 1.0))
            .optional("drawn_q3", &P::drawn_q3, "Q'3", between(-1.0, 1.0))
            .optional("response", &P::response, "time to 90 % of the way after a step of the active power",
                      above_up_to(0.0, 10e3));
        s.relation([](const P& p) { return inverter_settings::wrong_watt_points(p.p1, p.p2, p.p3, ""); });
        s.relation([](const P& p) { return inverter_settings::wrong_watt_points(p.drawn_p1, p.drawn_p2, p.drawn_p3, "drawn_"); });
        return s;
    }();
    return schema;
}

const Schema<VoltWattParams>& VoltWattParams::schema() {
    using P = VoltWattParams;
    static const Schema<P> schema = [] {
        Schema<P> s("most active power that generators give, by the own voltage (Table 10)");
        s.optional("v1", &P::v1, "voltage up to which it is the active rating", between(1.05, 1.09))
            .optional("v2", &P::v2, "voltage from which on it is p2", between(1.06, 1.10))
            .optional("p2", &P::p2, "share of the active rating; the standard's default is the least output, at most 0.2",
                      between(0.0, 1.0))
            .optional("response", &P::response, "open loop response time, as of volt_var", between(0.5e3, 60e3))
            .relation([](const P& p) -> std::optional<Contradiction> {
                if (p.v2.value() >= p.v1.value() + 0.01 - inverter_settings::rounding) return std::nullopt;
                return Contradiction{"v2", "is less than 0.01 pu above v1", "give a higher v2 or a lower v1 (Table 10)"};
            });
        return s;
    }();
    return schema;
}

const Schema<ChargingLimitParams>& ChargingLimitParams::schema() {
    using P = ChargingLimitParams;
    static const Schema<P> schema = [] {
        Schema<P> s("most active power that batteries draw, by the own voltage: volt-watt turned over; not in the standard");
        s.optional("v1", &P::v1, "voltage from which on it is the charge rating", between(0.5, 1.05))
            .optional("v2", &P::v2, "voltage up to which it is p2", between(0.5, 1.05))
            .optional("p2", &P::p2, "share of the charge rating", between(0.0, 1.0))
            .optional("response", &P::response, "open loop response time, as of volt_var", between(0.5e3, 60e3))
            .relation([](const P& p) -> std::optional<Contradiction> {
                if (p.v2.value() <= p.v1.value() - 0.01 + inverter_settings::rounding) return std::nullopt;
                return Contradiction{"v2", "is less than 0.01 pu below v1", "give a lower v2 or a higher v1"};
            });
        return s;
    }();
    return schema;
}

const Schema<TripParams>& TripParams::schema() {
    using P = TripParams;
    static const Schema<P> schema = [] {
        Schema<P> s("disconnection at voltages outside thresholds (Tables 11 to 13), and return to service (Table 4)");
        s.required("category", &P::category, "of abnormal performance; absent values below are those of its table");
        const auto level = [&](const std::string& name, std::optional<PerUnit> P::*pu, std::optional<Duration> P::*time,
                               const std::string& beyond, Range range) {
            s.optional(name, pu, "voltage " + beyond + " which it disconnects", range);
            s.optional(name + "_time", time, "clearing time of " + name, between(160.0, 50e3));
        };
        level("ov2", &P::ov2, &P::ov2_time, "from", between(1.0, 1.5));
        level("ov1", &P::ov1, &P::ov1_time, "from", between(1.0, 1.5));
        level("uv1", &P::uv1, &P::uv1_time, "up to", between(0.0, 1.0));
        level("uv2", &P::uv2, &P::uv2_time, "up to", between(0.0, 1.0));
        s.optional("enter_above", &P::enter_above, "least voltage of the return to service", between(0.88, 0.95))
            .optional("enter_below", &P::enter_below, "highest voltage of the return to service", between(1.05, 1.06))
            .optional("enter_delay", &P::enter_delay, "how long the voltage must have been between them", between(0.0, 600e3))
            .optional("enter_ramp", &P::enter_ramp, "how long active power takes from 0 to its rating after that",
                      between(1e3, 1000e3));
        s.defaults([](P& p, const Given&) { inverter_settings::complete(p); });
        s.relation([](const P& p) { return inverter_settings::wrong_trip(p); });
        return s;
    }();
    return schema;
}

const Schema<InverterFunctionsParams>& InverterFunctionsParams::schema() {
    using P = InverterFunctionsParams;
    static const Schema<P> schema = [] {
        Schema<P> s(
            "Inverter functions of IEEE 1547-2018 for chargers, photovoltaics and storage: volt-var, watt-var, constant power "
            "factor or reactive power, volt-watt, trip; vehicles otherwise charge at full power from plug-in to target");
        s.optional("period", &P::period, "time between measurements", above(0.0))
            .optional("category", &P::category, "of normal performance: capability of reactive power, defaults and ranges")
            .optional("reactive_power", &P::reactive_power, "the function that decides it; the standard's default is the first")
            .optional("power_factor", &P::power_factor, "of constant_power_factor", above_up_to(0.0, 1.0))
            .optional("excitation", &P::excitation, "whether it absorbs or injects, whatever the direction of active power")
            .optional("reactive_share", &P::reactive_share,
                      "with constant reactive power: share of the nameplate apparent power, positive injects", between(-1.0, 1.0))
            .optional("volt_var", &P::volt_var, "the curve of volt_var")
            .optional("watt_var", &P::watt_var, "the curve of watt_var")
            .optional("volt_watt", &P::volt_watt, "limit of generators' active power, beside any of these; {}: the defaults")
            .optional("charging_limit", &P::charging_limit,
                      "limit of batteries' charging power at low voltage, beside any of these; {}: the defaults")
            .optional("trip", &P::trip, "disconnection at abnormal voltage; none: it rides through all of them")
            .optional("priority", &P::priority,
                      "what is kept where the apparent power does not do for both; the standard's is reactive. A constant power "
                      "factor with priority to reactive power keeps the factor")
            .optional("injection_capability", &P::injection_capability,
                      "most reactive power injected, in shares of the nameplate apparent power; absent: 0.44", between(0.0, 1.0))
            .optional("absorption_capability", &P::absorption_capability, "likewise absorbed; absent: 0.25 (A), 0.44 (B)",
                      between(0.0, 1.0))
            .optional("all_reactive_from", &P::all_reactive_from,
                      "share of the active rating from which on all of that is there, below in proportion",
                      between(0.0, ieee1547::all_reactive_from))
            .optional("no_reactive_below", &P::no_reactive_below,
                      "share of the active rating below which there is none; both 0: also at night and beside full batteries",
                      between(0.0, ieee1547::no_reactive_below))
            .optional("largest_move", &P::largest_move,
                      "largest share of the way in one turn, for loops that alternate because turns are longer than responses",
                      above_up_to(0.0, 1.0));
        s.in_steps("period", &P::period);
        s.defaults([](P& p, const Given&) { inverter_settings::complete(p); });
        inverter_settings::add_relations(s);
        return s;
    }();
    return schema;
}

VoltageCurve volt_var_curve(const VoltVarParams& p) {
    return {.points = {{p.v1->value(), p.q1->value()},
                       {p.v2->value(), p.q2->value()},
                       {p.v3->value(), p.q3->value()},
                       {p.v4->value(), p.q4->value()}}};
}

VoltageCurve watt_var_curve(const WattVarParams& p) {
    return {.points = {{-p.drawn_p3.value(), p.drawn_q3.value()},
                       {-p.drawn_p2.value(), p.drawn_q2.value()},
                       {-p.drawn_p1.value(), p.drawn_q1.value()},
                       {p.p1.value(), p.q1.value()},
                       {p.p2.value(), p.q2.value()},
                       {p.p3.value(), p.q3->value()}}};
}

VoltageCurve volt_watt_curve(const VoltWattParams& p) { return {.points = {{p.v1.value(), 1.0}, {p.v2.value(), p.p2.value()}}}; }

VoltageCurve charging_limit_curve(const ChargingLimitParams& p) {
    return {.points = {{p.v2.value(), p.p2.value()}, {p.v1.value(), 1.0}}};
}

}  // namespace evsweep
