/// Sample statistics of times of day, which lie on a circle: 23:00 and 01:00 are two hours apart, and their mean is midnight.
#pragma once

#include <span>

#include "sim/statistics/quantile_intervals.hpp"
#include "sim/statistics/statistics.hpp"

namespace evsweep {

/// Mean time of day in [0, 24) h of the `hours` that are not NaN, whichever day they are of; low and high may lie beyond
/// midnight. Each time is taken as the nearest to their circular mean direction, within half a day, and the rest is
/// `estimate_mean`. Where the mean resultant length (Mardia and Jupp 2000, section 2.3) is below 0.5, as in times of a circular
/// deviation above 4.5 h, the kind is `scattered`, and there is no mean.
[[nodiscard]] Estimate estimate_time_of_day(std::span<const double> hours, double confidence);

/// The same of `a[i] - b[i]`, as hours in [-12, 12).
[[nodiscard]] Estimate estimate_time_difference(std::span<const double> a, std::span<const double> b, double confidence);

/// Quantiles of times of day, one per level, counted from half a day before their circular mean direction; as hours in [0, 24).
[[nodiscard]] std::vector<double> quantiles_of_day(std::span<const double> hours, std::span<const double> levels);

/// The intervals of these (quantile_intervals.hpp), likewise.
[[nodiscard]] std::vector<QuantileInterval> quantile_intervals_of_day(std::span<const double> hours,
                                                                      std::span<const double> levels, double confidence);

}  // namespace evsweep
