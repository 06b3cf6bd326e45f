/// The tables of a result as CSV files, for people who read neither HDF5 nor Python.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace evsweep {

/// Writes one file per table into `folder` and returns their names. A table holds the arrays of an output (or of the feeder, the
/// charging points, the scenario) that have the same dimensions, of all alternatives below one another: a row for every place of
/// the dimensions, a column for every array with its unit in the header. Unknown numbers are empty cells. Of a sweep, what
/// export_sweep writes. Throws FileError.
std::vector<std::string> export_tables(const std::filesystem::path& result, const std::filesystem::path& folder);

}  // namespace evsweep
