/// From the results of its points, as files, to the result of a sweep.
#pragma once

#include <filesystem>
#include <functional>

#include "sim/study/sweep/sweep_points.hpp"
#include "sim/study/sweep/sweep_result.hpp"

namespace evsweep {

/// Reads the file of every point that was run, `file_of(point)`, one after another, and shows each to `look`. A function of these
/// files and of the checked sweep alone, so that a resumed sweep has the same result to the last bit. Throws FileError.
[[nodiscard]] SweepResult assemble_sweep(const CheckedSweep& checked,
                                         const std::function<std::filesystem::path(std::size_t)>& file_of,
                                         const std::function<void(std::size_t, const StudyResult&)>& look);

}  // namespace evsweep
