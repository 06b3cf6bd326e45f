#include "sim/study/write_results.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include "sim/record/new_file.hpp"
#include "sim/record/result_file.hpp"
#include "sim/study/kept_inputs.hpp"
#include "sim/study/part.hpp"
#include "sim/study/study_profile.hpp"
#include "sim/study/write_connectors.hpp"
#include "sim/study/write_estimates.hpp"
#include "sim/study/write_outputs.hpp"
#include "sim/study/write_stop.hpp"

namespace evsweep {
namespace {

void write_provenance(ResultFile& file, const StudyResult& result) {
    file.annotate("/",
                  {{"title", result.title},
                   {"layout_is_described_in", "results.md of the installed documentation; sim/record/README.md of the sources"},
                   {"scenario_file", result.scenario_file},
                   {"calendar_start", result.calendar_start},
                   {"clock_changes", result.clock_changes},
                   {"inputs", result.inputs},
                   {"seed", std::to_string(result.seed)},  // as text: netCDF readers know no 64 bits without sign
                   {"replicas_planned", std::int64_t{result.planned}},
                   {"replicas_finished", static_cast<std::int64_t>(result.replicas.size())},
                   {"parts_per_replica", static_cast<std::int64_t>(result.parts)},
                   {"part_hours", hours(result.part_length)},
                   {"interrupted", std::int64_t{result.interrupted}},
                   {"same_fleets", std::int64_t{result.same_fleets}},
                   {"control_steps", static_cast<std::int64_t>(result.control_steps)},
                   {"confidence", result.confidence},
                   {"draws", Value<DrawKind>::text(result.draws.kind)},
                   {"replicas_per_batch", static_cast<std::int64_t>(result.draws.batch)},
                   {"quantile_levels", result.quantile_levels},
                   {"reference", result.reference},
                   {"currency", result.currency},
                   {"places", result.places},
                   {"places_drawn_once", result.places_drawn_once},
                   {"branches", static_cast<std::int64_t>(result.branches)},
                   {"branches_without_rating", static_cast<std::int64_t>(result.unrated_branches)},
                   {"voltage_min_pu", result.voltage_min_pu},
                   {"voltage_max_pu", result.voltage_max_pu}});
    write_origin(file, result.provenance);
}

void write_settings(ResultFile& file, const std::string& group, const std::vector<Setting>& settings) {
    std::vector<std::string> paths;
    std::vector<std::string> values;
    for (const auto& setting : settings) {
        paths.push_back(setting.path);
        values.push_back(setting.value);
    }
    file.add_dimension(group, "setting", settings.size());
    file.write({group, "setting_path", {"setting"}, {{"long_name", "path of the setting in the scenario"}}}, paths);
    file.write({group, "setting_value", {"setting"}, {{"long_name", "value of the setting, defaults included"}}}, values);
}

/// The resolved scenario twice: as two columns for programs, and as one text, a line for each setting, for people.
void write_scenario(ResultFile& file, const StudyResult& result) {
    write_settings(file, "/scenario", result.scenario);
    std::string text;
    for (const auto& setting : result.scenario) text += setting.path + ": " + setting.value + "\n";
    file.write({"/scenario", "text", {}, {{"long_name", "the resolved scenario, one setting a line"}}}, {&text, 1});
}

/// By branch: what its conductors allow, the least of them.
std::vector<double> branch_ratings(const FeederSite& site) {
    std::vector<double> ratings;
    for (std::size_t b = 0; b < site.branch.size(); ++b)
        ratings.push_back(*std::min_element(site.rating_a.begin() + site.first_conductor[b + 1],
                                            site.rating_a.begin() + site.first_conductor[b + 2]));
    return ratings;
}

/// Places in lists, as files have them.
std::vector<std::int32_t> places(const std::vector<std::uint32_t>& indices) { return {indices.begin(), indices.end()}; }

/// The conductors of a feeder that is not balanced; `bus.phase` is their name elsewhere in the file.
void write_conductors(ResultFile& file, const FeederSite& site) {
    const std::string group = "/feeder";
    std::vector<std::string> name;
    std::vector<std::string> phase;
    for (std::size_t c = 0; c < site.conductor.size(); ++c) {
        name.push_back(site.conductor_name(ConductorId(c)));
        phase.emplace_back(name_of(site.conductor[c]));
    }
    const Attributes of_bus{{"long_name", "place of the conductor's bus in the list of buses"}};
    const Attributes of_phase{{"long_name", "phase a, b or c, neutral n, or leg s1 or s2 of a split phase"}};
    const Attributes volts{{"units", "V"}, {"long_name", "voltage to earth that is 1 pu"}};
    const Attributes amperes{{"units", "A"},
                             {"long_name", "rated current of the branch that feeds it, infinite where unlimited"}};
    file.write({group, "conductor", {"conductor"}, {{"long_name", "conductor of a bus, parents before children"}}}, name);
    file.write({group, "conductor_bus", {"conductor"}, of_bus}, places(site.bus_of_conductor));
    file.write({group, "conductor_phase", {"conductor"}, of_phase}, phase);
    file.write({group, "base_v", {"conductor"}, volts}, site.base_v);
    file.write({group, "conductor_rating_a", {"conductor"}, amperes}, site.rating_a);
}

/// Voltages that loads see, where these are not just all conductors to earth.
void write_supplies(ResultFile& file, const FeederSite& site) {
    const std::string group = "/feeder";
    std::vector<std::string> name, wires;
    std::vector<std::uint32_t> bus;
    std::vector<double> nominal_v;
    for (const SupplyVoltage& seen : site.supply) {
        name.push_back(site.supply_name(seen));
        wires.push_back(site.wires_of(seen));
        bus.push_back(seen.bus);
        nominal_v.push_back(seen.nominal_v);
    }
    const Attributes of_bus{{"long_name", "place of its bus in the list of buses"}};
    const Attributes of_wires{{"long_name", "a: to earth, a-n: to the neutral, a-b: between phases"}};
    const Attributes volts{{"units", "V"}, {"long_name", "voltage between the wires that is 1 pu"}};
    file.write({group, "supply", {"supply"}, {{"long_name", "voltage that loads see and limits judge, parents before children"}}},
               name);
    file.write({group, "supply_bus", {"supply"}, of_bus}, places(bus));
    file.write({group, "supply_wires", {"supply"}, of_wires}, wires);
    file.write({group, "supply_nominal_v", {"supply"}, volts}, nominal_v);
}

void write_coordinates(ResultFile& file, const FeederSite& site) {
    if (std::all_of(site.x.begin(), site.x.end(), [](double x) { return std::isnan(x); })) return;
    file.write({"/feeder", "x", {"bus"}, {{"units", "1"}, {"long_name", "drawing coordinate to the right"}}}, site.x);
    file.write({"/feeder", "y", {"bus"}, {{"units", "1"}, {"long_name", "drawing coordinate upwards"}}}, site.y);
}

void write_bands(ResultFile& file, const std::vector<VoltageBand>& by_bus) {
    std::vector<double> lowest, highest;
    for (const VoltageBand& band : by_bus) {
        lowest.push_back(band.min_pu);
        highest.push_back(band.max_pu);
    }
    file.write({"/feeder", "voltage_min_pu", {"bus"}, {{"units", "pu"}, {"long_name", "lower limit of the voltage"}}}, lowest);
    file.write({"/feeder", "voltage_max_pu", {"bus"}, {{"units", "pu"}, {"long_name", "upper limit of the voltage"}}}, highest);
}

void write_feeder(ResultFile& file, const StudyResult& result) {
    const std::string group = "/feeder";
    const FeederSite& site = result.feeder;
    file.write({group, "bus", {"bus"}, {{"long_name", "bus, parents before children"}}}, site.bus);
    file.write({group, "parent", {"bus"}, {{"long_name", "place of the parent bus in this list, -1 for the source"}}},
               result.feeder_parent);
    file.write({group, "bus_class", {"bus"}, {{"long_name", "class of the bus"}}}, site.bus_class);
    file.write({group, "load_kw", {"bus"}, {{"units", "kW"}, {"long_name", "nominal active load"}}}, site.load_kw);
    file.write({group, "nominal_v", {"bus"}, {{"units", "V"}, {"long_name", "nominal voltage, line to line"}}}, site.nominal_v);
    write_bands(file, result.bus_bands);
    file.write({group, "series_ohm", {"bus"}, {{"units", "ohm"}, {"long_name", "impedance of the branch that feeds the bus"}}},
               result.feeder_series_ohm);
    file.write({group, "branch", {"branch"}, {{"long_name", "branch"}}}, site.branch);
    const auto first = result.feeder_parent.begin() + (result.feeder_parent.empty() ? 0 : 1);
    const std::vector<std::int32_t> from(first, result.feeder_parent.end());
    std::vector<std::int32_t> to(from.size());
    std::iota(to.begin(), to.end(), 1);
    file.write({group, "branch_from", {"branch"}, {{"long_name", "place of the bus at the side of the source"}}}, from);
    file.write({group, "branch_to", {"branch"}, {{"long_name", "place of the bus that the branch feeds"}}}, to);
    file.write({group, "rating_a", {"branch"}, {{"units", "A"}, {"long_name", "rated current, infinite where unlimited"}}},
               branch_ratings(site));
    write_coordinates(file, site);
    if (!site.conductor.empty() && site.conductor.front() != Conductor::balanced) write_conductors(file, site);
    if (!site.supplies_are_conductors()) write_supplies(file, site);
}

void write_unsolved(ResultFile& file, const std::string& group, const RunResult& run) {
    std::vector<double> replica;
    std::vector<double> time_h;
    std::vector<std::string> status;
    std::vector<std::string> worst_bus;
    for (const auto& step : run.unsolved) {
        replica.push_back(static_cast<double>(step.replica.index()));
        time_h.push_back(hours(step.at.time_since_epoch()));
        status.push_back(step.status);
        worst_bus.push_back(step.worst_bus);
    }
    file.add_dimension(group, "step", run.unsolved.size());
    file.write({group, "replica", {"step"}, {{"long_name", "replica"}}}, replica);
    file.write({group, "time_h", {"step"}, {{"units", "h"}, {"long_name", "time since the start"}}}, time_h);
    file.write({group, "status", {"step"}, {{"long_name", "what became of the load flow"}}}, status);
    file.write({group, "worst_bus", {"step"}, {{"long_name", "bus with the largest voltage change"}}}, worst_bus);
}

void write_remarks(ResultFile& file, const std::string& group, const RunResult& run) {
    std::vector<double> replica;
    std::vector<double> time_h;
    std::vector<std::string> text;
    for (const auto& remark : run.remarks) {
        replica.push_back(static_cast<double>(remark.replica.index()));
        time_h.push_back(hours(remark.at.time_since_epoch()));
        text.push_back(remark.text);
    }
    file.add_dimension(group, "remark", run.remarks.size());
    file.write({group, "replica", {"remark"}, {{"long_name", "replica"}}}, replica);
    file.write({group, "time_h", {"remark"}, {{"units", "h"}, {"long_name", "time since the start"}}}, time_h);
    file.write({group, "text", {"remark"}, {{"long_name", "remark of a controller or agent"}}}, text);
}

/// Who reads what, from whom, and how fresh.
void write_reads(ResultFile& file, const std::string& group, const RunResult& run) {
    const auto write = [&](const char* name, const char* meaning, std::string ReadSignal::*member) {
        std::vector<std::string> column;
        for (const ReadSignal& read : run.reads) column.push_back(read.*member);
        file.write({group, name, {"read"}, {{"long_name", meaning}}}, column);
    };
    file.add_dimension(group, "read", run.reads.size());
    write("party", "controller or agent that reads", &ReadSignal::party);
    write("signal", "signal or service that it reads", &ReadSignal::signal);
    write("unit", "unit of the signal", &ReadSignal::unit);
    write("publisher", "who publishes it", &ReadSignal::publisher);
    write("freshness", "present: the value of the instant; previous: the one before", &ReadSignal::freshness);
    write("meter", "what the meter between them adds; empty where there is none", &ReadSignal::meter);
}

void write_run(ResultFile& file, const std::string& group, const StudyResult& result, const RunResult& run) {
    file.annotate(group, {{"label", run.label},
                          {"type", run.type},
                          {"unsolved_steps", static_cast<std::int64_t>(run.unsolved_steps)},
                          {"mostly_unsolved_replicas", static_cast<std::int64_t>(run.mostly_unsolved_replicas)},
                          {"remarks", static_cast<std::int64_t>(run.remark_count)},
                          {"remarked_replicas", static_cast<std::int64_t>(run.remarked_replicas)}});
    write_settings(file, group, run.settings);
    if (!run.reads.empty()) write_reads(file, group + "/reads", run);
    if (!run.unsolved.empty()) write_unsolved(file, group + "/unsolved", run);
    if (!run.remarks.empty()) write_remarks(file, group + "/remarks", run);
    write_outputs(file, group, result, run);
}

void write_failures(ResultFile& file, const StudyResult& result) {
    std::vector<double> replica;
    std::vector<std::string> controller;
    std::vector<std::string> what;
    for (const auto& failure : result.failures) {
        replica.push_back(static_cast<double>(failure.replica.index()));
        controller.push_back(failure.controller);
        what.push_back(failure.what);
    }
    file.add_dimension("/failures", "failure", result.failures.size());
    file.write({"/failures", "replica", {"failure"}, {{"long_name", "replica that could not be finished"}}}, replica);
    file.write({"/failures", "controller", {"failure"}, {{"long_name", "controller it failed under"}}}, controller);
    file.write({"/failures", "what", {"failure"}, {{"long_name", "why"}}}, what);
}

/// How long the decisions of each controller took.
void write_decisions(ResultFile& file, const std::string& group, const StudyProfile& profile) {
    std::vector<double> count;
    std::vector<double> seconds;
    std::vector<double> mean_ms;
    std::vector<double> longest_ms;
    for (const DecisionProfile& decided : profile.total.controllers) {
        count.push_back(static_cast<double>(decided.decisions));
        seconds.push_back(seconds_of(decided.spent));
        mean_ms.push_back(1e3 * ratio(seconds.back(), count.back()));
        longest_ms.push_back(1e3 * seconds_of(decided.longest));
    }
    const auto write = [&](const char* name, const char* unit, const char* meaning, const std::vector<double>& values) {
        file.write({group, name, {"controller"}, {{"units", unit}, {"long_name", meaning}}}, values);
    };
    file.write({group, "controller", {"controller"}, {{"long_name", "controller"}}}, profile.controllers);
    write("decisions", "1", "decisions in all replicas", count);
    write("decision_seconds", "s", "time that they took, over all threads", seconds);
    write("decision_mean_ms", "ms", "mean time of a decision", mean_ms);
    write("decision_longest_ms", "ms", "longest time of a decision", longest_ms);
}

/// Where the time went, and how fast that was.
void write_profile(ResultFile& file, const StudyProfile& profile) {
    const std::string group = "/profile";
    std::vector<std::string> names(activity_names.begin(), activity_names.end());
    std::vector<double> seconds;
    for (const auto spent : profile.total.spent) seconds.push_back(seconds_of(spent));
    file.annotate(group, {{"long_name", "where the time of this run went"}});
    file.write({group, "activity", {"activity"}, {{"long_name", "what a thread was at"}}}, names);
    file.write({group, "seconds", {"activity"}, {{"units", "s"}, {"long_name", "time spent on it by all threads"}}}, seconds);
    const auto number = [&](const std::string& name, const std::string& unit, const std::string& meaning, double value) {
        file.write({group, name, {}, {{"units", unit}, {"long_name", meaning}}}, {&value, 1});
    };
    const RunProfile& total = profile.total;
    const auto rate = [&](const std::string& name, const std::string& what, double count) {
        number(name + "_per_core_second", "1/s", what + " per second of a thread at work",
               ratio(count, profile.working_seconds()));
        number(name + "_per_second", "1/s", what + " per second of the run, over all threads",
               ratio(count, profile.wall_seconds));
    };
    rate("replica_days", "simulated days of replicas under all controllers", total.replica_days);
    rate("events", "events", static_cast<double>(total.events));
    rate("load_flows", "load flows", static_cast<double>(total.load_flows));
    rate("turns", "turns of controllers and agents", static_cast<double>(total.turns));
    rate("decisions", "decisions of controllers", static_cast<double>(total.decided.decisions));
    number("sweeps_per_load_flow", "1", "mean number of sweeps of a load flow",
           ratio(static_cast<double>(total.sweeps), static_cast<double>(total.load_flows)));
    if (!profile.controllers.empty()) write_decisions(file, group, profile);
    number("peak_memory_mb", "MB", "most memory held at once, until this was written", profile.peak_memory_mb);
}

}  // namespace

void write_origin(ResultFile& file, const Provenance& made) {
    std::vector<std::string> libraries;
    for (const auto& [name, version] : made.libraries) libraries.push_back(name + " " + version);
    file.annotate("/", {{"evsweep_version", made.version},
                        {"git_revision", made.git_revision},
                        {"libraries", libraries},
                        {"host", made.host},
                        {"started", made.started},
                        {"wall_seconds", made.wall_seconds},
                        {"threads", std::int64_t{made.threads}},
                        {"ranks", std::int64_t{made.ranks}},
                        {"instruction_set", made.instruction_set}});
}

void write_heading(ResultFile& file, const StudyResult& result) {
    write_provenance(file, result);
    write_scenario(file, result);
    write_inputs(file, result);
    if (result.part) write_part(file, *result.part);
    write_feeder(file, result);
}

namespace {

ResultFile file_of(const StudyResult& result, const std::filesystem::path& path, GrowsIn where) try {
    const auto start = std::chrono::steady_clock::now();
    ResultFile file(path, where);
    write_heading(file, result);
    if (result.stop) write_stop(file, *result.stop);
    write_connectors(file, result);
    write_run(file, "/base", result, result.base);
    for (const auto& run : result.controllers) write_run(file, "/controllers/" + link_name(run.label), result, run);
    write_summaries(file, result);
    write_paired_differences(file, result);
    if (!result.failures.empty()) write_failures(file, result);
    if (result.profile) write_profile(file, with_writing(*result.profile, std::chrono::steady_clock::now() - start));
    return file;
} catch (const std::bad_alloc&) {
    throw FileError(path.string() +
                    ": not enough memory to build the result file; record less: fewer outputs, or marks further apart");
}

/// Bytes of the numbers that a run has.
std::size_t bytes_of_numbers(const RunResult& run) {
    std::size_t numbers = 0;
    for (const VariableResult& row : run.variables) {
        numbers += row.values.size() + row.bands.mean.size() * (1 + row.bands.quantiles.size());
        for (const auto& [replica, values] : row.traces) numbers += values.size();
    }
    return numbers * sizeof(double);
}

}  // namespace

PreparedResult::PreparedResult(const StudyResult& result, const std::filesystem::path& path, std::size_t most_in_memory)
    : result_(result) {
    std::size_t bytes = bytes_of_numbers(result.base);
    for (const RunResult& run : result.controllers) bytes += bytes_of_numbers(run);
    if (bytes <= most_in_memory) bytes_ = file_of(result, path, GrowsIn::memory).finish();
}

NewFile PreparedResult::at(const std::filesystem::path& path) const {
    if (!bytes_) return file_of(result_, path, GrowsIn::folder).complete();
    NewFile file(path);
    file.write(*bytes_);
    return file;
}

std::optional<std::string> write_results(const StudyResult& result, const std::filesystem::path& path) {
    try {
        PreparedResult(result, path).at(path).place();
    } catch (const FileError& error) {
        return error.what();
    }
    return std::nullopt;
}

}  // namespace evsweep
