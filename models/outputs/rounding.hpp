/// When a number is more than another and not just rounded otherwise.
#pragma once

#include <cmath>

namespace evsweep {

/// Whether `high` lies above `low` by more than rounding and the tolerance of load flows can make of it; true where `low` is NaN.
[[nodiscard]] inline bool is_beyond_rounding(double low, double high) {
    constexpr double share = 1e-9;
    return !(high <= low + share * std::abs(high));
}

}  // namespace evsweep
