#include "feeder_formats/evsweep/inverters.hpp"

#include <algorithm>

namespace evsweep::feeder_file {

const Schema<CurveLine>& CurveLine::schema() {
    using C = CurveLine;
    static const auto schema =
        Schema<C>("A curve over the voltage, straight between its points.")
            .required("v", &C::v, "voltages of its points in pu of the voltage that is seen, in rising order")
            .required("y", &C::y, "shares of the base at them; reactive power that is drawn is negative")
            .optional("straight_on", &C::straight_on, "goes straight on beyond its ends instead of being level there")
            .optional("snap", &C::snap, "distance in pu within which a point itself counts (OpenDSS: 1e-5)", at_least(0))
            .relation([](const C& c) -> std::optional<Contradiction> {
                if (c.v.empty() || c.v.size() != c.y.size())
                    return Contradiction{"y", "has not as many values as v", "give one for each voltage"};
                if (!std::is_sorted(c.v.begin(), c.v.end())) return Contradiction{"v", "does not rise", "sort its points"};
                return std::nullopt;
            });
    return schema;
}

const Schema<StepsLine>& StepsLine::schema() {
    using S = StepsLine;
    static const auto schema =
        Schema<S>(
            "Settles as OpenDSS does, a share of the way at a time, and stops where little changes: not on the curve itself.")
            .optional("delta_q", &S::delta_q, "share of the way to the reactive power; negative: found by itself")
            .optional("delta_p", &S::delta_p, "share of the way to the active power; negative: found by itself")
            .optional("voltage_tolerance", &S::voltage_tolerance, "a voltage that has changed by less calls for no step",
                      above(0))
            .optional("q_tolerance", &S::q_tolerance, "share of the base; being away by less calls for no step", above(0))
            .optional("p_tolerance", &S::p_tolerance, "likewise", above(0))
            .optional("solves", &S::solves, "times that the circuit is solved, each going on from the one before", at_least(1));
    return schema;
}

const Schema<SlopeLine>& SlopeLine::schema() {
    using S = SlopeLine;
    static const auto schema =
        Schema<S>("Reactive power along a slope through a set voltage, as OpenDSS's ExpControl settles it.")
            .optional("set", &S::set, "the set voltage; 0: the one that is seen, within set_min and set_max", at_least(0))
            .optional("slope", &S::slope, "reactive power in pu of the rated power per pu of voltage", above(0))
            .optional("q_bias", &S::q_bias, "reactive power at the set voltage, in pu of the rated power")
            .optional("set_min", &S::set_min, "lowest set voltage", at_least(0))
            .optional("set_max", &S::set_max, "highest set voltage", at_least(0))
            .optional("q_max_drawn", &S::q_max_drawn, "largest reactive power drawn, in pu of the rated power", above(0))
            .optional("q_max_given", &S::q_max_given, "largest reactive power given", above(0))
            .optional("delta_q", &S::delta_q, "share of the way that it goes at a time", above(0))
            .optional("prefers_q", &S::prefers_q, "active power yields to the reactive power")
            .optional("solves", &S::solves, "times that the circuit is solved, each going on from the one before", at_least(1));
    return schema;
}

const Schema<InverterControlLine>& InverterControlLine::schema() {
    using I = InverterControlLine;
    static const auto schema =
        Schema<I>("An inverter whose power follows curves of its voltage: volt-var, volt-watt, or both.")
            .required("id", &I::id, "name of the control")
            .required("load", &I::load, "the load of negative power (or the storage) behind the inverter")
            .required("rated", &I::rated, "rated apparent power", above(0))
            .optional("volt_var", &I::volt_var, "curve of reactive power: ieee1547-a, ieee1547-b, or its points")
            .optional("volt_var_base", &I::volt_var_base,
                      "what 1 on it is: the limits of reactive power, or what is available beside the active power")
            .optional("volt_watt", &I::volt_watt, "curve of active power: ieee1547, or its points")
            .optional("volt_watt_charging", &I::volt_watt_charging, "the same for a storage that charges")
            .optional("volt_watt_base", &I::volt_watt_base,
                      "what 1 on it is: the available, rated or largest active power, or kVA")
            .optional("q_max", &I::q_max, "reactive power that it can give; absent: its rated power", at_least(0))
            .optional("q_max_drawn", &I::q_max_drawn, "reactive power that it can draw; absent: as q_max", at_least(0))
            .optional("rated_p", &I::rated_p, "rated active power; absent: its rated apparent power", above(0))
            .optional("p_max", &I::p_max, "most active power; absent: rated_p", at_least(0))
            .optional("available_p", &I::available_p, "active power that there is at its load's nominal power; absent: that")
            .optional("no_q_below", &I::no_q_below, "with less active power it has no reactive power", at_least(0))
            .optional("full_q_from", &I::full_q_from, "with less active power its reactive power is limited in proportion",
                      at_least(0))
            .optional("cut_out", &I::cut_out, "least active power for that proportion", at_least(0))
            .optional("priority", &I::priority, "what is kept where the rated apparent power does not do for both")
            .optional("power_factor", &I::power_factor, "of its reactive power where no curve gives it", between(-1, 1))
            .optional("own_q", &I::own_q, "its reactive power where no curve gives it; absent: that of its load")
            .optional("off", &I::off, "it is off, and gives no active power")
            .optional("q_needs_on", &I::q_needs_on, "it has no reactive power while it is off")
            .optional("storage", &I::storage, "it is that of a storage")
            .optional("idle", &I::idle, "of a storage that neither charges nor discharges")
            .optional("tolerance", &I::tolerance, "share of the rated power that counts as on the curve", above(0))
            .optional("steps", &I::steps, "settles as OpenDSS does; absent: on the curve itself")
            .optional("slope", &I::slope, "a slope instead of curves")
            .optional("watch", &I::watch, "the voltages that it looks at; absent: those across its load")
            .optional("voltage", &I::voltage, "which of several voltages counts")
            .optional("delay", &I::delay,
                      "from a voltage that calls for it to its action, in a scenario, and from each action to the next",
                      at_least(0))
            .relation([](const I& i) -> std::optional<Contradiction> {
                const bool has_curve = i.volt_var || i.volt_watt || i.volt_watt_charging;
                if (has_curve != i.slope.has_value()) return std::nullopt;
                if (!has_curve) return Contradiction{"volt_var", "is missing", "give volt_var, volt_watt, or slope"};
                return Contradiction{"slope", "stands beside a curve", "give the one or the other"};
            });
    return schema;
}

std::optional<VoltageCurve> named_curve(CurveKind kind, const std::string& name) {
    if (kind == CurveKind::volt_watt && name == "ieee1547") return VoltageCurve{{{1.06, 1.0}, {1.10, 0.2}}};
    if (kind == CurveKind::volt_var && name == "ieee1547-a") return VoltageCurve{{{0.9, 0.25}, {1.0, 0.0}, {1.1, -0.25}}};
    if (kind == CurveKind::volt_var && name == "ieee1547-b")
        return VoltageCurve{{{0.92, 0.44}, {0.98, 0.0}, {1.02, 0.0}, {1.08, -0.44}}};
    return std::nullopt;
}

std::optional<VoltageCurve> read_curve(CurveKind kind, const Node& node, std::string_view path, Reader& reader) {
    if (node.is_scalar()) {
        if (auto curve = named_curve(kind, node.scalar)) return curve;
        reader.issues.error(node.at, std::string(path), "'" + node.scalar + "' is no curve",
                            kind == CurveKind::volt_var ? "ieee1547-a, ieee1547-b, or {v: [...], y: [...]}"
                                                        : "ieee1547, or {v: [...], y: [...]}");
        return std::nullopt;
    }
    const auto line = CurveLine::schema().read(node, path, reader);
    if (!line) return std::nullopt;
    VoltageCurve curve{{}, line->straight_on, line->snap};
    for (std::size_t i = 0; i < line->v.size(); ++i) curve.points.push_back({line->v[i], line->y[i]});
    return curve;
}

namespace {

InverterRating rating_of(const InverterControlLine& line) {
    InverterRating rating;
    rating.rated = line.rated;
    rating.q_max = line.q_max.value_or(Kilovars(line.rated.value()));
    rating.q_max_drawn = line.q_max_drawn.value_or(rating.q_max);
    rating.rated_p = line.rated_p.value_or(Kilowatts(line.rated.value()));
    rating.p_max = line.p_max.value_or(rating.rated_p);
    rating.no_q_below = line.no_q_below;
    rating.full_q_from = line.full_q_from;
    rating.cut_out = line.cut_out;
    rating.priority = line.priority;
    rating.available_p = line.available_p;
    rating.power_factor = line.power_factor;
    rating.own_q = line.own_q;
    rating.is_on = !line.off;
    rating.q_needs_on = line.q_needs_on;
    rating.stores = line.storage;
    rating.is_idle = line.idle;
    return rating;
}

InverterCurves curves_of(const InverterControlLine& line) {
    InverterCurves curves;
    curves.rating = rating_of(line);
    if (line.volt_var) curves.volt_var = line.volt_var->curve;
    curves.var_base = line.volt_var_base;
    if (line.volt_watt) curves.volt_watt = line.volt_watt->curve;
    if (line.volt_watt_charging) curves.volt_watt_charging = line.volt_watt_charging->curve;
    curves.watt_base = line.volt_watt_base;
    curves.tolerance = line.tolerance;
    if (!line.steps) return curves;
    const StepsLine& s = *line.steps;
    curves.steps = PartialSteps{s.delta_q, s.delta_p, s.voltage_tolerance.value(), s.q_tolerance, s.p_tolerance, s.solves};
    return curves;
}

SlopeVoltVar slope_of(const InverterControlLine& line) {
    const SlopeLine& s = *line.slope;
    return {rating_of(line), s.set.value(), s.slope,   s.q_bias,    s.set_min.value(), s.set_max.value(),
            s.q_max_drawn,   s.q_max_given, s.delta_q, s.prefers_q, s.solves};
}

}  // namespace

InjectionControlRow row_of(const InverterControlLine& line, const Position& at) {
    InjectionControlRow row;
    row.id = line.id;
    row.load = line.load;
    row.watched = watched_of(line.watch);
    row.voltage = line.voltage;
    if (line.slope)
        row.law = slope_of(line);
    else
        row.law = curves_of(line);
    row.delay = line.delay;
    row.at = at;
    return row;
}

}  // namespace evsweep::feeder_file
