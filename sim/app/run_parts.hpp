/// What runs of one study and of a sweep have in common.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "evsweep/time.hpp"
#include "sim/app/commands.hpp"

namespace evsweep {

/// The flags that are short for overrides, and `--set`. The point of a sweep comes first, so that the others are set over it.
[[nodiscard]] std::vector<std::string> overrides_of(const RunOptions& options);

/// The file after which the result is named: that of another run, `again`, is not the file that it is run from. Nor is that of a
/// single replica or of a single point the study's.
[[nodiscard]] std::filesystem::path name_of_result(const RunOptions& options);

/// How often checkpoints are written; none (reported) where the text says no time. Zero: never.
[[nodiscard]] std::optional<Duration> checkpoint_period(const std::string& text);

}  // namespace evsweep
