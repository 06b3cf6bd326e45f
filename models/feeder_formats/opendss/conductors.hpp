/// Conductors of a line that run side by side, and the fewer ones that do the same between the nodes that are fed.
#pragma once

#include <vector>

#include "feeder_formats/opendss/matrices.hpp"

namespace evsweep::opendss {

/// Series impedances (ohm) and shunt admittances (siemens, half of them at each end; empty: none) of conductors between nodes.
struct CoupledConductors {
    std::vector<int> from, to;  ///< nodes at either end, conductor by conductor
    ComplexMatrix z, y;
};

/// Takes conductors between the same two nodes as one.
[[nodiscard]] CoupledConductors joined_parallel(const CoupledConductors& all);

/// Takes conductors away at whose ends no current enters: what their voltages, found from that, do to the others stays, exactly.
/// Numbers that are not finite mean that these voltages are not determined.
[[nodiscard]] CoupledConductors without_floating(const CoupledConductors& all, const std::vector<bool>& floats);

}  // namespace evsweep::opendss
