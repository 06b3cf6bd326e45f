/// Intervals of quantiles that hold whatever the law of the values is.
#pragma once

#include <limits>
#include <span>
#include <vector>

namespace evsweep {

/// Two of the sample's values; NaN: the sample is too small for an end, which is then open.
struct QuantileInterval {
    double low = std::numeric_limits<double>::quiet_NaN();
    double high = std::numeric_limits<double>::quiet_NaN();
};

/// The intervals of the quantiles of the law that the values which are not NaN come from, one per level in (0, 1), between order
/// statistics (David and Nagaraja 2003, Order Statistics, section 7.1). With B binomial of n values and probability `level`,
///     low  = X(l), the largest l with P(B < l) <= (1 - confidence) / 2,
///     high = X(u), the least u with P(B >= u) <= (1 - confidence) / 2,
/// not interpolated, so that they hold the quantile in at least `confidence` of all studies for every law, with atoms, too.
/// Sorts `values` in place.
[[nodiscard]] std::vector<QuantileInterval> quantile_intervals(std::span<double> values, std::span<const double> levels,
                                                               double confidence);

}  // namespace evsweep
