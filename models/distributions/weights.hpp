/// Weights of alternatives: a parameter that several distributions share.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "evsweep/schema.hpp"

namespace evsweep {

/// What is wrong with `weights` of `count` alternatives: another number of them, one below 0, or all 0.
[[nodiscard]] inline std::optional<Contradiction> wrong_weights(const std::vector<double>& weights, std::size_t count) {
    if (weights.size() != count)
        return Contradiction{"weights",
                             "has " + std::to_string(weights.size()) + " entries where " + std::to_string(count) + " belong",
                             "give one weight each"};
    if (std::any_of(weights.begin(), weights.end(), [](double w) { return !(w >= 0.0 && w <= 1e300); }))
        return Contradiction{"weights", "has an entry below 0", "give weights >= 0"};
    if (std::all_of(weights.begin(), weights.end(), [](double w) { return w == 0.0; }))
        return Contradiction{"weights", "is all 0", "give at least one weight above 0"};
    return std::nullopt;
}

/// Running sums of the weights as shares of their total; the last is exactly 1.
[[nodiscard]] inline std::vector<double> cumulative_shares(const std::vector<double>& weights) {
    std::vector<double> sums;
    double sum = 0.0;
    for (const double w : weights) sums.push_back(sum += w);
    for (double& s : sums) s /= sum;
    return sums;
}

}  // namespace evsweep
