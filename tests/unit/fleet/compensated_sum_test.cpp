#include "evsweep/compensated_sum.hpp"

#include <catch2/catch.hpp>

using namespace evsweep;

TEST_CASE("a compensated sum keeps what a plain one loses", "[compensated_sum]") {
    CompensatedSum sum;
    double plain = 0.0;
    const auto add = [&](double x) {
        sum.add(x);
        plain += x;
    };
    add(1e16);
    for (int k = 0; k < 1000; ++k) add(1.0);
    add(-1e16);
    CHECK(plain == 0.0);
    CHECK(sum.value() == 1000.0);
}

TEST_CASE("ten million tenths make a million to the last digit", "[compensated_sum]") {
    CompensatedSum sum;
    for (int k = 0; k < 10'000'000; ++k) sum.add(0.1);
    // 0.1 as a double is 0.1 (1 + 5.55e-17): ten million of them are nearest to a million itself.
    CHECK(sum.value() == 1e6);
}
