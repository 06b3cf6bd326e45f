/// What result files are called.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace evsweep {

/// `out` itself where it ends in .h5, else the file named after the scenario in that folder; without `out` in `results/`.
[[nodiscard]] std::filesystem::path result_path(const std::filesystem::path& scenario,
                                                const std::optional<std::filesystem::path>& out);

/// What is wrong with an `out` that has another ending and is no folder (`results.v2/` is one).
[[nodiscard]] std::optional<std::string> wrong_ending(const std::optional<std::filesystem::path>& out);

/// `folder/name.h5` with something more in its name: `folder/name<mark>.h5`, where `name` is cut if all of it were too long.
[[nodiscard]] std::filesystem::path beside(const std::filesystem::path& file, const std::string& mark);

}  // namespace evsweep
