#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "sim/record/result_reader.hpp"
#include "sim/study/read_summary.hpp"
#include "sim/study/sweep/sweep_arrays.hpp"
#include "sim/study/sweep/write_sweep.hpp"

namespace evsweep {

namespace {

const std::string in_sweep = std::string(sweep_group) + "/";

/// Reads what SweepWriter writes; a file that says something else is damaged.
class SweepFileReader {
   public:
    explicit SweepFileReader(const std::filesystem::path& path) : reader_(path) {}

    SweepResult read() {
        read_root();
        read_settings();
        for (const std::string& axis : reader_.texts_attribute(sweep_group, "axes")) read_dimension(axis);
        sweep_.controllers = reader_.texts(in_sweep + "controller");
        read_points();
        for (const std::string& name : reader_.arrays(sweep_group))
            if (!reader_.text_attribute(in_sweep + name, "output").empty()) read_column(name);
        if (reader_.has("/failures")) read_failures();
        return std::move(sweep_);
    }

   private:
    [[nodiscard]] FileError damaged(const std::string& what) const {
        return FileError(reader_.path().string() + ": damaged at " + what + "; run the sweep again");
    }

    void read_root() {
        sweep_.title = reader_.text_attribute("/", "title");
        sweep_.scenario_file = reader_.text_attribute("/", "scenario_file");
        sweep_.calendar_start = reader_.text_attribute("/", "calendar_start");
        sweep_.clock_changes = reader_.numbers_attribute("/", "clock_changes");
        sweep_.seed = std::strtoull(reader_.text_attribute("/", "seed").c_str(), nullptr, 10);
        const double confidence = reader_.number_attribute("/", "confidence").value_or(0.95);
        if (confidence > 0.0 && confidence < 1.0) sweep_.confidence = confidence;
        sweep_.quantile_levels = reader_.numbers_attribute("/", "quantile_levels");
        sweep_.reference = reader_.text_attribute("/", "reference");
        sweep_.currency = reader_.text_attribute("/", "currency");
    }

    void read_settings() {
        const auto paths = reader_.texts("/scenario/setting_path"), values = reader_.texts("/scenario/setting_value");
        for (std::size_t i = 0; i < std::min(paths.size(), values.size()); ++i) sweep_.settings.push_back({paths[i], values[i]});
    }

    void read_dimension(const std::string& name) {
        SweepDimension dimension{name, reader_.texts_attribute(in_sweep + name, "paths"), {}, {}, "", false};
        dimension.is_of_files = reader_.number_attribute(in_sweep + name, "is_of_files").value_or(0.0) != 0.0;
        if (reader_.is_text(in_sweep + name)) {
            dimension.labels = reader_.texts(in_sweep + name);
        } else {
            dimension.numbers = reader_.numbers(in_sweep + name);
            dimension.unit = reader_.text_attribute(in_sweep + name, "units");
            dimension.labels = reader_.texts(in_sweep + name + "_label");
        }
        const bool has_numbers = !dimension.numbers.empty();
        if (dimension.labels.empty() || (has_numbers && dimension.numbers.size() != dimension.labels.size()))
            throw damaged(in_sweep + name);
        sweep_.dimensions.push_back(std::move(dimension));
    }

    /// Numbers of an array, as many as it is said to have.
    [[nodiscard]] std::vector<double> numbers(const std::string& name, std::size_t count) const {
        auto values = reader_.numbers(in_sweep + name);
        if (values.size() != count) throw damaged(in_sweep + name);
        return values;
    }

    [[nodiscard]] static int whole(double number) { return number > 0.0 && number < 1e9 ? static_cast<int>(number) : 0; }

    void read_points() {
        const auto problems = reader_.texts(in_sweep + "problem");
        std::size_t points = 1;
        for (const SweepDimension& dimension : sweep_.dimensions) points *= dimension.labels.size();
        if (problems.size() != points) throw damaged(in_sweep + "problem");
        const auto planned = numbers("planned", points), finished = numbers("finished", points);
        const auto unsolved = numbers("unsolved_steps", points * sweep_.controllers.size());
        replicas_ = reader_.numbers(in_sweep + "replica").size();
        sweep_.points.resize(points);
        for (std::size_t p = 0; p < points; ++p) {
            SweepPoint& point = sweep_.points[p];
            point.problem = problems[p];
            point.planned = whole(planned[p]);
            point.finished = whole(finished[p]);
            for (std::size_t r = 0; r < replicas_; ++r) point.replicas.emplace_back(r);
            const auto first = unsolved.begin() + static_cast<std::ptrdiff_t>(p * sweep_.controllers.size());
            point.unsolved_steps.assign(first, first + static_cast<std::ptrdiff_t>(sweep_.controllers.size()));
        }
    }

    void read_column(const std::string& name) {
        SweepColumn column{
            name, reader_.text_attribute(in_sweep + name, "output"), variable_in(reader_, in_sweep + name, name), {}};
        column.variable.name = name.starts_with(column.output + ".") ? name.substr(column.output.size() + 1) : name;
        const std::size_t cells = sweep_.points.size() * sweep_.controllers.size();
        column.cells.resize(cells);
        const auto values = numbers(name, cells * replicas_);
        for (std::size_t c = 0; c < cells; ++c)
            column.cells[c].values.assign(values.begin() + static_cast<std::ptrdiff_t>(c * replicas_),
                                          values.begin() + static_cast<std::ptrdiff_t>((c + 1) * replicas_));
        if (column.has_means()) read_estimates(column);
        sweep_.columns.push_back(std::move(column));
    }

    void read_estimates(SweepColumn& column) {
        const std::size_t cells = column.cells.size();
        for (const EstimateArray& array : estimate_arrays) {
            if (!reader_.has(in_sweep + column.name + array.suffix)) continue;
            const auto values = numbers(column.name + array.suffix, cells);
            for (std::size_t c = 0; c < cells; ++c) column.cells[c].*array.estimate.*array.number = values[c];
        }
        for (const IntervalArray& array : interval_arrays) {
            if (!reader_.has(in_sweep + column.name + array.interval_suffix)) continue;
            const auto codes = numbers(column.name + array.interval_suffix, cells),
                       counts = numbers(column.name + array.count_suffix, cells);
            for (std::size_t c = 0; c < cells; ++c) {
                Estimate& estimate = column.cells[c].*array.estimate;
                if (codes[c] >= 0.0 && codes[c] < static_cast<double>(interval_codes.size()))
                    estimate.kind = interval_codes[static_cast<std::size_t>(codes[c])];
                if (counts[c] >= 0.0 && counts[c] <= 1e9) estimate.count = static_cast<std::size_t>(counts[c]);
            }
        }
        const std::size_t levels = sweep_.quantile_levels.size();
        const auto values = numbers(column.name + "_quantiles", cells * levels);
        for (std::size_t c = 0; c < cells; ++c)
            column.cells[c].quantiles.assign(values.begin() + static_cast<std::ptrdiff_t>(c * levels),
                                             values.begin() + static_cast<std::ptrdiff_t>((c + 1) * levels));
    }

    void read_failures() {
        const auto points = reader_.numbers("/failures/point"), replicas = reader_.numbers("/failures/replica");
        const auto controllers = reader_.texts("/failures/controller"), reasons = reader_.texts("/failures/what");
        for (std::size_t i = 0; i < std::min({points.size(), replicas.size(), controllers.size(), reasons.size()}); ++i)
            if (points[i] >= 0.0 && points[i] < static_cast<double>(sweep_.points.size()) && replicas[i] >= 0.0 &&
                replicas[i] < 4e9)
                sweep_.points[static_cast<std::size_t>(points[i])].failures.push_back(
                    {ReplicaId(static_cast<std::size_t>(replicas[i])), controllers[i], reasons[i]});
    }

    ResultReader reader_;
    SweepResult sweep_;
    std::size_t replicas_ = 0;
};

}  // namespace

bool is_sweep(const std::filesystem::path& path) { return ResultReader(path).has(sweep_group); }

SweepResult read_sweep_result(const std::filesystem::path& path) { return SweepFileReader(path).read(); }

}  // namespace evsweep
