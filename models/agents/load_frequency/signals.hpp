/// What the agent `load_frequency` publishes, for controllers, agents and outputs that read it.
#pragma once

#include "evsweep/signal.hpp"

namespace evsweep::signals {

inline constexpr Signal<"Hz", Extent::area> frequency_deviation{"frequency_deviation", "frequency less the nominal one"};
inline constexpr Signal<"MW", Extent::area> tie_deviation{"tie_deviation", "export over all ties less the scheduled one"};
inline constexpr Signal<"MW", Extent::area> area_control_error{"area_control_error",
                                                               "export deviation and frequency bias times frequency deviation"};
inline constexpr Signal<"MW/Hz", Extent::area> frequency_bias{"frequency_bias",
                                                              "power that an area gives per frequency; constant"};
inline constexpr Signal<"1", Extent::group> area_of_group{"area_of_group", "index of the group's area; -1: in none; constant"};

}  // namespace evsweep::signals
