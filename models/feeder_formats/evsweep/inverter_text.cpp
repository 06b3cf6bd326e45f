#include "feeder_formats/evsweep/inverter_text.hpp"

#include "feeder_formats/evsweep/injection_text.hpp"

namespace evsweep {

namespace {

const char* name_of(InverterPriority priority) {
    constexpr const char* names[] = {"reactive", "active", "factor"};
    return names[static_cast<std::size_t>(priority)];
}
const char* name_of(WattBase base) {
    constexpr const char* names[] = {"available", "rated", "p_max", "kva"};
    return names[static_cast<std::size_t>(base)];
}

void add_kw(const char* key, Kilowatts value, RowText& text) {
    if (value != Kilowatts()) text.quantity(key, value.value(), "kW");
}

void add_rating(const InverterRating& rating, RowText& text) {
    text.quantity("rated", rating.rated.value(), "kVA")
        .quantity("q_max", rating.q_max.value(), "kvar")
        .quantity("q_max_drawn", rating.q_max_drawn.value(), "kvar")
        .quantity("rated_p", rating.rated_p.value(), "kW")
        .quantity("p_max", rating.p_max.value(), "kW");
    if (rating.available_p) text.quantity("available_p", rating.available_p->value(), "kW");
    add_kw("no_q_below", rating.no_q_below, text);
    add_kw("full_q_from", rating.full_q_from, text);
    add_kw("cut_out", rating.cut_out, text);
    if (rating.priority != InverterPriority::reactive) text.text("priority", name_of(rating.priority));
    if (rating.power_factor) text.number("power_factor", *rating.power_factor);
    if (rating.own_q) text.quantity("own_q", rating.own_q->value(), "kvar");
    if (!rating.is_on) text.flag("off", true);
    if (rating.q_needs_on) text.flag("q_needs_on", true);
    if (rating.stores) text.flag("storage", true);
    if (rating.is_idle) text.flag("idle", true);
}

void add_curve(const char* key, const VoltageCurve& curve, RowText& text) {
    if (curve.empty()) return;
    std::vector<double> v, y;
    for (const CurvePoint& point : curve.points) v.push_back(point.x), y.push_back(point.y);
    RowText points(text.style());
    points.numbers("v", v).numbers("y", y);
    if (curve.straight_on) points.flag("straight_on", true);
    if (curve.snap != 0.0) points.number("snap", curve.snap);
    text.raw(key, points.str());
}

void add_curves(const InverterCurves& curves, RowText& text) {
    add_curve("volt_var", curves.volt_var, text);
    if (curves.var_base != VarBase::limits) text.text("volt_var_base", "available");
    add_curve("volt_watt", curves.volt_watt, text);
    add_curve("volt_watt_charging", curves.volt_watt_charging, text);
    if (curves.watt_base != WattBase::rated_p) text.text("volt_watt_base", name_of(curves.watt_base));
    if (curves.tolerance != InverterCurves{}.tolerance) text.number("tolerance", curves.tolerance);
    if (!curves.steps) return;
    const PartialSteps& s = *curves.steps;
    RowText steps(text.style());
    steps.number("delta_q", s.delta_q)
        .number("delta_p", s.delta_p)
        .quantity("voltage_tolerance", s.voltage_tolerance, "pu")
        .number("q_tolerance", s.q_tolerance)
        .number("p_tolerance", s.p_tolerance)
        .raw("solves", std::to_string(s.solves));
    text.raw("steps", steps.str());
}

void add_slope(const SlopeVoltVar& law, RowText& text) {
    RowText slope(text.style());
    slope.quantity("set", law.set, "pu")
        .number("slope", law.slope)
        .number("q_bias", law.q_bias)
        .quantity("set_min", law.set_min, "pu")
        .quantity("set_max", law.set_max, "pu")
        .number("q_max_drawn", law.q_max_drawn)
        .number("q_max_given", law.q_max_given)
        .number("delta_q", law.delta_q)
        .flag("prefers_q", law.prefers_q)
        .raw("solves", std::to_string(law.solves));
    text.raw("slope", slope.str());
}

}  // namespace

std::string inverter_control_text(const InjectionControlRow& row, TextStyle style) {
    RowText text(style);
    text.text("id", row.id).text("load", row.load);
    if (const auto* slope = std::get_if<SlopeVoltVar>(&row.law)) {
        add_rating(slope->rating, text);
        add_slope(*slope, text);
    } else {
        const auto& curves = std::get<InverterCurves>(row.law);
        add_rating(curves.rating, text);
        add_curves(curves, text);
    }
    add_watching(row, text);
    return text.str();
}

}  // namespace evsweep
