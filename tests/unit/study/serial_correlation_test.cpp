#include "sim/statistics/serial_correlation.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "unit/study/draws.hpp"

using evsweep::serial_correlation;
using evsweep::SerialCorrelation;
using evsweep::test::Draws;

namespace {

/// x_i+1 = rho x_i + noise, stationary.
std::vector<double> series(Draws& draws, double rho, std::size_t count) {
    std::vector<double> values;
    double x = draws.normal();
    for (std::size_t i = 0; i < count; ++i) {
        values.push_back(50.0 + 3.0 * x);
        x = rho * x + std::sqrt(1.0 - rho * rho) * draws.normal();
    }
    return values;
}

}  // namespace

TEST_CASE("the ratio of a few values is that worked by hand, and gaps are left out") {
    // Mean 3, squares 4 + 1 + 0 + 1 + 4 = 10, steps 4: C = 1 - 4 / 20.
    const SerialCorrelation rising = serial_correlation(std::vector<double>{1, 2, std::nan(""), 3, 4, 5});
    CHECK(rising.count == 5);
    CHECK(rising.lag_one == Approx(0.8));
    CHECK(rising.score == Approx(0.8 * std::sqrt(24.0 / 3.0)));
    CHECK_FALSE(rising.is_clear());  // too few values to say so
    CHECK(rising.widening() == Approx(3.0));
    const SerialCorrelation swaying = serial_correlation(std::vector<double>{1, 5, 1, 5, 1, 5, 1, 5});
    CHECK(swaying.lag_one < -0.7);
    CHECK(swaying.widening() == 1.0);
    CHECK(std::isnan(serial_correlation(std::vector<double>(20, 7.0)).lag_one));
    CHECK_FALSE(serial_correlation(std::vector<double>(20, 7.0)).is_clear());
}

TEST_CASE("independent weeks are called alike in about 1 % of years, and correlated ones nearly always") {
    Draws draws;
    const int years = 2000;
    int false_alarms = 0, found = 0;
    double lag_one = 0.0;
    for (int y = 0; y < years; ++y) {
        false_alarms += serial_correlation(series(draws, 0.0, 52)).is_clear();
        const SerialCorrelation correlated = serial_correlation(series(draws, 0.6, 52));
        found += correlated.is_clear();
        lag_one += correlated.lag_one / years;
    }
    CHECK(false_alarms >= 5);
    CHECK(false_alarms <= 40);
    CHECK(found >= 0.97 * years);
    CHECK(lag_one == Approx(0.57).margin(0.03));  // 0.6, less the bias of some (1 + 4 rho) / n
}
