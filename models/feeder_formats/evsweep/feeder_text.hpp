/// Writes a feeder in the project's own format, so that reading it gives the same numbers to the last bit.
#pragma once

#include <string>

#include "evsweep/feeder_description.hpp"

namespace evsweep {

enum class TextStyle { yaml, json };

/// One row a line. What has its default is left out; numbers stand in the unit they are kept in.
[[nodiscard]] std::string feeder_text(const FeederDescription& feeder, TextStyle style);

}  // namespace evsweep
