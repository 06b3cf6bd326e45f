/// What is counted between the decisions of controllers and what chargers do; results have one row for each.
#pragma once

#include <array>
#include <string_view>

namespace evsweep {

struct ActuationNumbers {
    double sent = 0.0, ignored = 0.0, lost = 0.0, left = 0.0, limited = 0.0, repeated = 0.0, under_way = 0.0;
    double beyond_kwh = 0.0, short_kwh = 0.0;
    double outage_share = 0.0, ignoring_share = 0.0;
};

struct ActuationNumber {
    std::string_view name, unit, meaning;
    double ActuationNumbers::*value;
};

/// In the order in which results have them.
inline constexpr std::array<ActuationNumber, 11> actuation_numbers{{
    {"commands", "1", "commands sent to chargers", &ActuationNumbers::sent},
    {"commands_ignored", "1", "commands to chargers that follow nobody", &ActuationNumbers::ignored},
    {"commands_lost", "1", "commands lost in outages", &ActuationNumbers::lost},
    {"commands_too_late", "1", "commands that came after their vehicle had left", &ActuationNumbers::left},
    {"commands_limited", "1", "commands that chargers could not follow when they came", &ActuationNumbers::limited},
    {"commands_repeated", "1", "setpoints sent once more after an outage", &ActuationNumbers::repeated},
    {"commands_under_way", "1", "commands still under way at the end", &ActuationNumbers::under_way},
    {"beyond_command_kwh", "kWh", "energy drawn beyond what was commanded", &ActuationNumbers::beyond_kwh},
    {"short_of_command_kwh", "kWh", "energy commanded that chargers did not offer", &ActuationNumbers::short_kwh},
    {"outage_share", "1", "share of time in outage, of chargers that listen", &ActuationNumbers::outage_share},
    {"ignoring_share", "1", "share of the chargers that follow nobody", &ActuationNumbers::ignoring_share},
}};

}  // namespace evsweep
