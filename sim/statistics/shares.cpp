#include "sim/statistics/shares.hpp"

#include <algorithm>
#include <cmath>

#include "evsweep/contracts.hpp"

namespace evsweep {
namespace {

/// Where an ascending function of [low, high] comes to `value`; to the last bit that bisection can tell.
template <class Ascending>
double bisected(double low, double high, double value, const Ascending& function) {
    for (int i = 0; i < 200; ++i) {
        const double middle = 0.5 * (low + high);
        if (middle <= low || middle >= high) break;
        (function(middle) < value ? low : high) = middle;
    }
    return 0.5 * (low + high);
}

}  // namespace

ShareInterval clopper_pearson(std::size_t events, std::size_t trials, double confidence) {
    EVSWEEP_EXPECTS(trials > 0 && events <= trials && confidence > 0.0 && confidence < 1.0,
                    "the interval of a share is asked inside its domain");
    const double outside = 0.5 * (1.0 - confidence);
    const auto k = static_cast<double>(events);
    const auto n = static_cast<double>(trials);
    // P(k or more | p) = I_p(k, n - k + 1), which ascends in p (DLMF 8.17.5).
    const auto this_many_or_more = [](double p, double count, double of) {
        return regularised_incomplete_beta(p, count, of - count + 1.0);
    };
    ShareInterval interval;
    if (events > 0) interval.low = bisected(0.0, 1.0, outside, [&](double p) { return this_many_or_more(p, k, n); });
    if (events < trials)
        interval.high = bisected(0.0, 1.0, 1.0 - outside, [&](double p) { return this_many_or_more(p, k + 1.0, n); });
    return interval;
}

Estimate estimate_share(std::size_t events, std::size_t trials, double confidence) {
    Estimate estimate;
    estimate.count = trials;
    if (trials == 0) return estimate;
    const auto n = static_cast<double>(trials);
    estimate.mean = static_cast<double>(events) / n;
    if (trials < 2) return estimate;
    estimate.deviation = std::sqrt(estimate.mean * (1.0 - estimate.mean) * n / (n - 1.0));
    const ShareInterval interval = clopper_pearson(events, trials, confidence);
    estimate.kind = IntervalKind::clopper_pearson;
    estimate.low = interval.low;
    estimate.high = interval.high;
    return estimate;
}

Estimate estimate_share(std::span<const double> events, double confidence) {
    std::size_t seen = 0;
    std::size_t judged = 0;
    for (const double event : events) {
        if (!std::isnan(event)) ++judged;
        if (event > 0.0) ++seen;
    }
    return estimate_share(seen, judged, confidence);
}

Estimate estimate_share_difference(std::span<const double> a, std::span<const double> b, double confidence) {
    EVSWEEP_EXPECTS(a.size() == b.size(), "paired samples have one length");
    Estimate estimate;
    double only_a = 0.0;
    double only_b = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (std::isnan(a[i]) || std::isnan(b[i])) continue;
        ++estimate.count;
        if (a[i] > 0.0 && !(b[i] > 0.0)) only_a += 1.0;
        if (b[i] > 0.0 && !(a[i] > 0.0)) only_b += 1.0;
    }
    if (estimate.count == 0) return estimate;
    const auto n = static_cast<double>(estimate.count);
    estimate.mean = (only_a - only_b) / n;
    if (estimate.count < 2) return estimate;
    estimate.deviation = std::sqrt(std::max(0.0, (only_a + only_b) / n - estimate.mean * estimate.mean) * n / (n - 1.0));
    const double middle = (only_a - only_b) / (n + 2.0);
    const double more = only_a + only_b + 1.0;
    const double half = normal_two_sided(confidence) * std::sqrt(more - (only_a - only_b) * middle) / (n + 2.0);
    estimate.kind = IntervalKind::agresti_min;
    estimate.low = std::max(-1.0, middle - half);
    estimate.high = std::min(1.0, middle + half);
    return estimate;
}

double normal_two_sided(double confidence) {
    EVSWEEP_EXPECTS(confidence > 0.0 && confidence < 1.0, "a normal quantile is asked inside its domain");
    // P(|Z| > z) = erfc(z / sqrt(2)), which keeps its digits where the confidence is near 1.
    return bisected(0.0, 40.0, confidence - 1.0, [](double z) { return -std::erfc(z / std::sqrt(2.0)); });
}

}  // namespace evsweep
