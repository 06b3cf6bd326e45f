/// What the agent `load_frequency` publishes, for controllers, agents and outputs that read it, and what controllers may tell it.
#pragma once

#include "evsweep/signal.hpp"

namespace evsweep::signals {

inline constexpr Signal<"Hz", Extent::area> frequency_deviation{"frequency_deviation", "frequency less the nominal one"};
inline constexpr Signal<"MW", Extent::area> tie_deviation{"tie_deviation", "export over all ties less the scheduled one"};
inline constexpr Signal<"MW", Extent::area> area_control_error{"area_control_error",
                                                               "export deviation and frequency bias times frequency deviation"};
inline constexpr Signal<"MW/Hz", Extent::area> frequency_bias{"frequency_bias",
                                                              "power that an area gives per frequency; constant"};
inline constexpr Signal<"MW", Extent::area> vehicle_relief{
    "vehicle_relief", "that connected units draw less than in the balance, behind their lag"};
inline constexpr Signal<"1", Extent::group> area_of_group{"area_of_group", "index of the group's area; -1: in none; constant"};
inline constexpr Signal<"1", Extent::group> vehicles_stand_for{
    "vehicles_stand_for", "vehicles of the area per vehicle of the group; 0: in no area; constant"};

// Published by a controller that regulates, where there is one. Powers are those of the vehicles that there are.
inline constexpr Signal<"kW", Extent::group> scheduled_power{
    "scheduled_power", "that the vehicles of a group are scheduled to draw; NaN: of another controller"};
inline constexpr Signal<"kW", Extent::group> regulation_request{
    "regulation_request", "that the vehicles of a group are asked to draw less than scheduled"};

}  // namespace evsweep::signals
