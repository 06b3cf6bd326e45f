#include "sim/network/sweep/response.hpp"

#include <catch2/catch.hpp>

namespace {

using namespace evsweep;

/// Active power at voltage v.
double p_at(const VoltageResponse& response, double v) { return LoadLaw(response).at(v * v).p; }

TEST_CASE("constant power, current and impedance follow the zeroth, first and second power of the voltage", "[response]") {
    VoltageResponse law;
    CHECK(p_at(law, 0.9) == 1.0);
    law.active = {.i = 1.0, .p = 0.0};
    CHECK(p_at(law, 0.9) == Approx(0.9));
    law.active = {.z = 1.0, .p = 0.0};
    CHECK(p_at(law, 0.9) == Approx(0.81));
    law.active = {.z = 0.4, .i = 0.3, .p = 0.3};
    CHECK(p_at(law, 0.9) == Approx(0.4 * 0.81 + 0.3 * 0.9 + 0.3));
    law.active = {.p = 0.0, .e = 1.0, .exponent = 0.6};
    CHECK(p_at(law, 0.9) == Approx(std::pow(0.9, 0.6)));
}

TEST_CASE("active and reactive power may follow laws of their own", "[response]") {
    VoltageResponse motor;
    motor.reactive = {.z = 1.0, .p = 0.0};
    const Drawn drawn = LoadLaw(motor).at(0.9 * 0.9);
    CHECK(drawn.p == 1.0);
    CHECK(drawn.q == Approx(0.81));
}

TEST_CASE("outside its band a load is an impedance, and its current does not jump", "[response]") {
    VoltageResponse law;
    law.linear = LinearOutside{0.5, 0.95, 1.05};
    CHECK(p_at(law, 1.0) == 1.0);
    CHECK(p_at(law, 1.155) == Approx(1.1 * 1.1));                         // the impedance that draws rated power at 1.05
    CHECK(p_at(law, 0.4) == Approx(0.16));                                // the impedance that draws rated power at 1
    CHECK(p_at(law, 0.725) / 0.725 == Approx(0.5 * (0.5 + 1.0 / 0.95)));  // half way from the one current to the other
    for (const double edge : {0.5, 0.95, 1.05}) CHECK(p_at(law, edge - 1e-9) == Approx(p_at(law, edge + 1e-9)).margin(1e-7));
}

TEST_CASE("limits of a load that are not in order count from the lowest on: low, then min, then max", "[response]") {
    VoltageResponse law;
    law.linear = LinearOutside{0.5, 0.0, 1.05};  // constant power down to low, as with any min up to low
    for (law.linear->min = 0.0; law.linear->min < 0.55; law.linear->min += 0.25) {
        CHECK(p_at(law, 0.49) == Approx(0.49 * 0.49));
        CHECK(p_at(law, 0.51) == 1.0);
        CHECK(p_at(law, 1.155) == Approx(1.1 * 1.1));
    }
    law.linear = LinearOutside{0.5, 0.95, 0.9};  // never constant power: below min as ever, above it the impedance at max
    CHECK(p_at(law, 0.4) == Approx(0.16));
    CHECK(p_at(law, 0.725) / 0.725 == Approx(0.5 * (0.5 + 1.0 / 0.95)));
    CHECK(p_at(law, 0.951) == Approx(0.951 * 0.951 / 0.81));
    CHECK(p_at(law, 1.2) == Approx(1.44 / 0.81));
    law.linear = LinearOutside{0.5, 0.95, 0.0};  // no max at all: the impedance at rated voltage
    CHECK(p_at(law, 1.2) == Approx(1.44));
    law.linear = LinearOutside{0.0, 0.0, 1.05};
    CHECK(p_at(law, 0.01) == 1.0);
}

TEST_CASE("below its cut-off a load is off", "[response]") {
    VoltageResponse law;
    law.cut_off = 0.8;
    CHECK(p_at(law, 0.79) == 0.0);
    CHECK(p_at(law, 0.81) == 1.0);
}

TEST_CASE("slopes are the differences of what is drawn, in every piece of a law", "[response]") {
    VoltageResponse zip;
    zip.active = {.z = 0.4, .i = 0.3, .p = 0.3};
    zip.reactive = {.z = 1.5, .i = -0.7, .p = 0.2};
    VoltageResponse power;
    power.active = {.p = 0.0, .e = 1.0, .exponent = 0.6};
    power.reactive = {.z = 0.5, .p = 0.0, .e = 0.5, .exponent = 2.3};
    for (VoltageResponse law : {VoltageResponse{}, zip, power}) {
        law.linear = LinearOutside{0.5, 0.95, 1.05};
        law.cut_off = 0.3;
        const LoadLaw drawn(law);
        for (const double v : {0.2, 0.4, 0.7, 0.98, 1.03, 1.2}) {
            const double v2 = v * v;
            const double h = 1e-4;
            const Drawn slope = drawn.slope_at(v2);
            const Drawn up = drawn.at(v2 + h), down = drawn.at(v2 - h), up2 = drawn.at(v2 + 2 * h), down2 = drawn.at(v2 - 2 * h);
            CHECK(slope.p == Approx((8 * (up.p - down.p) - (up2.p - down2.p)) / (12 * h)).epsilon(1e-10).margin(1e-11));
            CHECK(slope.q == Approx((8 * (up.q - down.q) - (up2.q - down2.q)) / (12 * h)).epsilon(1e-10).margin(1e-11));
        }
    }
}

}  // namespace
