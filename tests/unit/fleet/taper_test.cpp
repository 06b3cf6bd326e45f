/// Charging times of a tapering battery against the numerical integration of its differential equation.
#include "evsweep/taper.hpp"

#include <catch2/catch.hpp>
#include <random>

using namespace evsweep;

namespace {

struct Battery {
    double rating_kw, knee, end, rise;
};

/// Hours by the midpoint rule over the state of charge: dt = ds / (min(p, L(s)) e / C), with the limit written out anew.
double integrated_h(const Battery& battery, double p_kw, double from, double to) {
    const auto [rating_kw, knee, end, rise] = battery;
    constexpr int parts = 200'000;
    const double ds = (to - from) / parts;
    double h = 0.0;
    for (int k = 0; k < parts; ++k) {
        const double soc = from + (k + 0.5) * ds;
        const double limit_kw = soc <= knee ? rating_kw : rating_kw * (1.0 - (1.0 - end) * (soc - knee) / (1.0 - knee));
        h += ds / (std::min(p_kw, limit_kw) * rise);
    }
    return h;
}

}  // namespace

TEST_CASE("the time of charging through a taper is that of its differential equation", "[taper]") {
    // 11 kW, 90 %, 50 kWh from 0.3: 2.5253 h to the knee at 0.8, then ln(1 / 0.05) / (4.75 * 0.198) h
    const Taper taper = Taper::of(11.0, 0.8, 0.05);
    CHECK(taper.charging_h(11.0, 0.3, 1.0, 0.9 / 50.0) == Approx(0.5 * 50.0 / 0.9 / 11.0 + std::log(20.0) / (4.75 * 0.198)));
    CHECK(taper.charging_h(11.0, 0.3, 1.0, 0.9 / 50.0) == Approx(5.7105).margin(5e-5));
    std::mt19937 random(5);
    const auto between = [&random](double low, double high) {
        return low + (high - low) * (static_cast<double>(random()) / 4294967296.0);
    };
    for (int k = 0; k < 40; ++k) {
        const double rating_kw = between(3.0, 22.0), knee = between(0.0, 1.0), end = between(0.02, 1.0);
        const double p_kw = rating_kw * between(0.1, 1.0), rise = between(0.01, 0.06);
        const double from = between(0.0, 0.9), to = between(from, 1.0);
        CAPTURE(rating_kw, knee, end, p_kw, from, to);
        const double h = Taper::of(rating_kw, knee, end).charging_h(p_kw, from, to, rise);
        CHECK(h == Approx(integrated_h({rating_kw, knee, end, rise}, p_kw, from, to)).epsilon(1e-6));
    }
}

TEST_CASE("the state of charge after the time that a way takes is the end of the way", "[taper]") {
    const Taper taper = Taper::of(11.0, 0.7, 0.1);
    for (const double p_kw : {11.0, 7.4, 2.0})
        for (const double from : {0.1, 0.69, 0.71, 0.95})
            for (const double to : {0.3, 0.7, 0.96, 1.0}) {
                if (to <= from) continue;
                CAPTURE(p_kw, from, to);
                CHECK(taper.soc_after_charging(p_kw, from, taper.charging_h(p_kw, from, to, 0.02), 0.02) ==
                      Approx(to).epsilon(1e-12));
            }
    CHECK(std::isinf(taper.charging_h(0.0, 0.2, 0.8, 0.02)));
}
