/// The CSV tables of one solved load flow, for spreadsheets and for comparison with other tools.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/network/sweep/load_flow.hpp"
#include "sim/report/solve_report.hpp"

namespace evsweep {

/// What became of the tables.
struct WrittenTables {
    std::string text;  ///< names them, for people
    std::optional<std::string> problem{};
};

/// A conductor in tables. A balanced feeder's one phase stands for all and is called 1.
[[nodiscard]] std::string_view csv_phase(Conductor conductor);

/// The wires between which loads see a voltage, for a table: "1" where the feeder is balanced, "a" (to earth), "a-n", "a-b".
[[nodiscard]] std::string csv_wires(const FeederSite& site, const SupplyVoltage& seen);

/// The files of `write_tables`.
[[nodiscard]] std::vector<std::filesystem::path> table_files(const Feeder& feeder, const std::filesystem::path& folder);

/// Writes `bus_voltages.csv` and `branch_flows.csv` into `folder`; where phases differ also `line_voltages.csv`,
/// `branch_phases.csv`, `unbalance.csv` and `devices.csv`; where injections follow the voltage `injections.csv`. Each opens with
/// a `#` line that says `origin`, then a heading whose names end in their units. Older tables stay until all new ones are
/// complete.
[[nodiscard]] WrittenTables write_tables(const SolvedFeeder& solved, const std::string& origin,
                                         const std::filesystem::path& folder);

}  // namespace evsweep
