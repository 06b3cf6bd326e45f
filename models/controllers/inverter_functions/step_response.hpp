/// First-order responses of inverters: how far they come in a time, by the time that the standard states for 90 % of the way.
#pragma once

#include <cmath>

#include "evsweep/time.hpp"

namespace evsweep {

/// Share of the way to an input that has stood still for `passed`: 1 - 0.1^(passed / response), so that it is 90 % after the open
/// loop response time. A response time of 0: all of it.
[[nodiscard]] inline double response_share(Duration passed, Duration response) {
    if (passed <= Duration::zero()) return 0.0;
    if (response <= Duration::zero()) return 1.0;
    return -std::expm1(-std::log(10.0) * static_cast<double>(passed.count()) / static_cast<double>(response.count()));
}

/// The same by a time constant (63 % of the way).
[[nodiscard]] inline double lag_share(Duration passed, Duration time_constant) {
    if (passed <= Duration::zero()) return 0.0;
    return -std::expm1(-static_cast<double>(passed.count()) / static_cast<double>(time_constant.count()));
}

}  // namespace evsweep
