/// What counts where a relay sees several voltages or currents at once.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>

namespace evsweep {

enum class OfSeveral : std::uint8_t { mean, highest, lowest };

/// One of several values, or their mean; not a number where there is none.
[[nodiscard]] inline double of_several(OfSeveral which, std::span<const double> values) {
    if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
    switch (which) {
        case OfSeveral::mean:
            return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
        case OfSeveral::highest:
            return *std::max_element(values.begin(), values.end());
        case OfSeveral::lowest:
            return *std::min_element(values.begin(), values.end());
    }
    return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace evsweep
