/// Sections `controllers` and `agents` of a scenario: the alternatives that are compared, each a list of parties.
#pragma once

#include <string>
#include <vector>

#include "evsweep/scenario.hpp"

namespace evsweep {

/// The labels of the population's groups; some act alone, so that no controller has to decide them.
struct GroupLabels {
    std::vector<std::string> all;
    std::vector<std::string> alone{};
};

/// Reads the alternatives: `label: {controller: ..., ...}`, the short form of one controller, or `label: {parties: {...}}`.
/// Entries with problems are left out. Defaults fit the reader's control step.
[[nodiscard]] std::vector<Alternative> read_alternatives(const Node& section, const GroupLabels& groups, const Reader& reader);
/// Reads the agents that are the same under every alternative.
[[nodiscard]] std::vector<PartyChoice> read_agents(const Node& section, const Reader& reader);

/// The resolved settings with full paths.
void log_settings(const std::vector<Alternative>& alternatives, std::vector<Setting>& resolved);
void log_settings(const std::vector<PartyChoice>& agents, std::vector<Setting>& resolved);

}  // namespace evsweep
