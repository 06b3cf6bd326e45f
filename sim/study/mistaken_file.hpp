/// What to say of a feeder where a scenario is wanted, and of a scenario where a feeder is wanted.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "evsweep/issues.hpp"

namespace evsweep {

/// Reports a file that one of the feeder formats recognises; true where it did.
bool report_feeder_for_scenario(const std::filesystem::path& file, Issues& issues);

/// Hint for a file that no feeder format recognises: the feeder that it names, where it is a scenario.
[[nodiscard]] std::optional<std::string> hint_of_scenario_for_feeder(const std::filesystem::path& file, const Issues& issues);

}  // namespace evsweep
