#include "controllers/inverter_functions/setting_rules.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>

namespace evsweep::inverter_settings {

namespace {

template <class T, class V>
void fill(std::optional<T>& value, V otherwise) {
    if (!value) value = T(otherwise);
}

Duration of_seconds(double s) { return Duration(static_cast<Duration::rep>(s * 1e3 + 0.5)); }

bool is_between(double value, double low, double high) { return value >= low - rounding && value <= high + rounding; }

std::string name_of_category(const InverterFunctionsParams& p) { return p.category == ieee1547::NormalCategory::a ? "A" : "B"; }

/// A value outside the range that the standard allows, as found or as it follows from others.
struct Allowed {
    const char* field;
    double value;
    double low, high;
};

std::optional<Contradiction> outside(const Allowed& a, const std::string& table, const char* unit) {
    if (is_between(a.value, a.low, a.high)) return std::nullopt;
    return Contradiction{
        a.field, fmt::format("is {:.6g}{}, outside the {:.6g} to {:.6g}{} of {}", a.value, unit, a.low, a.high, unit, table),
        "give a value within, or change what the range depends on"};
}

std::optional<Contradiction> wrong_volt_var_voltages(const InverterFunctionsParams& p) {
    if (p.reactive_power != ReactiveFunction::volt_var) return std::nullopt;
    const VoltVarParams& c = p.volt_var;
    const double ref = c.v_ref.value(), band = ieee1547::widest_deadband(p.category);
    const double v1 = c.v1->value(), v2 = c.v2->value(), v3 = c.v3->value(), v4 = c.v4->value();
    const std::string table = "category " + name_of_category(p) + " in Table 8";
    const std::array<Allowed, 4> all{
        {{"volt_var.v2", v2, ref - band, ref},
         {"volt_var.v3", v3, ref, ref + band},
         {"volt_var.v1", v1, ref - ieee1547::furthest_volt_var, v2 - ieee1547::least_volt_var_width},
         {"volt_var.v4", v4, v3 + ieee1547::least_volt_var_width, ref + ieee1547::furthest_volt_var}}};
    for (const Allowed& a : all)
        if (auto wrong = outside(a, table, " pu")) return wrong;
    return std::nullopt;
}

std::optional<Contradiction> wrong_volt_var_shares(const InverterFunctionsParams& p) {
    if (p.reactive_power != ReactiveFunction::volt_var) return std::nullopt;
    const VoltVarParams& c = p.volt_var;
    const double most = p.injection_capability->value(), least = -p.absorption_capability->value();
    const std::array<Allowed, 4> all{{{"volt_var.q1", c.q1->value(), 0.0, most},
                                      {"volt_var.q2", c.q2->value(), least, most},
                                      {"volt_var.q3", c.q3->value(), least, most},
                                      {"volt_var.q4", c.q4->value(), least, 0.0}}};
    for (const Allowed& a : all)
        if (auto wrong = outside(a, "the capability of reactive power (Table 8)", "")) return wrong;
    return std::nullopt;
}

std::optional<Contradiction> wrong_watt_var_shares(const InverterFunctionsParams& p) {
    if (p.reactive_power != ReactiveFunction::watt_var) return std::nullopt;
    const WattVarParams& c = p.watt_var;
    const double most = p.injection_capability->value(), least = -p.absorption_capability->value();
    const std::array<Allowed, 6> all{{{"watt_var.q1", c.q1.value(), least, most},
                                      {"watt_var.q2", c.q2.value(), least, most},
                                      {"watt_var.q3", c.q3->value(), least, most},
                                      {"watt_var.drawn_q1", c.drawn_q1.value(), least, most},
                                      {"watt_var.drawn_q2", c.drawn_q2.value(), least, most},
                                      {"watt_var.drawn_q3", c.drawn_q3.value(), least, most}}};
    for (const Allowed& a : all)
        if (auto wrong = outside(a, "the capability of reactive power (Table 9)", "")) return wrong;
    return std::nullopt;
}

std::optional<Contradiction> wrong_constant_share(const InverterFunctionsParams& p) {
    if (p.reactive_power != ReactiveFunction::constant_reactive_power) return std::nullopt;
    return outside({"reactive_share", p.reactive_share, -p.absorption_capability->value(), p.injection_capability->value()},
                   "the nameplate's capability of reactive power", "");
}

std::optional<Contradiction> wrong_capability(const InverterFunctionsParams& p) {
    const auto least = ieee1547::least_capability(p.category);
    const std::string table = "category " + name_of_category(p) + " in Table 7";
    if (auto wrong = outside({"injection_capability", p.injection_capability->value(), least.injected, 1.0}, table, ""))
        return wrong;
    return outside({"absorption_capability", p.absorption_capability->value(), least.absorbed, 1.0}, table, "");
}

std::optional<Contradiction> wrong_low_power(const InverterFunctionsParams& p) {
    if (p.no_reactive_below <= p.all_reactive_from) return std::nullopt;
    return Contradiction{"no_reactive_below", "is above all_reactive_from", "give a smaller share, e.g. 0"};
}

}  // namespace

void complete(InverterFunctionsParams& p) {
    const auto least = ieee1547::least_capability(p.category);
    fill(p.injection_capability, least.injected);
    fill(p.absorption_capability, least.absorbed);
    VoltVarParams& c = p.volt_var;
    const auto usual = ieee1547::volt_var_defaults(p.category, c.v_ref.value());
    fill(c.v1, usual.v1), fill(c.v2, usual.v2), fill(c.v3, usual.v3), fill(c.v4, usual.v4);
    fill(c.q1, usual.q1), fill(c.q2, 0.0), fill(c.q3, 0.0), fill(c.q4, usual.q4);
    fill(c.response, std::chrono::seconds(usual.response_s));
    fill(p.watt_var.q3, ieee1547::watt_var_q3(p.category));
}

void complete(TripParams& p) {
    const ieee1547::TripTable table = ieee1547::trip_table(p.category);
    fill(p.ov2, table.ov2.pu), fill(p.ov2_time, of_seconds(table.ov2.time_s));
    fill(p.ov1, table.ov1.pu), fill(p.ov1_time, of_seconds(table.ov1.time_s));
    fill(p.uv1, table.uv1.pu), fill(p.uv1_time, of_seconds(table.uv1.time_s));
    fill(p.uv2, table.uv2.pu), fill(p.uv2_time, of_seconds(table.uv2.time_s));
}

std::optional<Contradiction> wrong_watt_points(Fraction p1, Fraction p2, Fraction p3, const std::string& prefix) {
    const double apart = ieee1547::least_watt_var_width;
    if (p1.value() > p2.value() - apart + rounding)
        return Contradiction{prefix + "p1", "is less than 0.1 below " + prefix + "p2", "give a smaller share (Table 9)"};
    if (p3.value() < p2.value() + apart - rounding)
        return Contradiction{prefix + "p3", "is less than 0.1 above " + prefix + "p2", "give a larger share (Table 9)"};
    return std::nullopt;
}

std::optional<Contradiction> wrong_trip(const TripParams& p) {
    const ieee1547::TripTable table = ieee1547::trip_table(p.category);
    const auto check = [](const char* field, const char* time_field, PerUnit pu, Duration time,
                          const ieee1547::TripLevel& level) -> std::optional<Contradiction> {
        const std::string tables = "the category in Tables 11 to 13";
        if (auto wrong = outside({field, pu.value(), level.lowest_pu, level.highest_pu}, tables, " pu")) return wrong;
        return outside({time_field, static_cast<double>(time.count()) * 1e-3, level.shortest_s, level.longest_s}, tables, " s");
    };
    if (auto wrong = check("ov2", "ov2_time", *p.ov2, *p.ov2_time, table.ov2)) return wrong;
    if (auto wrong = check("ov1", "ov1_time", *p.ov1, *p.ov1_time, table.ov1)) return wrong;
    if (auto wrong = check("uv1", "uv1_time", *p.uv1, *p.uv1_time, table.uv1)) return wrong;
    return check("uv2", "uv2_time", *p.uv2, *p.uv2_time, table.uv2);
}

void add_relations(Schema<InverterFunctionsParams>& schema) {
    schema.relation(wrong_capability)
        .relation(wrong_low_power)
        .relation(wrong_volt_var_voltages)
        .relation(wrong_volt_var_shares)
        .relation(wrong_watt_var_shares)
        .relation(wrong_constant_share);
    const auto with = [](ReactiveFunction function) {
        return [function](const InverterFunctionsParams& p) { return p.reactive_power == function; };
    };
    schema.used_if(with(ReactiveFunction::constant_power_factor), "with reactive_power: constant_power_factor", {"power_factor"})
        .used_if(
            [](const InverterFunctionsParams& p) {
                return p.reactive_power == ReactiveFunction::constant_power_factor && p.power_factor < Fraction(1.0);
            },
            "with reactive_power: constant_power_factor and a power_factor below 1", {"excitation"})
        .used_if(with(ReactiveFunction::constant_reactive_power), "with reactive_power: constant_reactive_power",
                 {"reactive_share"})
        .used_if(with(ReactiveFunction::volt_var), "with reactive_power: volt_var", {"volt_var"})
        .used_if(with(ReactiveFunction::watt_var), "with reactive_power: watt_var", {"watt_var"})
        .used_if(
            [](const InverterFunctionsParams& p) {
                return p.reactive_power != ReactiveFunction::constant_power_factor || p.power_factor < Fraction(1.0) ||
                       p.volt_watt || p.charging_limit;
            },
            "where there is reactive power or a limit of active power", {"largest_move"});
}

}  // namespace evsweep::inverter_settings
