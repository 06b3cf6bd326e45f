#include "sim/statistics/statistics.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

using namespace evsweep;
using Numbers = std::vector<double>;
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double pi = 3.14159265358979323846;

TEST_CASE("Student's t quantiles are those of the published tables") {
    // Two-sided quantiles as in Abramowitz and Stegun, table 26.10, to more digits by an arbitrary-precision solution.
    struct Row {
        double confidence, degrees, t;
    };
    const Row rows[] = {{0.95, 1, 12.70620473617},   {0.95, 2, 4.302652729749},    {0.95, 5, 2.570581835636},
                        {0.95, 9, 2.262157162798},   {0.95, 30, 2.042272456301},   {0.95, 120, 1.979930405082},
                        {0.95, 199, 1.971956544252}, {0.95, 999, 1.962341461133},  {0.99, 10, 3.169272672617},
                        {0.90, 20, 1.724718242921},  {0.99, 1999, 2.578291019522}, {0.50, 3, 0.7648923284043}};
    for (const Row& row : rows) {
        CAPTURE(row.confidence, row.degrees);
        CHECK(student_t_two_sided(row.confidence, row.degrees) == Approx(row.t).epsilon(1e-10));
    }
}

TEST_CASE("Student's t quantiles agree with the closed forms for one and two degrees of freedom") {
    for (double confidence : {0.01, 0.3, 0.5, 0.9, 0.95, 0.999}) {
        CAPTURE(confidence);
        CHECK(student_t_two_sided(confidence, 1) == Approx(std::tan(0.5 * pi * confidence)).epsilon(1e-9));
        CHECK(student_t_two_sided(confidence, 2) ==
              Approx(confidence * std::sqrt(2.0 / (1.0 - confidence * confidence))).epsilon(1e-9));
    }
}

TEST_CASE("The incomplete beta function agrees with its closed forms") {
    for (double x : {0.0, 0.05, 0.3, 0.5, 0.77, 1.0}) {
        CAPTURE(x);
        CHECK(regularised_incomplete_beta(x, 1, 1) == Approx(x).margin(1e-15));
        CHECK(regularised_incomplete_beta(x, 2, 3) == Approx(x * x * (6 - 8 * x + 3 * x * x)).margin(1e-14));
        CHECK(regularised_incomplete_beta(x, 0.5, 0.5) == Approx(2 / pi * std::asin(std::sqrt(x))).margin(1e-13));
    }
}

TEST_CASE("A sum keeps what the largest terms would swallow") {
    CHECK(compensated_sum(Numbers{1.0, 1e100, 1.0, -1e100}) == 2.0);
    CHECK(compensated_sum(Numbers(10, 0.1)) == 1.0);
    CHECK(compensated_sum({}) == 0.0);
    CHECK(std::isinf(compensated_sum(Numbers{1.0, HUGE_VAL})));
}

TEST_CASE("The interval of a mean is that of a textbook sample") {
    // The deviation of 1..5 is sqrt(2.5), and the published t(4) at 95 % is 2.776445105.
    const Estimate e = estimate_mean(Numbers{1, 2, 3, 4, 5}, 0.95);
    CHECK(e.count == 5);
    CHECK(e.mean == 3.0);
    CHECK(e.deviation == Approx(std::sqrt(2.5)).epsilon(1e-14));
    CHECK(e.half_width() == Approx(2.776445105 * std::sqrt(2.5 / 5)).epsilon(1e-9));
    CHECK(e.high - e.mean == Approx(e.mean - e.low));
    CHECK(e.excludes_zero());
}

TEST_CASE("A single value has a mean and no interval, and none has neither") {
    const Estimate one = estimate_mean(Numbers{7.0}, 0.95);
    CHECK(one.count == 1);
    CHECK(one.mean == 7.0);
    CHECK(std::isnan(one.deviation));
    CHECK(std::isnan(one.low));
    CHECK_FALSE(one.excludes_zero());
    const Estimate none = estimate_mean(Numbers{not_a_number}, 0.95);
    CHECK(none.count == 0);
    CHECK(std::isnan(none.mean));
}

TEST_CASE("Values that are not known are left out and the count says so") {
    const Estimate e = estimate_mean(Numbers{1, not_a_number, 3}, 0.95);
    CHECK(e.count == 2);
    CHECK(e.mean == 2.0);
    const Estimate d = estimate_paired_difference(Numbers{5, not_a_number, 9, 4}, Numbers{1, 1, not_a_number, 2}, 0.95);
    CHECK(d.count == 2);
    CHECK(d.mean == 3.0);
}

TEST_CASE("A difference hidden in the scatter of replicas shows when they are paired") {
    const Numbers a{101, 205, 302, 408}, b{100, 204, 301, 406};
    const Estimate paired = estimate_paired_difference(a, b, 0.95);
    CHECK(paired.mean == 1.25);
    CHECK(paired.deviation == Approx(0.5));
    CHECK(paired.excludes_zero());
    CHECK(estimate_mean(a, 0.95).low < estimate_mean(b, 0.95).high);
    CHECK_FALSE(estimate_paired_difference(Numbers{1, -1, 1, -1}, Numbers(4, 0.0), 0.95).excludes_zero());
}

TEST_CASE("Where the sample is skewed the interval reaches as far as Hall's on the long side and Student's on the short one") {
    // By an independent calculation: Student's is [-3.85, 24.85]; Hall's cubic, solved by bisection, [0.1569, 67.98].
    const Numbers minutes{0, 0, 0, 0, 0, 0, 0, 15, 30, 60};
    const Estimate e = estimate_mean(minutes, 0.95);
    CHECK(e.kind == IntervalKind::skewed);
    CHECK(e.mean == 10.5);
    CHECK(e.low == Approx(-3.851778284061176).epsilon(1e-9));
    CHECK(e.high == Approx(67.98423914507728).epsilon(1e-9));
    Numbers mirrored = minutes;
    for (double& v : mirrored) v = -v;
    const Estimate m = estimate_mean(mirrored, 0.95);
    CHECK(m.low == Approx(-e.high).epsilon(1e-12));
    CHECK(m.high == Approx(-e.low).epsilon(1e-12));
    CHECK(estimate_mean(Numbers{1, 2, 3, 4, 5}, 0.95).kind == IntervalKind::student);
}

TEST_CASE("What was not seen is bounded as Clopper and Pearson do: about three in the number of days") {
    CHECK(unseen_share(10, 0.95) == Approx(0.2588655508930523).epsilon(1e-12));  // published: 26 % of 0 in 10
    CHECK(unseen_share(1000, 0.95) == Approx(3.0 / 1000).epsilon(0.005));
    // By definition: so many days alike have a chance of 5 % where this share differs.
    for (const std::size_t n : {2, 10, 300}) CHECK(std::pow(1 - unseen_share(n, 0.95), n) == Approx(0.05).epsilon(1e-12));
}

TEST_CASE("Values that are alike are bounded by what the unseen days may have, never by nothing") {
    Estimate e = estimate_mean(Numbers(10, 0.0), 0.95);
    CHECK(e.kind == IntervalKind::alike);
    CHECK(std::isnan(e.high));
    bound_alike(e, {0.0, 1440.0}, 0.95);
    CHECK(e.low == 0.0);
    CHECK(e.high == Approx(372.766).epsilon(1e-5));  // 1440 (1 - 0.05^0.1)
    CHECK_FALSE(e.excludes_zero());
    bound_alike(e, {}, 0.95);
    CHECK(e.high == HUGE_VAL);
    Estimate voltage = estimate_mean(Numbers(10, 0.9731), 0.95);
    bound_alike(voltage, {0.9731 - 1e-9, 1.0114}, 0.95);
    CHECK(voltage.low == voltage.mean);
    CHECK(voltage.high == Approx(0.9731 + 0.2588655508930523 * 0.0383));
    // Load flows are solved to 1e-8 pu, so voltages that differ by less than 1e-6 of themselves do not differ.
    CHECK(estimate_mean(Numbers{0.97313, 0.97313 + 3e-9, 0.97313}, 0.95).kind == IntervalKind::alike);
    CHECK(estimate_mean(Numbers{0.97313, 0.97315, 0.97313}, 0.95).kind == IntervalKind::student);
    // A difference of two large numbers is as coarse as they are.
    CHECK(estimate_paired_difference(Numbers{1e6, 1e6, 1e6 + 1e-3}, Numbers(3, 1e6), 0.95).kind == IntervalKind::alike);
}

TEST_CASE("Quantiles interpolate between order statistics as type 7 does") {
    // Hyndman and Fan 1996: position (n - 1) p, counted from 0. For 1, 2, 4, 8 and p = 0.4 that is 1.2: 2 + 0.2 * 2.
    Numbers values{8, not_a_number, 1, 4, 2};
    const Numbers found = quantiles(values, Numbers{0.0, 0.4, 0.5, 0.95, 1.0});
    CHECK(found[0] == 1.0);
    CHECK(found[1] == Approx(2.4));
    CHECK(found[2] == 3.0);
    CHECK(found[3] == Approx(4 + 0.85 * 4));
    CHECK(found[4] == 8.0);
    CHECK(std::isnan(quantile_of_sorted({}, 0.5)));
    CHECK(quantile_of_sorted(Numbers{3.0}, 0.95) == 3.0);
}
