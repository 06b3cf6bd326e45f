/// The section `placement` of a population group: the rule by which charging points get their buses and phases.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "behaviours/wiring.hpp"
#include "evsweep/feeder_site.hpp"
#include "evsweep/schema.hpp"

namespace evsweep {

enum class PlacementRule { round_robin, counts, bus_class, proportional, loads, recorded };
[[nodiscard]] std::vector<std::pair<std::string, PlacementRule>> names_of(PlacementRule);
[[nodiscard]] std::vector<std::pair<std::string, PlacementRule>> former_names_of(PlacementRule);

/// How often places are drawn, where the rule draws them.
enum class Redraw { replica, study };
[[nodiscard]] std::vector<std::pair<std::string, Redraw>> names_of(Redraw);

/// Where a recording says that one of its charging points stands.
struct RecordedPlace {
    std::string bus;
    std::string phases;  ///< "ca" between two of them, "a" or "abc" to the neutral or earth; empty: all phases of the bus
    Position at{};       ///< the row that says so first
};

struct Placement {
    PlacementRule rule = PlacementRule::round_robin;
    std::vector<std::string> buses;     ///< round_robin: charging point i at bus (i mod n)
    std::map<std::string, int> counts;  ///< counts: charging points by bus
    std::string bus_class;              ///< class: in turn over the buses of this class; loads: only those of this class
    Fraction share{1.0};                ///< loads: how many of them get a charging point
    ChargerConnection connection = ChargerConnection::all;
    Redraw redraw = Redraw::replica;
    std::optional<PhaseRule> phase;         ///< none: as the load at rule `loads`, else random
    std::vector<RecordedPlace> recorded{};  ///< recorded: by charging point; from the recording, not from the scenario
    static const Schema<Placement>& schema();
    /// Sum of `counts`.
    [[nodiscard]] std::size_t counted() const;
    /// Whether the rule itself gives the number of charging points.
    [[nodiscard]] bool gives_number() const { return rule == PlacementRule::counts || rule == PlacementRule::loads; }
};

/// How many charging points rules `counts` and `loads` ask for on this feeder; a share of loads need not be whole.
[[nodiscard]] double asked_number(const Placement& placement, const FeederSite& feeder);

/// How many charging points there are at a penetration, rounded half up; `given`: how many at 100 %, else what the rule asks for.
[[nodiscard]] std::size_t number_at(Fraction penetration, std::optional<int> given, const Placement& placement,
                                    const FeederSite& feeder);

/// What is wrong with `units` of a group whose placement may give the number itself; `of`: what they are, e.g. "batteries".
[[nodiscard]] std::optional<Contradiction> wrong_units(const Placement& placement, std::optional<int> units, std::string_view of);

/// Loads that a vehicle may live at by rule `loads`, as places in FeederSite::loads.
[[nodiscard]] std::vector<std::size_t> homes_of(const Placement& placement, const FeederSite& feeder);

}  // namespace evsweep
