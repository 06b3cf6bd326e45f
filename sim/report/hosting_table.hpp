/// Hosting capacities as people read them on a terminal.
#pragma once

#include <string>

#include "sim/study/hosting/hosting_result.hpp"

namespace evsweep {

/// A table for each controller, the capacities of single buses, and what is to be said of them.
[[nodiscard]] std::string hosting_table(const HostingResult& result);

}  // namespace evsweep
