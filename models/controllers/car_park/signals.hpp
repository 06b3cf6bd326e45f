/// What the controller `car_park` publishes where it is asked to, for agents, controllers and outputs that read it.
#pragma once

#include "evsweep/signal.hpp"

namespace evsweep::signals {

inline constexpr Signal<"kW", Extent::feeder> reserve_up_sold{"reserve_up_sold",
                                                              "by how much less the car park draws, or more returns, on call"};
inline constexpr Signal<"kW", Extent::feeder> reserve_down_sold{"reserve_down_sold", "by how much more it draws on call"};

}  // namespace evsweep::signals
