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

    /// Where an instant lies, which is the same for all areas.
    struct Place {
        std::size_t mark = 0;
        double share = 0.0;  ///< of the way to the next mark
    };
    [[nodiscard]] Place place_of(Instant t) const {
        if (values_mw.empty()) return {};
        const auto mark = t.time_since_epoch() / every;
        const auto since = (t.time_since_epoch() - mark * every).count();
        return {static_cast<std::size_t>(mark), static_cast<double>(since) / static_cast<double>(every.count())};
    }
    [[nodiscard]] double at(std::size_t area, const Place& place) const {
        if (values_mw.empty()) return 0.0;
        const std::vector<double>& values = values_mw[area];
        if (place.mark + 1 >= values.size()) return values.back();
        if (!linear) return values[place.mark];
        return values[place.mark] + place.share * (values[place.mark + 1] - values[place.mark]);
    }
    [[nodiscard]] double at(std::size_t area, Instant t) const { return at(area, place_of(t)); }
    /// The last mark.
    [[nodiscard]] Duration length() const {
        return values_mw.empty() ? Duration{} : every * static_cast<Duration::rep>(values_mw.front().size() - 1);
    }
};

}  // namespace evsweep
