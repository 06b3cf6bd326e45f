#include "sim/report/scenarios_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <vector>

#include "evsweep/values.hpp"
#include "sim/base/text_table.hpp"
#include "sim/record/new_file.hpp"
#include "sim/report/solve_report.hpp"
#include "sim/report/solve_tables.hpp"
#include "sim/statistics/statistics.hpp"
#include "sim/study/csv_text.hpp"

namespace evsweep {

namespace {

constexpr std::size_t terminal_width = 80;

std::string solved_text(const SolvedScenarios& solved) {
    std::string text = fmt::format("solved           {} of {}", solved.count(BatchStatus::converged), solved.result.size());
    for (const BatchStatus status : {BatchStatus::diverged, BatchStatus::collapsed})
        if (const std::size_t lost = solved.count(status); lost > 0) text += fmt::format(", {} {}", lost, name_of(status));
    return text + "\n";
}

std::string sweeps_text(const SolvedScenarios& solved) {
    double sum = 0.0;
    int most = 0;
    for (std::size_t s = 0; s < solved.result.size(); ++s) {
        if (solved.result.status[s] != BatchStatus::converged) continue;
        sum += solved.result.sweeps[s];
        most = std::max(most, solved.result.sweeps[s]);
    }
    return fmt::format("load flow        {:.2f} iterations in the mean, {} at the most, tolerance {} pu\n",
                       sum / static_cast<double>(std::max<std::size_t>(solved.count(BatchStatus::converged), 1)), most,
                       number_text(solved.tolerance_pu));
}

std::string rate_text(double per_second) {
    return per_second >= 1e6 ? fmt::format("{:.2f} million", per_second * 1e-6) : fmt::format("{:.0f}", per_second);
}

std::string speed_text(const SolvedScenarios& solved) {
    const auto n = static_cast<double>(solved.result.size());
    return fmt::format("speed            {} load flows/s per core ({}, {} side by side), drawing apart\n",
                       rate_text(n / solved.result.core_seconds), solved.instruction_set, solved.lanes) +
           fmt::format("                 {} load flows/s on {} thread{}, with drawing\n", rate_text(n / solved.seconds),
                       solved.threads, solved.threads == 1 ? "" : "s");
}

std::vector<std::string> spread_row(const std::string& label, std::vector<double> values, const char* format) {
    constexpr double levels[] = {0.0, 0.05, 0.5, 0.95, 1.0};
    std::vector<std::string> row{label};
    for (const double q : quantiles(values, levels)) row.push_back(fmt::format(fmt::runtime(format), q));
    return row;
}

std::string table_text(const BatchResult& found) {
    TextTable table;
    table.rows = {{"over the scenarios", "min", "5 %", "median", "95 %", "max"},
                  spread_row("lowest voltage [pu]", found.lowest_pu, "{:.6f}"),
                  spread_row("highest voltage [pu]", found.highest_pu, "{:.6f}"),
                  spread_row("losses [kW]", found.loss_kw, "{:.3f}"),
                  spread_row("source [kW]", found.source_kw, "{:.3f}"),
                  spread_row("source [kvar]", found.source_kvar, "{:.3f}")};
    return table.text(terminal_width);
}

/// The place where the voltage is lowest in most scenarios, and the scenario with the lowest of all.
std::string lowest_text(const SolvedScenarios& solved) {
    const BatchResult& found = solved.result;
    const FeederSite& site = solved.feeder.site();
    std::vector<std::size_t> times(site.supply.size(), 0);
    std::optional<std::size_t> deepest;
    for (std::size_t s = 0; s < found.size(); ++s) {
        if (found.status[s] != BatchStatus::converged) continue;
        ++times[found.lowest_at[s]];
        if (!deepest || found.lowest_pu[s] < found.lowest_pu[*deepest]) deepest = s;
    }
    const auto usual = static_cast<std::size_t>(std::max_element(times.begin(), times.end()) - times.begin());
    const double share = 100.0 * static_cast<double>(times[usual]) / static_cast<double>(solved.count(BatchStatus::converged));
    return fmt::format("lowest of all    {:.6f} pu  at bus {} in scenario {}\n", found.lowest_pu[*deepest],
                       place_text(site, site.supply[found.lowest_at[*deepest]]), *deepest) +
           fmt::format("lowest mostly    at bus {}, in {:.1f} % of the scenarios\n", place_text(site, site.supply[usual]), share);
}

std::string controls_text(const SolvedScenarios& solved) {
    if (!has_relays(solved.feeder)) return "";
    if (!solved.settled) return "controls         as given in the file\n";
    return fmt::format("controls         settled at nominal load in {} load flows, {} moves, and held there\n",
                       solved.settled->load_flows, solved.settled->moves);
}

}  // namespace

std::size_t SolvedScenarios::count(BatchStatus status) const {
    return static_cast<std::size_t>(std::count(result.status.begin(), result.status.end(), status));
}

std::string scenarios_report(const SolvedScenarios& solved) {
    std::string text = feeder_text(solved.feeder) + controls_text(solved);
    text += fmt::format("scenarios        {}, loads U({}, {}) times nominal, each on its own; seed {}\n", solved.result.size(),
                        number_text(solved.low), number_text(solved.high), solved.seed);
    text += solved_text(solved);
    if (solved.count(BatchStatus::converged) == 0) return text;
    return text + sweeps_text(solved) + speed_text(solved) + lowest_text(solved) + "\n" + table_text(solved.result);
}

void write_scenarios(const SolvedScenarios& solved, const std::string& origin, const std::filesystem::path& file) {
    const BatchResult& found = solved.result;
    const FeederSite& site = solved.feeder.site();
    constexpr std::size_t piece = std::size_t{1} << 20U;
    NewFile table(file);
    std::string text =
        "# " + origin +
        "\nscenario,status,iterations,source_kw,source_kvar,loss_kw,lowest_pu,lowest_bus,lowest_phase,highest_pu,highest_bus,"
        "highest_phase\n";
    const auto place = [&](std::uint32_t i) {
        const SupplyVoltage& seen = site.supply[i];
        return csv_field(site.bus[seen.bus]) + "," + csv_wires(site, seen);
    };
    for (std::size_t s = 0; s < found.size(); ++s) {
        text += fmt::format("{},{},{},", s, name_of(found.status[s]), found.sweeps[s]);
        if (found.status[s] == BatchStatus::converged)
            text += fmt::format("{:.9f},{:.9f},{:.9f},{:.12f},{},{:.12f},{}\n", found.source_kw[s], found.source_kvar[s],
                                found.loss_kw[s], found.lowest_pu[s], place(found.lowest_at[s]), found.highest_pu[s],
                                place(found.highest_at[s]));
        else
            text += ",,,,,,,,\n";
        if (text.size() < piece) continue;
        table.write(text);
        text.clear();
    }
    table.write(text);
    table.place();
}

}  // namespace evsweep
