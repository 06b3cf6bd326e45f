#include "sim/study/read_summary.hpp"

#include <algorithm>
#include <cstdlib>

#include "sim/record/result_reader.hpp"
#include "sim/study/why/write_explanation.hpp"
#include "sim/study/write_events.hpp"
#include "sim/study/write_outputs.hpp"
#include "sim/study/write_stop.hpp"

namespace evsweep {
namespace {

constexpr std::size_t most_read_at_once = std::size_t{1} << 16U;  // numbers

using OpenResult = std::shared_ptr<const ResultReader>;

/// A long column stays in the file and is read where it is needed.
class ColumnOfFile final : public NumberStore {
   public:
    ColumnOfFile(OpenResult reader, std::string path) : reader_(std::move(reader)), path_(std::move(path)) {}
    void read(std::uint64_t at, std::span<double> numbers) const override {
        reader_->numbers(path_, static_cast<std::size_t>(at), numbers);
    }

   private:
    OpenResult reader_;
    std::string path_;
};

NumberColumn column_of(const OpenResult& reader, const std::string& path) {
    const std::size_t size = reader->size(path);
    if (size <= most_read_at_once) return reader->numbers(path);
    return {std::make_shared<ColumnOfFile>(reader, path), size};
}

/// Columns of unequal length are refused, so that a damaged file cannot be read past its end.
void require_equal(const ResultReader& reader, std::size_t a, std::size_t b, const std::string& group) {
    if (a != b) throw FileError(reader.path().string() + ": damaged at " + group + "; its columns differ in length");
}

/// A number from a file, made safe to convert: NaN becomes `low`.
double bounded(std::optional<double> value, double low, double high) {
    return value && *value > low ? std::min(*value, high) : low;
}

int whole_number(const ResultReader& reader, const std::string& name) {
    return static_cast<int>(bounded(reader.number_attribute("/", name), 0.0, 1e9));
}

ReplicaId replica_of(double value) { return ReplicaId(static_cast<std::size_t>(bounded(value, 0.0, 4e9))); }

void read_heading(const ResultReader& reader, StudyResult& result) {
    result.title = reader.text_attribute("/", "title");
    result.scenario_file = reader.text_attribute("/", "scenario_file");
    result.calendar_start = reader.text_attribute("/", "calendar_start");
    result.clock_changes = reader.numbers_attribute("/", "clock_changes");
    const std::string seed = reader.text_attribute("/", "seed");
    result.seed = std::strtoull(seed.c_str(), nullptr, 10);
    result.planned = whole_number(reader, "replicas_planned");
    result.parts = static_cast<std::size_t>(std::max(1, whole_number(reader, "parts_per_replica")));
    result.part_length = from_hours(bounded(reader.number_attribute("/", "part_hours"), 0.0, 1e6));
    result.interrupted = whole_number(reader, "interrupted") != 0;
    result.same_fleets = whole_number(reader, "same_fleets") != 0;
    result.control_steps = static_cast<std::size_t>(whole_number(reader, "control_steps"));
    const double confidence = reader.number_attribute("/", "confidence").value_or(0.95);
    if (confidence > 0.0 && confidence < 1.0) result.confidence = confidence;
    for (const auto& [name, kind] : names_of(DrawKind{}))
        if (reader.text_attribute("/", "draws") == name) result.draws.kind = kind;
    result.draws.batch = static_cast<std::uint32_t>(std::max(1, whole_number(reader, "replicas_per_batch")));
    result.quantile_levels = reader.numbers_attribute("/", "quantile_levels");
    result.reference = reader.text_attribute("/", "reference");
    result.currency = reader.text_attribute("/", "currency");
    result.branches = static_cast<std::size_t>(whole_number(reader, "branches"));
    result.unrated_branches = static_cast<std::size_t>(whole_number(reader, "branches_without_rating"));
    result.voltage_min_pu = reader.number_attribute("/", "voltage_min_pu").value_or(0.0);
    result.voltage_max_pu = reader.number_attribute("/", "voltage_max_pu").value_or(0.0);
}

void read_provenance(const ResultReader& reader, Provenance& made) {
    made.version = reader.text_attribute("/", "evsweep_version");
    made.git_revision = reader.text_attribute("/", "git_revision");
    made.host = reader.text_attribute("/", "host");
    made.started = reader.text_attribute("/", "started");
    made.wall_seconds = reader.number_attribute("/", "wall_seconds").value_or(0.0);
    made.threads = whole_number(reader, "threads");
    made.instruction_set = reader.text_attribute("/", "instruction_set");
    for (const auto& library : reader.texts_attribute("/", "libraries")) {
        const std::size_t blank = library.rfind(' ');
        made.libraries.emplace_back(library.substr(0, blank), blank == std::string::npos ? "" : library.substr(blank + 1));
    }
}

std::vector<Setting> read_settings(const ResultReader& reader, const std::string& group) {
    const auto paths = reader.texts(group + "/setting_path");
    const auto values = reader.texts(group + "/setting_value");
    require_equal(reader, paths.size(), values.size(), group);
    std::vector<Setting> settings;
    for (std::size_t i = 0; i < paths.size(); ++i) settings.push_back({paths[i], values[i]});
    return settings;
}

Variable read_variable(const ResultReader& reader, const std::string& path, const std::string& name) {
    Variable variable;
    variable.name = name;
    variable.unit = reader.text_attribute(path, "units");
    variable.long_name = reader.text_attribute(path, "long_name");
    const std::string display = reader.text_attribute(path, "display");
    for (Display known : {Display::number, Display::clock, Display::category, Display::event})
        if (display == display_name(known)) variable.display = known;
    variable.meanings = reader.texts_attribute(path, "labels");
    variable.headline = reader.number_attribute(path, "headline").value_or(0.0) != 0.0;
    variable.decimals = static_cast<int>(bounded(reader.number_attribute(path, "decimals"), 0.0, 12.0));
    variable.event = reader.text_attribute(path, "event");
    variable.over_solved_steps = reader.number_attribute(path, "over_solved_steps").value_or(0.0) != 0.0;
    variable.lowest = reader.number_attribute(path, "lowest").value_or(variable.lowest);
    variable.highest = reader.number_attribute(path, "highest").value_or(variable.highest);
    return variable;
}

/// `minutes` of `minutes_events`: what has events by element. Else empty.
std::string event_variable(const std::string& array) {
    constexpr std::string_view suffix = "_events";
    return array.ends_with(suffix) ? array.substr(0, array.size() - suffix.size()) : std::string();
}

void read_output(const OpenResult& source, const std::string& group, const std::string& output, RunResult& run) {
    const ResultReader& reader = *source;
    for (const auto& name : reader.arrays(group)) {
        const std::string path = group + "/" + name;
        if (const std::string variable = event_variable(name);
            !variable.empty() && reader.has(group + "/" + variable + "_mean")) {
            run.variables.push_back(
                read_events(reader, group, read_variable(reader, group + "/" + variable + "_mean", variable)));
            run.variables.back().output = output;
            continue;
        }
        if (name == "replica" || reader.dims(path) != std::vector<std::string>{"replica"}) continue;
        if (reader.text_attribute(path, "display").empty()) continue;
        run.variables.push_back({output, read_variable(reader, path, name), column_of(source, path), {}, {}});
    }
}

void read_unsolved(const ResultReader& reader, const std::string& group, RunResult& run) {
    const auto replica = reader.numbers(group + "/replica");
    const auto time_h = reader.numbers(group + "/time_h");
    const auto status = reader.texts(group + "/status");
    const auto worst_bus = reader.texts(group + "/worst_bus");
    for (std::size_t size : {time_h.size(), status.size(), worst_bus.size()}) require_equal(reader, replica.size(), size, group);
    for (std::size_t i = 0; i < replica.size(); ++i) {
        run.unsolved.push_back(
            {replica_of(replica[i]), Instant(from_hours(bounded(time_h[i], 0.0, 1e6))), status[i], worst_bus[i]});
    }
}

void read_remarks(const ResultReader& reader, const std::string& group, RunResult& run) {
    const auto replica = reader.numbers(group + "/replica");
    const auto time_h = reader.numbers(group + "/time_h");
    const auto text = reader.texts(group + "/text");
    for (std::size_t size : {time_h.size(), text.size()}) require_equal(reader, replica.size(), size, group);
    for (std::size_t i = 0; i < replica.size(); ++i)
        run.remarks.push_back({replica_of(replica[i]), Instant(from_hours(bounded(time_h[i], 0.0, 1e6))), text[i]});
}

/// Groups of a run that are no output.
bool is_aside(const std::string& group) { return group == "reads" || group == "unsolved" || group == "remarks"; }

RunResult read_run(const OpenResult& source, const std::string& group) {
    const ResultReader& reader = *source;
    RunResult run;
    run.label = reader.text_attribute(group, "label");
    run.type = reader.text_attribute(group, "type");
    run.settings = read_settings(reader, group);
    run.unsolved_steps = static_cast<std::size_t>(bounded(reader.number_attribute(group, "unsolved_steps"), 0.0, 1e15));
    run.mostly_unsolved_replicas =
        static_cast<std::size_t>(bounded(reader.number_attribute(group, "mostly_unsolved_replicas"), 0.0, 1e9));
    run.remark_count = static_cast<std::size_t>(bounded(reader.number_attribute(group, "remarks"), 0.0, 1e15));
    run.remarked_replicas = static_cast<std::size_t>(bounded(reader.number_attribute(group, "remarked_replicas"), 0.0, 1e9));
    if (reader.has(group + "/unsolved")) read_unsolved(reader, group + "/unsolved", run);
    if (reader.has(group + "/remarks")) read_remarks(reader, group + "/remarks", run);
    for (const auto& output : reader.groups(group))
        if (!is_aside(output)) read_output(source, group + "/" + output, output, run);
    return run;
}

void read_failures(const ResultReader& reader, StudyResult& result) {
    const auto replica = reader.numbers("/failures/replica");
    const auto controller = reader.texts("/failures/controller");
    const auto what = reader.texts("/failures/what");
    for (std::size_t size : {controller.size(), what.size()}) require_equal(reader, replica.size(), size, "/failures");
    for (std::size_t i = 0; i < replica.size(); ++i) result.failures.push_back({replica_of(replica[i]), controller[i], what[i]});
}

/// The names of elements that events are counted by: the coordinates of their outputs.
void read_elements(const ResultReader& reader, StudyResult& result) {
    if (result.controllers.empty()) return;
    const RunResult& run = result.controllers.front();
    const std::string group = "/controllers/" + link_name(run.label);
    for (const VariableResult& row : run.variables) {
        if (row.elements.empty() || row.variable.dims.empty()) continue;
        auto output =
            std::find_if(result.outputs.begin(), result.outputs.end(), [&](const auto& o) { return o.label == row.output; });
        if (output == result.outputs.end()) output = result.outputs.insert(output, OutputResult{row.output, {}, {}});
        const std::string& dim = row.variable.dims.front();
        const auto is_dim = [&](const Coordinate& c) { return c.name == dim; };
        if (std::any_of(output->coordinates.begin(), output->coordinates.end(), is_dim)) continue;
        output->coordinates.push_back({.name = dim, .labels = reader.texts(group + "/" + row.output + "/" + dim)});
    }
}

/// The replicas that were finished: the coordinate of any output with numbers per replica.
void read_replicas(const ResultReader& reader, StudyResult& result) {
    const auto finished = static_cast<std::size_t>(whole_number(reader, "replicas_finished"));
    for (const auto& run : reader.groups("/controllers")) {
        for (const auto& output : reader.groups("/controllers/" + run)) {
            const std::string path = "/controllers/" + run + "/" + output + "/replica";
            if (is_aside(output) || !reader.has(path)) continue;
            const auto ids = reader.numbers(path);
            if (ids.size() != finished) continue;
            for (double id : ids) result.replicas.push_back(replica_of(id));
            return;
        }
    }
}

}  // namespace

Variable variable_in(const ResultReader& reader, const std::string& path, const std::string& name) {
    return read_variable(reader, path, name);
}

ReadSummary read_summary(const std::filesystem::path& path) {
    try {
        const auto source = std::make_shared<const ResultReader>(path);
        const ResultReader& reader = *source;
        if (reader.has("/sweep"))
            throw FileError(path.string() + ": is the file of a sweep; run one point of it by itself: `evsweep run " +
                            path.string() + " --point 0`");
        if (reader.text_attribute("/", "content") == explanation_content)
            throw FileError(path.string() + ": explains one violation and holds no study; draw it with tools/plot");
        StudyResult result;
        read_heading(reader, result);
        read_provenance(reader, result.provenance);
        result.stop = read_stop(reader);
        result.scenario = read_settings(reader, "/scenario");
        result.places = reader.texts_attribute("/", "places");
        result.inputs = reader.texts_attribute("/", "inputs");
        result.places_drawn_once = reader.texts_attribute("/", "places_drawn_once");
        result.base = read_run(source, "/base");
        for (const auto& run : reader.groups("/controllers"))
            result.controllers.push_back(read_run(source, "/controllers/" + run));
        if (reader.has("/failures")) read_failures(reader, result);
        read_replicas(reader, result);
        read_elements(reader, result);
        return {std::move(result), {}};
    } catch (const FileError& error) {
        return {std::nullopt, error.what()};
    }
}

}  // namespace evsweep
