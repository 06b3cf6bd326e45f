/// Which bus each charging point of a group stands at, and on which phases: the same rules for every behaviour.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "behaviours/wiring.hpp"
#include "evsweep/behaviour.hpp"
#include "evsweep/schema.hpp"

namespace evsweep {

enum class PlacementRule { round_robin, counts, bus_class, load, loads };
[[nodiscard]] std::vector<std::pair<std::string, PlacementRule>> names_of(PlacementRule);

/// The section `placement` of a population group.
struct Placement {
    PlacementRule rule = PlacementRule::round_robin;
    std::vector<std::string> buses;     ///< round_robin: charging point i at bus (i mod n)
    std::map<std::string, int> counts;  ///< counts: charging points by bus
    std::string bus_class;              ///< class: evenly over the buses of this class; loads: only those of this class
    Fraction share{1.0};                ///< loads: how many of them get a charging point
    ChargerConnection connection = ChargerConnection::all;
    std::optional<PhaseRule> phase;  ///< none: as the load at rule `loads`, else random
    static const Schema<Placement>& schema();
    /// Sum of `counts`.
    [[nodiscard]] std::size_t counted() const;
    /// Whether the rule itself gives the number of charging points.
    [[nodiscard]] bool gives_number() const { return rule == PlacementRule::counts || rule == PlacementRule::loads; }
};

/// How many charging points rules `counts` and `loads` ask for on this feeder; a share of loads need not be whole.
[[nodiscard]] double asked_number(const Placement& placement, const FeederSite& feeder);

/// Where the charging points of one group stand; by charging point.
struct Places {
    std::vector<BusId> bus;
    std::vector<std::uint32_t> zone;  ///< index into `zones`
    std::vector<std::string> zones;   ///< one per bus used, "bus <name>"
    std::vector<Wiring> wiring;       ///< empty where nothing is said of it
};

/// Places `count` charging points. What does not fit the feeder is reported, and nothing is placed then.
[[nodiscard]] Places place(const Placement& placement, std::size_t count, const Behaviour::Context& context);

/// Appends a connector per place, without ratings; groups at one bus share its zone.
void append_connectors(const Places& places, Population& population);

/// Splits `total` in proportion to `weights` (>= 0, not all 0) by the largest remainder; ties go to the first.
[[nodiscard]] std::vector<std::size_t> apportion(std::size_t total, const std::vector<double>& weights);

}  // namespace evsweep
