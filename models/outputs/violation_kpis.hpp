/// Whether a replica broke a limit, by kind of limit: what the probability of a violation is the mean of.
#pragma once

#include <vector>

#include "outputs/kpi_tally.hpp"

namespace evsweep::kpi {

/// 1 where the minutes beyond the limit (for vehicles: how many left short) are above zero, else 0; NaN where there is nothing
/// that the limit could be held against, such as a feeder without any rating.
[[nodiscard]] std::vector<Kpi> violation_kpis(const Frame& frame);

}  // namespace evsweep::kpi
