/// The KPIs of feeders that are not balanced: where phases differ, by how much, and what flows back through the neutral.
#pragma once

#include <vector>

#include "outputs/kpi_tally.hpp"

namespace evsweep::kpi {

/// Per phase and of the unbalance. `frame` and the feeder it names outlive the list.
[[nodiscard]] std::vector<Kpi> phase_kpis(const Frame& frame);

}  // namespace evsweep::kpi
