/// KPIs of sites: how long and how far any of them was above its limit.
#pragma once

#include <vector>

#include "outputs/kpi_tally.hpp"

namespace evsweep::kpi {

/// Of a scenario with sites.
[[nodiscard]] std::vector<Kpi> site_kpis(const Frame& frame);

}  // namespace evsweep::kpi
