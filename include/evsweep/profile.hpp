/// A repeating series in the time of a scenario: load profiles, prices, and parameters of plug-ins that vary in time.
#pragma once

#include <string>
#include <vector>

#include "evsweep/document.hpp"
#include "evsweep/time.hpp"

namespace evsweep {

/// What the marks of a series count: the time that clocks show, or the time that has passed. They differ on days on which clocks
/// are set.
enum class SeriesClock { shown, passed };

/// A repeating series: `values[k]` holds at midnight of the first day + begin + k * every, then the series repeats.
struct Profile {
    Duration every{};
    bool linear = false;  ///< linear between marks, or held until the next mark
    std::vector<double> values;
    Duration begin{};  ///< of the first value, from midnight of the scenario's first day
    Position place{};  ///< in the scenario
    SeriesClock clock = SeriesClock::shown;
    std::string laid{};  ///< how it lies in the scenario's time, for people; empty where a list says all
    [[nodiscard]] double at(Instant t, const Calendar& calendar) const;
    /// Its value so long after midnight of the first day, as `clock` counts.
    [[nodiscard]] double after(Duration midnight_of_first_day) const;
};

}  // namespace evsweep
