/// A forecast on the control grid: one value per step, from the scenario's start to its end.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "evsweep/time.hpp"

namespace evsweep {

struct Forecast {
    Duration step{};
    std::span<const double> values{};

    /// The value held over the step that contains `t`; the last one after the end. Not for an empty forecast.
    [[nodiscard]] double at(Instant t) const {
        const auto k = t.time_since_epoch() / step;
        return values[static_cast<std::size_t>(std::clamp<std::int64_t>(k, 0, static_cast<std::int64_t>(values.size()) - 1))];
    }
};

}  // namespace evsweep
