/// The day that a car park plans for: who is there and who will come, in whole steps of the plan, with prices, sun and caps.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "controllers/car_park/params.hpp"
#include "controllers/car_park/park_site.hpp"
#include "evsweep/charging_need.hpp"
#include "evsweep/forecast.hpp"
#include "evsweep/step_window.hpp"

namespace evsweep {

/// Where a stay of the plan is, and what it is to end with; in the order of `ParkDay::vehicles`.
struct ParkStayKey {
    ConnectorId connector{};
    std::uint32_t session = 0;  ///< index into the fleet's sessions
    double target_kwh = 0.0;    ///< at the end of its last step; that of what goes on after the window, too
    double capacity_kwh = 0.0;
    double begins_kwh = 0.0;  ///< that it comes with, or has now
};

/// The day with its stays. `too_short`: vehicles without a whole step that require energy.
struct ParkStays {
    StepWindow window;
    ParkDay day;
    std::vector<ParkStayKey> keys;
    std::vector<ParkStayKey> too_short;
};

/// What a day is made from besides what is seen.
struct ParkFacts {
    const ParkSite& site;
    const CarParkParams& params;
    const Population& truth;  ///< all stays and the sun as they will be
    const std::vector<ConnectorId>& own;
    Duration control_step;
};

/// All stays of `own` in the window. Those that are there have their present state of charge. Throws PartyError where vehicles
/// are not what a plan can have: efficiencies that differ, a state of charge below what the battery may have.
[[nodiscard]] ParkStays stays_of(const ChargingView& seen, const ParkFacts& facts, const StepWindow& window);

/// Prices, sun, caps and chargers of the window into `day`.
void fill_day(const ParkFacts& facts, const StepWindow& window, const Calendar& calendar, const Forecast& buy,
              const Forecast& sell, ParkDay& day);

}  // namespace evsweep
