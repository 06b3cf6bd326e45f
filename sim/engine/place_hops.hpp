/// How many steps lie between charging points along the feeder: who is whose neighbour.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/network/feeder.hpp"

namespace evsweep {

/// By [place][place]: steps in the graph of the buses with places, in which two buses are joined where the way between them along
/// the tree passes no third one; 0 at one bus.
[[nodiscard]] std::vector<std::uint32_t> place_hops(const Feeder& feeder, std::span<const BusId> bus_of_place);

}  // namespace evsweep
