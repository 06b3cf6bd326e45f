/// What inverter functions have moved, held back and interrupted in a replica.
#pragma once

#include <vector>

#include "evsweep/party.hpp"

namespace evsweep {

struct FunctionTally {
    double moved_kvar = 0.0;
    double curtailed_by_volt_watt_kwh = 0.0;
    double curtailed_for_reactive_kwh = 0.0;
    double withheld_by_limit_kwh = 0.0;
    double withheld_for_reactive_kwh = 0.0;
    double trips = 0.0;
    double tripped_hours = 0.0;
    double curtailed_by_trips_kwh = 0.0;
    double withheld_by_trips_kwh = 0.0;
    double alternations = 0.0;
    double turns_without_voltage = 0.0;

    [[nodiscard]] std::vector<Counter> counters() const {
        return {{"moved_kvar", moved_kvar},
                {"curtailed_by_volt_watt_kwh", curtailed_by_volt_watt_kwh},
                {"curtailed_for_reactive_kwh", curtailed_for_reactive_kwh},
                {"withheld_by_limit_kwh", withheld_by_limit_kwh},
                {"withheld_for_reactive_kwh", withheld_for_reactive_kwh},
                {"trips", trips},
                {"tripped_hours", tripped_hours},
                {"curtailed_by_trips_kwh", curtailed_by_trips_kwh},
                {"withheld_by_trips_kwh", withheld_by_trips_kwh},
                {"alternations", alternations},
                {"turns_without_voltage", turns_without_voltage}};
    }
};

}  // namespace evsweep
