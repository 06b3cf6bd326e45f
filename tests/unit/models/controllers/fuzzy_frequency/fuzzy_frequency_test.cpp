/// The rules of fuzzy charging by frequency, the filters before them, and what a vehicle may be told.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "controllers/fuzzy_frequency/lagged_signal.hpp"
#include "controllers/fuzzy_frequency/rate_surface.hpp"
#include "tests/unit/models/agents/load_frequency/area_rig.hpp"

using namespace evsweep;
using namespace evsweep::test;

namespace {

double rate(double signal_hz, double soc) { return SignalRates(signal_hz, 0.12).at(soc); }

constexpr const char* one_area =
    "{agent: load_frequency, areas: {alone: {base: 1000 MW, inertia: 10 s, droop: 0.08, governor: 0.2 s, turbine: 0.5 s, groups: "
    "[homes], vehicles_stand_for: 1000}}}";

}  // namespace

TEST_CASE("the rate surface goes through the published points", "[fuzzy_frequency]") {
    REQUIRE(rate(0.0, 0.2) == Approx(.65).margin(1e-6));
    REQUIRE(rate(0.0, 0.55) == Approx(.60).margin(1e-6));
    REQUIRE(rate(-0.03, 0.4) == Approx(.494444).margin(1e-6));
    REQUIRE(rate(0.045, 0.7) == Approx(.7625).margin(1e-6));
    REQUIRE(rate(0.12, 0.9) == Approx(.95).margin(1e-6));
}

TEST_CASE("more power in the area never lowers the rate", "[fuzzy_frequency]") {
    for (double soc = 0.0; soc <= 1.0; soc += 0.005)
        for (double x = -0.2; x <= 0.2; x += 0.002) {
            CAPTURE(x, soc);
            REQUIRE(rate(x + 0.002, soc) >= rate(x, soc) - 1e-12);
            REQUIRE(rate(x, soc) >= 0.0);
            REQUIRE(rate(x, soc) <= 1.0);
        }
}

TEST_CASE("the signal saturates", "[fuzzy_frequency]") {
    REQUIRE(rate(-5.0, 0.2) == Approx(.10));
    REQUIRE(rate(5.0, 0.95) == Approx(.95));
    REQUIRE(rate(5.0, 0.3) == rate(0.12, 0.3));
}

TEST_CASE("a filter is exact for a ramp, whatever the readings' distance", "[fuzzy_frequency]") {
    const auto after_a_second = [](int readings) {
        LaggedSignal filter(0.3);
        for (int k = 1; k <= readings; ++k) filter.read(2.0 * k / readings, 1.0 / readings);
        return filter.value();
    };
    // y(t) = r (t - T) + r T exp(-t/T) under x = r t
    REQUIRE(after_a_second(1) == Approx(2.0 * 0.7 + 0.6 * std::exp(-1.0 / 0.3)).epsilon(1e-12));
    REQUIRE(after_a_second(20) == Approx(after_a_second(1)).epsilon(1e-12));
    LaggedSignal none(0.0);
    REQUIRE(none.read(3.0, 0.05) == 3.0);
}

TEST_CASE("a vehicle that is nearly full does not charge", "[fuzzy_frequency]") {
    AreaRig rig(configured_of<Agent>(one_area), configured_of<Controller>("{controller: fuzzy_frequency}"),
                {{"homes", 0.949}, {"homes", 0.95}}, std::chrono::minutes(20));
    rig.run(std::chrono::minutes(20));
    REQUIRE(rig.vehicles()[0].soc == Approx(0.95).margin(1e-5));
    REQUIRE(rig.vehicles()[1].soc == 0.95);
}

TEST_CASE("without a response the rate of the start is kept", "[fuzzy_frequency]") {
    AreaRig rig(configured_of<Agent>(one_area), configured_of<Controller>("{controller: fuzzy_frequency, respond: off}"),
                {{"homes", 0.2}}, std::chrono::minutes(10));
    rig.run(std::chrono::minutes(10));
    REQUIRE(rig.vehicles()[0].soc == Approx(0.2 + 0.92 * 0.65 * 7.0 / 6.0 / 40.0).epsilon(1e-9));
}
