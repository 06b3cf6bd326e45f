// Photovoltaic systems, storages and the controls of their inverters.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "feeder_formats/opendss/handlers.hpp"
#include "feeder_formats/opendss/rows.hpp"

namespace evsweep::opendss {
namespace {

constexpr PowerLaw always_impedance{1.0, 0.0, 0.0, 0.0, 0.0};

/// What the two kinds share: limits of the inverter, with `rated_kw` as base of its percentages.
InverterRating common_rating(const Inverter& inverter, double rated_kw) {
    InverterRating rating;
    rating.rated = KilovoltAmperes(inverter.kva);
    const double q_max = inverter.kvar_max.value_or(inverter.usual_kvar_max.value_or(inverter.kva));
    rating.q_max = Kilovars(q_max);
    rating.q_max_drawn = Kilovars(inverter.kvar_max_abs.value_or(q_max));
    rating.rated_p = Kilowatts(rated_kw);
    rating.no_q_below = Kilowatts(std::max(0.0, inverter.no_vars_below * 0.01 * rated_kw));
    rating.full_q_from = Kilowatts(std::max(0.0, inverter.full_vars_from * 0.01 * rated_kw));
    if (inverter.watt_first) rating.priority = InverterPriority::active;
    if (inverter.factor_first) rating.priority = InverterPriority::factor;
    if (inverter.by_pf)
        rating.power_factor = inverter.pf;
    else
        rating.own_q = Kilovars(inverter.kvar);
    rating.q_needs_on = inverter.vars_follow;
    return rating;
}

/// What it gives without a control.
InverterPower own_power(const InverterRating& rating) {
    double p = rating.available_p->value();
    const double most = rating.p_max.value();
    if (!rating.is_idle) p = std::clamp(p, -most, most);
    if (rating.power_factor) return limited(rating, {p, kvar_at(p, *rating.power_factor), true});
    return limited(rating, {p, rating.own_q->value(), false});
}

}  // namespace

InverterRating Rows::rating_of(const PvSystem& pv) const {
    const XyCurve* heat = circuit_.curves.look_up(pv.temperature_curve);
    const XyCurve* curve = circuit_.curves.look_up(pv.efficiency);
    const auto efficiency = [&](double kw) { return curve ? curve->value(kw / pv.kva) : 1.0; };
    const double panel = pv.pmpp * pv.irradiance * (heat ? heat->value(pv.temperature) : 1.0);
    const double cut_out = pv.cut_out * 0.01 * pv.kva;
    InverterRating rating = common_rating(pv, pv.pmpp);
    rating.is_on = panel >= cut_out;
    rating.p_max = Kilowatts(pv.pmpp * pv.limit);
    rating.cut_out = Kilowatts(cut_out * efficiency(cut_out));
    rating.available_p = Kilowatts(rating.is_on ? panel * efficiency(panel) : 0.0);
    return rating;
}

/// As it stands: charged and empty ones idle, and idle ones draw their losses.
InverterRating Rows::rating_of(const Storage& storage) const {
    using S = Storage::State;
    const XyCurve* curve = circuit_.curves.look_up(storage.efficiency);
    const auto efficiency = [&](double kw) { return curve ? curve->value(kw / storage.kva) : 1.0; };
    S state = storage.state;
    if (state == S::charging && storage.kwh >= storage.rated_kwh) state = S::idling;
    if (state == S::discharging && storage.kwh <= storage.reserve_kwh) state = S::idling;
    const double idle_kw = storage.idle * 0.01 * storage.rated_kw;
    double kw = -idle_kw / efficiency(idle_kw);
    if (state == S::charging) kw = -storage.rated_kw * storage.charge * 0.01;
    if (state == S::discharging) kw = storage.rated_kw * storage.discharge * 0.01;
    double cut_out = storage.cut_out * 0.01 * storage.kva;
    cut_out = state == S::discharging ? cut_out * efficiency(cut_out) : cut_out / efficiency(cut_out);
    InverterRating rating = common_rating(storage, storage.rated_kw);
    rating.stores = true;
    rating.is_on = std::abs(kw) >= cut_out;
    rating.is_idle = !rating.is_on || state == S::idling;
    rating.p_max = Kilowatts(storage.rated_kw * storage.limit);
    rating.cut_out = Kilowatts(cut_out);
    rating.available_p = Kilowatts(rating.is_on ? kw : -idle_kw / efficiency(idle_kw));
    return rating;
}

void Rows::set_inverter(LoadRow& row, const Inverter& inverter, const InverterRating& rating) {
    const InverterPower power = own_power(rating);
    row.p = Kilowatts(-power.p_kw);
    row.q = Kilovars(-power.q_kvar);
    row.response.linear = LinearOutside{0.0, inverter.min_pu, inverter.max_pu, false};
    if (inverter.model == 2) row.response = {always_impedance, always_impedance, std::nullopt, 0.0};
    if (inverter.model == 2) return;
    if (inverter.balanced && inverter.phases == 3)
        reader_.error(inverter.at, row.id, "gives balanced currents at any voltages, which is not supported", "set balanced=no");
    if (inverter.current_limited) limit_current(row, inverter, rating);
}

/// A photovoltaic system of constant power whose current stays below vminpu, whatever vmaxpu is. A storage is an impedance
/// outside its limits, whose current reaches that one far above the upper one only.
void Rows::limit_current(LoadRow& row, const Inverter& inverter, const InverterRating& rating) {
    constexpr double out_of_reach = 1.2;
    if (!rating.stores && !(inverter.delta && inverter.phases == 1)) {
        row.response.linear.reset();
        row.response.holds_current_below = inverter.min_pu;
        return;
    }
    if (!rating.stores || inverter.max_pu * inverter.max_pu < out_of_reach * inverter.min_pu)
        reader_.error(inverter.at, row.id, "limits its current in a way that is not supported",
                      rating.stores ? "raise vmaxpu, or set limitcurrent=no" : "set limitcurrent=no, or conn=wye");
}

void Rows::add_pv_systems() {
    for (const auto& placed : plan_.pv_systems) {
        const PvSystem& pv = *placed.element;
        if (!network_.reaches(placed.ends.front()) || !placed.closed) continue;
        LoadRow row = injection_row(placed, "pvsystem." + pv.name);
        set_inverter(row, pv, rating_of(pv));
        row.profile = profile_of(pv, -row.p.value(), std::nullopt);
        if ((!pv.temperature_curve.empty() || !pv.efficiency.empty()) && !row.profile.empty())
            reader_.warning(pv.at, row.id, "follows its profile in proportion: its efficiency and temperature are those of now");
        feeder_.loads.push_back(std::move(row));
    }
}

void Rows::add_storages() {
    using D = Storage::Dispatch;
    for (const auto& placed : plan_.storages) {
        const Storage& storage = *placed.element;
        if (!network_.reaches(placed.ends.front()) || !placed.closed) continue;
        LoadRow row = injection_row(placed, "storage." + storage.name);
        // OpenDSS divides by the number of phases that it knew when kV was given.
        const double to_neutral = volts_across(storage.kv, storage.rated_phases, false);
        row.rated = Volts(to_neutral * (storage.delta && storage.phases > 1 ? std::numbers::sqrt3 : 1.0));
        const bool has_trigger = storage.charge_trigger != 0.0 || storage.discharge_trigger != 0.0;
        const bool moves = (storage.dispatch == D::trigger && has_trigger) ||
                           (storage.dispatch == D::follow && storage.state != Storage::State::idling);
        if (moves)
            reader_.error(storage.at, row.id, "is dispatched by load level, price or shape, which may change its state",
                          "use dispmode=default with the state that it shall have");
        set_inverter(row, storage, rating_of(storage));
        if (const std::string& shape = shape_name(storage); !shape.empty()) {
            row.profile = "dispatch by " + shape;
            reader_.note("dispatch of storages by load shapes", storage.at, "is not read, which a snapshot does not need",
                         "give a profile of the name 'dispatch by SHAPE' in base_load.profiles of scenarios");
        }
        feeder_.loads.push_back(std::move(row));
    }
}

std::optional<Rows::Unit> Rows::unit_of(const std::string& name) const {
    const std::string rest = name.substr(name.find('.') + 1);
    const auto in_service = [&](const auto& all) {
        return std::find_if(all.begin(), all.end(), [&](const auto& placed) {
            return placed.element->name == rest && placed.closed && network_.reaches(placed.ends.front());
        });
    };
    if (name[0] == 'p') {
        const auto found = in_service(plan_.pv_systems);
        if (found == plan_.pv_systems.end()) return std::nullopt;
        const PvSystem& pv = *found->element;
        return Unit{&pv, &found->ends.front(), volts_across(pv.kv, pv.phases, false), rating_of(pv)};
    }
    const auto found = in_service(plan_.storages);
    if (found == plan_.storages.end()) return std::nullopt;
    const Storage& storage = *found->element;
    return Unit{&storage, &found->ends.front(), volts_across(storage.kv, storage.rated_phases, false), rating_of(storage)};
}

void Rows::add_inverter_controls() {
    for (const InvControl& control : circuit_.inv_controls.objects())
        if (control.enabled) add_inv_control(control);
    for (const ExpControl& control : circuit_.exp_controls.objects())
        if (control.enabled) add_exp_control(control);
}

InjectionControlRow Rows::unit_row(const InverterControl& control, const std::string& id, const std::string& unit) {
    InjectionControlRow row;
    row.id = control.units.size() == 1 ? id : id + ":" + unit.substr(unit.find('.') + 1);
    row.load = unit;
    row.at = control.at;
    if (const auto [before, is_new] = controlled_.try_emplace(unit, id); !is_new)
        reader_.error(control.at, id, fmt::format("controls {}, as {} does", unit, before->second),
                      "use one control with combimode=VV_VW");
    return row;
}

VoltageCurve Rows::curve_of(const std::string& name) const {
    constexpr double snap = 1e-5;  // of OpenDSS's XYCurve
    VoltageCurve curve{{}, true, snap};
    const XyCurve* points = circuit_.curves.look_up(name);
    for (std::size_t i = 0; points && i < std::min(points->x.size(), points->y.size()); ++i)
        curve.points.push_back({points->x[i], points->y[i]});
    return curve;
}

InverterCurves Rows::curves_of(const InvControl& control, const Unit& unit) const {
    InverterCurves curves;
    curves.rating = unit.rating;
    if (control.var || control.both) curves.volt_var = curve_of(control.var_curve);
    if (control.watt || control.both) curves.volt_watt = curve_of(control.watt_curve);
    if ((control.watt || control.both) && unit.rating.stores) curves.volt_watt_charging = curve_of(control.charging_curve);
    curves.var_base = control.by_kvar_limits ? VarBase::limits : VarBase::available;
    constexpr WattBase bases[] = {WattBase::available_p, WattBase::rated_p, WattBase::p_max, WattBase::rated_kva};
    curves.watt_base = bases[control.watt_axis];
    // A feeder is the circuit as the script leaves it, and solving the feeder is to solve the circuit once more.
    curves.steps = PartialSteps{control.delta_q,     control.delta_p,     control.voltage_tolerance,
                                control.q_tolerance, control.p_tolerance, control.solves + 1};
    return curves;
}

/// Phases to earth, however it is connected.
std::vector<WatchedVoltage> Rows::phases_of(const Unit& unit, double rated_v) const {
    std::vector<WatchedVoltage> phases;
    const Terminal& end = *unit.end;
    for (int k = 0; k < std::min(unit.inverter->phases, static_cast<int>(end.nodes.size())); ++k)
        phases.push_back({end.bus, terminals(end.bus, end.nodes[static_cast<std::size_t>(k)], 0), Volts(rated_v)});
    return phases;
}

/// Phases of the unit, or the places that the control names instead.
std::optional<std::vector<WatchedVoltage>> Rows::seen_by(const InvControl& control, const std::string& id, const Unit& unit) {
    std::vector<WatchedVoltage> seen;
    if (control.seen_buses.empty()) seen = phases_of(unit, unit.volts);
    reader_.set_path(id + ".monbus");
    for (std::size_t i = 0; i < control.seen_buses.size(); ++i) {
        const auto bus = reader_.bus(control.seen_buses[i]);
        if (!bus) return std::nullopt;
        if (!network_.knows(bus->name) || bus->nodes.empty() || i >= control.seen_bases.size()) {
            reader_.error(control.at, id,
                          fmt::format("watches '{}' {}", control.seen_buses[i].text.substr(0, 60),
                                      !network_.knows(bus->name) ? "which is no bus that the source reaches"
                                      : bus->nodes.empty()       ? "without a node"
                                                                 : "without a base voltage"),
                          "give MonBus=[BUS.1 ...] and as many MonBusesVbase in volts");
            return std::nullopt;
        }
        const int other = bus->nodes.size() == 2 ? bus->nodes[1] : 0;
        seen.push_back({bus->name, terminals(bus->name, bus->nodes.front(), other), Volts(control.seen_bases[i])});
    }
    if (control.seen < 0) return seen;
    // OpenDSS counts the places of a list from 0, and phases from 1.
    const auto which = static_cast<std::size_t>(control.seen) - (control.seen_buses.empty() ? 1 : 0);
    if (which >= seen.size()) {
        reader_.error(control.at, id, fmt::format("sees phase {} of {}", control.seen, seen.size()), "set MonVoltageCalc=AVG");
        return std::nullopt;
    }
    return std::vector<WatchedVoltage>{seen[which]};
}

void Rows::add_inv_control(const InvControl& control) {
    const std::string id = "invcontrol." + control.name;
    if (!control.var && !control.watt && !control.both)
        return reader_.warning(control.at, id, "has no mode and does nothing, as in OpenDSS",
                               "give mode=voltvar or mode=voltwatt");
    if (control.both && (control.var || control.watt))
        return reader_.error(control.at, id, "has both a mode and a combination, which never settles in OpenDSS",
                             "remove its mode");
    InvControl listed = control;
    if (listed.units.empty()) finish_edit(listed, reader_);
    for (const std::string& name : listed.units) {
        const auto unit = unit_of(name);
        if (!unit) continue;
        const InverterCurves curves = curves_of(control, *unit);
        const bool misses_watt = (control.watt || control.both) && curves.volt_watt.empty() &&
                                 (!unit->rating.stores || curves.volt_watt_charging.empty());
        if (((control.var || control.both) && curves.volt_var.empty()) || misses_watt)
            return reader_.error(control.at, id, "has no curve for its mode", "give vvc_curve1=NAME or voltwatt_curve=NAME");
        if (unit->rating.stores && curves.watt_base == WattBase::available_p && (control.watt || control.both))
            return reader_.error(control.at, id, "counts on the available power of a storage, which is not supported",
                                 "set VoltwattYAxis=PMPPPU");
        InjectionControlRow row = unit_row(listed, id, name);
        auto seen = seen_by(control, id, *unit);
        if (!seen) return;
        row.watched = std::move(*seen);
        if (control.seen == -2) row.voltage = OfSeveral::highest;
        if (control.seen == -3) row.voltage = OfSeveral::lowest;
        row.law = curves;
        feeder_.injection_controls.push_back(std::move(row));
    }
}

/// It counts on the base of the bus, and controls no storage.
void Rows::add_exp_control(const ExpControl& control) {
    const std::string id = "expcontrol." + control.name;
    ExpControl listed = control;
    if (listed.units.empty()) finish_edit(listed, reader_);
    for (const std::string& name : listed.units) {
        if (name[0] != 'p') {
            reader_.warning(control.at, id, "does not control " + name + ": OpenDSS looks for photovoltaic systems only");
            continue;
        }
        const auto unit = unit_of(name);
        if (!unit) continue;
        SlopeVoltVar law{unit->rating,   control.vreg,  control.slope,   control.bias,      control.vreg_min,  control.vreg_max,
                         control.q_lead, control.q_lag, control.delta_q, control.prefers_q, control.solves + 1};
        InjectionControlRow row = unit_row(listed, id, name);
        const Bus& bus = network_.bus(unit->end->bus);
        row.watched = phases_of(*unit, bus.nominal / (bus.split ? 2.0 : std::numbers::sqrt3));
        row.law = law;
        feeder_.injection_controls.push_back(std::move(row));
    }
}

}  // namespace evsweep::opendss
