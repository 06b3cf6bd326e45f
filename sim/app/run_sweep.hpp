/// `evsweep run` of a scenario with a section `sweep`: all of its points, into one file.
#pragma once

#include <optional>

#include "sim/app/commands.hpp"
#include "sim/app/study_source.hpp"
#include "sim/config/sweep.hpp"

namespace evsweep {

/// The sweep of a scenario or of an earlier sweep's file, if it has one and no point of it was chosen.
struct FoundSweep {
    std::optional<Sweep> sweep{};
    bool is_wrong = false;  ///< there is one, with mistakes, which were reported
};
[[nodiscard]] FoundSweep find_sweep(const StudySource& source);

/// Checks all points, runs them one after another, each with checkpoints of its own, and puts them together into one file. Goes
/// on from what an earlier run has left in the folder beside it.
[[nodiscard]] ExitStatus run_sweep(const RunOptions& options, const StudySource& source, const Sweep& sweep,
                                   InterruptWatch& watch);

/// `evsweep check` of a sweep: how many points, and what the largest takes of memory.
[[nodiscard]] ExitStatus check_sweep(const std::filesystem::path& file, const StudySource& source, const Sweep& sweep);

}  // namespace evsweep
