/// Sample statistics of replicas: means with their confidence intervals, quantiles, and paired differences.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace evsweep {

/// The sum of `values`, added up with compensation (CompensatedSum) in the order given: the same bits for the same order.
[[nodiscard]] double compensated_sum(std::span<const double> values);

/// How the interval of a mean was found.
enum class IntervalKind {
    none,             ///< there is none
    student,          ///< Student's t
    skewed,           ///< the wider of Student's and Hall's at either end
    alike,            ///< all values are the same; the ends follow from what has not been seen, and are NaN until `bound_alike`
    scattered,        ///< times of day that lie all around the clock: not even the mean says anything
    clopper_pearson,  ///< exact, of a share of the replicas
    agresti_min,      ///< of a paired difference of two shares
};
/// "none", "student", "skewed", "alike", "scattered", "clopper_pearson", "agresti_min".
[[nodiscard]] std::string name_of(IntervalKind kind);

/// What a number can be at all.
struct ValueRange {
    double lowest = -std::numeric_limits<double>::infinity();
    double highest = std::numeric_limits<double>::infinity();
};

/// A mean over replicas with the confidence interval of that mean. Fields that the sample is too small for are NaN.
struct Estimate {
    std::size_t count = 0;  ///< values that are not NaN
    double mean = std::numeric_limits<double>::quiet_NaN();
    double deviation = std::numeric_limits<double>::quiet_NaN();  ///< of one value; divisor count - 1
    double low = std::numeric_limits<double>::quiet_NaN();
    double high = std::numeric_limits<double>::quiet_NaN();
    IntervalKind kind = IntervalKind::none;

    /// What rounding alone may make of a mean of zero, from the size of the values behind it.
    double rounding = 0.0;
    /// Of the sample, where the interval follows from it (kind `skewed`).
    double skewness = 0.0;

    /// The distance from the mean to the farther end of the interval.
    [[nodiscard]] double half_width() const { return std::max(high - mean, mean - low); }
    /// Whether zero is not among the values that the interval holds plausible; false where there is no interval.
    [[nodiscard]] bool excludes_zero() const { return (low > 0.0 || high < 0.0) && std::abs(mean) > rounding; }
};

/// What the interval of a mean follows from.
struct SampleMoments {
    std::size_t count = 0;  ///< values that are not NaN
    double mean = std::numeric_limits<double>::quiet_NaN();
    double squares = 0.0;  ///< sum of (value - mean)^2
    double cubes = 0.0;    ///< sum of (value - mean)^3
    double least = std::numeric_limits<double>::infinity();
    double most = -std::numeric_limits<double>::infinity();

    /// Takes in one more value, by the update of Pebay (2008, Sandia report SAND2008-6212, equations 1.6 and 2.1). Other orders
    /// give other last digits.
    void add(double value);
};

/// Student's t at one confidence by the size of a sample. To find one takes longer than all else about a mean, so each is found
/// once.
class StudentQuantiles {
   public:
    explicit StudentQuantiles(double confidence) : confidence_(confidence) {}
    /// Of `count` values, at least two.
    [[nodiscard]] double of(std::size_t count);

   private:
    double confidence_;
    std::map<std::size_t, double> known_;
};

/// Values that differ by no more than this share of the largest of them count as alike: load flows are not solved closer.
inline constexpr double alike_within = 1e-6;

/// Mean of the values that are not NaN, with its interval; `confidence` lies in (0, 1), e.g. 0.95. A single value has a mean but
/// neither deviation nor interval.
///
/// The interval is Student's, mean +- t(count - 1) deviation / sqrt(count), where the sample is about symmetric. Where its
/// skewness is more than 1.5 times the standard error that it has in a normal sample, each end is the farther one of Student's
/// and of Hall's: with T = (mean - mu) sqrt(n) / s and the sample's skewness g,
///     g(T) = T + a T^2 / 3 + a^2 T^3 / 27 + a / 6,    a = g / sqrt(n),
/// is nearer to Student's law than T is, ascends in T, and is solved for mu (Hall 1992, J. R. Statist. Soc. B 54, 221-228, with
/// Student's quantile for small samples).
///
/// Where all values are alike there is no deviation to go by: the kind is `alike`, and `bound_alike` finds the ends. `size` is
/// what `alike_within` is a share of; by default the largest value.
[[nodiscard]] Estimate estimate_mean(std::span<const double> values, double confidence, double size = 0.0);
[[nodiscard]] Estimate estimate_mean(const SampleMoments& moments, double confidence, double size = 0.0);
[[nodiscard]] Estimate estimate_mean(const SampleMoments& moments, StudentQuantiles& student, double size = 0.0);

/// The half-width that the interval of `size` values would have, with the deviation and the skewness of `estimate`, whose kind is
/// `student` or `skewed`.
[[nodiscard]] double half_width_of_size(const Estimate& estimate, std::size_t size, double confidence);

/// The share of all days that may differ from `count` days that are alike: Clopper and Pearson's upper limit for an event that
/// did not occur in `count` trials, 1 - (1 - confidence)^(1 / count), about 3 / count at 95 % ("rule of three").
[[nodiscard]] double unseen_share(std::size_t count, double confidence);

/// Gives an estimate whose values are alike the ends that its mean cannot be beyond but by a chance of 1 - `confidence`: a share
/// `unseen_share` of the days may have whatever the range allows. The ends are infinite where the range is.
void bound_alike(Estimate& estimate, const ValueRange& range, double confidence);

/// Estimate of the mean of `a[i] - b[i]`, both of one length; pairs with a NaN on either side are left out.
[[nodiscard]] Estimate estimate_paired_difference(std::span<const double> a, std::span<const double> b, double confidence);

/// Quantile of type 7 (Hyndman and Fan 1996, the default of R and NumPy): linear between the order statistics next to
/// position (count - 1) level. `at(i)` is order statistic i, from 0; NaN where there is none. `level` lies in [0, 1].
template <class OrderStatistic>
[[nodiscard]] double interpolated_quantile(std::size_t count, double level, OrderStatistic at) {
    if (count == 0) return std::numeric_limits<double>::quiet_NaN();
    const double position = level * static_cast<double>(count - 1);
    const auto below = static_cast<std::size_t>(position);
    if (below + 1 >= count) return at(count - 1);
    const double share = position - static_cast<double>(below);
    const double lower = at(below);
    return share == 0.0 ? lower : lower + share * (at(below + 1) - lower);
}

/// The same of `sorted`, which ascends and holds no NaN.
[[nodiscard]] double quantile_of_sorted(std::span<const double> sorted, double level);

/// The quantiles of the values that are not NaN, one per level. Sorts `values` in place.
[[nodiscard]] std::vector<double> quantiles(std::span<double> values, std::span<const double> levels);

/// I_x(a, b), the regularised incomplete beta function; a, b > 0 and x in [0, 1].
[[nodiscard]] double regularised_incomplete_beta(double x, double a, double b);

/// The t that |T| stays below with probability `confidence`, for Student's T with `degrees` (> 0) of freedom.
[[nodiscard]] double student_t_two_sided(double confidence, double degrees);

}  // namespace evsweep
