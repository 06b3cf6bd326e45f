/// Holds every number of a feeder description to the bounds of its unit, whatever file it came from.
#pragma once

#include "evsweep/feeder_description.hpp"

namespace evsweep {

/// Reports numbers that are not finite or of a size that nothing has, at their rows.
void check_bounds(const FeederDescription& description, Issues& issues);

}  // namespace evsweep
