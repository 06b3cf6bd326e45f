/// The rows of controls of injections, as the project's own feeder file has them.
#pragma once

#include <string>

#include "feeder_formats/evsweep/row_text.hpp"

namespace evsweep {

/// What a control looks at, and when it acts: the keys that all laws share.
void add_watching(const InjectionControlRow& row, RowText& text);

/// The row of a control whose law is to hold a voltage.
[[nodiscard]] std::string generator_control_text(const InjectionControlRow& row, TextStyle style);

}  // namespace evsweep
