/// The table of signals that `evsweep describe signals` shows.
#pragma once

#include <string>

namespace evsweep {

/// All signals of the simulator: name, unit, what each has a value of, meaning.
[[nodiscard]] std::string signal_table();

}  // namespace evsweep
