/// What a feeder file holds, what its reader assumed and left out, and what no limit judges.
#pragma once

#include <string>

#include "evsweep/feeder_description.hpp"
#include "sim/network/feeder.hpp"

namespace evsweep {

/// Buses, lines, transformers, devices and loads, counted and summed, then one line for each remark. `built`: of `feeder`.
/// `width`: of a line.
[[nodiscard]] std::string feeder_summary(const FeederDescription& feeder, const Feeder& built, std::size_t width);

}  // namespace evsweep
