/// Section `sites` of a scenario: parts of the feeder with a limit of their own, by name.
#pragma once

#include <string>
#include <vector>

#include "evsweep/scenario.hpp"
#include "evsweep/schema.hpp"

namespace evsweep {

/// What one entry says.
[[nodiscard]] const Schema<SiteChoice>& site_schema();

/// Reads the section; entries with problems are left out. `groups`: labels of the population, which entries may name. Whether the
/// buses are there is for who has the feeder.
[[nodiscard]] std::vector<SiteChoice> read_sites(const Node& section, const std::vector<std::string>& groups, Issues& issues,
                                                 std::vector<Setting>& resolved);

}  // namespace evsweep
