/// Small populations for the tests of the charging state, given by what matters in them.
#pragma once

#include "evsweep/population.hpp"

namespace evsweep {

/// One vehicle at one connector for ten hours; every field may be changed before use.
struct OneVehicle {
    double capacity_kwh = 40.0;
    double charge_kw = 7.4;
    double discharge_kw = 7.4;
    double stored_per_drawn = 0.9;
    double drawn_per_returned = 1.25;
    double lowest_soc = 0.05;
    double highest_soc = 1.0;
    double reserve_soc = 0.2;
    double knee = 1.0;
    double taper_end = 0.05;
    double initial_soc = 0.5;
    double target_soc = 0.8;
};

inline void add_vehicle(Population& population, const OneVehicle& one) {
    Connectors& c = population.connectors;
    Vehicles& v = population.vehicles;
    const std::size_t i = c.size();
    c.bus.emplace_back(0);
    c.zone.push_back(0);
    c.charge_rating.push_back(Kilowatts(one.charge_kw));
    c.discharge_rating.push_back(Kilowatts(one.discharge_kw));
    c.apparent_rating.push_back(KilovoltAmperes(std::max(one.charge_kw, one.discharge_kw)));
    c.minimum_power.push_back(Kilowatts(0.0));
    c.level_set.push_back(0);
    v.capacity.push_back(KilowattHours(one.capacity_kwh));
    v.stored_per_drawn.push_back(Fraction(one.stored_per_drawn));
    v.drawn_per_returned.push_back(Fraction(one.drawn_per_returned));
    v.lowest_soc.push_back(Fraction(one.lowest_soc));
    v.highest_soc.push_back(Fraction(one.highest_soc));
    v.reserve_soc.push_back(Fraction(one.reserve_soc));
    v.taper_knee.push_back(Fraction(one.knee));
    v.taper_end.push_back(Fraction(one.taper_end));
    const Instant end(std::chrono::hours(10));
    population.sessions.push_back({ConnectorId(i), VehicleId(i), Instant{}, end, end, one.initial_soc, one.target_soc});
}

inline Population fleet_of(const OneVehicle& one) {
    Population population;
    population.zones = {"bus 1"};
    add_vehicle(population, one);
    return population;
}

}  // namespace evsweep
