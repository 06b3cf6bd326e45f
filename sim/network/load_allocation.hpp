/// Finds the power of loads from currents that were measured above them.
#pragma once

#include "evsweep/feeder_description.hpp"

namespace evsweep {

/// Does what the description's `allocation` says, and takes it away: in each pass a load flow is solved, taps and capacitors
/// settled, and each load is scaled by the measured current over the one that flows at the last meter above it: of its phase, or
/// the mean of these factors of all phases. P and Q keep their ratio. Loads without a meter above them keep their power.
///
/// This is the rule of OpenDSS's AllocateLoads. What has come of it is a line in `origin.assumed`. Errors: a meter that is not
/// in the feeder, one at the end of a row that is away from the source, and a load flow without a solution. Warnings: a meter
/// that does not see what was measured afterwards, and one without loads to scale.
/// False where there was an error.
bool allocate_loads(FeederDescription& description, Issues& issues);

}  // namespace evsweep
