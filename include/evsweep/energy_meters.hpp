/// Signals of energy meters: they count up from the start of the scenario, and whoever settles a period reads them at its ends.
#pragma once

#include "evsweep/signal.hpp"

namespace evsweep::signals {

inline constexpr Signal<"kWh", Extent::group> group_energy{"group_energy",
                                                           "drawn less returned by a group's connection points since the start"};
inline constexpr Signal<"kvarh", Extent::group> group_reactive_energy{
    "group_reactive_energy", "reactive energy drawn by a group's connection points since the start"};

}  // namespace evsweep::signals
