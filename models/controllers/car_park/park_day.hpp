/// One day of a car park with photovoltaics as numbers: prices, sun, chargers, limits and the vehicles that come.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "evsweep/issues.hpp"

namespace evsweep {

/// One vehicle's stay, in whole steps of the day. Its charging power is at the charger, its energy in the battery.
struct ParkVehicle {
    std::uint32_t number = 0;     ///< as people number vehicles; decides who is first where two arrive at once
    std::uint32_t charger = 0;    ///< counted from 0
    std::uint32_t arrival = 0;    ///< the first step that it is there for
    std::uint32_t departure = 0;  ///< one past the last
    double capacity_kwh = 0.0;
    double lowest_soc = 0.0;  ///< share of the capacity that it is never discharged below
    double initial_soc = 0.0;
    double required_kwh = 0.0;  ///< stored, on top of what it came with
    double power_kw = 0.0;      ///< full power, either way
    double spare_kwh = 0.0;     ///< that it has above what it must leave with; of one that requires nothing more
    double return_kw = std::numeric_limits<double>::infinity();  ///< full power of returning, where that is below `power_kw`
};

/// All chargers are alike: panels and vehicles behind one inverter. Several vehicles may share one.
struct ParkChargers {
    std::uint32_t count = 0;
    double pv_kwp = 0.0;       ///< peak power of the panels of one
    double inverter_kw = 0.0;  ///< of one, to and from the grid
    double vehicle_kw = 0.0;   ///< of one, for all vehicles at it, either way
};

/// Columns by step of `step_h` hours; currency per kWh, and per kW and hour for reserves.
struct ParkDay {
    double step_h = 0.25;
    double length_h = 24.0;  ///< what the steps add up to
    std::vector<double> import_per_kwh, export_per_kwh;
    std::vector<double> reserve_up_per_kw_h, reserve_down_per_kw_h;
    std::vector<double> pv_kw_per_kwp;                 ///< what the sun gives
    std::vector<double> expected_pv_kw_per_kwp;        ///< what was expected of it; empty where nobody asks
    std::vector<double> cap_import_kw, cap_export_kw;  ///< of all chargers together
    double wear_per_kwh = 0.0;                         ///< of what vehicles return
    double efficiency = 1.0;                           ///< of a battery, each way
    double unserved_per_kwh = 10.0;
    ParkChargers chargers;
    std::vector<ParkVehicle> vehicles;
    [[nodiscard]] std::size_t steps() const { return import_per_kwh.size(); }
};

/// kWh drawn to store what a vehicle requires, and kWh that the sun gives all chargers on the day.
[[nodiscard]] double drawn_kwh(const ParkDay& day, const ParkVehicle& vehicle);
[[nodiscard]] double pv_kwh(const ParkDay& day);

/// Where the numbers of a day come from, for messages: rows of steps and of vehicles in their order; may be empty.
struct ParkPlaces {
    Position day{};
    std::vector<Position> steps{}, vehicles{};
};

/// Adds an error for everything that makes a day meaningless: columns of other lengths than the day, numbers that are none,
/// negative limits, efficiencies outside 0 to 1, vehicles at chargers that are not there, outside the day, or emptier than they
/// may be.
void check(const ParkDay& day, const ParkPlaces& places, Issues& issues);

/// Whether `check` finds nothing.
[[nodiscard]] bool is_sound(const ParkDay& day);

}  // namespace evsweep
