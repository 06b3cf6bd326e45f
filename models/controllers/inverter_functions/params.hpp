/// Parameters of the controller `inverter_functions`: one section per function of the standard.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "controllers/inverter_functions/standard_tables.hpp"
#include "evsweep/inverter.hpp"
#include "evsweep/schema.hpp"
#include "evsweep/time.hpp"

namespace evsweep {

/// Of the functions of reactive power one is active at a time (clause 5.3.1).
enum class ReactiveFunction { constant_power_factor, constant_reactive_power, volt_var, watt_var };
[[nodiscard]] inline std::vector<std::pair<std::string, ReactiveFunction>> names_of(ReactiveFunction) {
    return {{"constant_power_factor", ReactiveFunction::constant_power_factor},
            {"constant_reactive_power", ReactiveFunction::constant_reactive_power},
            {"volt_var", ReactiveFunction::volt_var},
            {"watt_var", ReactiveFunction::watt_var}};
}

/// The direction of reactive power at a constant power factor.
enum class Excitation { absorbing, injecting };
[[nodiscard]] inline std::vector<std::pair<std::string, Excitation>> names_of(Excitation) {
    return {{"absorbing", Excitation::absorbing}, {"injecting", Excitation::injecting}};
}

/// What is kept where the nameplate apparent power does not do for both.
enum class FunctionPriority { reactive, active };
[[nodiscard]] inline std::vector<std::pair<std::string, FunctionPriority>> names_of(FunctionPriority) {
    return {{"reactive", FunctionPriority::reactive}, {"active", FunctionPriority::active}};
}

/// Absent values become those of the category when the controller is read.
struct VoltVarParams {
    PerUnit v_ref{1.0};
    std::optional<PerUnit> v1, v2, v3, v4;
    std::optional<Fraction> q1, q2, q3, q4;
    std::optional<Duration> response;
    std::optional<Duration> reference_time_constant;
    static const Schema<VoltVarParams>& schema();
};

struct WattVarParams {
    Fraction p1{0.2}, p2{0.5}, p3{1.0};
    Fraction q1{0.0}, q2{0.0};
    std::optional<Fraction> q3;
    Fraction drawn_p1{0.2}, drawn_p2{0.5}, drawn_p3{1.0};
    Fraction drawn_q1{0.0}, drawn_q2{0.0}, drawn_q3{ieee1547::watt_var_q3_drawn};
    Duration response = std::chrono::seconds(10);
    static const Schema<WattVarParams>& schema();
};

/// Where a section stands in the scenario, for warnings that need more than the section.
struct SectionPlace {
    std::string path{};
    Position at{};
};

struct VoltWattParams : SectionPlace {
    PerUnit v1{1.06}, v2{1.10};
    Fraction p2{0.0};
    Duration response = std::chrono::seconds(10);
    static const Schema<VoltWattParams>& schema();
};

struct ChargingLimitParams : SectionPlace {
    PerUnit v1{0.94}, v2{0.90};
    Fraction p2{0.0};
    Duration response = std::chrono::seconds(10);
    static const Schema<ChargingLimitParams>& schema();
};

/// A section that remembers where it stands.
template <class P>
struct PlacedSection {
    static std::optional<P> read(const Node& node, std::string_view path, Reader& reader) {
        auto section = P::schema().read(node, path, reader);
        if (section) section->path = path, section->at = node.at;
        return section;
    }
    static std::string type() { return "section"; }
    static std::string unit() { return {}; }
    static std::string text(const P& params) {
        std::string text = "{";
        for (const Setting& s : P::schema().settings(params, "")) text += (text.size() > 1 ? ", " : "") + s.path + ": " + s.value;
        return text + "}";
    }
    static std::optional<double> out_of(const Range&, const P&) { return std::nullopt; }
};
template <>
struct Value<VoltWattParams> : PlacedSection<VoltWattParams> {};
template <>
struct Value<ChargingLimitParams> : PlacedSection<ChargingLimitParams> {};

/// Absent values become those of the category.
struct TripParams {
    ieee1547::AbnormalCategory category = ieee1547::AbnormalCategory::iii;
    std::optional<PerUnit> ov2, ov1, uv1, uv2;
    std::optional<Duration> ov2_time, ov1_time, uv1_time, uv2_time;
    PerUnit enter_above{0.917}, enter_below{1.05};
    Duration enter_delay = std::chrono::seconds(300);
    Duration enter_ramp = std::chrono::seconds(300);
    static const Schema<TripParams>& schema();
};

struct InverterFunctionsParams {
    Duration period = std::chrono::minutes(1);
    ieee1547::NormalCategory category = ieee1547::NormalCategory::b;
    ReactiveFunction reactive_power = ReactiveFunction::constant_power_factor;
    Fraction power_factor{1.0};
    Excitation excitation = Excitation::absorbing;
    double reactive_share = 0.0;
    VoltVarParams volt_var;
    WattVarParams watt_var;
    std::optional<VoltWattParams> volt_watt;
    std::optional<ChargingLimitParams> charging_limit;
    std::optional<TripParams> trip;
    FunctionPriority priority = FunctionPriority::reactive;
    std::optional<Fraction> injection_capability, absorption_capability;
    Fraction all_reactive_from{ieee1547::all_reactive_from};
    Fraction no_reactive_below{ieee1547::no_reactive_below};
    Fraction largest_move{1.0};

    [[nodiscard]] bool reads_voltage() const {
        return reactive_power == ReactiveFunction::volt_var || volt_watt || charging_limit || trip;
    }
    static const Schema<InverterFunctionsParams>& schema();
};

/// Reactive power injected, in shares of the nameplate apparent power, by the voltage at the setting's reference voltage.
[[nodiscard]] VoltageCurve volt_var_curve(const VoltVarParams& p);
/// The same by active power given (negative: drawn), in shares of the rating of its direction.
[[nodiscard]] VoltageCurve watt_var_curve(const WattVarParams& p);
/// Most active power given, in shares of its rating, by voltage.
[[nodiscard]] VoltageCurve volt_watt_curve(const VoltWattParams& p);
/// Most active power drawn, in shares of its rating, by voltage.
[[nodiscard]] VoltageCurve charging_limit_curve(const ChargingLimitParams& p);

}  // namespace evsweep
