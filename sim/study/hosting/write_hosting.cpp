#include "sim/study/hosting/write_hosting.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <new>

#include "sim/record/result_file.hpp"
#include "sim/record/result_reader.hpp"
#include "sim/study/hosting/hosting_arrays.hpp"
#include "sim/study/write_results.hpp"

namespace evsweep {

namespace {

const std::string hosting_group = "/hosting", hosting_places = "/hosting_places";

using OfRun = std::vector<HostingCapacity> HostingRun::*;

/// All capacities, row by row of the controllers; those of failed ones are not known.
std::vector<HostingCapacity> rows_of(const HostingResult& result, OfRun of_run, std::size_t columns) {
    std::vector<HostingCapacity> rows;
    for (const HostingRun& run : result.runs)
        for (std::size_t k = 0; k < columns; ++k) rows.push_back(k < (run.*of_run).size() ? (run.*of_run)[k] : HostingCapacity{});
    return rows;
}

/// The value of a level; NaN below the range.
double value_at(const HostingLevels& levels, std::optional<std::ptrdiff_t> level) {
    if (!level || *level < 0) return std::numeric_limits<double>::quiet_NaN();
    return levels.value(static_cast<std::size_t>(*level));
}

void write_capacities(ResultFile& file, const std::string& group, const std::string& along, const HostingLevels& levels,
                      const std::vector<HostingCapacity>& rows) {
    const std::vector<std::string> dims{"controller", along};
    const auto write_values = [&](const std::string& name, const std::string& meaning, const auto& level_of) {
        std::vector<double> values;
        for (const HostingCapacity& row : rows) values.push_back(value_at(levels, level_of(row)));
        file.write({group, name, dims, {{"units", levels.unit.empty() ? "1" : levels.unit}, {"long_name", meaning}}}, values);
    };
    write_values("capacity", "largest value at which the limit is broken on few enough days; NaN: none, see capacity_level",
                 [](const HostingCapacity& c) { return std::optional(c.estimate); });
    write_values("capacity_low", "lower end of its interval; NaN: none, or open", [](const HostingCapacity& c) { return c.low; });
    write_values("capacity_high", "upper end of its interval; NaN: none", [](const HostingCapacity& c) { return c.high; });
    for (const HostingNumber& number : hosting_numbers()) {
        std::vector<double> values;
        for (const HostingCapacity& row : rows) values.push_back(number.get(row));
        file.write({group, number.name, dims, {{"units", number.unit}, {"long_name", number.meaning}}}, values);
    }
    for (const HostingText& text : hosting_texts()) {
        std::vector<std::string> values;
        for (const HostingCapacity& row : rows) values.push_back(text.get(row));
        file.write({group, text.name, dims, {{"long_name", text.meaning}}}, values);
    }
}

void write_controllers(ResultFile& file, const std::string& group, const HostingResult& result) {
    std::vector<std::string> labels;
    for (const HostingRun& run : result.runs) labels.push_back(run.controller);
    file.write({group, "controller", {"controller"}, {{"long_name", "controller"}}}, labels);
}

void write_curves(ResultFile& file, const HostingResult& result) {
    std::vector<double> values;
    for (std::size_t level = 0; level < result.levels.count; ++level) values.push_back(result.levels.value(level));
    file.write({hosting_group,
                "level",
                {"level"},
                {{"units", result.levels.unit.empty() ? "1" : result.levels.unit}, {"long_name", "value that is varied"}}},
               values);
    const auto write = [&](const char* name, const char* meaning, std::vector<std::int32_t> HostingCapacity::*of) {
        std::vector<std::int32_t> counts;
        for (const HostingRun& run : result.runs)
            for (std::size_t k = 0; k < result.limits.size(); ++k) {
                if (k < run.capacities.size())
                    counts.insert(counts.end(), (run.capacities[k].*of).begin(), (run.capacities[k].*of).end());
                else
                    counts.insert(counts.end(), result.levels.count, 0);
            }
        file.write({hosting_group, name, {"controller", "limit", "level"}, {{"units", "1"}, {"long_name", meaning}}}, counts);
    };
    write("broken", "replicas that are known to break the limit, by their runs or by those at lower levels",
          &HostingCapacity::broken);
    write("kept", "replicas that are known to keep the limit, by their runs or by those at higher levels",
          &HostingCapacity::kept);
}

void write_runs(ResultFile& file, const HostingResult& result) {
    std::vector<double> replicas, levels, failed_replica, failed_level;
    std::vector<std::string> failure;
    for (const HostingRun& run : result.runs) {
        const double none = std::numeric_limits<double>::quiet_NaN();
        replicas.push_back(static_cast<double>(run.replicas));
        levels.push_back(static_cast<double>(run.levels));
        failed_replica.push_back(run.failure ? static_cast<double>(run.failure->replica.index()) : none);
        failed_level.push_back(run.failure ? static_cast<double>(run.failed_level) : none);
        failure.push_back(run.failure ? run.failure->what : "");
    }
    const auto write = [&](const char* name, const char* meaning, const std::vector<double>& column) {
        file.write({hosting_group, name, {"controller"}, {{"units", "1"}, {"long_name", meaning}}}, column);
    };
    write("replicas_run", "replicas that were run, those of single buses included", replicas);
    write("levels_run", "levels at which any was run", levels);
    write("failed_replica", "a replica that failed, so that nothing is known; NaN: none", failed_replica);
    write("failed_level", "place of the level at which it did", failed_level);
    file.write({hosting_group, "failure", {"controller"}, {{"long_name", "why it failed"}}}, failure);
}

void write_question(ResultFile& file, const HostingResult& result) {
    file.annotate(hosting_group, {{"long_name", "hosting capacities"},
                                  {"paths", result.levels.paths},
                                  {"unit", result.levels.unit},
                                  {"from", result.levels.from},
                                  {"step", result.levels.step},
                                  {"levels", static_cast<std::int64_t>(result.levels.count)},
                                  {"at_most", result.at_most},
                                  {"confidence", result.confidence},
                                  {"replicas", static_cast<std::int64_t>(result.replicas)},
                                  {"replicas_for_low_end", static_cast<std::int64_t>(result.replicas_for_low_end)},
                                  {"one_day", std::int64_t{result.is_one_day}},
                                  {"not_judged_kinds", result.not_judged},
                                  {"replicas_run_in_all", static_cast<std::int64_t>(result.replicas_run())},
                                  {"replicas_of_all_levels", static_cast<std::int64_t>(result.replicas_of_all_levels())}});
}

void write_places(ResultFile& file, const HostingResult& result) {
    file.annotate(hosting_places, {{"long_name", "hosting capacity of single buses, all that is varied at one of them"},
                                   {"paths", result.place_levels.paths},
                                   {"unit", result.place_levels.unit},
                                   {"from", result.place_levels.from},
                                   {"step", result.place_levels.step},
                                   {"levels", static_cast<std::int64_t>(result.place_levels.count)},
                                   {"limit", result.place_limit},
                                   {"replicas", static_cast<std::int64_t>(result.place_replicas)}});
    write_controllers(file, hosting_places, result);
    file.write({hosting_places, "bus", {"bus"}, {{"long_name", "bus at which all stands"}}}, result.place_buses);
    write_capacities(file, hosting_places, "bus", result.place_levels,
                     rows_of(result, &HostingRun::places, result.place_buses.size()));
}

std::size_t count_attribute(const ResultReader& reader, const std::string& group, const std::string& name) {
    constexpr double most = 1e9;
    const double value = reader.number_attribute(group, name).value_or(0.0);
    return value > 0.0 ? static_cast<std::size_t>(std::min(value, most)) : 0;
}

HostingLevels read_levels(const ResultReader& reader, const std::string& group) {
    HostingLevels levels;
    levels.paths = reader.texts_attribute(group, "paths");
    levels.unit = reader.text_attribute(group, "unit");
    levels.from = reader.number_attribute(group, "from").value_or(0.0);
    levels.step = reader.number_attribute(group, "step").value_or(1.0);
    levels.count = count_attribute(reader, group, "levels");
    return levels;
}

/// The capacities of all controllers, row by row. Files whose columns have other lengths are refused.
std::vector<HostingCapacity> read_capacities(const ResultReader& reader, const std::string& group, std::size_t rows) {
    std::vector<HostingCapacity> list(rows);
    const auto require = [&](std::size_t size) {
        if (size != rows) throw FileError(reader.path().string() + ": damaged at " + group + "; its columns differ in length");
    };
    for (const HostingNumber& number : hosting_numbers()) {
        const auto values = reader.numbers(group + "/" + number.name);
        require(values.size());
        for (std::size_t i = 0; i < rows; ++i) number.set(list[i], values[i]);
    }
    for (const HostingText& text : hosting_texts()) {
        const auto values = reader.texts(group + "/" + text.name);
        require(values.size());
        for (std::size_t i = 0; i < rows; ++i) text.set(list[i], values[i]);
    }
    return list;
}

void read_runs(const ResultReader& reader, HostingResult& result) {
    const auto labels = reader.texts(hosting_group + "/controller");
    const auto replicas = reader.numbers(hosting_group + "/replicas_run");
    const auto levels = reader.numbers(hosting_group + "/levels_run");
    const auto failed_replica = reader.numbers(hosting_group + "/failed_replica");
    const auto failed_level = reader.numbers(hosting_group + "/failed_level");
    const auto failure = reader.texts(hosting_group + "/failure");
    for (const std::size_t size : {replicas.size(), levels.size(), failed_replica.size(), failed_level.size(), failure.size()})
        if (size != labels.size())
            throw FileError(reader.path().string() + ": damaged at " + hosting_group + "; its columns differ in length");
    const auto count = [](double value) { return value > 0.0 && value < 1e9 ? static_cast<std::size_t>(value) : 0; };
    for (std::size_t c = 0; c < labels.size(); ++c) {
        HostingRun& run = result.runs.emplace_back();
        run.controller = labels[c];
        run.replicas = count(replicas[c]);
        run.levels = count(levels[c]);
        if (std::isnan(failed_replica[c])) continue;
        run.failure = ReplicaFailure{ReplicaId(count(failed_replica[c])), labels[c], failure[c]};
        run.failed_level = count(failed_level[c]);
    }
}

void share_out(const HostingResult& result, std::vector<HostingCapacity> rows, std::size_t columns, OfRun of_run,
               std::vector<HostingRun>& runs) {
    for (std::size_t c = 0; c < result.runs.size(); ++c)
        for (std::size_t k = 0; k < columns; ++k) (runs[c].*of_run).push_back(std::move(rows[c * columns + k]));
}

}  // namespace

std::vector<unsigned char> hosting_bytes(const HostingResult& result, const std::filesystem::path& path) try {
    ResultFile file(path);
    write_heading(file, result.study);
    write_question(file, result);
    write_controllers(file, hosting_group, result);
    file.write({hosting_group, "limit", {"limit"}, {{"long_name", "limit"}}}, result.limits);
    file.write({hosting_group, "limit_meaning", {"limit"}, {{"long_name", "what breaks it"}}}, result.meanings);
    write_capacities(file, hosting_group, "limit", result.levels, rows_of(result, &HostingRun::capacities, result.limits.size()));
    write_curves(file, result);
    write_runs(file, result);
    if (!result.place_buses.empty()) write_places(file, result);
    return file.finish();
} catch (const std::bad_alloc&) {
    throw FileError(path.string() + ": not enough memory to build the result file; take a longer hosting.step");
}

bool holds_hosting(const ResultReader& reader) { return reader.has(hosting_group); }

HostingResult read_hosting_result(const ResultReader& reader) {
    HostingResult result;
    result.study.title = reader.text_attribute("/", "title");
    result.study.calendar_start = reader.text_attribute("/", "calendar_start");
    result.study.seed = std::strtoull(reader.text_attribute("/", "seed").c_str(), nullptr, 10);
    result.study.branches = count_attribute(reader, "/", "branches");
    result.study.unrated_branches = count_attribute(reader, "/", "branches_without_rating");
    result.study.places_drawn_once = reader.texts_attribute("/", "places_drawn_once");
    result.levels = read_levels(reader, hosting_group);
    result.at_most = reader.number_attribute(hosting_group, "at_most").value_or(0.05);
    result.confidence = reader.number_attribute(hosting_group, "confidence").value_or(0.95);
    result.replicas = count_attribute(reader, hosting_group, "replicas");
    result.replicas_for_low_end = count_attribute(reader, hosting_group, "replicas_for_low_end");
    result.is_one_day = count_attribute(reader, hosting_group, "one_day") > 0;
    result.not_judged = reader.texts_attribute(hosting_group, "not_judged_kinds");
    result.limits = reader.texts(hosting_group + "/limit");
    result.meanings = reader.texts(hosting_group + "/limit_meaning");
    if (result.meanings.size() != result.limits.size())
        throw FileError(reader.path().string() + ": damaged at " + hosting_group + "; its columns differ in length");
    read_runs(reader, result);
    const std::size_t limits = result.limits.size();
    share_out(result, read_capacities(reader, hosting_group, result.runs.size() * limits), limits, &HostingRun::capacities,
              result.runs);
    if (!reader.has(hosting_places)) return result;
    result.place_levels = read_levels(reader, hosting_places);
    result.place_limit = reader.text_attribute(hosting_places, "limit");
    result.place_replicas = count_attribute(reader, hosting_places, "replicas");
    result.place_buses = reader.texts(hosting_places + "/bus");
    const std::size_t buses = result.place_buses.size();
    share_out(result, read_capacities(reader, hosting_places, result.runs.size() * buses), buses, &HostingRun::places,
              result.runs);
    return result;
}

}  // namespace evsweep
