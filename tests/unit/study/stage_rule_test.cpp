#include "sim/statistics/stage_rule.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "sim/statistics/shares.hpp"

using namespace evsweep;

namespace {

constexpr std::size_t many = 1'000'000;

/// n values of mean 0 and standard deviation 1, about symmetric.
std::vector<double> standard(std::size_t n) {
    std::vector<double> values;
    for (std::size_t i = 0; i < n; ++i) values.push_back(i % 2 == 0 ? 1.0 : -1.0);
    const double deviation = std::sqrt(static_cast<double>(n) / static_cast<double>(n - 1));
    for (double& v : values) v /= deviation;
    return values;
}

std::vector<double> events(std::size_t seen, std::size_t of) {
    std::vector<double> values(of, 0.0);
    std::fill_n(values.begin(), seen, 1.0);
    return values;
}

/// An estimate of `n` values with Student's interval for a deviation of 1.
Estimate student(std::size_t n) { return estimate_mean(standard(n), 0.95); }

}  // namespace

TEST_CASE("the size for a half-width is the least whose Student interval is as narrow") {
    // n = (t s / h)^2 with t of n - 1 degrees: 1.98 at 118 for h = 0.1818, by tables 1.9799 (120), 2.0003 (60), 2.0930 (19).
    const auto n = size_for(student(20), 2.0003 / std::sqrt(61.0), 0.95, many);
    REQUIRE(n);
    CHECK(*n >= 61);
    CHECK(*n <= 62);
    CHECK(*size_for(student(500), 2.0930 / std::sqrt(20.0), 0.95, many) == Approx(20).margin(1.0));
    CHECK(*size_for(student(20), 1e-9, 0.95, 3000) == 3000);
}

TEST_CASE("the size of a skewed sample follows its own interval") {
    std::vector<double> values;
    for (int i = 0; i < 40; ++i) values.push_back(-std::log((i + 0.5) / 40.0));
    const Estimate estimate = estimate_mean(values, 0.95);
    REQUIRE(estimate.kind == IntervalKind::skewed);
    CHECK(*size_for(estimate, estimate.half_width(), 0.95, many) == 40);
    // Four times as many of the same values have nearly the same deviation and skewness.
    std::vector<double> more;
    for (int k = 0; k < 4; ++k) more.insert(more.end(), values.begin(), values.end());
    const Estimate later = estimate_mean(more, 0.95);
    CHECK(static_cast<double>(*size_for(estimate, later.half_width(), 0.95, many)) == Approx(160.0).epsilon(0.05));
}

TEST_CASE("the size for events is that of their exact interval") {
    const auto never = size_for(estimate_share(events(0, 30), 0.95), 0.01, 0.95, many);
    CHECK(*never == static_cast<std::size_t>(std::ceil(std::log(0.025) / std::log(0.99))));  // 1 - 0.025^(1/n) = 0.01
    const auto third = size_for(estimate_share(events(10, 30), 0.95), 0.05, 0.95, many);
    REQUIRE(third);
    const std::size_t seen = (*third + 1) / 3;
    const ShareInterval there = clopper_pearson(seen, *third, 0.95);
    CHECK(there.high - static_cast<double>(seen) / static_cast<double>(*third) == Approx(0.05).epsilon(0.02));
}

TEST_CASE("the size for values that are alike is that which leaves little enough unseen") {
    Estimate alike = estimate_mean(std::vector<double>(30, 0.0), 0.95);
    bound_alike(alike, {0.0, 100.0}, 0.95);
    CHECK(*size_for(alike, 1.0, 0.95, many) == static_cast<std::size_t>(std::ceil(std::log(0.05) / std::log(0.99))));
    bound_alike(alike, {}, 0.95);
    CHECK_FALSE(size_for(alike, 1.0, 0.95, many));
    CHECK_FALSE(size_for(estimate_mean(std::vector<double>{1.0}, 0.95), 1.0, 0.95, many));
}

TEST_CASE("stages are half of what the first asks for, then all and nine more, then more while it is too little") {
    const double half_width = 1.9720 / std::sqrt(200.0);  // t of 199 degrees of freedom
    StageRule rule(20, many);
    const std::size_t second = rule.plan({20, student(20), half_width, 0.95});
    CHECK(second == Approx(100).margin(1.0));
    const std::size_t third = rule.plan({second, student(second), half_width, 0.95});
    CHECK(third == Approx(209).margin(1.0));  // e = ceil(5 + 1.96^2 - 0.5) = 9
    CHECK(rule.plan({third, student(third), half_width, 0.95}) == third);
    // The same with values that turn out twice as wide after the third stage.
    StageRule other(20, many);
    for (std::size_t n = 20; n < third;) n = other.plan({n, student(n), half_width, 0.95});
    std::vector<double> wide = standard(third);
    for (double& v : wide) v *= 2.0;
    CHECK(other.plan({third, estimate_mean(wide, 0.95), half_width, 0.95}) == Approx(4 * 200 + 9).margin(10.0));
}

TEST_CASE("a first stage that is large enough by far is the last") {
    StageRule rule(100, many);
    CHECK(rule.plan({100, student(100), 1.0, 0.95}) == 100);
}

TEST_CASE("no stage goes beyond what is allowed, and where nothing is known yet the study is doubled") {
    StageRule narrow(20, 90);
    CHECK(narrow.plan({20, student(20), 0.001, 0.95}) == 90);
    CHECK(narrow.plan({90, student(90), 0.001, 0.95}) == 90);
    StageRule blind(20, 90);
    const Estimate nothing;
    CHECK(blind.plan({20, nothing, 1.0, 0.95}) == 40);
    CHECK(blind.plan({40, nothing, 1.0, 0.95}) == 80);
    CHECK(blind.plan({80, nothing, 1.0, 0.95}) == 90);
    CHECK(blind.plan({90, nothing, 1.0, 0.95}) == 90);
}

TEST_CASE("replicas without a value are made up for") {
    StageRule rule(40, many);  // every second one has a value
    const double half_width = 1.9720 / std::sqrt(200.0);
    CHECK(rule.plan({40, student(20), half_width, 0.95}) == Approx(200).margin(2.0));
}
