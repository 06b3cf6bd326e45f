/// Shares of replicas in which something happened: exact intervals, and intervals of paired differences.
#pragma once

#include <cstddef>
#include <span>

#include "sim/statistics/statistics.hpp"

namespace evsweep {

/// The interval of a probability of which `events` in `trials` were seen, by Clopper and Pearson (1934, Biometrika 26, 404-413):
/// its ends are the probabilities at which so many events or more, or so many or fewer, have the probability (1 - confidence)
/// / 2. It holds the true probability in at least `confidence` of all studies, whatever that is. With no event the lower end is
/// 0, with nothing but events the upper end 1. `trials` > 0.
struct ShareInterval {
    double low = 0.0;
    double high = 1.0;
};
[[nodiscard]] ShareInterval clopper_pearson(std::size_t events, std::size_t trials, double confidence);

/// The share of `events` in `trials` with Clopper and Pearson's interval; a single trial has none, and no trial no share.
[[nodiscard]] Estimate estimate_share(std::size_t events, std::size_t trials, double confidence);
/// The share of ones among values that are 0, 1 or NaN (not judged).
[[nodiscard]] Estimate estimate_share(std::span<const double> events, double confidence);

/// The difference of the shares of `a` and `b`, pair by pair (both of one length, values 0, 1 or NaN). With p = pairs in which
/// only a has the event, q = only b, of n, all with half a pair added in each of the four fields of the table:
///     (p - q) / (n + 2) +- z sqrt((p + q) - (p - q)^2 / (n + 2)) / (n + 2)
/// (Agresti and Min 2005, Statist. Med. 24, 729-740). It has a width also where no pair differs.
[[nodiscard]] Estimate estimate_share_difference(std::span<const double> a, std::span<const double> b, double confidence);

/// The z that |Z| stays below with probability `confidence`, for a standard normal Z.
[[nodiscard]] double normal_two_sided(double confidence);

}  // namespace evsweep
