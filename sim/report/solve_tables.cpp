#include "sim/report/solve_tables.hpp"
#include "sim/study/csv_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

#include "sim/network/relays/device_control.hpp"
#include "sim/network/unbalance.hpp"
#include "sim/record/new_file.hpp"

namespace evsweep {

namespace {

double degrees(std::complex<double> phasor) { return std::arg(phasor) * 180.0 / std::numbers::pi; }

std::string bus_table(const Feeder& feeder, const LoadFlow& flow) {
    std::string text = "bus,phase,voltage_pu,angle_deg,voltage_v\n";
    for (std::size_t c = 0; c < feeder.conductors(); ++c) {
        const FeederSite& site = feeder.site();
        const double pu = flow.voltage_pu()[c];
        text += fmt::format("{},{},{:.12f},{:.10f},{:.6f}\n", csv_field(site.bus[site.bus_of_conductor[c]]),
                            csv_phase(site.conductor[c]), pu, degrees(flow.voltage(c)), pu * site.base_v[c]);
    }
    return text;
}

/// In percent of the rating, the largest of the conductors; empty where none has a rating.
std::string loading_text(const FeederSite& site, const LoadFlow& flow, std::size_t b) {
    double loading = -1.0;
    for (std::size_t c = site.first_conductor[b + 1]; c < site.first_conductor[b + 2]; ++c)
        if (std::isfinite(site.rating_a[c])) loading = std::max(loading, 100.0 * flow.current_a()[c] / site.rating_a[c]);
    return loading < 0.0 ? "" : fmt::format("{:.6f}", loading);
}

/// Further columns where phases differ.
std::string return_text(const LoadFlow& flow, BranchId b) {
    const BranchReturn from = branch_return(flow, b, End::from);
    const BranchReturn to = branch_return(flow, b, End::to);
    const auto zero = [](const BranchReturn& back) { return back.zero_a ? fmt::format("{:.9f}", std::abs(*back.zero_a)) : ""; };
    return fmt::format(",{:.9f},{:.9f},{},{}", std::abs(from.neutral_a), std::abs(to.neutral_a), zero(from), zero(to));
}

std::string branch_table(const Feeder& feeder, const LoadFlow& flow) {
    std::string text =
        "branch,from_bus,to_bus,p_from_kw,q_from_kvar,p_to_kw,q_to_kvar,i_from_a,i_to_a,p_loss_kw,q_loss_kvar,loading_percent";
    text += feeder.is_balanced() ? "\n" : ",neutral_from_a,neutral_to_a,zero_sequence_from_a,zero_sequence_to_a\n";
    const FeederSite& site = feeder.site();
    const auto flows = flow.branch_flows();
    for (std::size_t b = 0; b < feeder.branches(); ++b) {
        const FeederBranch& branch = feeder.branch(BranchId(b));
        const BranchFlow& f = flows[b];
        text += fmt::format("{},{},{},{:.9f},{:.9f},{:.9f},{:.9f},{:.9f},{:.9f},{:.9f},{:.9f},{}", csv_field(site.branch[b]),
                            csv_field(site.bus[branch.from.index()]), csv_field(site.bus[branch.to.index()]), f.p_from.value(),
                            f.q_from.value(), f.p_to.value(), f.q_to.value(), f.i_from.value(), f.i_to.value(),
                            (f.p_from + f.p_to).value(), (f.q_from + f.q_to).value(), loading_text(site, flow, b));
        text += (feeder.is_balanced() ? "" : return_text(flow, BranchId(b))) + "\n";
    }
    return text;
}

std::string supply_table(const Feeder& feeder, const LoadFlow& flow) {
    std::string text = "bus,wires,voltage_pu,voltage_v\n";
    const FeederSite& site = feeder.site();
    for (std::size_t i = 0; i < site.supply.size(); ++i) {
        const double pu = flow.supply_pu()[i];
        text += fmt::format("{},{},{:.12f},{:.6f}\n", csv_field(site.bus[site.supply[i].bus]), csv_wires(site, site.supply[i]),
                            pu, pu * site.supply[i].nominal_v);
    }
    return text;
}

std::string line_table(const Feeder& feeder, const LoadFlow& flow) {
    std::string text = "bus,pair,voltage_pu,angle_deg,voltage_v\n";
    for (const LineVoltage& line : line_voltages(flow))
        text += fmt::format("{},{}{},{:.12f},{:.10f},{:.6f}\n", csv_field(feeder.site().bus[line.bus.index()]),
                            name_of(line.plus), name_of(line.minus), std::abs(line.voltage_pu), degrees(line.voltage_pu),
                            std::abs(line.voltage_pu) * line.base_v);
    return text;
}

std::string unbalance_table(const Feeder& feeder, const LoadFlow& flow) {
    std::string text = "bus,v1_pu,v2_pu,v0_pu,iec_percent,nema_percent\n";
    for (std::size_t bus = 0; bus < feeder.buses(); ++bus) {
        const auto voltages = phase_voltages(flow, BusId(bus));
        if (!voltages) continue;
        const Sequences v = sequences_of(*voltages);
        text += fmt::format("{},{:.12f},{:.12f},{:.12f},{:.8f},{:.8f}\n", csv_field(feeder.site().bus[bus]), std::abs(v.positive),
                            std::abs(v.negative), std::abs(v.zero), 100.0 * iec_unbalance(*voltages),
                            100.0 * nema_unbalance(*voltages));
    }
    return text;
}

/// One row per conductor at each end of each branch.
std::string phase_table(const Feeder& feeder, const LoadFlow& flow) {
    std::string text = "branch,end,bus,phase,p_kw,q_kvar,current_a,angle_deg,loading_percent\n";
    const FeederSite& site = feeder.site();
    for (std::size_t b = 0; b < feeder.branches(); ++b) {
        for (const End end : {End::from, End::to}) {
            const BusId bus = end == End::from ? feeder.branch(BranchId(b)).from : feeder.branch(BranchId(b)).to;
            const auto currents = flow.end_currents(BranchId(b), end);
            const auto powers = flow.end_powers(BranchId(b), end);
            for (std::size_t i = 0; i < currents.size(); ++i) {
                const std::size_t c = site.first_conductor[bus.index()] + i;
                const bool is_rated = bus.index() == b + 1 && std::isfinite(site.rating_a[c]);
                const auto loading = is_rated ? fmt::format("{:.6f}", 100.0 * flow.current_a()[c] / site.rating_a[c]) : "";
                text +=
                    fmt::format("{},{},{},{},{:.9f},{:.9f},{:.9f},{:.8f},{}\n", csv_field(site.branch[b]),
                                end == End::from ? "from" : "to", csv_field(site.bus[bus.index()]), name_of(site.conductor[c]),
                                powers[i].real(), powers[i].imag(), std::abs(currents[i]), degrees(currents[i]), loading);
            }
        }
    }
    return text;
}

std::string device_table(const Feeder& feeder, const LoadFlow& flow) {
    std::string text = "device,part,state,step,steps\n";
    for (const FeederTransformer& t : feeder.transformers())
        for (std::size_t w = 0; w < t.windings.size(); ++w) {
            const double tap = flow.devices().tap[t.first_tap + w];
            text += fmt::format("{},winding {},{:.8f},{},{}\n", csv_field(t.id), w + 1, tap,
                                tap_position(t.windings[w].taps, tap), t.windings[w].taps.steps);
        }
    for (std::size_t i = 0; i < feeder.shunts().size(); ++i) {
        const int on = flow.devices().steps_on[i];
        text += fmt::format("{},shunt,{},{},{}\n", csv_field(feeder.shunts()[i].id), on, on, feeder.shunts()[i].steps);
    }
    return text;
}

struct Table {
    const char* name;
    std::string (*text)(const Feeder&, const LoadFlow&);
};

std::vector<Table> tables_of(const Feeder& feeder) {
    std::vector<Table> tables{{"bus_voltages.csv", bus_table}, {"branch_flows.csv", branch_table}};
    if (!feeder.is_balanced())
        tables.insert(tables.end(), {{"supply_voltages.csv", supply_table},
                                     {"line_voltages.csv", line_table},
                                     {"branch_phases.csv", phase_table},
                                     {"unbalance.csv", unbalance_table},
                                     {"devices.csv", device_table}});
    if (!feeder.injection_controls().empty()) tables.push_back({"injections.csv", nullptr});
    return tables;
}

/// One of the tables; that of injections needs more than the load flow.
std::string text_of(const Table& table, const SolvedFeeder& solved) {
    const Feeder& feeder = solved.flow.feeder();
    return table.text ? table.text(feeder, solved.flow) : injection_table(feeder, solved.injections);
}

}  // namespace

std::string_view csv_phase(Conductor conductor) { return conductor == Conductor::balanced ? "1" : name_of(conductor); }

std::string csv_wires(const FeederSite& site, const SupplyVoltage& seen) {
    const Conductor plus = site.conductor[seen.plus];
    return plus == Conductor::balanced ? std::string(csv_phase(plus)) : site.wires_of(seen);
}

std::vector<std::filesystem::path> table_files(const Feeder& feeder, const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    for (const Table& table : tables_of(feeder)) files.push_back(folder / table.name);
    return files;
}

WrittenTables write_tables(const SolvedFeeder& solved, const std::string& origin, const std::filesystem::path& folder) {
    WrittenTables written;
    try {
        std::vector<NewFile> files;
        for (const Table& table : tables_of(solved.flow.feeder())) {
            NewFile& file = files.emplace_back(folder / table.name);
            file.write("# " + origin + "\n" + text_of(table, solved));
            file.complete();
            written.text += (written.text.empty() ? "tables           " : ", ") + (folder / table.name).string();
        }
        for (NewFile& file : files) file.place();
    } catch (const FileError& error) {
        written.problem = error.what();
    }
    return written;
}

}  // namespace evsweep
