/// What a car park does on a day, whoever decided it, and what that costs in the sun that shines.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "controllers/car_park/park_day.hpp"

namespace evsweep {

/// What one vehicle does: columns by the steps of its stay, kW at the charger.
struct ParkStay {
    std::vector<double> charge_kw, discharge_kw;
    std::vector<double> energy_kwh;                      ///< in the battery, at the ends of steps
    std::vector<double> reserve_up_kw, reserve_down_kw;  ///< how much less, and more, it can be told to draw
    double unserved_kwh = 0.0;                           ///< required and not stored
};

/// What all do. `curtailed_kw`: by charger, then by step of the day; empty where no sun is turned away.
struct ParkSchedule {
    std::vector<ParkStay> stays;
    std::vector<std::vector<double>> curtailed_kw;
};

/// The step in which a limit is broken most, and by how much; 0 kW where it is kept everywhere.
struct ParkBreach {
    double by_kw = 0.0;
    std::size_t step = 0;
};

/// A day's bill: what a schedule costs with the sun that shines. `net_kw`: by charger, then by step; what it draws from the grid.
struct ParkBill {
    double grid = 0.0;      ///< imports less what exports earn
    double wear = 0.0;      ///< of energy that vehicles return
    double reserves = 0.0;  ///< what is earned with them
    double unserved = 0.0;
    [[nodiscard]] double cost() const { return grid + wear - reserves + unserved; }
    double imported_kwh = 0.0, exported_kwh = 0.0, returned_kwh = 0.0, curtailed_kwh = 0.0, unserved_kwh = 0.0;
    std::vector<std::vector<double>> net_kw;
    ParkBreach over_import, over_export;  ///< of the car park's band
    ParkBreach over_inverter;             ///< of any charger
};

/// What a schedule costs: net import of a charger at the import price, net export at the export price, also where that is
/// negative. Sun is turned away only as scheduled. Nothing is bent to keep a limit; what is broken is told.
[[nodiscard]] ParkBill settle(const ParkDay& day, const ParkSchedule& schedule);

/// A sentence per vehicle that does not get what it requires: which, how much is missing, of how much.
[[nodiscard]] std::vector<std::string> unserved_texts(const ParkDay& day, const ParkSchedule& schedule);

}  // namespace evsweep
