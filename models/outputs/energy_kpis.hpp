/// The KPIs of powers and energies of the whole feeder.
#pragma once

#include <vector>

#include "outputs/kpi_tally.hpp"

namespace evsweep::kpi {

/// Peaks of demand and of the source; what is not solved is missing in them.
[[nodiscard]] std::vector<Kpi> power_kpis();
/// Energies likewise, losses among them.
[[nodiscard]] std::vector<Kpi> energy_kpis();
/// Of generators such as photovoltaics, known without a load flow.
[[nodiscard]] std::vector<Kpi> generator_kpis();

}  // namespace evsweep::kpi
