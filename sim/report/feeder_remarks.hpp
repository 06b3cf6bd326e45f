/// What nobody sees in the voltages of a feeder: what its reader took for granted, and what limits do not speak of.
#pragma once

#include <string>
#include <vector>

#include "evsweep/feeder_description.hpp"
#include "sim/network/feeder.hpp"

namespace evsweep {

/// "opendss: Master.dss and 9 files that it names".
[[nodiscard]] std::string origin_text(const FeederDescription& feeder);

/// What the file does not say and counts all the same, one sentence each.
[[nodiscard]] std::vector<std::string> assumed_of(const FeederDescription& feeder);

/// What limits on voltage and loading do not see, one sentence each.
[[nodiscard]] std::vector<std::string> unjudged_of(const Feeder& built);

}  // namespace evsweep
