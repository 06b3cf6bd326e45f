/// The points of a sweep as CSV files, all in one table.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace evsweep {

/// Writes into `folder` `sweep.csv` (a row for each point, controller and number, with its interval, its paired difference to the
/// reference and its quantiles), `replicas.csv` (a row for each point, controller and replica, a column for each number) and
/// `points.csv` (how each point went), and returns their names. Unknown numbers are empty cells. Throws FileError.
std::vector<std::string> export_sweep(const std::filesystem::path& result, const std::filesystem::path& folder);

}  // namespace evsweep
