/// What a circuit leaves to OpenDSS's defaults, for people: a property that was forgotten looks like one that was meant.
#pragma once

#include <string>
#include <vector>

#include "feeder_formats/opendss/circuit.hpp"

namespace evsweep::opendss {

/// One sentence for each kind of element and property, e.g. "load without kV: 12.47 kV (3 of 20)"; only properties that decide
/// the load flow, and only of elements in service.
[[nodiscard]] std::vector<std::string> assumed_of(Circuit& circuit);

}  // namespace evsweep::opendss
