/// The CSV tables of one solved load flow, for spreadsheets and for comparison with other tools.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "sim/network/load_flow.hpp"

namespace evsweep {

/// Writes `bus_voltages.csv` and `branch_flows.csv` into `folder`. Each opens with a `#` line that says `origin`, then a
/// heading whose names end in their units. Returns what went wrong, if anything.
[[nodiscard]] std::optional<std::string> write_tables(const Feeder& feeder, const LoadFlow& flow, const std::string& origin,
                                                      const std::filesystem::path& folder);

}  // namespace evsweep
