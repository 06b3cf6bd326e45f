/// The points of a sweep as studies: all of them are read and checked before the first is run.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "evsweep/input_files.hpp"
#include "sim/config/sweep.hpp"
#include "sim/study/load_study.hpp"
#include "sim/study/memory_estimate.hpp"
#include "sim/study/study_shape.hpp"

namespace evsweep {

/// What is known of one point before it is run.
struct PointOutlook {
    std::string problem{};  ///< why it cannot be run, where the others can; empty: nothing
    int replicas = 0;       ///< at most
    std::vector<std::string> controllers{};
    std::string identity{};  ///< study_identity
    std::string currency{};  ///< of its prices; empty: it has none
    MemoryEstimate memory{};
    StudyShape shape{};
};

/// A sweep whose points have been checked.
struct CheckedSweep {
    std::filesystem::path scenario;
    std::vector<std::string> overrides{};  ///< of all points; the files of patterns are fixed
    Sweep sweep{};
    std::vector<PointOutlook> points{};
    std::shared_ptr<const InputFiles> input_files{};  ///< of all points
    std::shared_ptr<const InputFiles> source{};       ///< where points read from, before anything was read

    /// Reads one point anew.
    [[nodiscard]] std::optional<LoadedStudy> load(std::size_t point, Issues& issues) const;
    /// Files of its own for one point, from where all points read.
    [[nodiscard]] std::shared_ptr<InputFiles> files() const { return std::make_shared<InputFiles>(*source); }
    [[nodiscard]] std::vector<std::string> overrides_of(std::size_t point) const;
    /// Labels of all controllers that any point has, in their order.
    [[nodiscard]] std::vector<std::string> controllers() const;
    /// The point that takes most memory while it runs.
    [[nodiscard]] std::size_t largest() const;
    /// One sentence for each value of an axis of files, or point of it, that cannot be run.
    [[nodiscard]] std::vector<std::string> told_problems() const;
};

/// Reads and checks all points, from where `issues` reads. Each problem is reported once, with the points that have it. Nothing
/// is returned where there was an error; but where an axis is of files, and points with some of these are without errors, those
/// with others are left out, with `problem` set, and their errors are not reported.
[[nodiscard]] std::optional<CheckedSweep> check_points(const std::filesystem::path& scenario,
                                                       const std::vector<std::string>& overrides, const Sweep& sweep,
                                                       Issues& issues);

}  // namespace evsweep
