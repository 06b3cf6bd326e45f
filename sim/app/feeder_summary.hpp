/// What a feeder file holds, told in a dozen lines.
#pragma once

#include <string>

#include "evsweep/feeder_description.hpp"

namespace evsweep {

/// Buses, lines, transformers, devices and loads, counted and summed. `width`: of a line.
[[nodiscard]] std::string feeder_summary(const FeederDescription& feeder, std::size_t width);

}  // namespace evsweep
