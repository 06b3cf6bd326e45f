#include "sim/statistics/statistics.hpp"

#include <algorithm>
#include <cmath>

#include "evsweep/compensated_sum.hpp"
#include "evsweep/contracts.hpp"

namespace evsweep {
namespace {

/// The continued fraction of I_x(a, b), DLMF 8.17.22, by the modified Lentz method; converges fast for
/// x < (a + 1) / (a + b + 2).
double beta_fraction(double x, double a, double b) {
    constexpr double tiny = 1e-300;
    constexpr double precision = 1e-16;
    auto away_from_zero = [](double v) { return std::abs(v) < tiny ? tiny : v; };
    double c = 1.0;
    double d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    double fraction = d;
    for (int m = 1; m <= 10000; ++m) {
        const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1.0 / away_from_zero(1.0 + even * d);
        c = away_from_zero(1.0 + even / c);
        fraction *= d * c;
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1.0 / away_from_zero(1.0 + odd * d);
        c = away_from_zero(1.0 + odd / c);
        const double change = d * c;
        fraction *= change;
        if (std::abs(change - 1.0) < precision) break;
    }
    return fraction;
}

/// log Gamma(x) for x > 0, by Stirling's series shifted to x >= 10 (DLMF 5.11.1). `std::lgamma` writes a global sign,
/// which threads would race on.
double log_gamma(double x) {
    double shift = 0.0;
    while (x < 10.0) shift -= std::log(x++);
    const double r = 1.0 / (x * x);
    const double series =
        (1.0 / 12 - r * (1.0 / 360 - r * (1.0 / 1260 - r * (1.0 / 1680 - r * (1.0 / 1188 - r * 691.0 / 360360))))) / x;
    return shift + (x - 0.5) * std::log(x) - x + 0.91893853320467274178 + series;
}

std::vector<double> without_nan(std::span<const double> values) {
    std::vector<double> kept;
    kept.reserve(values.size());
    std::copy_if(values.begin(), values.end(), std::back_inserter(kept), [](double v) { return !std::isnan(v); });
    return kept;
}

/// The sum of (value - mean)^power.
double sum_of_powers(const std::vector<double>& values, double mean, int power) {
    CompensatedSum sum;
    for (const double v : values) sum.add(std::pow(v - mean, power));
    return sum.value();
}

bool are_alike(const SampleMoments& sample, double size) {
    return sample.most - sample.least <= alike_within * std::max({size, std::abs(sample.least), std::abs(sample.most)});
}

/// The T that Hall's transformation takes to `y`: T + a T^2 / 3 + a^2 T^3 / 27 + a / 6 = y, a cubic that is (1 + a T / 3)^3 in
/// disguise.
double halls_inverse(double y, double a) { return 3.0 / a * (std::cbrt(1.0 + a * (y - a / 6.0)) - 1.0); }

/// Student's interval of `n` values with the estimate's mean and deviation, or where the kind is `skewed` the wider of it and
/// Hall's. `t`: of Student's law for so many.
void put_ends(Estimate& estimate, double n, double t) {
    const double error = estimate.deviation / std::sqrt(n);
    estimate.low = estimate.mean - t * error;
    estimate.high = estimate.mean + t * error;
    if (estimate.kind != IntervalKind::skewed) return;
    const double a = estimate.skewness / std::sqrt(n);
    estimate.low = std::min(estimate.low, estimate.mean - error * halls_inverse(t, a));
    estimate.high = std::max(estimate.high, estimate.mean - error * halls_inverse(-t, a));
}

/// Whether a sample of `n` >= 3 values is more skewed than a normal one is by chance: by 1.5 standard errors (Fisher 1930).
bool is_skewed(double skewness, double n) {
    return std::abs(skewness) > 1.5 * std::sqrt(6.0 * (n - 2.0) / ((n + 1.0) * (n + 3.0)));
}

}  // namespace

double compensated_sum(std::span<const double> values) {
    CompensatedSum sum;
    for (double v : values) sum.add(v);
    return sum.value();
}

double regularised_incomplete_beta(double x, double a, double b) {
    EVSWEEP_EXPECTS(a > 0.0 && b > 0.0 && x >= 0.0 && x <= 1.0, "the incomplete beta function is asked inside its domain");
    if (x == 0.0 || x == 1.0) return x;
    const double front = std::exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * std::log(x) + b * std::log1p(-x));
    if (x < (a + 1.0) / (a + b + 2.0)) return front * beta_fraction(x, a, b) / a;
    return 1.0 - front * beta_fraction(1.0 - x, b, a) / b;
}

double student_t_two_sided(double confidence, double degrees) {
    EVSWEEP_EXPECTS(confidence > 0.0 && confidence < 1.0 && degrees > 0.0, "a t quantile is asked inside its domain");
    // P(|T| > t) = I_x(degrees / 2, 1 / 2) with x = degrees / (degrees + t^2) falls as t grows (DLMF 8.17, A&S 26.7.1).
    auto outside = [&](double t) { return regularised_incomplete_beta(degrees / (degrees + t * t), 0.5 * degrees, 0.5); };
    double low = 0.0;
    double high = 1.0;
    while (outside(high) > 1.0 - confidence && high < 1e150) high *= 2.0;
    for (int i = 0; i < 200; ++i) {
        const double middle = 0.5 * (low + high);
        if (middle <= low || middle >= high) break;
        (outside(middle) > 1.0 - confidence ? low : high) = middle;
    }
    return 0.5 * (low + high);
}

double StudentQuantiles::of(std::size_t count) {
    const auto [place, is_new] = known_.try_emplace(count);
    if (is_new) place->second = student_t_two_sided(confidence_, static_cast<double>(count) - 1.0);
    return place->second;
}

std::string name_of(IntervalKind kind) {
    switch (kind) {
        case IntervalKind::none:
            return "none";
        case IntervalKind::student:
            return "student";
        case IntervalKind::skewed:
            return "skewed";
        case IntervalKind::alike:
            return "alike";
        case IntervalKind::scattered:
            return "scattered";
        case IntervalKind::clopper_pearson:
            return "clopper_pearson";
        case IntervalKind::agresti_min:
            return "agresti_min";
    }
    return {};
}

void SampleMoments::add(double value) {
    const auto before = static_cast<double>(count);
    ++count;
    if (count == 1) mean = value;
    const auto n = static_cast<double>(count);
    const double step = (value - mean) / n;
    const double square = (value - mean) * step * before;
    cubes += square * step * (n - 2.0) - 3.0 * step * squares;
    squares += square;
    mean += step;
    least = std::min(least, value);
    most = std::max(most, value);
}

Estimate estimate_mean(std::span<const double> values, double confidence, double size) {
    const std::vector<double> kept = without_nan(values);
    SampleMoments moments;
    moments.count = kept.size();
    if (kept.empty()) return estimate_mean(moments, confidence, size);
    moments.mean = compensated_sum(kept) / static_cast<double>(kept.size());
    moments.squares = sum_of_powers(kept, moments.mean, 2);
    moments.cubes = sum_of_powers(kept, moments.mean, 3);
    const auto [least, most] = std::minmax_element(kept.begin(), kept.end());
    moments.least = *least;
    moments.most = *most;
    return estimate_mean(moments, confidence, size);
}

Estimate estimate_mean(const SampleMoments& moments, double confidence, double size) {
    StudentQuantiles student(confidence);
    return estimate_mean(moments, student, size);
}

Estimate estimate_mean(const SampleMoments& moments, StudentQuantiles& student, double size) {
    Estimate estimate;
    estimate.count = moments.count;
    estimate.mean = moments.mean;
    if (moments.count < 2) return estimate;
    const auto n = static_cast<double>(moments.count);
    const double squares = moments.squares;
    estimate.deviation = std::sqrt(squares / (n - 1.0));
    if (!std::isfinite(squares)) return estimate;
    if (are_alike(moments, size)) {
        estimate.kind = IntervalKind::alike;
        return estimate;
    }
    estimate.kind = IntervalKind::student;
    const double skewness = std::sqrt(n) * moments.cubes / std::pow(squares, 1.5);
    if (moments.count >= 3 && is_skewed(skewness, n)) {
        estimate.kind = IntervalKind::skewed;
        estimate.skewness = skewness;
    }
    put_ends(estimate, n, student.of(moments.count));
    return estimate;
}

double half_width_of_size(const Estimate& estimate, std::size_t size, double confidence) {
    EVSWEEP_EXPECTS((estimate.kind == IntervalKind::student || estimate.kind == IntervalKind::skewed) && size >= 2,
                    "the half-width of another size is asked of a mean with an interval");
    Estimate other = estimate;
    const auto n = static_cast<double>(size);
    put_ends(other, n, student_t_two_sided(confidence, n - 1.0));
    return other.half_width();
}

double unseen_share(std::size_t count, double confidence) {
    EVSWEEP_EXPECTS(count > 0 && confidence > 0.0 && confidence < 1.0, "what is not seen is asked of a sample");
    return 1.0 - std::pow(1.0 - confidence, 1.0 / static_cast<double>(count));
}

void bound_alike(Estimate& estimate, const ValueRange& range, double confidence) {
    EVSWEEP_EXPECTS(estimate.kind == IntervalKind::alike, "only values that are alike are bounded by what was not seen");
    const double share = unseen_share(estimate.count, confidence);
    const double alike = alike_within * std::abs(estimate.mean);  // nearer than this is the value itself
    const auto moved = [&](double distance) { return distance > alike ? share * distance : 0.0; };
    estimate.low = estimate.mean - moved(estimate.mean - range.lowest);
    estimate.high = estimate.mean + moved(range.highest - estimate.mean);
}

Estimate estimate_paired_difference(std::span<const double> a, std::span<const double> b, double confidence) {
    EVSWEEP_EXPECTS(a.size() == b.size(), "paired samples have one length");
    std::vector<double> difference(a.size());
    std::transform(a.begin(), a.end(), b.begin(), difference.begin(), std::minus<>());
    double largest = 0.0;
    for (const auto values : {a, b})
        for (const double v : values)
            if (std::isfinite(v)) largest = std::max(largest, std::abs(v));
    Estimate estimate = estimate_mean(difference, confidence, largest);
    estimate.rounding = 1e-12 * largest;
    return estimate;
}

double quantile_of_sorted(std::span<const double> sorted, double level) {
    EVSWEEP_EXPECTS(level >= 0.0 && level <= 1.0, "a quantile's level lies between 0 and 1");
    return interpolated_quantile(sorted.size(), level, [&](std::size_t i) { return sorted[i]; });
}

std::vector<double> quantiles(std::span<double> values, std::span<const double> levels) {
    auto end = std::remove_if(values.begin(), values.end(), [](double v) { return std::isnan(v); });
    const std::span<double> kept(values.begin(), end);
    std::sort(kept.begin(), kept.end());
    std::vector<double> found;
    found.reserve(levels.size());
    for (double level : levels) found.push_back(quantile_of_sorted(kept, level));
    return found;
}

}  // namespace evsweep
