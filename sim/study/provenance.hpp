/// Where a result comes from: which build, with which libraries, on which machine, when.
#pragma once

#include "sim/study/study_result.hpp"

namespace evsweep {

/// Filled but for wall time and threads. `started` is now.
[[nodiscard]] Provenance provenance_of_this_build();

}  // namespace evsweep
