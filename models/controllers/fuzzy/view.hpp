/// What the controller `fuzzy` sees.
#pragma once

#include "evsweep/charging_need.hpp"

namespace evsweep {

/// Vehicles, and the inputs of the rules; what no rule uses is empty.
struct FuzzyView : ChargingView {
    explicit FuzzyView(const ChargingView& view) : ChargingView(view) {}
    std::span<const double> voltage_pu{};
    double feeder_head_kw = 0.0;
    double price = 0.0;
    Forecast price_forecast{};  ///< currency per kWh
};

}  // namespace evsweep
