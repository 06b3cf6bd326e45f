#include "sim/report/solve_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "evsweep/values.hpp"
#include "sim/network/unbalance.hpp"
#include "sim/study/ratings.hpp"

namespace evsweep {

namespace {

/// The largest value so far and what has it.
struct Largest {
    double value = -1.0;
    std::size_t where = 0;
    void see(double candidate, std::size_t at) {
        if (candidate > value) value = candidate, where = at;
    }
};

/// Places of the lowest and the highest voltage that loads see, of those that count.
struct Extremes {
    std::size_t lowest = 0;
    std::size_t highest = 0;
};

template <class Counts>
Extremes extremes(const LoadFlow& flow, Counts counts) {
    const auto voltage = flow.supply_pu();
    std::optional<Extremes> found;
    for (std::size_t i = 0; i < voltage.size(); ++i) {
        if (!counts(flow.feeder().site().supply[i])) continue;
        if (!found) found = {i, i};
        if (voltage[i] < voltage[found->lowest]) found->lowest = i;
        if (voltage[i] > voltage[found->highest]) found->highest = i;
    }
    return found.value_or(Extremes{});
}

/// "phase a" or "leg s1" where that is to earth, else the two wires.
std::string wires_text(const std::string& wires) {
    if (wires.find('-') != std::string::npos) return wires;
    return (wires.front() == 's' ? "leg " : "phase ") + wires;
}

/// The branch nearest to its rating, or, where none has one, the branch with the largest current.
std::string loading_text(const LoadFlow& flow) {
    const FeederSite& site = flow.feeder().site();
    const auto current = flow.current_a();
    if (site.branch.empty()) return "no branch";
    const auto& rating = site.rating_a;
    const bool rated = std::any_of(rating.begin(), rating.end(), [](double a) { return std::isfinite(a); });
    Largest worst;
    for (std::size_t c = site.first_conductor[1]; c < current.size(); ++c)
        worst.see(rated ? current[c] / rating[c] : current[c], c);
    const std::size_t c = worst.where;
    const auto phase = flow.feeder().is_balanced() ? "" : fmt::format(", {}", name_of(site.conductor[c]));
    const auto amperes = fmt::format("{}{}: {:.2f} A", site.branch[site.bus_of_conductor[c] - 1], phase, current[c]);
    if (!rated) return amperes + " (no branch has a rating)";
    const std::size_t unrated = unrated_branches(site);
    const std::string unjudged =
        unrated == 0 ? "" : fmt::format("; {} of {} branches have no rating", unrated, site.branch.size());
    return amperes + fmt::format(" of {:.2f} A ({:.1f} %)", rating[c], 100.0 * current[c] / rating[c]) + unjudged;
}

std::string controls_text(const Feeder& feeder, const std::optional<Settled>& settled) {
    if (!has_relays(feeder)) return "";
    if (!settled) return "controls         as given in the file\n";
    const char* end = settled->status == SettleStatus::settled ? "settled" : "found no rest";
    return fmt::format("controls         {} in {} load flows, {} moves\n", end, settled->load_flows, settled->moves);
}

std::string losses_text(const LoadFlow& flow) {
    std::string text = fmt::format("losses           {:12.4f} kW  {:12.4f} kvar\n", flow.loss_kw(), flow.loss_kvar());
    if (flow.feeder().is_balanced()) return text;
    Kilowatts p_lines, p_transformers;
    Kilovars q_lines, q_transformers;
    bool has_transformers = false;
    for (std::size_t b = 0; b < flow.feeder().branches(); ++b) {
        const BranchFlow f = flow.branch_flow(BranchId(b));
        const bool is_transformer = flow.feeder().branch(BranchId(b)).kind == BranchKind::transformer;
        has_transformers = has_transformers || is_transformer;
        (is_transformer ? p_transformers : p_lines) += f.p_from + f.p_to;
        (is_transformer ? q_transformers : q_lines) += f.q_from + f.q_to;
    }
    if (!has_transformers) return text;
    text += fmt::format("  of lines       {:12.4f} kW  {:12.4f} kvar\n", p_lines.value(), q_lines.value());
    return text + fmt::format("  of transformers{:12.4f} kW  {:12.4f} kvar\n", p_transformers.value(), q_transformers.value());
}

std::string powers_text(const LoadFlow& flow) {
    double p = 0.0;
    double q = 0.0;
    for (const LoadPoint& load : flow.feeder().loads()) p += load.p_kw, q += load.q_kvar;
    std::string text = fmt::format("nominal load     {:12.4f} kW  {:12.4f} kvar\n", p, q);
    text += fmt::format("drawn            {:12.4f} kW  {:12.4f} kvar  (loads and shunts at the solved voltages)\n",
                        flow.drawn_kw(), flow.drawn_kvar());
    text += losses_text(flow);
    return text + fmt::format("source           {:12.4f} kW  {:12.4f} kvar\n", flow.source_kw(), flow.source_kvar());
}

std::string line_voltages_text(const LoadFlow& flow) {
    std::optional<std::pair<double, std::string>> low, high;
    for (const LineVoltage& line : line_voltages(flow)) {
        const double pu = std::abs(line.voltage_pu);
        const auto where = [&] {
            return fmt::format("{}, {}{}", flow.feeder().site().bus[line.bus.index()], name_of(line.plus), name_of(line.minus));
        };
        if (!low || pu < low->first) low = {pu, where()};
        if (!high || pu > high->first) high = {pu, where()};
    }
    if (!low) return "";
    return fmt::format("line to line     {:12.6f} pu  at bus {}  to {:.6f} pu  at bus {}\n", low->first, low->second, high->first,
                       high->second);
}

/// What loads do not see, but people may touch.
std::string neutral_voltage_text(const LoadFlow& flow) {
    const FeederSite& site = flow.feeder().site();
    Largest rise;
    for (std::size_t c = 0; c < site.conductor.size(); ++c)
        if (site.conductor[c] == Conductor::n) rise.see(flow.voltage_pu()[c] * site.base_v[c], c);
    if (rise.value < 0.0) return "";
    return fmt::format("neutral to earth {:12.4f} V   at bus {}\n", rise.value, site.bus[site.bus_of_conductor[rise.where]]);
}

std::string voltages_text(const LoadFlow& flow) {
    const FeederSite& site = flow.feeder().site();
    const auto voltage = flow.supply_pu();
    const auto place = [&](std::size_t i) { return place_text(site, site.supply[i]); };
    const Extremes all = extremes(flow, [](const SupplyVoltage&) { return true; });
    std::string text = fmt::format("lowest voltage   {:12.6f} pu  at bus {}\n", voltage[all.lowest], place(all.lowest)) +
                       fmt::format("highest voltage  {:12.6f} pu  at bus {}\n", voltage[all.highest], place(all.highest));
    if (flow.feeder().is_balanced()) return text;
    for (const std::string& wires : site.supply_kinds()) {
        const Extremes one = extremes(flow, [&](const SupplyVoltage& seen) { return site.wires_of(seen) == wires; });
        text += fmt::format("  {:<15}{:12.6f} pu  at bus {}  to {:.6f} pu  at bus {}\n", wires_text(wires), voltage[one.lowest],
                            site.bus[site.supply[one.lowest].bus], voltage[one.highest], site.bus[site.supply[one.highest].bus]);
    }
    return text + line_voltages_text(flow) + neutral_voltage_text(flow);
}

std::string unbalance_text(const LoadFlow& flow) {
    const FeederSite& site = flow.feeder().site();
    if (flow.feeder().is_balanced()) return "";
    Largest iec, nema, neutral, zero;
    for (std::size_t bus = 0; bus < flow.feeder().buses(); ++bus) {
        const auto voltages = phase_voltages(flow, BusId(bus));
        if (!voltages) continue;
        iec.see(iec_unbalance(*voltages), bus);
        nema.see(nema_unbalance(*voltages), bus);
    }
    for (std::size_t b = 0; b < flow.feeder().branches(); ++b) {
        for (const End end : {End::from, End::to}) {
            const BranchReturn back = branch_return(flow, BranchId(b), end);
            neutral.see(std::abs(back.neutral_a), b);
            if (back.zero_a) zero.see(std::abs(*back.zero_a), b);
        }
    }
    std::string text;
    if (iec.value >= 0.0) {
        text +=
            fmt::format("unbalance        {:12.4f} %   at bus {}  (|V2|/|V1|, IEC)\n", 100.0 * iec.value, site.bus[iec.where]);
        text += fmt::format("                 {:12.4f} %   at bus {}  (line to line against their mean, NEMA)\n",
                            100.0 * nema.value, site.bus[nema.where]);
    }
    if (neutral.value >= 0.0)
        text += fmt::format("neutral          {:12.2f} A   in {}  (or back through earth)\n", neutral.value,
                            site.branch[neutral.where]);
    if (zero.value >= 0.0) text += fmt::format("zero sequence    {:12.2f} A   in {}\n", zero.value, site.branch[zero.where]);
    return text;
}

constexpr std::size_t most_devices = 24;

/// Taps that a relay moves, or that are not at their rated voltage.
std::vector<std::string> tap_lines(const LoadFlow& flow) {
    const Feeder& feeder = flow.feeder();
    std::vector<std::string> lines;
    for (const FeederTransformer& t : feeder.transformers()) {
        for (std::size_t w = 0; w < t.windings.size(); ++w) {
            const double tap = flow.devices().tap[t.first_tap + w];
            const bool moves = std::any_of(feeder.regulators().begin(), feeder.regulators().end(), [&](const RegulatorRow& row) {
                return row.transformer == t.id && row.tap_winding.value_or(row.winding) == w;
            });
            if (!moves && tap == 1.0) continue;
            lines.push_back(fmt::format("tap              {:12.6f}     {} winding {} (step {:+d})\n", tap, t.id, w + 1,
                                        tap_position(t.windings[w].taps, tap)));
        }
    }
    return lines;
}

std::string devices_text(const LoadFlow& flow) {
    const Feeder& feeder = flow.feeder();
    std::vector<std::string> lines = tap_lines(flow);
    for (std::size_t i = 0; i < feeder.shunts().size(); ++i) {
        const ShuntRow& shunt = feeder.shunts()[i];
        if (feeder.is_balanced() && feeder.capacitor_controls().empty()) break;
        lines.push_back(fmt::format("shunt            {:5d} of {:d} on     {} at bus {}\n", flow.devices().steps_on[i],
                                    shunt.steps, shunt.id, shunt.bus));
    }
    std::string text;
    for (std::size_t i = 0; i < std::min(lines.size(), most_devices); ++i) text += lines[i];
    if (lines.size() > most_devices)
        text += fmt::format("                 and {} more taps and shunts, see --csv\n", lines.size() - most_devices);
    return text;
}

}  // namespace

std::string feeder_text(const Feeder& feeder) {
    std::string text = fmt::format("feeder           {}\n", feeder.name().empty() ? "without a name" : feeder.name());
    const auto conductors = feeder.is_balanced() ? "" : fmt::format(" {} conductors,", feeder.conductors());
    text += fmt::format("                 {} buses, {} branches,{} source at bus {}\n", feeder.buses(), feeder.branches(),
                        conductors, feeder.site().bus.front());
    return text;
}

std::string place_text(const FeederSite& site, const SupplyVoltage& seen) {
    if (site.conductor[seen.plus] == Conductor::balanced) return site.bus[seen.bus];
    return site.bus[seen.bus] + ", " + wires_text(site.wires_of(seen));
}

std::string solve_report(const SolvedFeeder& solved) {
    const Feeder& feeder = solved.flow.feeder();
    std::string text = feeder_text(feeder);
    text += controls_text(feeder, solved.settled);
    text += fmt::format("load flow        {} in {} iterations, tolerance {} pu\n", name_of(solved.result.status),
                        solved.result.iterations, number_text(solved.tolerance_pu));
    if (solved.result.has_load_admittances)
        text +=
            "                 (plain sweeps did not settle; found with loads as admittances: they alone hold voltages to "
            "earth)\n";
    if (solved.result.is_followed)
        text +=
            "                 (plain sweeps did not settle; found by raising the load from zero: near the limit of the feeder)\n";
    text += powers_text(solved.flow) + voltages_text(solved.flow) + unbalance_text(solved.flow) + devices_text(solved.flow);
    text += injections_text(feeder, solved.injections);
    return text + "most loaded      " + loading_text(solved.flow);
}

std::string restless(const Feeder& feeder, const Settled& settled) {
    std::string names;
    const auto add = [&names](const std::string& id) { names += (names.empty() ? "" : ", ") + id; };
    for (const std::size_t r : settled.regulators) add(feeder.regulators()[r].id);
    for (const std::size_t c : settled.capacitors) add(feeder.capacitor_controls()[c].id);
    for (const std::size_t i : settled.injections) add(feeder.injection_controls()[i].id);
    return names;
}

}  // namespace evsweep
