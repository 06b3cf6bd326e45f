/// What is drawn at a bus beside its charging points: of all that a load flow draws, what no connector does.
#pragma once

#include <span>
#include <vector>

#include "sim/engine/charging_ports.hpp"

namespace evsweep {

/// The bus of every place of a network (DrawingPlaces).
[[nodiscard]] std::vector<BusId> bus_of_places(const SweptNetwork& network);

/// Power by place without that of connectors: `port` as the load flow has it, `connector` by connector (may be empty: none).
/// Active and reactive power alike, in their units.
[[nodiscard]] std::vector<double> base_by_place(const ChargingPorts& ports, std::span<const double> port,
                                                std::span<const double> connector);
/// The same by bus.
[[nodiscard]] std::vector<double> base_by_bus(const ChargingPorts& ports, std::span<const double> port,
                                              std::span<const double> connector);

}  // namespace evsweep
