// Relays of tap changers and capacitors of the description.
#include <fmt/format.h>

#include <algorithm>

#include "feeder_formats/opendss/rows.hpp"

namespace evsweep::opendss {
namespace {

/// A delay; what is out of all proportion stays within what a clock can count.
Duration seconds(double s) {
    constexpr double longest = 1e9;
    return from_hours(std::clamp(s, 0.0, longest) / 3600.0);
}

}  // namespace

void Rows::add_controls() {
    const std::vector<std::string> acted = controls_that_acted(circuit_);
    if (circuit_.controls_off.file && (acted.empty() || circuit_.changed.file)) return report_controls_off(acted);
    if (circuit_.controls_off.file)
        reader_.warning(circuit_.controls_off, "set controlmode",
                        fmt::format("is off behind the Solve in line {}, in which controls have acted: they act here as they did "
                                    "there, and nothing has changed since",
                                    circuit_.acted.line),
                        "set it before that Solve to take taps and banks as given");
    else if (circuit_.changed.file)
        reader_.warning(circuit_.changed, "controls",
                        fmt::format("have acted in the Solve in line {}, and OpenDSS goes on from where they stopped when the "
                                    "circuit is changed here; they begin at the taps and states of the script, and may stop "
                                    "elsewhere within their bands",
                                    circuit_.acted.line),
                        "put all changes before the first Solve, or set taps and states behind it");
    add_regulators();
    add_capacitor_controls();
    add_inverter_controls();
}

/// Controls do not act, and it must be known where those have stopped that did.
void Rows::report_controls_off(const std::vector<std::string>& acted) {
    if (!acted.empty())
        return reader_.error(
            circuit_.controls_off, "set controlmode",
            fmt::format("is off behind the Solve in line {}, in which controls have acted: what they left is not "
                        "known here ({})",
                        circuit_.acted.line, listed(acted)),
            "set taps and states behind that Solve, or set the mode before it");
    const auto enabled = [](const auto& store) {
        const auto& all = store.objects();
        return std::count_if(all.begin(), all.end(), [](const Object& control) { return control.enabled; });
    };
    const auto count = enabled(circuit_.reg_controls) + enabled(circuit_.cap_controls) + enabled(circuit_.inv_controls) +
                       enabled(circuit_.exp_controls);
    if (count > 0)
        reader_.warning(
            circuit_.controls_off, "set controlmode",
            fmt::format("is off: {} of tap changers, capacitors and inverters {}",
                        count == 1 ? "1 control" : fmt::format("{} controls", count), count == 1 ? "does not act" : "do not act"),
            "remove the line to let them act");
}

void Rows::add_regulators() {
    for (const RegControl& control : circuit_.reg_controls.objects()) {
        if (!control.enabled || control.max_steps == 0) continue;
        const Placed<Transformer>* t = placed_of(plan_.transformers, circuit_.transformers, control.transformer);
        if (control.transformer.empty())
            reader_.error(control.at, "regcontrol." + control.name, "names no transformer", "give transformer=NAME");
        else if (t && t->closed && network_.reaches(t->ends.front()))
            add_regulator(control, *t->element);
    }
}

void Rows::add_regulator(const RegControl& control, const Transformer& transformer) {
    RegulatorRow row;
    row.id = "regcontrol." + control.name;
    row.at = control.at;
    row.transformer = "transformer." + transformer.name;
    row.winding = static_cast<std::size_t>(control.winding) - 1;
    row.coil = static_cast<std::size_t>(control.phase) - 1;
    if (control.regulated_bus.text.empty()) row.sees = control.sees;
    if (control.tap_winding != control.winding) row.tap_winding = static_cast<std::size_t>(control.tap_winding) - 1;
    row.pt_ratio = control.pt_ratio;
    row.ct_primary = Amperes(control.ct_primary);
    row.forward = {control.vreg, control.band, control.r, control.x, seconds(control.delay)};
    row.reverse = {control.reverse_vreg, control.reverse_band, control.reverse_r, control.reverse_x,
                   seconds(control.reverse_delay)};
    if (control.reversible) row.on_reverse = control.reverse_neutral ? ReversePower::neutral : ReversePower::regulate;
    row.reverse_threshold = Kilowatts(control.reverse_threshold);
    if (control.limit > 0.0) row.limit_v = control.limit;
    row.tap_delay = seconds(control.tap_delay);
    row.max_steps = control.max_steps;
    row.inverse_time = control.inverse_time;
    if (!control.regulated_bus.text.empty()) {
        reader_.set_path(row.id + ".bus");
        const auto bus = reader_.bus(control.regulated_bus);
        if (!bus) return;
        if (!network_.knows(bus->name)) return reader_.error(bus->at, row.id + ".bus", "unknown bus '" + bus->name + "'");
        row.bus = bus->name;
        row.bus_conductor = network_.conductor(bus->name, bus->nodes.empty() ? 1 : bus->nodes.front());
        row.bus_pt_ratio = control.remote_pt_ratio;
    }
    feeder_.regulators.push_back(std::move(row));
}

void Rows::add_capacitor_controls() {
    for (const CapControl& control : circuit_.cap_controls.objects()) {
        if (!control.enabled) continue;
        const std::string path = "capcontrol." + control.name;
        const Placed<Capacitor>* capacitor = placed_of(plan_.capacitors, circuit_.capacitors, control.capacitor);
        if (control.capacitor.empty())
            reader_.error(control.at, path, "names no capacitor", "give capacitor=NAME");
        else if (capacitor && network_.reaches(capacitor->ends.front()))
            add_capacitor_control(control);
    }
}

void Rows::add_capacitor_control(const CapControl& control) {
    CapacitorControlRow row;
    row.id = "capcontrol." + control.name;
    row.at = control.at;
    row.capacitor = "capacitor." + control.capacitor;
    row.element = control.element;
    row.at_to_end = control.terminal > 1;
    const bool is_factor = control.signal == "powerfactor";
    const auto setting = [](double factor) { return factor > 1.0 ? factor - 2.0 : factor; };  // leading ones are negative
    row.on = is_factor ? setting(control.factor_on) : control.on;
    row.off = is_factor ? setting(control.factor_off) : control.off;
    row.least_share = 0.01 * control.least_kvar;
    row.pt_ratio = control.pt_ratio;
    row.ct_ratio = control.ct_ratio;
    row.voltage_override = control.voltage_override;
    row.lowest_v = control.v_min;
    row.highest_v = control.v_max;
    row.delay_on = seconds(control.delay_on);
    row.delay_off = seconds(control.delay_off);
    row.dead_time = seconds(control.dead_time);
    constexpr std::pair<std::string_view, CapacitorSignal> signals[] = {{"current", CapacitorSignal::current},
                                                                        {"voltage", CapacitorSignal::voltage},
                                                                        {"kvar", CapacitorSignal::reactive_power},
                                                                        {"time", CapacitorSignal::time},
                                                                        {"powerfactor", CapacitorSignal::power_factor}};
    for (const auto& [name, signal] : signals)
        if (name == control.signal) row.signal = signal;
    if (row.signal == CapacitorSignal::time && !row.voltage_override) return feeder_.capacitor_controls.push_back(row);
    const auto [kind, name] = parts_of(control.element);
    const auto end = static_cast<std::size_t>(control.terminal - 1);
    const auto watch = [&](const auto* placed) {
        if (!placed || end >= placed->ends.size())
            return reader_.error(control.at, row.id,
                                 fmt::format("watches '{}', which has no end {}", control.element, control.terminal),
                                 "give element=line.NAME or element=transformer.NAME in service");
        if (watch_conductors(control, placed->ends, row)) feeder_.capacitor_controls.push_back(row);
    };
    if (kind == "line") return watch(placed_of(plan_.lines, circuit_.lines, name));
    if (kind == "transformer") return watch(placed_of(plan_.transformers, circuit_.transformers, name));
    if (kind == "reactor") return watch(placed_of(plan_.reactors, circuit_.reactors, name));
    const bool sees_voltage = row.signal == CapacitorSignal::voltage || row.signal == CapacitorSignal::time;
    const auto at_its_bus = [&](const auto* placed) {
        if (placed && watch_bus(control, placed->ends.front(), row)) return feeder_.capacitor_controls.push_back(row);
        reader_.error(control.at, row.id, fmt::format("watches '{}', at whose bus no line or transformer ends", control.element),
                      "give element=line.NAME or element=transformer.NAME");
    };
    if (sees_voltage && kind == "capacitor") return at_its_bus(placed_of(plan_.capacitors, circuit_.capacitors, name));
    if (sees_voltage && kind == "load") return at_its_bus(placed_of(plan_.loads, circuit_.loads, name));
    reader_.error(control.at, row.id, fmt::format("watches '{}', which is not a line or transformer", control.element),
                  "give element=line.NAME or element=transformer.NAME");
}

/// The voltage of another element's bus, seen at the end of a line or transformer there.
bool Rows::watch_bus(const CapControl& control, const Terminal& place, CapacitorControlRow& row) {
    const auto found_among = [&](const auto& all, const char* kind) {
        for (const auto& placed : all)
            for (std::size_t end = 0; placed.closed && end < std::min<std::size_t>(placed.ends.size(), 2); ++end) {
                if (placed.ends[end].bus != place.bus || !network_.reaches(placed.ends.front())) continue;
                CapControl there = control;
                there.terminal = static_cast<int>(end) + 1;
                row.element = fmt::format("{}.{}", kind, placed.element->name);
                row.at_to_end = end > 0;
                return watch_conductors(there, std::vector<Terminal>(placed.ends.size(), place), row);
            }
        return false;
    };
    return found_among(plan_.lines, "line") || found_among(plan_.transformers, "transformer");
}

/// What a control makes of several phases; none where it sees one of them.
std::optional<OfSeveral> Rows::of_phases(const std::string& word) {
    if (word.substr(0, 1) == "a") return OfSeveral::mean;
    if (word.substr(0, 2) == "ma") return OfSeveral::highest;
    if (word.substr(0, 2) == "mi") return OfSeveral::lowest;
    return std::nullopt;
}

/// Currents and voltages are those of one phase, or of all together; powers are sums of all phases. As in OpenDSS, the current of
/// one phase is that at the first terminal, whichever is watched. False, with an error, where that cannot be seen.
bool Rows::watch_conductors(const CapControl& control, const std::vector<Terminal>& ends, CapacitorControlRow& row) {
    const Terminal& end = ends[static_cast<std::size_t>(control.terminal) - 1];
    const auto refuse = [&](const std::string& problem) {
        reader_.error(control.at, row.id, problem, "watch one phase of the first terminal");
        return false;
    };
    const auto conductor_at = [&](const std::string& phase, const Terminal& at) -> std::optional<Conductor> {
        const auto number = to_integer(phase);
        if (!number || *number < 1 || static_cast<std::size_t>(*number) > at.nodes.size()) return std::nullopt;
        return network_.conductor(at.bus, at.nodes[static_cast<std::size_t>(*number) - 1]);
    };
    const Placed<Capacitor>* capacitor = placed_of(plan_.capacitors, circuit_.capacitors, control.capacitor);
    const auto phases = static_cast<std::size_t>(capacitor->element->phases);
    const bool sees_current = row.signal == CapacitorSignal::current;
    const bool sees_voltage = row.signal == CapacitorSignal::voltage || row.voltage_override;
    if (control.terminal > 1 && ends.size() > 2 && (row.signal != CapacitorSignal::voltage || end.bus != ends[1].bus))
        return refuse(
            fmt::format("watches terminal {} of a transformer of 3 windings, which is not supported", control.terminal));
    if (sees_current) {
        const auto several = of_phases(control.ct_phase);
        if (several && phases > 1 && phases < end.nodes.size() && ends.size() == 2 && control.element.rfind("line.", 0) == 0)
            return refuse(fmt::format("sees {} of {} phases together, which is not supported", phases, end.nodes.size()));
        row.of_currents = several.value_or(OfSeveral::mean);
        const bool is_first = !several && !sees_voltage;
        if (is_first) row.at_to_end = false;
        if (!several || phases == 1)
            row.conductor = conductor_at(several ? "1" : control.ct_phase, is_first ? ends.front() : end);
        if ((!several || phases == 1) && !row.conductor)
            return refuse("watches phase '" + control.ct_phase.substr(0, 20) + "', which is not supported");
        if (!several && sees_voltage && control.terminal > 1 && control.element.rfind("line.", 0) != 0)
            return refuse("sees the current at its first terminal and the voltage at another, which is not supported");
    }
    if (!sees_voltage) return true;
    if (const auto several = of_phases(control.pt_phase)) {
        row.of_voltages = *several;
        if (row.conductor) return refuse("sees the current of one phase and the voltages of all, which is not supported");
        return true;
    }
    const auto seen = conductor_at(control.pt_phase, end);
    if (!seen) return refuse("watches phase '" + control.pt_phase.substr(0, 20) + "', which is not supported");
    if (row.signal == CapacitorSignal::voltage) row.conductor = seen;
    row.across = Terminals{*seen, std::nullopt};
    // A delta-connected bank is seen from its phase to the next.
    const auto next = static_cast<std::size_t>(to_integer(control.pt_phase).value_or(1)) % std::max<std::size_t>(phases, 1);
    if (capacitor->element->delta && phases > 1 && next < end.nodes.size())
        row.across->minus = network_.conductor(end.bus, end.nodes[next]);
    return true;
}

}  // namespace evsweep::opendss
