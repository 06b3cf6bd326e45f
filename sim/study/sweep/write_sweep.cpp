#include "sim/study/sweep/write_sweep.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <new>
#include <numeric>

#include "sim/record/result_file.hpp"
#include "sim/study/kept_inputs.hpp"
#include "sim/study/sweep/sweep_arrays.hpp"
#include "sim/study/write_outputs.hpp"
#include "sim/study/write_results.hpp"

namespace evsweep {

namespace {

using Strings = std::vector<std::string>;

constexpr double not_there = std::numeric_limits<double>::quiet_NaN();

/// The file while it is written.
class SweepWriter {
   public:
    SweepWriter(ResultFile& file, const SweepResult& sweep) : file_(file), sweep_(sweep) {
        for (const SweepDimension& dimension : sweep.dimensions) axes_.push_back(dimension.name);
        for (const SweepPoint& point : sweep.points)
            for (const ReplicaId replica : point.replicas) replicas_ = std::max(replicas_, replica.index() + 1);
    }

    void write() {
        write_root();
        write_settings();
        write_kept_inputs();
        write_coordinates();
        write_points();
        for (const SweepColumn& column : sweep_.columns) write_column(column);
        write_failures();
    }

   private:
    [[nodiscard]] static std::int64_t count(std::size_t number) { return static_cast<std::int64_t>(number); }

    void write_root() {
        const auto is_run = [](const SweepPoint& point) { return point.problem.empty(); };
        file_.annotate(
            "/", {{"title", sweep_.title},
                  {"layout_is_described_in", "results.md of the installed documentation; sim/record/README.md of the sources"},
                  {"scenario_file", sweep_.scenario_file},
                  {"calendar_start", sweep_.calendar_start},
                  {"clock_changes", sweep_.clock_changes},
                  {"seed", std::to_string(sweep_.seed)},
                  {"points", count(sweep_.points.size())},
                  {"points_run", std::count_if(sweep_.points.begin(), sweep_.points.end(), is_run)},
                  {"interrupted", std::int64_t{0}},
                  {"confidence", sweep_.confidence},
                  {"quantile_levels", sweep_.quantile_levels},
                  {"reference", sweep_.reference},
                  {"currency", sweep_.currency}});
        write_origin(file_, sweep_.provenance);
    }

    void write_settings() {
        Strings paths, values;
        for (const Setting& setting : sweep_.settings) {
            paths.push_back(setting.path);
            values.push_back(setting.value);
        }
        file_.add_dimension("/scenario", "setting", paths.size());
        file_.write({"/scenario", "setting_path", {"setting"}, {{"long_name", "path of a setting that all points share"}}},
                    paths);
        file_.write({"/scenario", "setting_value", {"setting"}, {{"long_name", "its value, defaults included"}}}, values);
    }

    void write_kept_inputs() {
        StudyResult inputs;
        inputs.scenario_file = sweep_.scenario_file;
        inputs.overrides = sweep_.overrides;
        inputs.input_files = sweep_.input_files;
        inputs.keeps_inputs = sweep_.keeps_inputs;
        write_inputs(file_, inputs);
    }

    void write_coordinates() {
        file_.annotate(sweep_group, {{"long_name", "what all points found, by the axes of the sweep"}, {"axes", axes_}});
        for (const SweepDimension& dimension : sweep_.dimensions) write_dimension(dimension);
        file_.write({sweep_group, "controller", {"controller"}, {{"long_name", "controller"}}}, sweep_.controllers);
        std::vector<double> numbers(replicas_);
        std::iota(numbers.begin(), numbers.end(), 0.0);
        file_.write({sweep_group, "replica", {"replica"}, {{"long_name", "replica"}}}, numbers);
        file_.write({sweep_group, "quantile", {"quantile"}, {{"units", "1"}, {"long_name", "quantile over the replicas"}}},
                    sweep_.quantile_levels);
    }

    void write_dimension(const SweepDimension& dimension) {
        std::string paths;
        for (const std::string& path : dimension.paths) paths += (paths.empty() ? "" : ", ") + path;
        Attributes notes{{"long_name", paths.empty() ? "listed point" : paths},
                         {"is_of_files", std::int64_t{dimension.is_of_files}}};
        if (!dimension.paths.empty()) notes.emplace_back("paths", dimension.paths);
        if (dimension.numbers.empty())
            return file_.write({sweep_group, dimension.name, {dimension.name}, notes}, dimension.labels);
        notes.emplace_back("units", dimension.unit);
        file_.write({sweep_group, dimension.name, {dimension.name}, notes}, dimension.numbers);
        file_.write(
            {sweep_group, dimension.name + "_label", {dimension.name}, {{"long_name", "the value as the scenario has it"}}},
            dimension.labels);
    }

    [[nodiscard]] Strings by_controller() const {
        Strings dims = axes_;
        dims.emplace_back("controller");
        return dims;
    }

    void write_points() {
        std::vector<double> planned, finished, failed, unsolved;
        Strings problems;
        for (const SweepPoint& point : sweep_.points) {
            const bool is_run = point.problem.empty();
            problems.push_back(point.problem);
            planned.push_back(is_run ? point.planned : not_there);
            finished.push_back(is_run ? point.finished : not_there);
            failed.push_back(is_run ? static_cast<double>(point.failures.size()) : not_there);
            unsolved.insert(unsolved.end(), point.unsolved_steps.begin(), point.unsolved_steps.end());
        }
        const auto notes = [](const char* meaning) { return Attributes{{"units", "1"}, {"long_name", meaning}}; };
        file_.write({sweep_group, "problem", axes_, {{"long_name", "why the point was not run; empty: it was"}}}, problems);
        file_.write({sweep_group, "planned", axes_, notes("replicas that were to be run")}, planned);
        file_.write({sweep_group, "finished", axes_, notes("replicas that were finished")}, finished);
        file_.write({sweep_group, "failed", axes_, notes("replicas that failed")}, failed);
        file_.write(
            {sweep_group, "unsolved_steps", by_controller(), notes("steps without a load-flow solution, of all replicas")},
            unsolved);
    }

    void write_column(const SweepColumn& column) {
        Attributes notes = attributes_of(column.variable, sweep_.currency);
        notes.emplace_back("output", column.output);
        if (!column.variable.meanings.empty()) notes.emplace_back("labels", column.variable.meanings);
        Strings dims = by_controller();
        dims.emplace_back("replica");
        file_.write({sweep_group, column.name, dims, notes}, values_of(column));
        if (!column.has_means()) return;
        for (const EstimateArray& array : estimate_arrays)
            if (is_of_interest(array.estimate)) write_estimates(column, array);
        for (const IntervalArray& array : interval_arrays)
            if (is_of_interest(array.estimate)) write_intervals(column, array);
        write_quantiles(column);
    }

    /// Differences where there is something to compare with.
    [[nodiscard]] bool is_of_interest(Estimate SweepCell::*estimate) const {
        return estimate == &SweepCell::mean || sweep_.controllers.size() > 1;
    }

    [[nodiscard]] std::vector<double> values_of(const SweepColumn& column) const {
        std::vector<double> all(column.cells.size() * replicas_, not_there);
        for (std::size_t cell = 0; cell < column.cells.size(); ++cell) {
            const SweepPoint& point = sweep_.points[cell / sweep_.controllers.size()];
            const std::vector<double>& values = column.cells[cell].values;
            for (std::size_t i = 0; i < std::min(values.size(), point.replicas.size()); ++i)
                all[cell * replicas_ + point.replicas[i].index()] = values[i];
        }
        return all;
    }

    [[nodiscard]] std::string meaning_of(const std::string& what, const SweepColumn& column) const {
        const Variable& variable = column.variable;
        const std::string of = variable.long_name.empty() ? variable.name : variable.long_name;
        return what + (variable.display == Display::event ? " (probability) of: " : " of: ") + of;
    }

    void write_estimates(const SweepColumn& column, const EstimateArray& array) {
        std::vector<double> numbers;
        for (const SweepCell& cell : column.cells) numbers.push_back(cell.*array.estimate.*array.number);
        file_.write({sweep_group,
                     column.name + array.suffix,
                     by_controller(),
                     {{"units", unit_text(column.variable, sweep_.currency)}, {"long_name", meaning_of(array.meaning, column)}}},
                    numbers);
    }

    void write_intervals(const SweepColumn& column, const IntervalArray& array) {
        std::vector<std::int32_t> codes, counts;
        for (const SweepCell& cell : column.cells) {
            const Estimate& estimate = cell.*array.estimate;
            const auto found = std::find(interval_codes.begin(), interval_codes.end(), estimate.kind);
            codes.push_back(static_cast<std::int32_t>(found - interval_codes.begin()));
            counts.push_back(static_cast<std::int32_t>(estimate.count));
        }
        std::string names;
        std::vector<double> flags;
        for (const IntervalKind kind : interval_codes) {
            flags.push_back(static_cast<double>(flags.size()));
            names += (names.empty() ? "" : " ") + name_of(kind);
        }
        file_.write({sweep_group,
                     column.name + array.interval_suffix,
                     by_controller(),
                     {{"long_name", "how the interval was found"}, {"flag_values", flags}, {"flag_meanings", names}}},
                    codes);
        file_.write({sweep_group,
                     column.name + array.count_suffix,
                     by_controller(),
                     {{"units", "1"}, {"long_name", "replicas in which it is known"}}},
                    counts);
    }

    void write_quantiles(const SweepColumn& column) {
        const std::size_t levels = sweep_.quantile_levels.size();
        std::vector<double> numbers(column.cells.size() * levels, not_there);
        for (std::size_t cell = 0; cell < column.cells.size(); ++cell)
            for (std::size_t q = 0; q < std::min(levels, column.cells[cell].quantiles.size()); ++q)
                numbers[cell * levels + q] = column.cells[cell].quantiles[q];
        Strings dims = by_controller();
        dims.emplace_back("quantile");
        file_.write({sweep_group,
                     column.name + "_quantiles",
                     dims,
                     {{"units", unit_text(column.variable, sweep_.currency)},
                      {"long_name", meaning_of("quantile over the replicas", column)}}},
                    numbers);
    }

    void write_failures() {
        std::vector<double> points, replicas;
        Strings labels, controllers, reasons;
        for (std::size_t point = 0; point < sweep_.points.size(); ++point)
            for (const ReplicaFailure& failure : sweep_.points[point].failures) {
                points.push_back(static_cast<double>(point));
                labels.push_back(sweep_.label_of(point));
                replicas.push_back(static_cast<double>(failure.replica.index()));
                controllers.push_back(failure.controller);
                reasons.push_back(failure.what);
            }
        if (points.empty()) return;
        const std::string group = "/failures";
        file_.add_dimension(group, "failure", points.size());
        file_.write({group, "point", {"failure"}, {{"long_name", "point, counted from 0 with the last axis fastest"}}}, points);
        file_.write({group, "point_label", {"failure"}, {{"long_name", "values of the point"}}}, labels);
        file_.write({group, "replica", {"failure"}, {{"long_name", "replica that could not be finished"}}}, replicas);
        file_.write({group, "controller", {"failure"}, {{"long_name", "controller it failed under"}}}, controllers);
        file_.write({group, "what", {"failure"}, {{"long_name", "why"}}}, reasons);
    }

    ResultFile& file_;
    const SweepResult& sweep_;
    Strings axes_;
    std::size_t replicas_ = 0;  ///< more than the number of the last one that was finished
};

}  // namespace

std::vector<unsigned char> sweep_bytes(const SweepResult& sweep, const std::filesystem::path& path) try {
    ResultFile file(path);
    SweepWriter(file, sweep).write();
    return file.finish();
} catch (const std::bad_alloc&) {
    throw FileError(path.string() +
                    ": not enough memory to build the file of the sweep; take fewer points or replicas in one sweep");
}

}  // namespace evsweep
