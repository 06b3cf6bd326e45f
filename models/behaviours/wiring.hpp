/// On which phases each charging point of a group is wired: the same choices for every behaviour.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "evsweep/behaviour.hpp"

namespace evsweep {

/// `all`: what Wiring means when it is empty. `between_phases` is one pair of phases against one another.
enum class ChargerConnection { all, single_phase, two_phase, three_phase, split_phase, between_phases };
[[nodiscard]] std::vector<std::pair<std::string, ChargerConnection>> names_of(ChargerConnection);

/// Which phase a connection begins with, where there is a choice.
enum class PhaseRule { a, b, c, s1, s2, random, round_robin, load };
[[nodiscard]] std::vector<std::pair<std::string, PhaseRule>> names_of(PhaseRule);

/// Whether the connection leaves a choice of phases.
[[nodiscard]] bool chooses_phase(ChargerConnection connection);

/// Charging points that want wires.
struct WiringTask {
    ChargerConnection connection = ChargerConnection::all;
    PhaseRule phase = PhaseRule::random;
    const std::vector<BusId>& bus;         ///< by charging point
    const std::vector<std::size_t>& load;  ///< by charging point: its load in FeederSite::loads; empty: in turn over its bus's
};

/// The wires of every charging point; empty for ChargerConnection::all. What the feeder does not have is reported with all
/// buses concerned. Draws are keyed by the charging point, and the same in every replica.
[[nodiscard]] std::vector<Wiring> wire(const WiringTask& task, const Behaviour::Context& context);

}  // namespace evsweep
