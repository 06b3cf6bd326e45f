/// Services that the simulator offers: objects that are more than numbers, for parties that plan ahead.
#pragma once

#include "evsweep/exchange.hpp"
#include "evsweep/linear_grid.hpp"
#include "evsweep/population.hpp"

namespace evsweep::services {

/// A linear model of the feeder under the forecast base load, with tap changers and capacitors as they stand.
inline constexpr Service<GridModel> linear_grid{"linear_grid"};
/// A forecast of the fleet's stays: another draw of the same behaviours at the same connection points, not the true fleet.
inline constexpr Service<const Population> arrivals{"arrivals"};
/// Perfect information on the fleet: all its stays as they will be.
inline constexpr Service<const Population> foresight{"foresight"};

}  // namespace evsweep::services
