/// Whether consecutive values are alike, so that they say less than as many independent ones.
#pragma once

#include <cstddef>
#include <limits>
#include <span>

namespace evsweep {

/// Of values in their order, those that are NaN left out.
struct SerialCorrelation {
    std::size_t count = 0;
    double lag_one = std::numeric_limits<double>::quiet_NaN();  ///< correlation of consecutive values, about
    double score = std::numeric_limits<double>::quiet_NaN();    ///< about standard normal where values are independent

    /// Whether so much would come about by chance in less than 1 % of samples; false where fewer than 8 values say nothing.
    [[nodiscard]] bool is_clear() const { return count >= 8 && score > 2.326; }
    /// How many times wider the interval of the mean should be, if each value follows from the one before (AR(1)).
    [[nodiscard]] double widening() const;
};

/// By the ratio of von Neumann (1941, Ann. Math. Statist. 12, 367-395), as for batch means (Fishman 1978, Manage. Sci. 24,
/// 510-521): with C = 1 - sum (x_i+1 - x_i)^2 / (2 sum (x_i - m)^2) of n values with mean m, C estimates the correlation of
/// consecutive values, and C sqrt((n^2 - 1) / (n - 2)) is about standard normal where they are independent. NaN where all are
/// alike.
[[nodiscard]] SerialCorrelation serial_correlation(std::span<const double> values);

}  // namespace evsweep
