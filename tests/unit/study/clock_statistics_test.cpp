#include "sim/statistics/clock_statistics.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

using namespace evsweep;
using Numbers = std::vector<double>;

namespace {
const double not_known = std::nan("");
}

TEST_CASE("the mean time of day does not depend on the days that the times are of") {
    const Numbers one_day{17.5, 18.5, 19.0, 20.5, 20.9};  // mean 19.28
    const Numbers over_days{17.5, 18.5 + 48, 19.0 + 24, 20.5 + 48, 20.9};
    for (const Numbers& times : {one_day, over_days}) {
        const Estimate e = estimate_time_of_day(times, 0.95);
        const Estimate plain = estimate_mean(one_day, 0.95);
        CHECK(e.mean == Approx(19.28).epsilon(1e-12));
        CHECK(e.low == Approx(plain.low).epsilon(1e-12));
        CHECK(e.high == Approx(plain.high).epsilon(1e-12));
        CHECK(e.deviation == Approx(plain.deviation).epsilon(1e-12));
    }
}

TEST_CASE("times around midnight have their mean at midnight") {
    const Estimate e = estimate_time_of_day(Numbers{23.0, 25.0, 23.5, 0.5, not_known}, 0.95);
    CHECK(e.count == 4);
    CHECK(std::min(e.mean, 24.0 - e.mean) < 1e-12);
    CHECK(e.high - e.low == Approx(2.0 * 3.182446305284 * std::sqrt(2.5 / 3.0) / 2.0));  // deviations -1, 1, -1/2, 1/2
    CHECK(quantiles_of_day(Numbers{23.0, 1.0, 0.5}, Numbers{0.0, 0.5, 1.0}) == Numbers{23.0, 0.5, 1.0});
}

TEST_CASE("times all around the clock have no mean, and it is said why") {
    const Estimate e = estimate_time_of_day(Numbers{8.0, 20.0, 8.5, 20.5, 14.0, 2.0}, 0.95);
    CHECK(e.kind == IntervalKind::scattered);
    CHECK(std::isnan(e.mean));
    CHECK_FALSE(e.excludes_zero());
    CHECK(estimate_time_of_day(Numbers{8.0, 8.0, 8.0}, 0.95).kind == IntervalKind::alike);
}

TEST_CASE("differences of clock times are taken the short way round") {
    // 23:30 against 00:30 and so on: 60, 30 and 90 minutes earlier, whatever the day.
    const Numbers a{23.5, 47.5, 23.0}, b{24.5, 24.0, 0.5 + 72};
    const Estimate e = estimate_time_difference(a, b, 0.95);
    CHECK(e.mean == Approx(-1.0));
    CHECK(e.deviation == Approx(0.5));
    CHECK(e.high == Approx(-1.0 + 4.302652729749 * 0.5 / std::sqrt(3.0)));
}
