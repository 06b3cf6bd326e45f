/// Powers of all areas over time, given at marks and linear or held in between.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "evsweep/time.hpp"

namespace evsweep {

/// The first mark is the start of the scenario; after the last one its values hold.
struct AreaSeries {
    Duration every = std::chrono::seconds(1);
    bool linear = true;                            ///< between marks; else each value holds until the next mark
    std::vector<std::vector<double>> values_mw{};  ///< by area, then by mark; empty: no power at all

    [[nodiscard]] double at(std::size_t area, Instant t) const {
        if (values_mw.empty()) return 0.0;
        const std::vector<double>& values = values_mw[area];
        const auto since = t.time_since_epoch();
        const auto mark = static_cast<std::size_t>(since / every);
        if (mark + 1 >= values.size()) return values.back();
        if (!linear) return values[mark];
        const double share = static_cast<double>((since % every).count()) / static_cast<double>(every.count());
        return values[mark] + share * (values[mark + 1] - values[mark]);
    }
    /// The last mark.
    [[nodiscard]] Duration length() const {
        return values_mw.empty() ? Duration{} : every * static_cast<Duration::rep>(values_mw.front().size() - 1);
    }
};

}  // namespace evsweep
