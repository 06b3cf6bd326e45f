/// Where a run writes, found out before it costs anybody time.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace evsweep {

/// `out` itself where it ends in .h5, else the file named after the scenario in that folder; without `out` in `results/`.
[[nodiscard]] std::filesystem::path result_path(const std::filesystem::path& scenario,
                                                const std::optional<std::filesystem::path>& out);

/// Makes the folder of `file` and tries to write there, leaving nothing behind; says what is in the way, if anything.
[[nodiscard]] std::optional<std::string> obstacle_to_writing(const std::filesystem::path& file);

}  // namespace evsweep
