/// What the agent `grid_operator` publishes, for controllers and outputs that read it.
#pragma once

#include "evsweep/signal.hpp"

namespace evsweep::signals {

inline constexpr Signal<"kW", Extent::connector> curtailed_to{
    "curtailed_to", "most that the grid operator lets a charging point draw; 0: it does not curtail it"};
inline constexpr Signal<"kW", Extent::site> site_curtailed_to{
    "site_curtailed_to",
    "most that the grid operator lets all charging points of a site draw together; 0: it does not curtail them"};

}  // namespace evsweep::signals
