/// What both readings of the controller `evms` see.
#pragma once

#include "controllers/evms/params.hpp"
#include "evsweep/charging_need.hpp"

namespace evsweep {

/// Vehicles and base demand.
struct EvmsView : ChargingView {
    using ChargingView::ChargingView;
    explicit EvmsView(const ChargingView& view) : ChargingView(view) {}
    double base_demand_kw = 0.0;
    Forecast base_forecast{};  ///< kW
};

}  // namespace evsweep
