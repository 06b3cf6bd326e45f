/// From rows of the file to per-unit coils: bases, conductors, impedances.
#pragma once

#include <optional>

#include "evsweep/feeder_description.hpp"
#include "sim/network/sweep/link.hpp"

namespace evsweep {

/// Voltage of a conductor to earth that is 1 pu; line-to-line where the feeder is balanced.
[[nodiscard]] double base_volts(const BusRow& bus);
/// Place of a conductor at its bus.
[[nodiscard]] std::optional<int> place_of(const BusRow& bus, Conductor conductor);
/// Rated voltage between two terminals in pu of the bus; where it is 0, the bus's nominal one.
[[nodiscard]] double rated_pu(const BusRow& bus, const Terminals& terminals, Volts rated);
/// The ends of a pair of terminals as places at a bus that has these conductors.
[[nodiscard]] CoilEnds ends_of(const BusRow& bus, const Terminals& terminals);

/// The two ends of a link: which rows they are, and whether the parent is the row's `from` end.
struct LinkEnds {
    const BusRow& parent;
    const BusRow& child;
    bool parent_is_from = true;
};

/// A line or switch, or the transformer of a balanced feeder.
[[nodiscard]] CoilEquations equations_of(const BranchRow& row, const LinkEnds& ends);

/// A transformer; its first tap is entry `first_tap` of the device state.
[[nodiscard]] LinkTransformer transformer_of(const TransformerRow& row, const LinkEnds& ends, std::size_t first_tap);

/// Admittance of a shunt with all its steps on, in pu at its bus.
[[nodiscard]] Block shunt_admittance(const ShuntRow& row, const BusRow& bus);

}  // namespace evsweep
