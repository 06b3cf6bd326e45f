/// Sections `controllers` and `agents` of a scenario: the alternatives that are compared, each a list of parties.
#pragma once

#include <string>
#include <vector>

#include "evsweep/scenario.hpp"

namespace evsweep {

/// Reads the alternatives: `label: {controller: ..., ...}`, the short form of one controller, or `label: {parties: {...}}`.
/// `groups`: labels of the population. Entries with problems are left out. Defaults fit the control step, 0 where it is not
/// known.
[[nodiscard]] std::vector<Alternative> read_alternatives(const Node& section, const std::vector<std::string>& groups,
                                                         Duration step, Issues& issues);
/// Reads the agents that are the same under every alternative.
[[nodiscard]] std::vector<PartyChoice> read_agents(const Node& section, Duration step, Issues& issues);

/// The resolved settings with full paths.
void log_settings(const std::vector<Alternative>& alternatives, std::vector<Setting>& resolved);
void log_settings(const std::vector<PartyChoice>& agents, std::vector<Setting>& resolved);

}  // namespace evsweep
