/// How long a vehicle still has to charge and how long that can wait: the arithmetic that controllers share.
#pragma once

#include <algorithm>

#include "evsweep/controller.hpp"

namespace evsweep {

/// The largest power (kW) not above `rating_kw` that the charger of `c` has a step for; 0 where it has none.
[[nodiscard]] inline double largest_step_kw(const Observation& seen, ConnectorId c, double rating_kw) {
    const std::uint32_t level_set = seen.connectors->level_set[c.index()];
    if (level_set == 0) return rating_kw;  // continuous, which nearly all are
    const auto& levels = (*seen.level_sets)[level_set];
    if (levels.empty()) return rating_kw;
    const auto above = std::upper_bound(levels.begin(), levels.end(), rating_kw);
    return above == levels.begin() ? 0.0 : *(above - 1);
}

/// Full charging power of the connector, whatever the battery's momentary limit, kW.
[[nodiscard]] inline double full_power_kw(const Observation& seen, ConnectorId c) {
    return largest_step_kw(seen, c, seen.connectors->charge_rating[c.index()]);
}

/// Full power returned to the grid, as a positive number of kW.
[[nodiscard]] inline double full_return_kw(const Observation& seen, ConnectorId c) {
    return largest_step_kw(seen, c, seen.connectors->discharge_rating[c.index()]);
}

/// Energy to draw from the grid until the target, kWh; 0 at or above it. Needs state_of_charge and session.
[[nodiscard]] inline double needed_kwh(const Observation& seen, ConnectorId c) {
    const std::size_t i = c.index();
    return std::max(0.0, (seen.target_soc[i] - seen.soc[i]) * seen.capacity_kwh[i] / seen.stored_per_drawn[i]);
}

/// Whether `needed_kwh` is above 0.
[[nodiscard]] inline bool is_below_target(const Observation& seen, ConnectorId c) {
    return seen.soc[c.index()] < seen.target_soc[c.index()];
}

/// Hours of charging at full power until the target; infinite where energy is needed and the charger gives none.
[[nodiscard]] inline double needed_h(const Observation& seen, ConnectorId c) {
    return is_below_target(seen, c) ? needed_kwh(seen, c) / full_power_kw(seen, c) : 0.0;
}

/// Hours from now to the stated departure; negative when it has passed.
[[nodiscard]] inline double time_left_h(const Observation& seen, ConnectorId c) {
    return hours(seen.stated_departure[c.index()] - seen.now);
}

/// Hours that charging at full power can still wait: (departure - now) - needed time.
[[nodiscard]] inline double laxity_h(const Observation& seen, ConnectorId c) { return time_left_h(seen, c) - needed_h(seen, c); }

/// By how many hours laxity shrinks while the battery returns `returned_kw` (>= 0) for `period_h` hours: the time
/// that passes, and the time to draw the energy back.
[[nodiscard]] inline double laxity_cost_h(const Observation& seen, ConnectorId c, double returned_kw, double period_h) {
    const std::size_t i = c.index();
    const double redrawn_kw = returned_kw * seen.drawn_per_returned[i] / seen.stored_per_drawn[i];
    return period_h * (1.0 + redrawn_kw / full_power_kw(seen, c));
}

}  // namespace evsweep
