/// From the rows of the project's feeder file to a description: defaults, line codes, stars and deltas worked out.
#pragma once

#include <set>
#include <string>

#include "feeder_formats/evsweep/rows.hpp"

namespace evsweep::feeder_file {

/// `codes`: the line codes that the file names, also those that could not be read. Problems go to `issues`.
[[nodiscard]] FeederDescription describe_feeder(const FeederFile& file, const std::set<std::string>& codes, Issues& issues);

}  // namespace evsweep::feeder_file
