/// From the words of a command line to a command; every refusal is in our own words.
#pragma once

#include "sim/app/exit_status.hpp"

namespace evsweep {

/// Does what the command line asks. Never throws: an internal error becomes one plain sentence on stderr.
[[nodiscard]] ExitStatus run_command_line(int argc, const char* const* argv);

}  // namespace evsweep
