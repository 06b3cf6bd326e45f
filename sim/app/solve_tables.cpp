#include "sim/app/solve_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numbers>

namespace evsweep {

namespace {

/// A name as a CSV field: quoted where it would be taken apart.
std::string field(const std::string& name) {
    if (name.find_first_of(",\"\n") == std::string::npos) return name;
    std::string quoted = "\"";
    for (const char c : name) quoted += c == '"' ? "\"\"" : std::string(1, c);
    return quoted + "\"";
}

/// A balanced feeder's one phase stands for all.
std::string_view phase_name(Conductor conductor) { return conductor == Conductor::balanced ? "1" : name_of(conductor); }

std::string bus_table(const Feeder& feeder, const LoadFlow& flow) {
    std::string text = "bus,phase,voltage_pu,angle_deg,voltage_v\n";
    for (std::size_t c = 0; c < feeder.conductors(); ++c) {
        const FeederSite& site = feeder.site();
        const double pu = flow.voltage_pu()[c];
        text += fmt::format("{},{},{:.12f},{:.10f},{:.6f}\n", field(site.bus[site.bus_of_conductor[c]]),
                            phase_name(site.conductor[c]), pu, std::arg(flow.voltage(c)) * 180.0 / std::numbers::pi,
                            pu * site.base_v[c]);
    }
    return text;
}

std::string branch_table(const Feeder& feeder, const LoadFlow& flow) {
    std::string text =
        "branch,from_bus,to_bus,p_from_kw,q_from_kvar,p_to_kw,q_to_kvar,i_from_a,i_to_a,p_loss_kw,q_loss_kvar,loading_percent\n";
    const FeederSite& site = feeder.site();
    const auto flows = flow.branch_flows();
    for (std::size_t b = 0; b < feeder.branches(); ++b) {
        const FeederBranch& branch = feeder.branch(BranchId(b));
        const BranchFlow& f = flows[b];
        double loading = 0.0;
        for (std::size_t c = site.first_conductor[b + 1]; c < site.first_conductor[b + 2]; ++c)
            loading = std::max(loading, 100.0 * flow.current_a()[c] / site.rating_a[c]);
        const bool is_rated = loading > 0.0;
        text +=
            fmt::format("{},{},{},{:.9f},{:.9f},{:.9f},{:.9f},{:.9f},{:.9f},{:.9f},{:.9f},{}\n", field(site.branch[b]),
                        field(site.bus[branch.from.index()]), field(site.bus[branch.to.index()]), f.p_from.value(),
                        f.q_from.value(), f.p_to.value(), f.q_to.value(), f.i_from.value(), f.i_to.value(),
                        (f.p_from + f.p_to).value(), (f.q_from + f.q_to).value(), is_rated ? fmt::format("{:.6f}", loading) : "");
    }
    return text;
}

bool write(const std::filesystem::path& file, const std::string& origin, const std::string& table) {
    std::ofstream stream(file);
    stream << "# " << origin << '\n' << table;
    return stream.flush().good();
}

}  // namespace

std::optional<std::string> write_tables(const Feeder& feeder, const LoadFlow& flow, const std::string& origin,
                                        const std::filesystem::path& folder) {
    if (write(folder / "bus_voltages.csv", origin, bus_table(feeder, flow)) &&
        write(folder / "branch_flows.csv", origin, branch_table(feeder, flow)))
        return std::nullopt;
    return "the tables in '" + folder.string() + "' could not be written completely; is the disk full?";
}

}  // namespace evsweep
