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

/// The feeder that a scenario names, whatever else is wrong with it, so that a feeder's problems can be reported together with
/// the scenario's. Reports nothing; nothing is returned where the choice itself has problems.
[[nodiscard]] std::optional<FeederChoice> read_feeder_choice(const std::filesystem::path& file,
                                                             const std::vector<std::string>& overrides, const Issues& issues);

}  // namespace evsweep
