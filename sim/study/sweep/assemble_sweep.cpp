#include "sim/study/sweep/assemble_sweep.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "sim/record/file_error.hpp"
#include "sim/study/provenance.hpp"
#include "sim/study/read_summary.hpp"
#include "sim/study/study_estimates.hpp"
#include "sim/study/sweep/sweep_arrays.hpp"

namespace evsweep {

namespace {

/// Takes in the points in their order.
class SweepBuilder {
   public:
    explicit SweepBuilder(const CheckedSweep& checked) {
        for (const SweepAxis& axis : checked.sweep.axes) {
            SweepDimension dimension{axis.name, axis.paths, {}, axis.numbers, axis.unit, axis.is_of_files};
            for (const SweepValue& value : axis.values) dimension.labels.push_back(value.label);
            sweep_.dimensions.push_back(std::move(dimension));
        }
        sweep_.controllers = checked.controllers();
        sweep_.scenario_file = checked.scenario.string();
        sweep_.overrides = checked.overrides;
        sweep_.input_files = checked.input_files;
        sweep_.provenance = provenance_of_this_build();
        sweep_.provenance.started.clear();
        for (const PointOutlook& outlook : checked.points) {
            SweepPoint point;
            point.problem = outlook.problem;
            point.unsolved_steps.assign(sweep_.controllers.size(), std::numeric_limits<double>::quiet_NaN());
            sweep_.points.push_back(std::move(point));
        }
    }

    void add(std::size_t number, StudyResult result) {
        if (!has_head_) take_head(result);
        share_settings(result.scenario);
        add_provenance(result.provenance);
        SweepPoint& point = sweep_.points[number];
        point.planned = result.planned;
        point.finished = static_cast<int>(result.replicas.size());
        point.replicas = result.replicas;
        point.failures = result.failures;
        const StudyEstimates estimates(result);
        const auto reference = std::find_if(result.controllers.begin(), result.controllers.end(),
                                            [&](const RunResult& run) { return run.label == result.reference; });
        for (const RunResult& run : result.controllers) {
            const std::size_t c = place_of(run.label);
            point.unsolved_steps[c] = static_cast<double>(run.unsolved_steps);
            const RunResult* other = reference == result.controllers.end() || &*reference == &run ? nullptr : &*reference;
            for (const VariableResult& row : run.variables) add_row(number, c, row, other, estimates);
        }
    }

    SweepResult finish() {
        name_arrays(sweep_);
        return std::move(sweep_);
    }

   private:
    void take_head(const StudyResult& result) {
        has_head_ = true;
        sweep_.title = result.title;
        sweep_.seed = result.seed;
        sweep_.confidence = result.confidence;
        sweep_.quantile_levels = result.quantile_levels;
        sweep_.reference = result.reference;
        sweep_.currency = result.currency;
        sweep_.calendar_start = result.calendar_start;
        sweep_.clock_changes = result.clock_changes;
        sweep_.settings = result.scenario;
        for (const Setting& setting : result.scenario)
            if (setting.path == "study.keep_inputs") sweep_.keeps_inputs = setting.value != "false";
    }

    /// Keeps the settings that this point has, too.
    void share_settings(const std::vector<Setting>& settings) {
        std::set<std::pair<std::string, std::string>> here;
        for (const Setting& setting : settings) here.emplace(setting.path, setting.value);
        std::erase_if(sweep_.settings, [&](const Setting& setting) { return here.count({setting.path, setting.value}) == 0; });
    }

    void add_provenance(const Provenance& made) {
        Provenance& all = sweep_.provenance;
        if (all.started.empty() || made.started < all.started) all.started = made.started;
        all.wall_seconds += made.wall_seconds;
        all.threads = std::max(all.threads, made.threads);
    }

    [[nodiscard]] std::size_t place_of(const std::string& controller) const {
        const auto& labels = sweep_.controllers;
        return static_cast<std::size_t>(std::find(labels.begin(), labels.end(), controller) - labels.begin());
    }

    /// What another point says of a variable that is there already.
    static void take_over(const Variable& variable, Variable& known) {
        constexpr const char* differs = " (as at the first point; it differs between points)";
        known.headline = known.headline || variable.headline;
        if (variable.long_name != known.long_name && !known.long_name.ends_with(differs)) known.long_name += differs;
        for (const std::string& meaning : variable.meanings)
            if (std::find(known.meanings.begin(), known.meanings.end(), meaning) == known.meanings.end())
                known.meanings.push_back(meaning);
    }

    /// Codes of a category, which each point numbers by itself (e.g. the buses of its feeder), as the column numbers them.
    static std::vector<double> renumbered(std::vector<double> codes, const Variable& own, const Variable& known) {
        if (own.meanings.empty() || own.meanings == known.meanings) return codes;
        for (double& code : codes) {
            if (!(code >= 0.0 && code < static_cast<double>(own.meanings.size()))) continue;
            const std::string& meaning = own.meanings[static_cast<std::size_t>(code)];
            code = static_cast<double>(std::find(known.meanings.begin(), known.meanings.end(), meaning) - known.meanings.begin());
        }
        return codes;
    }

    SweepColumn& column_of(const VariableResult& row) {
        for (SweepColumn& column : sweep_.columns)
            if (column.output == row.output && column.variable.name == row.variable.name) {
                take_over(row.variable, column.variable);
                return column;
            }
        sweep_.columns.push_back({"", row.output, row.variable, {}});
        sweep_.columns.back().cells.resize(sweep_.points.size() * sweep_.controllers.size());
        return sweep_.columns.back();
    }

    void add_row(std::size_t point, std::size_t controller, const VariableResult& row, const RunResult* reference,
                 const StudyEstimates& estimates) {
        if (row.variable.aggregation != Aggregation::per_replica) return;
        SweepColumn& column = column_of(row);
        SweepCell& cell = column.cells[point * sweep_.controllers.size() + controller];
        cell.values = renumbered(row.values.read(), row.variable, column.variable);
        if (!column.has_means()) return;
        cell.mean = estimates.mean(row);
        cell.quantiles = estimates.quantiles(row);
        const VariableResult* other = reference ? find_numbers(*reference, row.output, row.variable.name) : nullptr;
        if (other && other->values.size() == row.values.size()) cell.difference = estimates.difference(row, *other);
    }

    SweepResult sweep_;
    bool has_head_ = false;
};

}  // namespace

SweepResult assemble_sweep(const CheckedSweep& checked, const std::function<std::filesystem::path(std::size_t)>& file_of,
                           const std::function<void(std::size_t, const StudyResult&)>& look) {
    SweepBuilder builder(checked);
    for (std::size_t point = 0; point < checked.points.size(); ++point) {
        if (!checked.points[point].problem.empty()) continue;
        ReadSummary summary = read_summary(file_of(point));
        if (!summary.result) throw FileError(summary.problem);
        look(point, *summary.result);
        builder.add(point, std::move(*summary.result));
    }
    return builder.finish();
}

}  // namespace evsweep
