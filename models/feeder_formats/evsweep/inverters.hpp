/// What the project's feeder file may say of inverters that follow curves of the voltage.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "feeder_formats/evsweep/injections.hpp"

namespace evsweep {

[[nodiscard]] inline std::vector<std::pair<std::string, InverterPriority>> names_of(InverterPriority) {
    using enum InverterPriority;
    return {{"reactive", reactive}, {"active", active}, {"factor", factor}};
}
[[nodiscard]] inline std::vector<std::pair<std::string, VarBase>> names_of(VarBase) {
    return {{"limits", VarBase::limits}, {"available", VarBase::available}};
}
[[nodiscard]] inline std::vector<std::pair<std::string, WattBase>> names_of(WattBase) {
    using enum WattBase;
    return {{"available", available_p}, {"rated", rated_p}, {"p_max", p_max}, {"kva", rated_kva}};
}

namespace feeder_file {

/// Points of a curve.
struct CurveLine {
    std::vector<double> v, y;
    bool straight_on = false;
    double snap = 0.0;
    static const Schema<CurveLine>& schema();
};

enum class CurveKind { volt_var, volt_watt };
/// A curve by its name or by its points.
template <CurveKind Kind>
struct NamedCurve {
    VoltageCurve curve;
};

struct StepsLine {
    double delta_q = PartialSteps{}.delta_q, delta_p = PartialSteps{}.delta_p;
    PerUnit voltage_tolerance{PartialSteps{}.voltage_tolerance};
    double q_tolerance = PartialSteps{}.q_tolerance, p_tolerance = PartialSteps{}.p_tolerance;
    int solves = PartialSteps{}.solves;
    static const Schema<StepsLine>& schema();
};

struct SlopeLine {
    PerUnit set{SlopeVoltVar{}.set}, set_min{SlopeVoltVar{}.set_min}, set_max{SlopeVoltVar{}.set_max};
    double slope = SlopeVoltVar{}.slope, q_bias = SlopeVoltVar{}.q_bias;
    double q_max_drawn = SlopeVoltVar{}.q_max_drawn, q_max_given = SlopeVoltVar{}.q_max_given, delta_q = SlopeVoltVar{}.delta_q;
    bool prefers_q = false;
    int solves = SlopeVoltVar{}.solves;
    static const Schema<SlopeLine>& schema();
};

struct InverterControlLine {
    std::string id, load;
    KilovoltAmperes rated;
    std::optional<Kilovars> q_max, q_max_drawn, own_q;
    std::optional<Kilowatts> rated_p, p_max, available_p;
    Kilowatts no_q_below, full_q_from, cut_out;
    InverterPriority priority = InverterPriority::reactive;
    std::optional<double> power_factor;
    bool off = false, q_needs_on = false, storage = false, idle = false;
    std::optional<NamedCurve<CurveKind::volt_var>> volt_var;
    VarBase volt_var_base = VarBase::limits;
    std::optional<NamedCurve<CurveKind::volt_watt>> volt_watt, volt_watt_charging;
    WattBase volt_watt_base = WattBase::rated_p;
    double tolerance = InverterCurves{}.tolerance;
    std::optional<StepsLine> steps;
    std::optional<SlopeLine> slope;
    RowList<WatchLine> watch;
    OfSeveral voltage = OfSeveral::mean;
    Duration delay{};
    static const Schema<InverterControlLine>& schema();
};

[[nodiscard]] InjectionControlRow row_of(const InverterControlLine& line, const Position& at);

/// The curve of that name, or none. Sources: IEEE Std 1547-2018, default settings of categories A and B (tables 8 and 10).
[[nodiscard]] std::optional<VoltageCurve> named_curve(CurveKind kind, const std::string& name);
[[nodiscard]] std::optional<VoltageCurve> read_curve(CurveKind kind, const Node& node, std::string_view path, Reader& reader);

}  // namespace feeder_file

template <feeder_file::CurveKind Kind>
struct PartsOf<feeder_file::NamedCurve<Kind>> : PartsOf<feeder_file::CurveLine> {};

template <feeder_file::CurveKind Kind>
struct Value<feeder_file::NamedCurve<Kind>> {
    static std::optional<feeder_file::NamedCurve<Kind>> read(const Node& node, std::string_view path, Reader& reader) {
        auto curve = feeder_file::read_curve(Kind, node, path, reader);
        return curve ? std::optional(feeder_file::NamedCurve<Kind>{std::move(*curve)}) : std::nullopt;
    }
    static std::string type() { return "name of a curve or section"; }
    static std::string unit() { return {}; }
    static std::string text(const feeder_file::NamedCurve<Kind>&) { return {}; }
    static std::optional<double> out_of(const Range&, const feeder_file::NamedCurve<Kind>&) { return std::nullopt; }
};

}  // namespace evsweep
