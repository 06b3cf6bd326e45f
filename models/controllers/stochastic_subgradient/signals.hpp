/// What the controller `stochastic_subgradient` publishes of its stations where it is asked to (`publish: stations`).
#pragma once

#include "evsweep/signal.hpp"

namespace evsweep::signals {

inline constexpr Signal<"kvar", Extent::area> station_capacity{"station_capacity",
                                                               "that a station can draw or give in this slot"};
inline constexpr Signal<"kvar", Extent::area> station_request{"station_request", "that was planned for a station in this slot"};
inline constexpr Signal<"kvar", Extent::area> station_reactive_power{"station_reactive_power",
                                                                     "that was set, within the capacity"};
inline constexpr Signal<"kvar", Extent::area> station_capacity_low{
    "station_capacity_low", "10 % quantile of the forecast for this slot, made at the beginning of the last; NaN without one"};
inline constexpr Signal<"kvar", Extent::area> station_capacity_median{"station_capacity_median", "likewise, 50 %"};
inline constexpr Signal<"kvar", Extent::area> station_capacity_high{"station_capacity_high", "likewise, 90 %"};

}  // namespace evsweep::signals
