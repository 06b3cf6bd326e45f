/// What a grid operator must leave to several controllable devices behind one connection.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

namespace evsweep {

/// Least power of one controllable device, and of the first of several.
inline constexpr double least_power_kw = 4.2;

/// The simultaneity factor of `devices` at one connection: BK6-22-300, annex 1, number 4.5.2.
[[nodiscard]] inline double simultaneity(std::size_t devices) {
    constexpr std::array factors{1.0, 1.0, 0.80, 0.75, 0.70, 0.65, 0.60, 0.55, 0.50, 0.45};
    return factors[std::min(devices, factors.size() - 1)];
}

/// P_min = 4.2 kW + (n - 1) GZF(n) 4.2 kW, of n devices that an energy management system coordinates; 0 without any.
[[nodiscard]] inline double least_power_of_site_kw(std::size_t devices) {
    if (devices == 0) return 0.0;
    return least_power_kw + static_cast<double>(devices - 1) * simultaneity(devices) * least_power_kw;
}

}  // namespace evsweep
