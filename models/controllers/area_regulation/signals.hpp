/// What the controller `area_regulation` tells of what its vehicles could do. What it schedules and asks for are signals of the
/// power system, which reads them.
#pragma once

#include "evsweep/signal.hpp"

namespace evsweep::signals {

inline constexpr Signal<"kW", Extent::group> regulation_up{"regulation_up",
                                                           "most that the vehicles of a group could draw less than scheduled"};
inline constexpr Signal<"kW", Extent::group> regulation_down{
    "regulation_down", "most that the vehicles of a group could draw more than scheduled, as a negative number"};

}  // namespace evsweep::signals
