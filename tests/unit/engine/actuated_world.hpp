/// The small world with something between its controller and its chargers.
#pragma once

#include <functional>
#include <utility>

#include "tests/unit/engine/small_world.hpp"

namespace evsweep::small_world {

inline Scenario a_day_with(const ActuationSettings& settings, Duration step = std::chrono::minutes(1)) {
    Scenario scenario = a_day(step);
    scenario.actuation = {settings};
    return scenario;
}

inline Run run_with(const ActuationSettings& settings, const Population& population, const ControllerByRule& rule) {
    static const Feeder feeder = two_buses();
    return run(a_day_with(settings), feeder, population, rule);
}

/// The same controller at every minute.
inline ControllerByRule every_minute(std::function<void(const Connection&, Setpoints&)> rule) {
    return by_rule({.period = std::chrono::minutes(1)}, std::move(rule));
}

inline std::int64_t minute_of(const Connection& seen) { return seen.now.time_since_epoch() / std::chrono::minutes(1); }

}  // namespace evsweep::small_world
