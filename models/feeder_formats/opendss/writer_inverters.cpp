// Inverters with the controls that follow the voltage: what OpenDSS settles as evsweep does.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "feeder_formats/opendss/writer.hpp"

namespace evsweep::opendss {
namespace {

const InverterRating& rating_of(const InjectionControlRow& row) {
    if (const auto* slope = std::get_if<SlopeVoltVar>(&row.law)) return slope->rating;
    return std::get<InverterCurves>(row.law).rating;
}

void add_rating(const InverterRating& rating, ObjectText& object) {
    object.number("kVA", rating.rated.value())
        .number("kvarMax", rating.q_max.value())
        .number("kvarMaxAbs", rating.q_max_drawn.value())
        .number("%cutin", 0)
        .number("%cutout", 0)
        .word("VarFollowInverter", rating.q_needs_on ? "yes" : "no")
        .word("WattPriority", rating.priority == InverterPriority::active ? "yes" : "no")
        .word("PFPriority", rating.priority == InverterPriority::factor ? "yes" : "no");
    const double rated_kw = rating.rated_p.value();
    if (rating.no_q_below.value() > 0.0) object.number("%PminNoVars", rating.no_q_below.value() / rated_kw * 100.0);
    if (rating.full_q_from.value() > 0.0) object.number("%PminkvarMax", rating.full_q_from.value() / rated_kw * 100.0);
    if (rating.power_factor) object.number("pf", *rating.power_factor);
}

}  // namespace

/// As a photovoltaic system; a script has no other object that gives power by curves.
void Writer::inverter(const LoadRow& row, const InjectionControlRow& control) {
    const InverterRating& rating = rating_of(control);
    const auto wiring = wiring_of(row.terminals);
    const auto& response = row.response;
    const bool is_plain = response.active == PowerLaw{} && response.reactive == PowerLaw{} && response.cut_off == 0.0 &&
                          (!response.linear || response.linear->low == 0.0);
    const double there = rating.available_p ? rating.available_p->value() : -row.p.value();
    if (!wiring || !is_plain || rating.stores || !rating.is_on || there < 0.0)
        return refuse(control.at, control.id, "controls what a PVSystem of OpenDSS cannot be",
                      "OpenDSS has wye or delta photovoltaic systems of constant power that are on");
    const LinearOutside limits = response.linear.value_or(LinearOutside{0.0, 0.01, 10.0, false});
    ObjectText object("PVSystem", names_.of("pvsystem", row.id));
    object.number("phases", wiring->phases)
        .word("bus1", bus(row.bus) + wiring->nodes)
        .word("conn", wiring->delta ? "delta" : "wye")
        .number("kV", wiring->kv(rated_across(row.bus, row.terminals.front(), row.rated)))
        .number("Pmpp", rating.rated_p.value())
        .number("irradiance", there / rating.rated_p.value())
        .number("%Pmpp", rating.p_max.value() / rating.rated_p.value() * 100.0)
        .number("Vminpu", limits.min)
        .number("Vmaxpu", limits.max);
    add_rating(rating, object);
    if (!rating.power_factor) object.number("kvar", rating.own_q ? rating.own_q->value() : -row.q.value());
    add(object);
    inverters_.insert(row.id);
}

void Writer::curve(const std::string& name, const VoltageCurve& curve) {
    std::vector<double> x, y;
    for (const CurvePoint& point : curve.points) x.push_back(point.x), y.push_back(point.y);
    if (!curve.straight_on) {  // level beyond its ends
        x.insert(x.begin(), x.front() - 1.0), y.insert(y.begin(), y.front());
        x.push_back(x.back() + 1.0), y.push_back(y.back());
    }
    add(ObjectText("XYCurve", name).number("npts", static_cast<double>(x.size())).numbers("xarray", x).numbers("yarray", y));
}

/// Node (or two nodes) of a watched voltage, and the volts that are 1 pu there.
std::pair<std::string, double> Writer::watched_node(const WatchedVoltage& seen, const LoadRow& row) {
    const double rated = rated_across(seen.bus, seen.across, seen.rated.value() > 0.0 ? seen.rated : row.rated);
    if (seen.across.plus == Conductor::balanced) return {bus(seen.bus) + ".1", rated / std::numbers::sqrt3};
    if (!seen.across.plus) return {bus(seen.bus) + nodes_of({*seen.across.minus}), rated};
    std::vector<Conductor> nodes{*seen.across.plus};
    if (seen.across.minus) nodes.push_back(*seen.across.minus);
    return {bus(seen.bus) + nodes_of(nodes), rated};
}

void Writer::add_watched(const InjectionControlRow& row, const LoadRow& load, ObjectText& object) {
    std::vector<WatchedVoltage> watched = row.watched;
    if (watched.empty())
        for (const Terminals& across : load.terminals) watched.push_back({load.bus, across, load.rated});
    std::vector<std::string> nodes;
    std::vector<double> bases;
    for (const WatchedVoltage& seen : watched) {
        const auto [node, base] = watched_node(seen, load);
        nodes.push_back(node);
        bases.push_back(base);
    }
    constexpr const char* which[] = {"AVG", "MAX", "MIN"};
    object.words("MonBus", nodes).numbers("MonBusesVbase", bases).word("MonVoltageCalc", which[static_cast<int>(row.voltage)]);
}

/// OpenDSS approaches a curve in steps: with tolerances below the reported digits it reaches the curve itself.
void Writer::inverter_control(const InjectionControlRow& row, const InverterCurves& curves, const LoadRow& load) {
    constexpr double on_the_curve = 1e-9;
    const std::string& name = names_.of("invcontrol", row.id);
    const PartialSteps steps = curves.steps.value_or(PartialSteps{-1.0, -1.0, on_the_curve, on_the_curve, on_the_curve, 1});
    ObjectText object("InvControl", name);
    const auto add_curve = [&](const char* key, const VoltageCurve& one, const char* ending) {
        if (one.empty()) return;
        const std::string& curve_name = names_.of("xycurve", name + ending);
        curve(curve_name, one);
        object.word(key, curve_name);
    };
    object.words("DERList", {"pvsystem." + names_.of("pvsystem", row.load)});
    if (curves.volt_watt.empty())
        object.word("mode", "voltvar");
    else if (curves.volt_var.empty())
        object.word("mode", "voltwatt");
    else
        object.word("combimode", "vv_vw");
    add_curve("vvc_curve1", curves.volt_var, "_var");
    add_curve("voltwatt_curve", curves.volt_watt, "_watt");
    constexpr const char* bases[] = {"PAVAILABLEPU", "PMPPPU", "PCTPMPPPU", "KVARATINGPU"};
    object.word("RefReactivePower", curves.var_base == VarBase::limits ? "VARMAX" : "VARAVAL")
        .word("VoltwattYAxis", bases[static_cast<int>(curves.watt_base)])
        .number("deltaQ_factor", steps.delta_q)
        .number("deltaP_factor", steps.delta_p)
        .number("VoltageChangeTolerance", steps.voltage_tolerance)
        .number("VarChangeTolerance", steps.q_tolerance)
        .number("ActivePChangeTolerance", steps.p_tolerance);
    add_watched(row, load, object);
    add(object);
    solves_ = std::max(solves_, steps.solves - 1);
}

/// ExpControl sees the phases of its PVSystem to earth, on the base of the bus.
void Writer::slope_control(const InjectionControlRow& row, const SlopeVoltVar& law, const LoadRow& load) {
    const double base = bus_row(load.bus).nominal.value() / std::numbers::sqrt3;
    const bool sees_phases =
        !row.watched.empty() && std::all_of(row.watched.begin(), row.watched.end(), [&](const WatchedVoltage& seen) {
            return seen.bus == load.bus && !seen.across.minus && std::abs(seen.rated.value() - base) < 1e-9 * base;
        });
    if (!sees_phases || row.voltage != OfSeveral::mean)
        return refuse(row.at, row.id, "sees other voltages than those of its phases on the base of its bus",
                      "an ExpControl of OpenDSS sees no others");
    add(ObjectText("ExpControl", names_.of("expcontrol", row.id))
            .words("PVSystemList", {names_.of("pvsystem", row.load)})
            .number("Vreg", law.set)
            .number("Slope", law.slope)
            .number("VregTau", 0)
            .number("Qbias", law.q_bias)
            .number("VregMin", law.set_min)
            .number("VregMax", law.set_max)
            .number("QmaxLead", law.q_max_drawn)
            .number("QmaxLag", law.q_max_given)
            .number("DeltaQ_factor", law.delta_q)
            .word("PreferQ", law.prefers_q ? "yes" : "no"));
    solves_ = std::max(solves_, law.solves - 1);
}

}  // namespace evsweep::opendss
