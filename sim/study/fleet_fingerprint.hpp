/// Whether replicas differ at all: a number that two of them share only if every vehicle, place and stay of theirs is the same,
/// and so is their base load.
#pragma once

#include <cstdint>

#include "evsweep/population.hpp"

namespace evsweep {

/// A hash (FNV-1a, 64 bits) of all that is drawn: connectors with their ratings and wiring, vehicles, sessions,
/// base load.
[[nodiscard]] std::uint64_t fleet_fingerprint(const Population& fleet);

}  // namespace evsweep
