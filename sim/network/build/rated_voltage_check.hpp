/// Whether what is connected to a bus is made for its voltage.
#pragma once

#include "sim/network/build/feeder_checks.hpp"

namespace evsweep {

/// Warns of loads and shunts whose rated voltage is far from the nominal voltage between their terminals: what they draw
/// depends on it, and a kV of the wrong winding, or phase to phase instead of phase to earth, is easily written.
void check_rated_voltages(const FeederDescription& description, const CheckedRows& rows, Issues& issues);

}  // namespace evsweep
