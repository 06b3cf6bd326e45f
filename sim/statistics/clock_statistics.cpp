#include "sim/statistics/clock_statistics.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "evsweep/compensated_sum.hpp"
#include "evsweep/contracts.hpp"

namespace evsweep {

namespace {

constexpr double day_h = 24.0;
constexpr double radians_per_hour = 2.0 * 3.14159265358979323846 / day_h;

/// `hours` moved by whole days into [from, from + 24).
double moved_into(double hours, double from) {
    const double moved = hours - day_h * std::floor((hours - from) / day_h);
    return moved < from + day_h ? moved : from;  // a hair below a whole day may round up to it
}

/// Times on the circle with the direction of their mean.
struct Directions {
    double mean_h = 0.0;
    double resultant = 0.0;      ///< length of the mean of the unit vectors: 1 where all are alike
    std::vector<double> around;  ///< each within half a day of `mean_h`; NaN where not known

    explicit Directions(std::span<const double> hours) {
        CompensatedSum east, north;
        double count = 0.0;
        for (const double h : hours) {
            if (std::isnan(h)) continue;
            east.add(std::cos(radians_per_hour * h));
            north.add(std::sin(radians_per_hour * h));
            ++count;
        }
        resultant = count > 0.0 ? std::hypot(east.value(), north.value()) / count : 0.0;
        mean_h = std::atan2(north.value(), east.value()) / radians_per_hour;
        for (const double h : hours) around.push_back(std::isnan(h) ? h : moved_into(h, mean_h - day_h / 2.0));
    }
};

constexpr double least_resultant = 0.5;

/// The estimate of times around the clock, its mean moved into the day that begins at `from`.
Estimate estimate_around(std::span<const double> hours, double confidence, double from) {
    const Directions directions(hours);
    Estimate estimate = estimate_mean(directions.around, confidence, day_h);
    if (estimate.count == 0) return estimate;
    if (directions.resultant < least_resultant) {
        Estimate scattered;
        scattered.count = estimate.count;
        scattered.kind = IntervalKind::scattered;
        return scattered;
    }
    const double shift = moved_into(estimate.mean, from) - estimate.mean;
    for (double* end : {&estimate.mean, &estimate.low, &estimate.high}) *end += shift;
    estimate.rounding = 1e-12 * day_h;
    return estimate;
}

}  // namespace

Estimate estimate_time_of_day(std::span<const double> hours, double confidence) {
    return estimate_around(hours, confidence, 0.0);
}

Estimate estimate_time_difference(std::span<const double> a, std::span<const double> b, double confidence) {
    EVSWEEP_EXPECTS(a.size() == b.size(), "paired samples have one length");
    std::vector<double> difference(a.size());
    std::transform(a.begin(), a.end(), b.begin(), difference.begin(), std::minus<>());
    return estimate_around(difference, confidence, -day_h / 2.0);
}

std::vector<double> quantiles_of_day(std::span<const double> hours, std::span<const double> levels) {
    Directions directions(hours);
    std::vector<double> found = quantiles(directions.around, levels);
    for (double& q : found) q = moved_into(q, 0.0);
    return found;
}

std::vector<QuantileInterval> quantile_intervals_of_day(std::span<const double> hours, std::span<const double> levels,
                                                        double confidence) {
    Directions directions(hours);
    std::vector<QuantileInterval> intervals = quantile_intervals(directions.around, levels, confidence);
    for (QuantileInterval& interval : intervals)
        for (double* end : {&interval.low, &interval.high})
            if (!std::isnan(*end)) *end = moved_into(*end, 0.0);
    return intervals;
}

}  // namespace evsweep
