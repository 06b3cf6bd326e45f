/// Distributions over a few levels: what a forecast says of a number that takes few different values.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

namespace evsweep {

/// Values that are possible, ascending, and the probability of each; the probabilities add up to 1.
struct LevelDistribution {
    std::span<const double> levels;
    std::span<const double> probability;

    /// The smallest level that is not exceeded with probability `share`.
    [[nodiscard]] double quantile(double share) const {
        constexpr double rounding = 1e-12;  // of sums of probabilities
        double below = 0.0;
        for (std::size_t k = 0; k + 1 < levels.size(); ++k) {
            below += probability[k];
            if (below >= share - rounding) return levels[k];
        }
        return levels.back();
    }
    [[nodiscard]] double mean() const {
        double sum = 0.0;
        for (std::size_t k = 0; k < levels.size(); ++k) sum += probability[k] * levels[k];
        return sum;
    }
    /// How likely the randomised probability transform of `value` is to lie at or below `share`: a forecast is calibrated where
    /// this is `share` in the mean. Levels count as equal to `value` within 1e-9.
    [[nodiscard]] double coverage(double share, double value) const {
        constexpr double same = 1e-9;
        double below = 0.0, at = 0.0;
        for (std::size_t k = 0; k < levels.size(); ++k) {
            if (levels[k] < value - same)
                below += probability[k];
            else if (levels[k] <= value + same)
                at += probability[k];
        }
        if (at > 0.0) return std::clamp((share - below) / at, 0.0, 1.0);
        return below < share ? 1.0 : 0.0;
    }
};

/// Loss of saying `forecast` for the quantile `share` where `value` came: its mean is least for the true quantile.
[[nodiscard]] inline double pinball_loss(double share, double forecast, double value) {
    return value >= forecast ? share * (value - forecast) : (1.0 - share) * (forecast - value);
}

}  // namespace evsweep
