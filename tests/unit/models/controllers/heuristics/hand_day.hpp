/// Days of a few vehicles that can be worked out by hand, played by the engine.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "unit/engine/small_world.hpp"

namespace evsweep::heuristic_days {

using namespace small_world;
using namespace std::chrono_literals;

/// The power of each vehicle by control step; vehicles that are not there have 0.
using Powers = std::vector<std::vector<double>>;

/// A stay that needs `kwh` from the grid: 0.9 of it goes into 40 kWh, up to 0.9.
inline Session needing(double kwh, double plug_in_h, double unplug_h) {
    return stay(plug_in_h, unplug_h, 0.9 - kwh * 0.9 / 40.0, 0.9);
}

/// A comes at 0 and leaves at 6, needs 20 kWh; B 0 to 4, 15 kWh; C 1 to 3, 10 kWh; D 1 to 6, 30 kWh. Each charger gives 1 to 10
/// kW.
inline Fleet four_vehicles() {
    Fleet fleet;
    fleet.add(needing(20.0, 0.0, 6.0));
    fleet.add(needing(15.0, 0.0, 4.0));
    fleet.add(needing(10.0, 1.0, 3.0));
    fleet.add(needing(30.0, 1.0, 6.0));
    return fleet;
}

inline Scenario hours_of(double count, Duration step = 1h) {
    Scenario s = a_day(step);
    s.time.duration = from_hours(count);
    return s;
}

/// All charging points of the village.
inline SitePlan village(const std::string& name, double limit_kw, std::vector<std::uint32_t> loads = {}) {
    return {{.name = name, .limit_kw = limit_kw, .connectors = {}, .loads = std::move(loads)}, {0, 1}, {}};
}

/// Plays a controller, which the text makes, and agents.
struct Day {
    Run run;
    Powers powers;
};
inline Day play(const std::string& controller, const std::string& yaml, const Scenario& scenario, const Fleet& fleet,
                const std::vector<SitePlan>& sites = {}, std::vector<PartyChoice> others = {}) {
    const Feeder feeder = two_buses();
    small_world::StudySite world(scenario, feeder, places_of(fleet.population.connectors));
    world.shared.sites = sites;
    others.push_back({"it", "controllers.it", configured(controller, yaml, scenario.time.step)});
    Day day{run(world, fleet.population, std::move(others)), {}};
    day.powers = day.run.notes.p_kw;
    return day;
}

/// Rounded to 1 W, so that tables are compared as they are written.
inline Powers rounded(Powers powers) {
    for (auto& row : powers)
        for (double& kw : row) kw = std::round(1000.0 * kw) / 1000.0;
    return powers;
}

inline double missing_kwh(const Day& day, std::size_t vehicle) {
    for (const SessionRecord& stay : day.run.notes.stays)
        if (stay.session.vehicle.index() == vehicle) return (stay.session.target_soc - stay.final_soc) * 40.0 / 0.9;
    return -1.0;
}

}  // namespace evsweep::heuristic_days
