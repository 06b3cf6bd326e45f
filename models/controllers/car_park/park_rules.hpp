/// Two rules that look at no price and no limit of the park: what optimal plans are compared with.
#pragma once

#include "controllers/car_park/park_schedule.hpp"

namespace evsweep {

/// IMM: full power from the arrival until the required energy is stored. Who came first (the lower number where two came at once)
/// has the charger's power; what it leaves within a step goes to the next. The day is sound (`is_sound`).
[[nodiscard]] ParkSchedule charge_at_once(const ParkDay& day);

/// AVG: the required energy in even power over the stay, as far as the vehicle's and the charger's power allow (who came first
/// has it). The day is sound.
[[nodiscard]] ParkSchedule charge_evenly(const ParkDay& day);

}  // namespace evsweep
