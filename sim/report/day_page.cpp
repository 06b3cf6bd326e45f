#include "sim/report/day_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "sim/base/text_table.hpp"
#include "sim/report/day_clock.hpp"

namespace evsweep {

namespace {

constexpr std::size_t day_page_width = 120;

/// The values of a variable that the one replica has left; empty where it recorded none.
std::span<const double> values_of(const StudyResult& result, const std::string& output, const std::string& name) {
    for (const VariableResult& v : result.controllers.front().variables)
        if (v.output == output && v.variable.name == name && !v.traces.empty()) return v.traces.front().second;
    return {};
}

std::string group_of(const StudyResult& result, double code) {
    const auto& groups = result.connectors.groups;
    return code >= 0.0 && code < static_cast<double>(groups.size()) ? groups[static_cast<std::size_t>(code)] : "";
}

std::string energy(double kwh) { return kwh == 0.0 ? "0" : fmt::format("{:.2f}", kwh); }

std::string stays_table(const StudyResult& result, const DayClock& clock, std::optional<std::size_t> vehicle) {
    const auto column = [&](const char* name) { return values_of(result, day_stays, name); };
    const auto number = column("vehicle"), group = column("group"), bus = column("bus_place");
    const auto plug_in = column("plug_in_h"), unplug = column("unplug_h"), initial = column("initial_soc");
    const auto target = column("target_soc"), final = column("final_soc"), asked = column("asked_kwh");
    const auto charged = column("charged_kwh"), returned = column("discharged_kwh"), missing = column("missing_kwh"),
               cost = column("net_cost");
    const auto is_whole = column("is_whole");
    const auto waited = column("waited_h"), outcome = column("outcome");  // none where no charging point is shared
    const auto comes = outcome.empty() ? plug_in : column("came_h");
    std::vector<std::size_t> order(number.size());
    for (std::size_t k = 0; k < order.size(); ++k) order[k] = k;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return comes[a] < comes[b]; });
    TextTable table;
    table.rows.push_back({"vehicle", "group", "bus", "comes", "leaves", "SOC in", "wants", "out", "asks kWh", "draws kWh",
                          "returns kWh", "short kWh"});
    if (!result.currency.empty()) table.rows.front().push_back("costs " + result.currency);
    if (!outcome.empty()) table.rows.front().insert(table.rows.front().end(), {"waits h", "is"});
    for (const std::size_t k : order) {
        if (vehicle && number[k] != static_cast<double>(*vehicle)) continue;
        table.rows.push_back({fmt::format("{}", number[k]), group_of(result, group[k]),
                              result.feeder.bus[static_cast<std::size_t>(bus[k])], clock.text(comes[k]),
                              is_whole[k] > 0.0 ? clock.text(unplug[k]) : "still there", fmt::format("{:.2f}", initial[k]),
                              fmt::format("{:.2f}", target[k]), fmt::format("{:.2f}", final[k]), energy(asked[k]),
                              energy(charged[k]), energy(returned[k]), energy(missing[k])});
        if (!result.currency.empty()) table.rows.back().push_back(fmt::format("{:.2f}", cost[k]));
        if (outcome.empty()) continue;
        table.rows.back().push_back(fmt::format("{:.2f}", waited[k]));
        table.rows.back().emplace_back(stay_outcome_names[static_cast<std::size_t>(outcome[k])]);
    }
    if (table.rows.size() == 1) return "No vehicle was plugged in.\n";
    return table.text(day_page_width);
}

/// The instant and value of an extreme; none where all are unknown.
struct Extreme {
    double value = 0.0;
    std::size_t at = 0;
};
std::optional<Extreme> highest(std::span<const double> values, double sign) {
    std::optional<Extreme> found;
    for (std::size_t k = 0; k < values.size(); ++k)
        if (!std::isnan(values[k]) && (!found || sign * values[k] > sign * found->value)) found = Extreme{values[k], k};
    return found;
}

std::string day_summary(const StudyResult& result, const DayClock& clock, std::span<const double> time_h) {
    std::string text;
    const auto line = [&](const char* what, const char* name, double sign, int decimals, const char* unit) {
        const auto found = highest(values_of(result, day_traces, name), sign);
        if (found && (found->value != 0.0 || sign < 0.0))
            text += fmt::format("{:<24}{:.{}f} {} at {}\n", what, found->value, decimals, unit, clock.text(time_h[found->at]));
    };
    line("highest demand", "demand_kw", 1.0, 1, "kW");
    line("highest charging", "charging_kw", 1.0, 1, "kW");
    line("highest return", "discharging_kw", 1.0, 1, "kW");
    line("highest loss", "loss_kw", 1.0, 2, "kW");
    line("lowest voltage", "vmin_pu", -1.0, 4, "pu");
    return text;
}

std::span<const double> times_of(const StudyResult& result) {
    for (const OutputResult& output : result.outputs)
        if (output.label == day_traces)
            for (const Coordinate& coordinate : output.coordinates)
                if (coordinate.name == "time") return coordinate.values;
    return {};
}

/// Power and state of charge of the vehicle's charging point while it is there: every hour, and where its power has changed,
/// every quarter of an hour.
std::string vehicle_table(const StudyResult& result, const DayClock& clock, std::size_t vehicle) {
    const auto time_h = times_of(result);
    const auto power = values_of(result, day_traces, "p_kw"), soc = values_of(result, day_traces, "soc");
    const auto voltage = values_of(result, day_traces, "voltage_pu");
    const auto number = values_of(result, day_stays, "vehicle"), connector = values_of(result, day_stays, "connector");
    const auto bus = values_of(result, day_stays, "bus_place"), plug_in = values_of(result, day_stays, "plug_in_h");
    const auto unplug = values_of(result, day_stays, "unplug_h");
    if (time_h.empty()) return "";
    const std::size_t connectors = power.size() / time_h.size(), supplies = voltage.size() / time_h.size();
    TextTable table;
    table.rows.push_back({"time", "power kW", "SOC", "lowest voltage at its bus pu"});
    double last_h = -1.0, last_kw = 0.0;
    for (std::size_t m = 0; m < time_h.size(); ++m)
        for (std::size_t k = 0; k < number.size(); ++k) {
            const bool is_there = number[k] == static_cast<double>(vehicle) && plug_in[k] <= time_h[m] && time_h[m] < unplug[k];
            if (!is_there) continue;
            const auto c = static_cast<std::size_t>(connector[k]);
            const double power_kw = power[m * connectors + c];
            const bool is_another = std::abs(power_kw - last_kw) > 0.005;
            if (last_h >= 0.0 && time_h[m] < last_h + (is_another ? 0.25 : 1.0) - 1e-9) continue;
            last_h = time_h[m], last_kw = power_kw;
            double lowest = HUGE_VAL;
            for (std::size_t s = 0; s < supplies; ++s)
                if (result.feeder.supply[s].bus == static_cast<std::uint32_t>(bus[k]))
                    lowest = std::min(lowest, voltage[m * supplies + s]);
            table.rows.push_back({clock.text(time_h[m]), fmt::format("{:.2f}", power_kw),
                                  fmt::format("{:.3f}", soc[m * connectors + c]),
                                  std::isfinite(lowest) ? fmt::format("{:.4f}", lowest) : "–"});
        }
    return table.rows.size() == 1 ? "" : "\n" + table.text(day_page_width);
}

}  // namespace

std::string day_outputs(int replica) {
    return fmt::format("outputs={{{}: {{output: stays, replicas: [{}]}}, {}: {{output: traces, replicas: [{}]}}}}", day_stays,
                       replica, day_traces, replica);
}

std::string day_page(const StudyResult& result, std::optional<std::size_t> vehicle) {
    const auto time_h = times_of(result);
    const DayClock clock(result.calendar_start, result.clock_changes,
                         !time_h.empty() && time_h.back() > days_without_date * 24.0);
    const RunResult& run = result.controllers.front();
    std::string text = fmt::format("{}\nreplica {} of seed {} under {}, from {}\n\n", result.title,
                                   result.replicas.front().index(), result.seed, run.label, result.calendar_start);
    text += day_summary(result, clock, time_h);
    if (run.unsolved_steps > 0) text += fmt::format("without a solution      {} steps\n", run.unsolved_steps);
    text += "\n" + stays_table(result, clock, vehicle);
    if (vehicle) text += vehicle_table(result, clock, *vehicle);
    for (const ReplicaRemark& remark : run.remarks)
        text += fmt::format("{}: {}\n", clock.text(hours(remark.at.time_since_epoch())), remark.text);
    return text;
}

}  // namespace evsweep
