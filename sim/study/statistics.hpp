/// Sample statistics of replicas: means with their confidence intervals, quantiles, and paired differences.
#pragma once

#include <cmath>

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace evsweep {

/// The sum of `values`, added up with compensation (CompensatedSum) in the order given: the same bits for the same order.
[[nodiscard]] double compensated_sum(std::span<const double> values);

/// A mean over replicas with the confidence interval of that mean. Fields that the sample is too small for are NaN.
struct Estimate {
    std::size_t count = 0;  ///< values that are not NaN
    double mean = std::numeric_limits<double>::quiet_NaN();
    double deviation = std::numeric_limits<double>::quiet_NaN();  ///< of one value; divisor count - 1
    double low = std::numeric_limits<double>::quiet_NaN();
    double high = std::numeric_limits<double>::quiet_NaN();

    /// What rounding alone may make of a mean of zero, from the size of the values behind it.
    double rounding = 0.0;

    [[nodiscard]] double half_width() const { return 0.5 * (high - low); }
    /// Whether zero is not among the values that the interval holds plausible; false where there is no interval.
    [[nodiscard]] bool excludes_zero() const { return (low > 0.0 || high < 0.0) && std::abs(mean) > rounding; }
};

/// Mean of the values that are not NaN, with Student's t interval: mean +- t(count - 1) deviation / sqrt(count).
/// `confidence` lies in (0, 1), e.g. 0.95. A single value has a mean but neither deviation nor interval.
[[nodiscard]] Estimate estimate_mean(std::span<const double> values, double confidence);

/// Estimate of the mean of `a[i] - b[i]`, both of one length; pairs with a NaN on either side are left out.
[[nodiscard]] Estimate estimate_paired_difference(std::span<const double> a, std::span<const double> b, double confidence);

/// Quantile of type 7 (Hyndman and Fan 1996, the default of R and NumPy): linear between the order statistics next to
/// position (count - 1) level. `at(i)` is order statistic i, from 0; NaN where there is none. `level` lies in [0, 1].
template <class OrderStatistic>
[[nodiscard]] double interpolated_quantile(std::size_t count, double level, OrderStatistic at) {
    if (count == 0) return std::numeric_limits<double>::quiet_NaN();
    const double position = level * static_cast<double>(count - 1);
    const auto below = static_cast<std::size_t>(position);
    if (below + 1 >= count) return at(count - 1);
    const double share = position - static_cast<double>(below);
    const double lower = at(below);
    return share == 0.0 ? lower : lower + share * (at(below + 1) - lower);
}

/// The same of `sorted`, which ascends and holds no NaN.
[[nodiscard]] double quantile_of_sorted(std::span<const double> sorted, double level);

/// The quantiles of the values that are not NaN, one per level. Sorts `values` in place.
[[nodiscard]] std::vector<double> quantiles(std::span<double> values, std::span<const double> levels);

/// I_x(a, b), the regularised incomplete beta function; a, b > 0 and x in [0, 1].
[[nodiscard]] double regularised_incomplete_beta(double x, double a, double b);

/// The t that |T| stays below with probability `confidence`, for Student's T with `degrees` (> 0) of freedom.
[[nodiscard]] double student_t_two_sided(double confidence, double degrees);

}  // namespace evsweep
