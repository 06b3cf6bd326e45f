#include "feeder_formats/evsweep/device_text.hpp"

#include <algorithm>

#include "evsweep/connections.hpp"
#include "evsweep/values.hpp"

namespace evsweep {
namespace {

/// Writes what differs from a row's default.
class Differences {
   public:
    explicit Differences(RowText& text) : text_(text) {}
    Differences& volts(const char* key, double value, double usual) {
        if (value != usual) text_.quantity(key, value, "V");
        return *this;
    }
    Differences& number(const char* key, double value, double usual) {
        if (value != usual) text_.number(key, value);
        return *this;
    }
    Differences& duration(const char* key, Duration value, Duration usual) {
        if (value != usual) text_.duration(key, value);
        return *this;
    }
    Differences& flag(const char* key, bool value) {
        if (value) text_.flag(key, true);
        return *this;
    }
    Differences& name(const char* key, const std::string& value) {
        if (!value.empty()) text_.text(key, value);
        return *this;
    }

   private:
    RowText& text_;
};

std::vector<std::string> names_of(const std::vector<Terminals>& terminals) {
    std::vector<std::string> names;
    for (const Terminals& t : terminals) names.push_back(name_of(t));
    return names;
}

std::string winding_text(const WindingRow& row, const BusRow* bus, TextStyle style) {
    RowText text(style);
    text.text("bus", row.bus);
    if (!bus || row.coils.empty() || row.coils != star(bus->conductors, bus->conductors)) {
        if (bus && !row.coils.empty() && row.coils == delta(bus->conductors))
            text.text("connection", "delta");
        else
            text.texts("coils", names_of(row.coils));
    }
    const bool is_nominal = bus && !row.coils.empty() && row.rated == nominal_across(bus->nominal, row.coils.front());
    const bool is_unknown = !bus && row.rated == Volts();  // at a bus that is not there
    if (!is_nominal && !is_unknown) text.quantity("rated", row.rated.value(), "V");
    Differences(text).number("r", row.resistance, 0.0).number("tap", row.tap, 1.0);
    const TapRange usual;
    if (row.taps.min == usual.min && row.taps.max == usual.max && row.taps.steps == usual.steps) return text.str();
    RowText taps(style);
    taps.number("min", row.taps.min).number("max", row.taps.max).raw("steps", std::to_string(row.taps.steps));
    return text.raw("taps", taps.str()).str();
}

void add_setting(const RelaySetting& setting, RowText& text) {
    const RelaySetting usual;
    text.quantity("set", setting.set_v, "V").quantity("band", setting.band_v, "V");
    Differences(text).volts("r", setting.r_v, 0.0).volts("x", setting.x_v, 0.0).duration("delay", setting.delay, usual.delay);
}

bool is_usual(const RelaySetting& s) {
    const RelaySetting usual;
    return s.set_v == usual.set_v && s.band_v == usual.band_v && s.r_v == usual.r_v && s.x_v == usual.x_v &&
           s.delay == usual.delay;
}

std::string name_of(CapacitorSignal signal) {
    constexpr const char* names[] = {"voltage", "current", "reactive_power", "power_factor", "time"};
    return names[static_cast<std::size_t>(signal)];
}

}  // namespace

void add_terminals(const std::vector<Terminals>& terminals, const std::vector<Conductor>* bus, RowText& text) {
    if (!bus || terminals.empty()) return text.texts("terminals", names_of(terminals)), void();
    if (terminals == star(*bus, *bus)) return;
    std::vector<Conductor> phases;
    for (const Terminals& t : terminals)
        if (t.plus) phases.push_back(*t.plus);
    if (phases.size() == 1 && terminals.size() == 1 && terminals[0].minus) phases.push_back(*terminals[0].minus);
    if (!phases.empty() && terminals == delta(phases)) {
        if (terminals != delta(*bus)) text.text("phases", name_of(phases));
        text.text("connection", "delta");
        return;
    }
    phases = {terminals.front().plus.value_or(Conductor::n)};
    for (std::size_t i = 1; i < terminals.size(); ++i) phases.push_back(terminals[i].plus.value_or(Conductor::n));
    if (terminals == star(phases, *bus))
        text.text("phases", name_of(phases));
    else
        text.texts("terminals", names_of(terminals));
}

std::string transformer_text(const TransformerRow& row, const BusesByName& buses, TextStyle style) {
    RowText text(style);
    const bool has_ends = !row.windings.empty();
    if (!has_ends || row.id != row.windings.front().bus + "-" + row.windings.back().bus) text.text("id", row.id);
    text.quantity("power", row.rated.value(), "kVA");
    const std::size_t pairs = row.windings.size() == 3 ? 3 : 1;
    const auto& x = row.reactance;
    if (x.size() != pairs || std::any_of(x.begin(), x.end(), [](double share) { return share != 0.0; })) {
        if (x.size() == 1)
            text.number("x", x.front());
        else
            text.numbers("x", x);
    }
    Differences(text)
        .number("no_load_loss", row.no_load_loss, 0.0)
        .number("magnetising", row.magnetising_current, 0.0)
        .number("stray", row.stray, TransformerRow{}.stray);
    if (row.rating) text.quantity("rating", row.rating->value(), "kVA");
    if (!row.closed) text.flag("open", true);
    std::string list;
    for (const WindingRow& winding : row.windings) {
        const auto bus = buses.find(winding.bus);
        list += (list.empty() ? "" : ", ") + winding_text(winding, bus == buses.end() ? nullptr : bus->second, style);
    }
    return text.raw("windings", "[" + list + "]").str();
}

std::string regulator_text(const RegulatorRow& row, TextStyle style) {
    const RegulatorRow usual;
    RowText text(style);
    text.text("id", row.id).text("transformer", row.transformer);
    if (row.winding != usual.winding) text.raw("winding", std::to_string(row.winding + 1));
    if (row.coil != usual.coil) text.raw("coil", std::to_string(row.coil + 1));
    if (row.sees != usual.sees) text.text("sees", row.sees == SeenCoil::highest ? "highest" : "lowest");
    if (row.tap_winding) text.raw("tap_winding", std::to_string(*row.tap_winding + 1));
    Differences(text).name("bus", row.bus);
    if (row.bus_conductor) text.text("phase", std::string(name_of(*row.bus_conductor)));
    add_setting(row.forward, text);
    text.number("pt", row.pt_ratio).quantity("ct", row.ct_primary.value(), "A");
    if (row.bus_pt_ratio) text.number("bus_pt", *row.bus_pt_ratio);
    if (row.on_reverse != usual.on_reverse)
        text.text("on_reverse", row.on_reverse == ReversePower::regulate ? "regulate" : "neutral");
    if (!is_usual(row.reverse)) {
        RowText reverse(style);
        add_setting(row.reverse, reverse);
        text.raw("reverse", reverse.str());
    }
    if (row.reverse_threshold != usual.reverse_threshold) text.quantity("reverse_threshold", row.reverse_threshold.value(), "kW");
    if (row.limit_v) text.quantity("limit", *row.limit_v, "V");
    Differences(text).duration("tap_delay", row.tap_delay, usual.tap_delay);
    if (row.max_steps != usual.max_steps) text.raw("max_steps", std::to_string(row.max_steps));
    Differences(text).flag("inverse_time", row.inverse_time);
    return text.str();
}

std::string capacitor_control_text(const CapacitorControlRow& row, TextStyle style) {
    const CapacitorControlRow usual;
    RowText text(style);
    text.text("id", row.id).text("capacitor", row.capacitor).text("signal", name_of(row.signal));
    Differences(text).name("element", row.element);
    if (row.at_to_end) text.text("end", "to");
    if (row.conductor) text.text("phase", std::string(name_of(*row.conductor)));
    if (row.across) text.text("across", name_of(*row.across));
    for (const auto& [key, of] : {std::pair("of_voltages", row.of_voltages), std::pair("of_currents", row.of_currents)})
        if (of != OfSeveral::mean) text.text(key, of == OfSeveral::highest ? "highest" : "lowest");
    text.number("on", row.on).number("off", row.off);
    Differences(text)
        .number("pt", row.pt_ratio, usual.pt_ratio)
        .number("ct", row.ct_ratio, usual.ct_ratio)
        .flag("voltage_override", row.voltage_override)
        .volts("lowest", row.lowest_v, usual.lowest_v)
        .volts("highest", row.highest_v, usual.highest_v)
        .duration("delay_on", row.delay_on, usual.delay_on)
        .duration("delay_off", row.delay_off, usual.delay_off)
        .duration("dead_time", row.dead_time, usual.dead_time)
        .number("least_share", row.least_share, usual.least_share);
    return text.str();
}

}  // namespace evsweep
