#include "sim/statistics/quantile_intervals.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>
#include <vector>

#include "sim/statistics/clock_statistics.hpp"

using namespace evsweep;

namespace {

/// The probability of fewer than `k` of `n` with probability p, term by term.
double fewer_than(std::size_t k, std::size_t n, double p) {
    double log_term = static_cast<double>(n) * std::log(1.0 - p);
    double sum = 0.0;
    for (std::size_t i = 0; i < k; ++i) {
        sum += std::exp(log_term);
        log_term += std::log(static_cast<double>(n - i) / static_cast<double>(i + 1) * p / (1.0 - p));
    }
    return sum;
}

/// The numbers (from 1) of the order statistics that are the ends of the interval of n values; 0: open.
std::pair<std::size_t, std::size_t> ends(std::size_t n, double level, double confidence = 0.95) {
    std::vector<double> values(n);
    std::iota(values.begin(), values.end(), 1.0);
    const QuantileInterval interval = quantile_intervals(values, std::vector<double>{level}, confidence).front();
    const auto number = [](double end) { return std::isnan(end) ? std::size_t{0} : static_cast<std::size_t>(end); };
    return {number(interval.low), number(interval.high)};
}

}  // namespace

TEST_CASE("intervals of the median are between the order statistics of the sign test") {
    // Conover 1999, Practical Nonparametric Statistics, table of the binomial: P(B <= 1) = 0.0107 for n = 10, 0.0207 for n = 15
    // and 3.
    CHECK(ends(10, 0.5) == std::pair<std::size_t, std::size_t>{2, 9});
    CHECK(ends(15, 0.5) == std::pair<std::size_t, std::size_t>{4, 12});
    CHECK(ends(6, 0.5) == std::pair<std::size_t, std::size_t>{1, 6});
    CHECK(ends(10, 0.5, 0.9) == std::pair<std::size_t, std::size_t>{2, 9});
}

TEST_CASE("an end that the sample is too small for is open") {
    CHECK(ends(5, 0.5) == std::pair<std::size_t, std::size_t>{0, 0});  // 1 / 32 of the studies are all on one side
    CHECK(ends(71, 0.05).first == 0);                                  // 0.95^71 = 0.026
    CHECK(ends(72, 0.05).first == 1);                                  // 0.95^72 = 0.0249
    CHECK(ends(71, 0.95).second == 0);
    CHECK(ends(72, 0.95).second == 72);
    CHECK(ends(1, 0.5) == std::pair<std::size_t, std::size_t>{0, 0});
    CHECK(ends(0, 0.5) == std::pair<std::size_t, std::size_t>{0, 0});
}

TEST_CASE("each end is beyond the quantile in at most 2.5 % of studies, and the next one inwards would be in more") {
    for (const std::size_t n : {8, 30, 72, 100, 333, 1000}) {
        for (const double level : {0.05, 0.25, 0.5, 0.95}) {
            CAPTURE(n, level);
            const auto [low, high] = ends(n, level);
            if (low > 0) CHECK(fewer_than(low, n, level) <= 0.025);
            CHECK(fewer_than(low + 1, n, level) > 0.025);
            if (high > 0) CHECK(1.0 - fewer_than(high, n, level) <= 0.025 + 1e-12);
            CHECK(1.0 - fewer_than(high == 0 ? n : high - 1, n, level) > 0.025);
        }
    }
}

TEST_CASE("values that are not known are left out, in any order") {
    std::vector<double> values{7, NAN, 3, 1, 10, 2, 9, NAN, 4, 8, 6, 5};
    const auto interval = quantile_intervals(values, std::vector<double>{0.5}, 0.95).front();
    CHECK(interval.low == 2.0);
    CHECK(interval.high == 9.0);
}

TEST_CASE("times around midnight have an interval around midnight") {
    std::vector<double> hours;
    for (int i = 0; i < 10; ++i) hours.push_back(i < 5 ? 23.0 + 0.1 * i : 0.1 * i);  // 23:00 to 23:24, 0:30 to 0:54
    const auto interval = quantile_intervals_of_day(hours, std::vector<double>{0.5}, 0.95).front();
    CHECK(interval.low == Approx(23.1));
    CHECK(interval.high == Approx(0.8));
}
