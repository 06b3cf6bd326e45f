/// What the controller `optimal_schedule` sees when it plans.
#pragma once

#include "evsweep/charging_need.hpp"

namespace evsweep {

/// Vehicles, and what a plan is made with; null and empty where the parameters do not ask for it.
struct PlanView : ChargingView {
    PlanView() = default;
    explicit PlanView(const ChargingView& view) : ChargingView(view) {}
    GridModel* grid = nullptr;
    const Population* expected = nullptr;  ///< a forecast of stays: not the true fleet
    const Population* foreseen = nullptr;  ///< the true fleet, past and future
    Forecast price_forecast{};             ///< currency per kWh
    Forecast sell_forecast{};              ///< currency per kWh returned
};

}  // namespace evsweep
