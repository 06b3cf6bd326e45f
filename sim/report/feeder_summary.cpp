#include "sim/report/feeder_summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "evsweep/connections.hpp"
#include "sim/base/text_table.hpp"
#include "sim/report/feeder_remarks.hpp"

namespace evsweep {
namespace {

/// Things of one kind, counted and summed.
struct Tally {
    std::size_t count = 0;
    double sum = 0.0;
    void add(double amount) { ++count, sum += amount; }
};
using Tallies = std::map<std::string, Tally>;

/// "3 delta-wye (1500 kVA), 1 ..."
std::string text_of(const Tallies& tallies, const char* unit) {
    std::string text;
    for (const auto& [name, tally] : tallies)
        text += fmt::format("{}{} {}{}", text.empty() ? "" : ", ", tally.count, name,
                            tally.sum != 0.0 ? fmt::format(" ({:.7g} {})", tally.sum, unit) : "");
    return text;
}

std::string volts_text(double volts) {
    return volts >= 1000.0 ? fmt::format("{:.6g} kV", volts / 1000.0) : fmt::format("{:.6g} V", volts);
}

std::string buses_text(const FeederDescription& feeder) {
    std::map<double, std::map<std::string, std::size_t>> levels;
    std::size_t conductors = 0;
    for (const BusRow& row : feeder.buses) {
        ++levels[row.nominal.value()][name_of(row.conductors)];
        conductors += row.conductors.size();
    }
    std::string text = fmt::format("{} with {} conductors", feeder.buses.size(), conductors);
    for (auto level = levels.rbegin(); level != levels.rend(); ++level) {
        text += "; " + volts_text(level->first) + ":";
        for (const auto& [phases, count] : level->second) text += fmt::format(" {} {}", count, phases);
    }
    return text;
}

std::string lines_text(const FeederDescription& feeder) {
    Tallies by_phases;
    std::size_t unknown = 0;
    std::size_t open = 0;
    for (const BranchRow& row : feeder.branches) {
        if (row.kind != BranchKind::line) continue;
        by_phases[name_of(row.conductors)].add(row.length ? row.length->value() : 0.0);
        unknown += !row.length;
        open += !row.closed;
    }
    if (by_phases.empty()) return "none";
    std::string text = text_of(by_phases, "km");
    if (unknown > 0) text += fmt::format("; {} without a length", unknown);
    if (open > 0) text += fmt::format("; {} open", open);
    return text;
}

std::string switches_text(const FeederDescription& feeder) {
    std::size_t count = 0;
    std::size_t open = 0;
    for (const BranchRow& row : feeder.branches)
        if (row.kind == BranchKind::switch_) ++count, open += !row.closed;
    return count == 0 ? "none" : fmt::format("{}, {} of them open", count, open);
}

std::string connection_of(const WindingRow& winding) {
    const auto to_ground = [](const Terminals& t) { return !t.minus || !t.plus || *t.minus == Conductor::n; };
    if (winding.coils.size() == 1) return to_ground(winding.coils.front()) ? "phase" : "phase-to-phase";
    if (std::all_of(winding.coils.begin(), winding.coils.end(), to_ground)) return "wye";
    return winding.coils.size() == 2 ? "open delta" : "delta";
}

std::string kind_of(const TransformerRow& row) {
    std::string text;
    std::set<std::string> legs;
    for (const WindingRow& winding : row.windings) {
        for (const Terminals& t : winding.coils)
            if (t.plus == Conductor::s1 || t.minus == Conductor::s2) legs.insert(winding.bus);
        text += (text.empty() ? "" : "/") + connection_of(winding);
    }
    if (!legs.empty() && row.windings.size() == 3) text = "centre-tapped";
    const bool has_x = std::any_of(row.reactance.begin(), row.reactance.end(), [](double x) { return x != 0.0; });
    return has_x ? text : "ideal " + text;
}

std::string transformers_text(const FeederDescription& feeder) {
    Tallies kinds;
    for (const BranchRow& row : feeder.branches)
        if (row.kind == BranchKind::transformer) kinds["balanced"].add(row.rated_power ? row.rated_power->value() : 0.0);
    for (const TransformerRow& row : feeder.transformers) kinds[kind_of(row)].add(row.rated.value());
    return kinds.empty() ? "none" : text_of(kinds, "kVA");
}

std::string shunts_text(const FeederDescription& feeder) {
    double kvar = 0.0;
    double on = 0.0;
    double kw = 0.0;
    for (const ShuntRow& row : feeder.shunts) {
        kvar -= row.q.value();
        on -= row.q.value() * row.steps_on / row.steps;
        kw += row.p.value();
    }
    if (feeder.shunts.empty()) return "none";
    std::string text = fmt::format("{} supply {:.7g} kvar, {:.7g} of them on", feeder.shunts.size(), kvar, on);
    if (kw != 0.0) text += fmt::format("; they draw {:.7g} kW", kw);
    if (!feeder.capacitor_controls.empty()) text += fmt::format("; {} controls", feeder.capacitor_controls.size());
    return text;
}

std::string phases_of_load(const LoadRow& row) {
    if (row.terminals.size() == 1) return name_of(row.terminals.front());
    const bool to_earth = std::all_of(row.terminals.begin(), row.terminals.end(),
                                      [](const Terminals& t) { return !t.minus || *t.minus == Conductor::n; });
    return fmt::format("{}-phase {}", row.terminals.size() == 2 ? "two" : "three", to_earth ? "wye" : "delta");
}

std::string law_of(const LoadRow& row) {
    const PowerLaw& law = row.response.active;
    if (law != row.response.reactive) return "with other laws for P and Q";
    if (law.e == 1.0) return fmt::format("exponent {:.4g}", law.exponent);
    if (law.p == 1.0) return "constant power";
    if (law.i == 1.0) return "constant current";
    return law.z == 1.0 ? "constant impedance" : "mixed";
}

std::string loads_text(const FeederDescription& feeder) {
    double kw = 0.0;
    double kvar = 0.0;
    Tallies phases;
    Tallies laws;
    for (const LoadRow& row : feeder.loads) {
        kw += row.p.value();
        kvar += row.q.value();
        phases[phases_of_load(row)].add(row.p.value());
        laws[law_of(row)].add(row.p.value());
    }
    if (feeder.loads.empty()) return "none";
    return fmt::format("{}, {:.7g} kW and {:.7g} kvar in all: {}; {}", feeder.loads.size(), kw, kvar, text_of(phases, "kW"),
                       text_of(laws, "kW"));
}

/// Generators and inverters whose power follows the voltage.
std::string injections_text(const FeederDescription& feeder) {
    const auto holding = static_cast<std::size_t>(
        std::count_if(feeder.injection_controls.begin(), feeder.injection_controls.end(),
                      [](const InjectionControlRow& row) { return std::holds_alternative<HoldVoltage>(row.law); }));
    const std::size_t others = feeder.injection_controls.size() - holding;
    std::string text;
    if (holding > 0) text = fmt::format("{} that hold{} a voltage", holding, holding == 1 ? "s" : "");
    if (others > 0) text += fmt::format("{}{} by curves of the voltage", text.empty() ? "" : "; ", others);
    return text.empty() ? "none are controlled" : text;
}

std::string source_text(const FeederDescription& feeder) {
    std::string text;
    for (const SourceRow& row : feeder.sources) {
        text += fmt::format("{}bus {} at {:.6g} pu, {:.6g} deg", text.empty() ? "" : "; ", row.bus, row.voltage.value(),
                            row.angle.value());
        for (std::size_t i = 1; i < row.voltages.size(); ++i)
            text += fmt::format(" and {:.6g} pu, {:.6g} deg", row.voltages[i].value(), row.angles[i].value());
        if (!row.series_ohm.empty()) text += ", behind an impedance";
    }
    return text.empty() ? "none" : text;
}

using Remarks = std::vector<std::pair<std::string, std::vector<std::string>>>;

/// The label before the first line, and what is too long on lines of its own.
std::string labelled(const std::string& label, const std::vector<std::string>& lines, std::size_t width) {
    constexpr std::size_t indent = 17;
    std::string text;
    const auto add = [&](const std::string& line) { text += fmt::format("{:<{}}{}\n", text.empty() ? label : "", indent, line); };
    for (const std::string& line : lines)
        for (const std::string& part : wrapped(line, width - indent)) add(part);
    if (text.empty()) add("nothing");
    return text;
}

}  // namespace

std::string feeder_summary(const FeederDescription& feeder, const Feeder& built, std::size_t width) {
    const auto count = [](std::size_t n) { return n == 0 ? std::string("none") : std::to_string(n); };
    const Remarks rows{
        {"feeder", {feeder.name.empty() ? "without a name" : feeder.name}},
        {"read", {origin_text(feeder)}},
        {"source", {source_text(feeder)}},
        {"buses", {buses_text(feeder)}},
        {"lines", {lines_text(feeder)}},
        {"switches", {switches_text(feeder)}},
        {"transformers", {transformers_text(feeder)}},
        {"regulators", {count(feeder.regulators.size())}},
        {"shunts", {shunts_text(feeder)}},
        {"loads", {loads_text(feeder)}},
        {"injections", {injections_text(feeder)}},
        {"profiles", {count(feeder.profiles.size())}},
        {"assumed", assumed_of(feeder)},
        {"left out", feeder.origin.left_out},
        {"not judged", unjudged_of(built)},
    };
    std::string text;
    for (const auto& [label, lines] : rows) text += labelled(label, lines, width);
    return text;
}

}  // namespace evsweep
