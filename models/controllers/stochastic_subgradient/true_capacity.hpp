/// What a station will really be able to give, from perfect information on its stays: the oracle.
#pragma once

#include <span>
#include <vector>

#include "controllers/stochastic_subgradient/stations.hpp"
#include "evsweep/population.hpp"
#include "evsweep/time.hpp"

namespace evsweep {

/// Capacities (kvar, by station) at `then`, which is after `now`, where every vehicle charges at full power from plug-in to its
/// target. `soc`: of the vehicles that are there now, by connector.
[[nodiscard]] std::vector<double> true_capacity_kvar(const std::vector<Station>& stations, const Population& truth, Instant now,
                                                     Instant then, std::span<const double> soc);

}  // namespace evsweep
