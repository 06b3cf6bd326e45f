/// What all points of a sweep found, in memory: what its file, its table and its figures say.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "evsweep/input_files.hpp"
#include "evsweep/output.hpp"
#include "evsweep/schema.hpp"
#include "sim/statistics/statistics.hpp"
#include "sim/study/study_result.hpp"

namespace evsweep {

/// One dimension of a sweep.
struct SweepDimension {
    std::string name;
    std::vector<std::string> paths{};   ///< what its values set; empty for listed points
    std::vector<std::string> labels{};  ///< of its values
    std::vector<double> numbers{};      ///< of its values, in `unit`; empty where they are no numbers
    std::string unit{};
    bool is_of_files = false;
};

/// One number at one point under one controller.
struct SweepCell {
    std::vector<double> values{};     ///< per replica of the point, in SweepPoint::replicas order; empty: none
    Estimate mean{};                  ///< of events their share of the replicas; of times of day in hours of the wall clock
    Estimate difference{};            ///< paired, to the reference controller
    std::vector<double> quantiles{};  ///< of the values, by SweepResult::quantile_levels
};

/// A number per replica that outputs record, everywhere.
struct SweepColumn {
    std::string name;    ///< of its array in the file
    std::string output;  ///< label of the output
    Variable variable;
    std::vector<SweepCell> cells{};  ///< by point and controller, point x controllers + controller
    [[nodiscard]] bool has_means() const { return variable.display != Display::category; }
};

/// How one point went.
struct SweepPoint {
    std::string problem{};              ///< why it was not run; empty: it was
    int planned = 0;                    ///< replicas
    int finished = 0;                   ///< of them
    std::vector<ReplicaId> replicas{};  ///< that cells have values of; of one that was not finished it is NaN
    std::vector<ReplicaFailure> failures{};
    std::vector<double> unsolved_steps{};  ///< by controller; NaN where it has none of that name
};

struct SweepResult {
    std::string title, scenario_file;
    std::vector<std::string> overrides{};
    std::shared_ptr<const InputFiles> input_files{};
    bool keeps_inputs = true;
    std::vector<Setting> settings{};  ///< resolved, that all points share
    std::uint64_t seed = 0;
    double confidence = 0.95;
    std::vector<double> quantile_levels{};
    std::string reference, currency, calendar_start;
    std::vector<double> clock_changes{};
    std::vector<SweepDimension> dimensions{};
    std::vector<std::string> controllers{};  ///< labels, of all points
    std::vector<SweepPoint> points{};        ///< the last dimension varies fastest
    std::vector<SweepColumn> columns{};
    Provenance provenance{};

    /// The place of a point on each dimension.
    [[nodiscard]] std::vector<std::size_t> places_of(std::size_t point) const;
    /// "penetration 20 %, rating 7.4 kW"
    [[nodiscard]] std::string label_of(std::size_t point) const;
    [[nodiscard]] const SweepCell& cell(const SweepColumn& column, std::size_t point, std::size_t controller) const {
        return column.cells[point * controllers.size() + controller];
    }
};

}  // namespace evsweep
