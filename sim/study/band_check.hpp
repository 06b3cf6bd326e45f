/// Which buses each voltage band by nominal voltage holds at.
#pragma once

#include <string>

#include "evsweep/issues.hpp"
#include "evsweep/scenario.hpp"

namespace evsweep {

/// Warns of bands that hold at no bus, naming the nominal voltages that the feeder has.
void check_bands(const Limits& limits, const FeederSite& feeder, Issues& issues);

/// "voltages are held to 0.95 to 1.05 pu at 3 buses (medium), 0.9 to 1.1 pu at 30 others"; empty where no band is by nominal
/// voltage.
[[nodiscard]] std::string bands_text(const Limits& limits, const FeederSite& feeder);

}  // namespace evsweep
