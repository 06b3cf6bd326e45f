/// A scenario file in, a validated Scenario out: the door of this folder.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "evsweep/scenario.hpp"

namespace evsweep {

/// Reads `file`, what it extends and `overrides` ("study.replicas=50", the last word). Every problem of all of them is
/// added to `issues`, in file order; nothing is returned if one was an error.
[[nodiscard]] std::optional<Scenario> read_scenario(const std::filesystem::path& file, const std::vector<std::string>& overrides,
                                                    Issues& issues);

/// The same for a text in memory that stands for `file`: relative names count from its folder.
[[nodiscard]] std::optional<Scenario> read_scenario_text(const std::string& text, const std::filesystem::path& file,
                                                         const std::vector<std::string>& overrides, Issues& issues);

}  // namespace evsweep
