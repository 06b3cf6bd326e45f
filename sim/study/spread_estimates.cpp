#include "sim/study/spread_estimates.hpp"

#include <cmath>
#include <limits>

namespace evsweep {

namespace {

/// Means of batches differ far less than values do: only what is the same to the last digits of a value counts as alike.
Estimate over_batches(const std::vector<double>& means, double deviation, double confidence) {
    Estimate estimate = estimate_mean(means, confidence, deviation);
    if (estimate.kind != IntervalKind::alike) return estimate;
    estimate.kind = IntervalKind::student;
    estimate.low = estimate.mean - alike_within * deviation;
    estimate.high = estimate.mean + alike_within * deviation;
    return estimate;
}

}  // namespace

std::vector<double> batch_means(std::span<const double> values, std::span<const ReplicaId> replicas, const DrawDesign& design) {
    std::vector<double> means;
    for (std::size_t i = 0; i < values.size();) {
        const std::size_t batch = replicas[i].index() / design.batch;
        double sum = 0.0;
        std::size_t count = 0;
        for (; i < values.size() && replicas[i].index() / design.batch == batch; ++i)
            if (!std::isnan(values[i])) sum += values[i], ++count;
        if (count > 0) means.push_back(sum / static_cast<double>(count));
    }
    return means;
}

Estimate estimate_spread_mean(std::span<const double> values, std::span<const ReplicaId> replicas, const DrawDesign& design,
                              double confidence) {
    Estimate all = estimate_mean(values, confidence);
    if (all.kind == IntervalKind::alike || all.kind == IntervalKind::none) return all;
    const Estimate of_batches = over_batches(batch_means(values, replicas, design), all.deviation, confidence);
    all.kind = of_batches.kind;
    all.low = all.mean + (of_batches.low - of_batches.mean);
    all.high = all.mean + (of_batches.high - of_batches.mean);
    return all;
}

double spread_gain(std::span<const double> values, std::span<const ReplicaId> replicas, const DrawDesign& design) {
    constexpr double confidence = 0.95;  // of no matter
    const Estimate all = estimate_mean(values, confidence);
    const std::vector<double> means = batch_means(values, replicas, design);
    const Estimate of_batches = estimate_mean(means, confidence, all.deviation);
    if (all.kind == IntervalKind::alike || !(of_batches.deviation > 0.0)) return std::numeric_limits<double>::quiet_NaN();
    const double independent = all.deviation * all.deviation / static_cast<double>(all.count);
    return independent / (of_batches.deviation * of_batches.deviation / static_cast<double>(means.size()));
}

}  // namespace evsweep
