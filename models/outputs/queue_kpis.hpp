/// Key performance indicators of charging points that vehicles share, and of trips.
#pragma once

#include <vector>

#include "outputs/kpi_tally.hpp"

namespace evsweep::kpi {

[[nodiscard]] std::vector<Kpi> queue_kpis();
[[nodiscard]] std::vector<Kpi> trip_kpis();

}  // namespace evsweep::kpi
