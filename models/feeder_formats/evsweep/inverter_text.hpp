/// The rows of controls of inverters, as the project's own feeder file has them.
#pragma once

#include <string>

#include "feeder_formats/evsweep/row_text.hpp"

namespace evsweep {

/// The row of a control whose law is that of an inverter.
[[nodiscard]] std::string inverter_control_text(const InjectionControlRow& row, TextStyle style);

}  // namespace evsweep
