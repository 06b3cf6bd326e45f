/// What to say of a feeder or a transmission grid where a scenario is wanted, and of a scenario where a feeder is wanted.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "evsweep/issues.hpp"

namespace evsweep {

/// Reports a file that one of the feeder formats recognises, or that is a transmission grid; true where it did.
bool report_feeder_for_scenario(const std::filesystem::path& file, Issues& issues);

/// Whether a text is a transmission grid in the project's own format, which looks much like a feeder: it has `buses`, too.
[[nodiscard]] bool is_transmission_grid(const std::string& text);

/// What to do with a transmission grid.
[[nodiscard]] std::string hint_of_grid(const std::filesystem::path& file);

/// Hint for a file that no feeder format recognises: the feeder that it names, where it is a scenario.
[[nodiscard]] std::optional<std::string> hint_of_scenario_for_feeder(const std::filesystem::path& file, const Issues& issues);

}  // namespace evsweep
