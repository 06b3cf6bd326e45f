/// The staircase of a gradual response against the exponential that it stands for.
#include "sim/engine/staircase.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace evsweep;
using namespace std::chrono_literals;

namespace {

double ms(Duration d) { return static_cast<double>(d.count()); }

}  // namespace

TEST_CASE("each step of a gradual response has the energy of the exponential") {
    const Duration tau = GENERATE(Duration(10ms), Duration(1s), Duration(37s), Duration(20min));
    const Staircase staircase(tau);
    CAPTURE(tau.count());
    REQUIRE(staircase.steps() > 0);
    CHECK(staircase.begin(0) == 0ms);
    for (std::size_t k = 0; k < staircase.steps(); ++k) {
        const double from = ms(staircase.begin(k)), until = ms(staircase.begin(k + 1));
        REQUIRE(until > from);
        const bool is_last = k + 1 == staircase.steps();
        const double area = ms(tau) * (std::exp(-from / ms(tau)) - (is_last ? 0.0 : std::exp(-until / ms(tau))));
        CHECK(staircase.left(k) * (until - from) == Approx(area).epsilon(1e-12));
    }
    CHECK(staircase.left(staircase.steps()) == 0.0);
}

TEST_CASE("the whole way of a gradual response takes the time constant times the change") {
    for (const Duration tau : {Duration(1ms), Duration(3ms), Duration(10s), Duration(2h)}) {
        const Staircase staircase(tau);
        double area = 0.0;
        for (std::size_t k = 0; k < staircase.steps(); ++k)
            area += staircase.left(k) * ms(staircase.begin(k + 1) - staircase.begin(k));
        CHECK(area == Approx(ms(tau)).epsilon(1e-12));
    }
}

TEST_CASE("a gradual response is never further than 6 percent of its way from the exponential and arrives after 4.3 tau") {
    const Staircase staircase(100s);
    CHECK(ms(staircase.begin(staircase.steps())) == Approx(100e3 * (std::log(10.0) + 2.0)).margin(1.0));
    std::size_t k = 0;
    double before = 1.0;
    for (Duration t{}; t < 10min; t += 10ms) {
        while (k < staircase.steps() && staircase.begin(k + 1) <= t) ++k;
        REQUIRE(std::abs(staircase.left(k) - std::exp(-ms(t) / 100e3)) < 0.06);
        REQUIRE(staircase.left(k) <= before);  // it never turns back
        before = staircase.left(k);
    }
    CHECK(staircase.left_after(100s) == Approx(std::exp(-1.0)));
}

TEST_CASE("a response of no time has no steps") {
    const Staircase at_once(0ms);
    CHECK(at_once.steps() == 0);
    CHECK(at_once.left(0) == 0.0);
    CHECK(at_once.left_after(0ms) == 0.0);
}
