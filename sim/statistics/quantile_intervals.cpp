#include "sim/statistics/quantile_intervals.hpp"

#include <algorithm>
#include <cmath>

#include "evsweep/contracts.hpp"
#include "sim/statistics/statistics.hpp"

namespace evsweep {

namespace {

/// P(B >= k) for B binomial of `n` and `p`: I_p(k, n - k + 1), which falls in k (DLMF 8.17.5).
double at_least(std::size_t k, std::size_t n, double p) {
    if (k == 0) return 1.0;
    if (k > n) return 0.0;
    return regularised_incomplete_beta(p, static_cast<double>(k), static_cast<double>(n - k) + 1.0);
}

/// The least k in 1 .. n + 1 that is rare enough, as all above it are.
template <class IsRareEnough>
std::size_t least_rare(std::size_t n, const IsRareEnough& is_rare_enough) {
    std::size_t low = 0;
    std::size_t high = n + 1;
    while (high - low > 1) {
        const std::size_t middle = low + (high - low) / 2;
        (is_rare_enough(middle) ? high : low) = middle;
    }
    return high;
}

QuantileInterval interval_of(std::span<const double> sorted, double level, double confidence) {
    EVSWEEP_EXPECTS(level > 0.0 && level < 1.0, "the interval of a quantile is asked for a level between 0 and 1");
    const std::size_t n = sorted.size();
    const double outside = 0.5 * (1.0 - confidence);
    const std::size_t high = least_rare(n, [&](std::size_t k) { return at_least(k, n, level) <= outside; });
    const std::size_t beyond_low = least_rare(n, [&](std::size_t k) { return at_least(k, n, level) < 1.0 - outside; });
    QuantileInterval interval;
    if (beyond_low > 1) interval.low = sorted[beyond_low - 2];
    if (high <= n) interval.high = sorted[high - 1];
    return interval;
}

}  // namespace

std::vector<QuantileInterval> quantile_intervals(std::span<double> values, std::span<const double> levels, double confidence) {
    const auto end = std::remove_if(values.begin(), values.end(), [](double v) { return std::isnan(v); });
    const std::span<double> kept(values.begin(), end);
    std::sort(kept.begin(), kept.end());
    std::vector<QuantileInterval> intervals;
    for (const double level : levels) intervals.push_back(interval_of(kept, level, confidence));
    return intervals;
}

}  // namespace evsweep
