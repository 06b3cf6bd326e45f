/// Section `actuation` of a scenario: what stands between controllers and chargers, by group of the population.
#pragma once

#include <string>
#include <vector>

#include "evsweep/scenario.hpp"
#include "evsweep/schema.hpp"

namespace evsweep {

/// The key of the entry that holds for all groups that have none of their own.
inline constexpr std::string_view key_of_other_groups = "all";

[[nodiscard]] const Schema<ActuationSettings>& actuation_schema();

/// Reads the section of a scenario that has these groups; entries with problems are left out.
[[nodiscard]] std::vector<ActuationSettings> read_actuation(const Node& section, const std::vector<std::string>& groups,
                                                            Issues& issues, std::vector<Setting>& resolved);

/// A delay is shorter than the study.
void check_actuation(const TimeSettings& time, const std::vector<ActuationSettings>& actuation, Issues& issues);

}  // namespace evsweep
