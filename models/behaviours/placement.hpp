/// Which bus each charging point of a group stands at: the same rules for every behaviour.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "evsweep/behaviour.hpp"
#include "evsweep/schema.hpp"

namespace evsweep {

enum class PlacementRule { round_robin, counts, bus_class, load };
[[nodiscard]] std::vector<std::pair<std::string, PlacementRule>> names_of(PlacementRule);

/// The section `placement` of a population group.
struct Placement {
    PlacementRule rule = PlacementRule::round_robin;
    std::vector<std::string> buses;     ///< round_robin: charging point i at bus (i mod n)
    std::map<std::string, int> counts;  ///< counts: charging points by bus
    std::string bus_class;              ///< class: evenly over the buses of this class
    static const Schema<Placement>& schema();
    /// Sum of `counts`.
    [[nodiscard]] std::size_t counted() const;
};

/// Where the charging points of one group stand; by charging point.
struct Places {
    std::vector<BusId> bus;
    std::vector<std::uint32_t> zone;  ///< index into `zones`
    std::vector<std::string> zones;   ///< one per bus used, "bus <name>"
};

/// Places `count` charging points. What does not fit the feeder is reported, and nothing is placed then.
[[nodiscard]] Places place(const Placement& placement, std::size_t count, const Behaviour::Context& context);

/// Appends a connector per place, without ratings; groups at one bus share its zone.
void append_connectors(const Places& places, Population& population);

/// Splits `total` in proportion to `weights` (>= 0, not all 0) by the largest remainder; ties go to the first.
[[nodiscard]] std::vector<std::size_t> apportion(std::size_t total, const std::vector<double>& weights);

}  // namespace evsweep
