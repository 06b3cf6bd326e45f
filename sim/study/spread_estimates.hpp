/// Estimates of studies whose replicas are spread out in batches: how far batches differ says how certain their mean is.
#pragma once

#include <span>
#include <vector>

#include "evsweep/ids.hpp"
#include "evsweep/rng.hpp"
#include "sim/statistics/statistics.hpp"

namespace evsweep {

/// The mean of the values of each batch, of those that are not NaN; batches without any are left out. `values` are those of
/// `replicas`, which ascend.
[[nodiscard]] std::vector<double> batch_means(std::span<const double> values, std::span<const ReplicaId> replicas,
                                              const DrawDesign& design);

/// The mean of all values, with the interval of the mean over batches, which are independent of one another and alike in law
/// (replicated Latin hypercube sampling: McKay, Beckman and Conover 1979, Technometrics 21, 239-245; Owen 1997, SIAM J. Numer.
/// Anal. 34, 1884-1910). `deviation` is that of one replica. Without two batches there is no interval.
[[nodiscard]] Estimate estimate_spread_mean(std::span<const double> values, std::span<const ReplicaId> replicas,
                                            const DrawDesign& design, double confidence);

/// How many times as many independent replicas would give a mean that is as certain; NaN where that is not known.
[[nodiscard]] double spread_gain(std::span<const double> values, std::span<const ReplicaId> replicas, const DrawDesign& design);

}  // namespace evsweep
