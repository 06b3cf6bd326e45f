// Controls of inverters: volt-var, volt-watt and both (InvControl), and along a slope (ExpControl).
#include <fmt/format.h>

#include "feeder_formats/opendss/handlers.hpp"

namespace evsweep::opendss {
namespace {

constexpr const char* would_change = "is not supported, and it would change the solution";

/// Begins with the word, or is the beginning of it, as OpenDSS compares the first letters of its choices.
bool is_choice(const std::string& text, std::string_view choice, std::size_t letters) {
    const std::string word = lower(text).substr(0, letters);
    return !word.empty() && choice.substr(0, word.size()) == word;
}

bool is_known_unit(const std::string& name, const Circuit& circuit) {
    const auto dot = name.find('.');
    const std::string kind = name.substr(0, dot), rest = dot == std::string::npos ? "" : name.substr(dot + 1);
    return (kind == "pvsystem" && circuit.pv_systems.find(rest)) || (kind == "storage" && circuit.storages.find(rest));
}

void set_units(InverterControl& control, const Value& value, const std::string& prefix, PropertyReader& reader) {
    control.units.clear();
    for (const Value& member : split_list(value)) {
        const std::string name = prefix + lower(member.text);
        if (is_known_unit(name, reader.circuit()))
            control.units.push_back(name);
        else
            reader.refuse(value,
                          fmt::format("'{}' is no photovoltaic system or storage that is defined before this line",
                                      member.text.substr(0, 60)),
                          "write pvsystem.NAME or storage.NAME");
    }
}
template <class T>
void set_der_list(T& control, const Value& value, PropertyReader& reader) {
    set_units(control, value, "", reader);
}
template <class T>
void set_pv_list(T& control, const Value& value, PropertyReader& reader) {
    set_units(control, value, "pvsystem.", reader);
}

void set_mode(InvControl& control, const Value& value, PropertyReader& reader) {
    control.both = false;
    control.var = is_choice(value.text, "voltvar", 5);
    control.watt = !control.var && is_choice(value.text, "voltwatt", 5);
    if (control.var || control.watt) return;
    reader.refuse(value, fmt::format("mode '{}' {}", value.text.substr(0, 20), would_change), "supported: voltvar, voltwatt");
}
void set_both(InvControl& control, const Value& value, PropertyReader& reader) {
    control.both = is_choice(value.text, "vv_vw", 4) && value.text.size() >= 4;
    if (!control.both)
        reader.refuse(value, fmt::format("combination '{}' {}", value.text.substr(0, 20), would_change), "supported: VV_VW");
}

template <auto Member>
void set_curve(InvControl& control, const Value& value, PropertyReader& reader) {
    const std::string name = lower(value.text);
    const XyCurve* curve = reader.circuit().curves.look_up(name);
    if (!curve)
        return reader.refuse(value, "unknown curve '" + name.substr(0, 40) + "'", "define it with New XYCurve before this line");
    control.*Member = name;
}
/// OpenDSS takes no shares of active power outside 0 to 1.
template <auto Member>
void set_watt_curve(InvControl& control, const Value& value, PropertyReader& reader) {
    set_curve<Member>(control, value, reader);
    const XyCurve* curve = reader.circuit().curves.look_up(lower(value.text));
    if (!curve) return;
    for (const double y : curve->y)
        if (y < 0.0 || y > 1.0)
            return reader.refuse(value, "has shares of active power below 0 or above 1", "give shares from 0 to 1");
}

/// Of a voltage averaged over time and of hysteresis there is nothing in a snapshot.
template <class T>
void note_history(T&, const Value& value, PropertyReader& reader) {
    const std::string word = lower(value.text);
    if (word == "rated" || to_number(value).value_or(1.0) == 0.0) return;
    reader.note(reader.path().substr(0, reader.path().find('.')) + reader.path().substr(reader.path().rfind('.')), value.at,
                "has an effect in time series only, where it is not followed");
}
void set_watt_axis(InvControl& control, const Value& value, PropertyReader& reader) {
    constexpr std::string_view names[] = {"pavailablepu", "pmpppu", "pctpmpppu", "kvaratingpu"};
    for (int i = 0; i < 4; ++i)
        if (value.text.size() > 1 && is_choice(value.text, names[i], 2)) return (void)(control.watt_axis = i);
    reader.refuse(value, "is no base of active power", "bases: PAvailablePU, PMPPPU, PctPMPPPU, KVARatingPU");
}
void set_reference(InvControl& control, const Value& value, PropertyReader& reader) {
    control.by_kvar_limits = is_choice(value.text, "varmax", 4);
    if (!control.by_kvar_limits && !is_choice(value.text, "varaval", 4))
        reader.refuse(value, "is no base of reactive power", "bases: VARAVAL, VARMAX");
}
void refuse_rate(InvControl&, const Value& value, PropertyReader& reader) {
    if (!is_choice(value.text, "inactive", 3)) reader.refuse(value, would_change, "set RateofChangeMode=Inactive");
}
void refuse_model(InvControl&, const Value& value, PropertyReader& reader) {
    if (reader.integer(value, 0, 1).value_or(0) != 0) reader.refuse(value, would_change, "set ControlModel=0");
}
void set_seen(InvControl& control, const Value& value, PropertyReader& reader) {
    const std::string word = lower(value.text).substr(0, 3);
    if (word == "avg") return (void)(control.seen = -1);
    if (word == "max") return (void)(control.seen = -2);
    if (word == "min") return (void)(control.seen = -3);
    if (const auto phase = reader.integer(value, 1, 3)) control.seen = *phase;
}
void set_seen_buses(InvControl& control, const Value& value, PropertyReader&) { control.seen_buses = split_list(value); }

template <class T>
void take_all(T& control, Circuit& circuit) {
    const auto take = [&](const auto& objects, const char* kind) {
        for (const auto& unit : objects)
            if (unit.enabled) control.units.push_back(std::string(kind) + unit.name);
    };
    take(circuit.pv_systems.objects(), "pvsystem.");
    if constexpr (std::is_same_v<T, InvControl>) take(circuit.storages.objects(), "storage.");
}

/// Numbers that OpenDSS ignores where they make no sense.
template <auto Member, int Least>
void set_if_positive(ExpControl& control, const Value& value, PropertyReader& reader) {
    const auto number = reader.number(value);
    if (number && (*number > 0.0 || (*number == 0.0 && Least == 0))) control.*Member = *number;
}

}  // namespace

/// The units of a control without a list are those that are there at the end of the line. All modes but volt-watt take the
/// priority of the power factor from them.
void finish_edit(InvControl& control, PropertyReader& reader) {
    Circuit& circuit = reader.circuit();
    if (control.units.empty()) take_all(control, circuit);
    if (control.watt) return;
    for (const std::string& name : control.units) {
        const std::string rest = name.substr(name.find('.') + 1);
        if (PvSystem* pv = name[0] == 'p' ? circuit.pv_systems.look_up(rest) : nullptr) pv->factor_first = false;
        if (Storage* storage = name[0] == 's' ? circuit.storages.look_up(rest) : nullptr) storage->factor_first = false;
    }
}

void finish_edit(ExpControl& control, PropertyReader& reader) {
    if (control.units.empty()) take_all(control, reader.circuit());
}

Properties<InvControl> inv_control_properties() {
    using T = InvControl;
    return with_common<T>({{"derlist", set_der_list<T>},
                           {"mode", set_mode},
                           {"combimode", set_both},
                           {"vvc_curve1", set_curve<&T::var_curve>},
                           {"hysteresis_offset", note_history<T>},
                           {"voltage_curvex_ref", note_history<T>},
                           no_effect<T>("avgwindowlen"),
                           {"voltwatt_curve", set_watt_curve<&T::watt_curve>},
                           no_effect<T>("dbvmin"),
                           no_effect<T>("dbvmax"),
                           no_effect<T>("argralowv"),
                           no_effect<T>("argrahiv"),
                           no_effect<T>("dynreacavgwindowlen"),
                           {"deltaq_factor", set_number<&T::delta_q, T>},
                           {"voltagechangetolerance", set_number<&T::voltage_tolerance, T>},
                           {"varchangetolerance", set_number<&T::q_tolerance, T>},
                           {"voltwattyaxis", set_watt_axis},
                           {"rateofchangemode", refuse_rate},
                           no_effect<T>("lpftau"),
                           no_effect<T>("risefalllimit"),
                           {"deltap_factor", set_number<&T::delta_p, T>},
                           no_effect<T>("eventlog"),
                           {"refreactivepower", set_reference},
                           {"activepchangetolerance", set_number<&T::p_tolerance, T>},
                           {"monvoltagecalc", set_seen},
                           {"monbus", set_seen_buses},
                           {"monbusesvbase", set_list<&T::seen_bases, T>},
                           {"voltwattch_curve", set_watt_curve<&T::charging_curve>},
                           no_effect<T>("wattpf_curve"),
                           no_effect<T>("wattvar_curve"),
                           no_effect<T>("vv_refreactivepower"),
                           {"pvsystemlist", set_pv_list<T>},
                           no_effect<T>("vsetpoint"),
                           {"controlmodel", refuse_model}},
                          element_properties<T>());
}

Properties<ExpControl> exp_control_properties() {
    using T = ExpControl;
    return with_common<T>({{"pvsystemlist", set_pv_list<T>},
                           {"vreg", set_if_positive<&T::vreg, 0>},
                           {"slope", set_if_positive<&T::slope, 1>},
                           no_effect<T>("vregtau"),
                           {"qbias", set_number<&T::bias, T>},
                           {"vregmin", set_if_positive<&T::vreg_min, 0>},
                           {"vregmax", set_if_positive<&T::vreg_max, 0>},
                           {"qmaxlead", set_if_positive<&T::q_lead, 1>},
                           {"qmaxlag", set_if_positive<&T::q_lag, 1>},
                           no_effect<T>("eventlog"),
                           {"deltaq_factor", set_number<&T::delta_q, T>},
                           {"preferq", set_boolean<&T::prefers_q, T>},
                           no_effect<T>("tresponse"),
                           {"derlist", set_der_list<T>}},
                          element_properties<T>());
}

}  // namespace evsweep::opendss
