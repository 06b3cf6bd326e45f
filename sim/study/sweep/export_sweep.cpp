#include "sim/study/sweep/export_sweep.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "evsweep/values.hpp"
#include "sim/record/new_file.hpp"
#include "sim/study/csv_text.hpp"
#include "sim/study/sweep/write_sweep.hpp"
#include "sim/study/write_outputs.hpp"

namespace evsweep {

namespace {

/// The tables of one sweep; each row begins with the values of its point.
class SweepTables {
   public:
    SweepTables(const SweepResult& sweep, std::filesystem::path folder) : sweep_(sweep), folder_(std::move(folder)) {}

    void write_estimates() {
        CsvText csv;
        begin(csv, {"controller", "output", "variable", "unit", "meaning", "interval", "replicas", "mean", "low", "high",
                    "difference_to_" + sweep_.reference, "difference_low", "difference_high"});
        for (const double level : sweep_.quantile_levels) csv.cell("quantile_" + number_text(level));
        csv.end_row();
        for (std::size_t point = 0; point < sweep_.points.size(); ++point)
            for (std::size_t c = 0; c < sweep_.controllers.size(); ++c)
                for (const SweepColumn& column : sweep_.columns)
                    if (column.has_means()) put_estimate(csv, column, point, c);
        place("sweep.csv", csv);
    }

    void write_replicas() {
        CsvText csv;
        begin(csv, {"controller", "replica"});
        for (const SweepColumn& column : sweep_.columns) {
            const std::string unit = unit_text(column.variable, sweep_.currency);
            csv.cell(unit.empty() || unit == "1" ? column.name : column.name + " [" + unit + "]");
        }
        csv.end_row();
        for (std::size_t point = 0; point < sweep_.points.size(); ++point)
            for (std::size_t c = 0; c < sweep_.controllers.size(); ++c)
                for (std::size_t r = 0; r < sweep_.points[point].replicas.size(); ++r)
                    if (is_known(point, c, r)) put_replica(csv, point, c, r);
        place("replicas.csv", csv);
    }

    void write_points() {
        CsvText csv;
        begin(csv, {"point", "planned", "finished", "failed", "problem"});
        csv.end_row();
        for (std::size_t number = 0; number < sweep_.points.size(); ++number) {
            const SweepPoint& point = sweep_.points[number];
            put_place(csv, number);
            csv.cell(static_cast<double>(number)).cell(point.planned).cell(point.finished);
            csv.cell(static_cast<double>(point.failures.size())).cell(point.problem);
            csv.end_row();
        }
        place("points.csv", csv);
    }

    [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

   private:
    void begin(CsvText& csv, const std::vector<std::string>& names) const {
        for (const SweepDimension& dimension : sweep_.dimensions) {
            const bool has_unit = !dimension.numbers.empty() && dimension.unit != "1";
            csv.cell(has_unit ? dimension.name + " [" + dimension.unit + "]" : dimension.name);
        }
        for (const std::string& name : names) csv.cell(name);
    }

    void put_place(CsvText& csv, std::size_t point) const {
        const auto places = sweep_.places_of(point);
        for (std::size_t d = 0; d < places.size(); ++d) {
            const SweepDimension& dimension = sweep_.dimensions[d];
            if (dimension.numbers.empty())
                csv.cell(dimension.labels[places[d]]);
            else
                csv.cell(dimension.numbers[places[d]]);
        }
    }

    void put_estimate(CsvText& csv, const SweepColumn& column, std::size_t point, std::size_t controller) const {
        const SweepCell& cell = sweep_.cell(column, point, controller);
        put_place(csv, point);
        csv.cell(sweep_.controllers[controller]).cell(column.output).cell(column.variable.name);
        csv.cell(unit_text(column.variable, sweep_.currency)).cell(column.variable.long_name).cell(name_of(cell.mean.kind));
        csv.cell(static_cast<double>(cell.mean.count));
        for (const Estimate* estimate : {&cell.mean, &cell.difference})
            csv.cell(estimate->mean).cell(estimate->low).cell(estimate->high);
        for (const double quantile : cell.quantiles) csv.cell(quantile);
        csv.end_row();
    }

    /// Whether the replica has any number: where points have fewer replicas than others, or failed ones, there is no row.
    [[nodiscard]] bool is_known(std::size_t point, std::size_t controller, std::size_t replica) const {
        return std::any_of(sweep_.columns.begin(), sweep_.columns.end(), [&](const SweepColumn& column) {
            const auto& values = sweep_.cell(column, point, controller).values;
            return replica < values.size() && !std::isnan(values[replica]);
        });
    }

    void put_replica(CsvText& csv, std::size_t point, std::size_t controller, std::size_t replica) const {
        put_place(csv, point);
        csv.cell(sweep_.controllers[controller]);
        csv.cell(static_cast<double>(sweep_.points[point].replicas[replica].index()));
        for (const SweepColumn& column : sweep_.columns) {
            const double value = sweep_.cell(column, point, controller).values[replica];
            const auto& meanings = column.variable.meanings;
            if (value >= 0.0 && value < static_cast<double>(meanings.size()))
                csv.cell(meanings[static_cast<std::size_t>(value)]);
            else
                csv.cell(value);
        }
        csv.end_row();
    }

    void place(const std::string& name, const CsvText& csv) {
        place_file(folder_ / name, std::vector<unsigned char>(csv.text().begin(), csv.text().end()));
        names_.push_back(name);
    }

    const SweepResult& sweep_;
    std::filesystem::path folder_;
    std::vector<std::string> names_;
};

}  // namespace

std::vector<std::string> export_sweep(const std::filesystem::path& result, const std::filesystem::path& folder) {
    const SweepResult sweep = read_sweep_result(result);
    SweepTables tables(sweep, folder);
    tables.write_estimates();
    tables.write_replicas();
    tables.write_points();
    return tables.names();
}

}  // namespace evsweep
