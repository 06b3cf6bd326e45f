// Controls of taps, capacitors and switches, and the source.
#include <cmath>

#include "feeder_formats/opendss/circuit.hpp"

namespace evsweep::opendss {
namespace {

template <auto Member, int Lowest, int Highest, class T>
void set_integer(T& object, const Value& value, PropertyReader& reader) {
    if (const auto number = reader.integer(value, Lowest, Highest)) object.*Member = *number;
}

/// Name of an element, which a control of one class may give with or without the class.
std::string plain_name(const std::string& text, const std::string& class_name) {
    const std::string word = lower(text);
    return word.rfind(class_name + ".", 0) == 0 ? word.substr(class_name.size() + 1) : word;
}

void set_transformer(RegControl& control, const Value& value, PropertyReader& reader) {
    control.transformer = plain_name(value.text, "transformer");
    if (!reader.circuit().transformers.find(control.transformer))
        reader.refuse(value, "unknown transformer '" + control.transformer + "'", "define it before its control");
}
void set_regulated_winding(RegControl& control, const Value& value, PropertyReader& reader) {
    set_integer<&RegControl::winding, 1, 3>(control, value, reader);
    control.tap_winding = control.winding;
}
void set_pt_ratio(RegControl& control, const Value& value, PropertyReader& reader) {
    set_number<&RegControl::pt_ratio>(control, value, reader);
    control.remote_pt_ratio = control.pt_ratio;
}
void set_regulated_bus(RegControl& control, const Value& value, PropertyReader&) { control.regulated_bus = value; }

void set_seen_phase(RegControl& control, const Value& value, PropertyReader& reader) {
    const std::string word = lower(value.text.substr(0, 3));
    control.sees = word == "max" ? SeenCoil::highest : word == "min" ? SeenCoil::lowest : SeenCoil::given;
    if (control.sees != SeenCoil::given) return;
    set_integer<&RegControl::phase, 1, 3>(control, value, reader);
}

/// Moves the winding to the tap of that number, counted from the middle.
void set_tap_number(RegControl& control, const Value& value, PropertyReader& reader) {
    const auto number = reader.integer(value, -100'000, 100'000);
    Transformer* transformer = reader.circuit().transformers.look_up(control.transformer);
    const auto winding = static_cast<std::size_t>(control.tap_winding - 1);
    if (!number || !transformer || winding >= transformer->windings.size()) return;
    Winding& w = transformer->windings[winding];
    const double step = w.taps > 0 ? (w.max_tap - w.min_tap) / w.taps : 0.0;
    w.tap = std::clamp(0.5 * (w.max_tap + w.min_tap) + *number * step, w.min_tap, w.max_tap);
}

template <class T>
void refuse_unless_zero(T&, const Value& value, PropertyReader& reader) {
    if (reader.number(value).value_or(0.0) != 0.0) reader.refuse(value, "is not supported, and it would change the solution");
}
template <class T>
void refuse_if_on(T&, const Value& value, PropertyReader& reader) {
    if (reader.boolean(value).value_or(false)) reader.refuse(value, "is not supported, and it would change the solution");
}

void set_capacitor(CapControl& control, const Value& value, PropertyReader& reader) {
    control.capacitor = plain_name(value.text, "capacitor");
    if (!reader.circuit().capacitors.find(control.capacitor))
        reader.refuse(value, "unknown capacitor '" + control.capacitor + "'", "define it before its control");
}
/// A control by power factor begins with settings of its own.
void set_signal(CapControl& control, const Value& value, PropertyReader& reader) {
    const std::string word = lower(value.text);
    for (const char* signal : {"current", "voltage", "kvar", "time", "powerfactor"}) {
        const bool is_it = !word.empty() && std::string_view(signal).substr(0, word.size()) == word;
        if (!is_it && !(word == "pf" && std::string_view(signal) == "powerfactor")) continue;
        control.signal = signal;
        if (control.signal == "powerfactor") control.factor_on = 0.95, control.factor_off = 1.05;
        return;
    }
    reader.refuse(value, "is not a kind of capacitor control", "kinds: current, voltage, kvar, time, powerfactor");
}

/// Settings that come before `type=powerfactor` are none of power factors, as in OpenDSS.
template <auto Member, auto Factor>
void set_threshold(CapControl& control, const Value& value, PropertyReader& reader) {
    set_number<Member>(control, value, reader);
    if (control.signal != "powerfactor") return;
    const double factor = control.*Member;
    if (std::abs(factor) > 1.0) return reader.refuse(value, "is no power factor from -1 to 1", "negative ones are leading");
    control.*Factor = factor < 0.0 ? 2.0 + factor : factor;
}

template <auto Member>
void set_state(SwitchControl& control, const Value& value, PropertyReader& reader) {
    const std::string word = lower(value.text.substr(0, 1));
    if (word == "o" || word == "t")
        control.*Member = false;
    else if (word == "c")
        control.*Member = true;
    else
        reader.refuse(value, "is neither open nor close");
}

template <auto Member, Source::Given Kind>
void set_strength(Source& source, const Value& value, PropertyReader& reader) {
    set_number<Member>(source, value, reader);
    source.given = Kind;
    if (Kind != Source::Given::ohm && !(source.*Member > 0.0))
        reader.refuse(value, "'" + value.text.substr(0, 40) + "' is no short-circuit strength", "give a number above 0");
}
void set_source_z1(Source& source, const Value& value, PropertyReader& reader) {
    if (const auto z = reader.complex(value)) source.r1 = z->real(), source.x1 = z->imag();
    if (!source.has_z0) source.r0 = source.r1, source.x0 = source.x1;
    source.given = Source::Given::ohm;
}
void set_source_z0(Source& source, const Value& value, PropertyReader& reader) {
    if (const auto z = reader.complex(value)) source.r0 = z->real(), source.x0 = z->imag();
    source.has_z0 = true;
    source.given = Source::Given::ohm;
}
void set_pu_z1(Source& source, const Value& value, PropertyReader& reader) {
    if (const auto z = reader.complex(value)) source.pu_z1 = *z;
    if (!source.pu_z0) source.pu_z0 = source.pu_z1;
    source.given = Source::Given::ohm;
}
void set_pu_z0(Source& source, const Value& value, PropertyReader& reader) {
    if (const auto z = reader.complex(value)) source.pu_z0 = *z;
    source.given = Source::Given::ohm;
}
void set_source_model(Source& source, const Value& value, PropertyReader&) {
    source.ideal = lower(value.text.substr(0, 1)) == "i";
}
void set_pu_ideal(Source& source, const Value& value, PropertyReader& reader) {
    if (const auto z = reader.complex(value)) source.pu_ideal = *z;
}
void set_sequence(Source&, const Value& value, PropertyReader& reader) {
    const std::string word = lower(value.text.substr(0, 1));
    if (word != "p" && word != "1") reader.refuse(value, "only a positive-sequence source is supported");
}

}  // namespace

void after_like(CapControl& control, const CapControl& before, PropertyReader&, const Value&) {
    // OpenDSS does not copy these.
    control.delay_on = before.delay_on;
    control.delay_off = before.delay_off;
    control.dead_time = before.dead_time;
    control.v_max = before.v_max;
    control.v_min = before.v_min;
}

Properties<RegControl> reg_control_properties() {
    using T = RegControl;
    return with_common<T>({{"transformer", set_transformer},
                           {"winding", set_regulated_winding},
                           {"vreg", set_number<&T::vreg, T>},
                           {"band", set_number<&T::band, T>},
                           {"ptratio", set_pt_ratio},
                           {"ctprim", set_number<&T::ct_primary, T>},
                           {"r", set_number<&T::r, T>},
                           {"x", set_number<&T::x, T>},
                           {"bus", set_regulated_bus},
                           {"delay", set_number<&T::delay, T>},
                           {"reversible", set_boolean<&T::reversible, T>},
                           {"revvreg", set_number<&T::reverse_vreg, T>},
                           {"revband", set_number<&T::reverse_band, T>},
                           {"revr", set_number<&T::reverse_r, T>},
                           {"revx", set_number<&T::reverse_x, T>},
                           {"tapdelay", set_number<&T::tap_delay, T>},
                           no_effect<T>("debugtrace"),
                           {"maxtapchange", set_integer<&T::max_steps, 0, 100'000, T>},
                           {"inversetime", set_boolean<&T::inverse_time, T>},
                           {"tapwinding", set_integer<&T::tap_winding, 1, 3, T>},
                           {"vlimit", set_number<&T::limit, T>},
                           {"ptphase", set_seen_phase},
                           {"revthreshold", set_number<&T::reverse_threshold, T>},
                           {"revdelay", set_number<&T::reverse_delay, T>},
                           {"revneutral", set_boolean<&T::reverse_neutral, T>},
                           no_effect<T>("eventlog"),
                           {"remoteptratio", set_number<&T::remote_pt_ratio, T>},
                           {"tapnum", set_tap_number},
                           no_effect<T>("reset"),
                           {"ldc_z", refuse_unless_zero<T>},
                           {"rev_z", refuse_unless_zero<T>},
                           {"cogen", refuse_if_on<T>}},
                          element_properties<T>());
}

Properties<CapControl> cap_control_properties() {
    using T = CapControl;
    return with_common<T>({{"element", set_text<&T::element, T>},
                           {"terminal", set_integer<&T::terminal, 1, 3, T>},
                           {"capacitor", set_capacitor},
                           {"type", set_signal},
                           {"ptratio", set_number<&T::pt_ratio, T>},
                           {"ctratio", set_number<&T::ct_ratio, T>},
                           {"onsetting", set_threshold<&T::on, &T::factor_on>},
                           {"offsetting", set_threshold<&T::off, &T::factor_off>},
                           {"delay", set_number<&T::delay_on, T>},
                           {"voltoverride", set_boolean<&T::voltage_override, T>},
                           {"vmax", set_number<&T::v_max, T>},
                           {"vmin", set_number<&T::v_min, T>},
                           {"delayoff", set_number<&T::delay_off, T>},
                           {"deadtime", set_number<&T::dead_time, T>},
                           {"ctphase", set_text<&T::ct_phase, T>},
                           {"ptphase", set_text<&T::pt_phase, T>},
                           unsupported<T>("vbus"),
                           no_effect<T>("eventlog"),
                           unsupported<T>("usermodel"),
                           unsupported<T>("userdata"),
                           {"pctminkvar", set_number<&T::least_kvar, T>},
                           no_effect<T>("reset")},
                          element_properties<T>());
}

Properties<SwitchControl> switch_control_properties() {
    using T = SwitchControl;
    return with_common<T>({{"switchedobj", set_text<&T::element, T>},
                           no_effect<T>("switchedterm"),
                           {"action", set_state<&T::closed>},
                           no_effect<T>("lock"),
                           no_effect<T>("delay"),
                           {"normal", set_state<&T::normal_closed>},
                           {"state", set_state<&T::closed>},
                           no_effect<T>("reset")},
                          element_properties<T>());
}

Properties<Source> source_properties() {
    using T = Source;
    using G = Source::Given;
    return with_common<T>({{"bus1", set_bus<0, T>},
                           {"basekv", set_number<&T::base_kv, T>},
                           {"pu", set_number<&T::pu, T>},
                           {"angle", set_number<&T::angle, T>},
                           {"frequency", check_frequency<T>},
                           {"phases", set_phases<&T::phases, T>},
                           {"mvasc3", set_strength<&T::mva3, G::mva>},
                           {"mvasc1", set_strength<&T::mva1, G::mva>},
                           {"x1r1", set_number<&T::x1r1, T>},
                           {"x0r0", set_number<&T::x0r0, T>},
                           {"isc3", set_strength<&T::isc3, G::current>},
                           {"isc1", set_strength<&T::isc1, G::current>},
                           {"r1", set_strength<&T::r1, G::ohm>},
                           {"x1", set_strength<&T::x1, G::ohm>},
                           {"r0", set_strength<&T::r0, G::ohm>},
                           {"x0", set_strength<&T::x0, G::ohm>},
                           no_effect<T>("scantype"),
                           {"sequence", set_sequence},
                           unsupported<T>("bus2"),
                           {"z1", set_source_z1},
                           {"z0", set_source_z0},
                           unsupported<T>("z2"),
                           {"puz1", set_pu_z1},
                           {"puz0", set_pu_z0},
                           unsupported<T>("puz2"),
                           {"basemva", set_number<&T::base_mva, T>},
                           no_effect<T>("yearly"),
                           no_effect<T>("daily"),
                           no_effect<T>("duty"),
                           {"model", set_source_model},
                           {"puzideal", set_pu_ideal}},
                          injection_properties<T>());
}

}  // namespace evsweep::opendss
