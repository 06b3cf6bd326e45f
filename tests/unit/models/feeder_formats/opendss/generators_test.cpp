// Generators that hold their voltage.
#include "unit/models/feeder_formats/opendss/opendss_reading.hpp"

using namespace evsweep;

TEST_CASE("generators of model 3 hold the mean voltage across their phases within their limits") {
    const auto held = [](const std::string& properties) {
        const FeederDescription d = circuit_with("New Line.l bus1=src bus2=b\nNew Generator.g bus1=b " + properties);
        REQUIRE(d.injection_controls.size() == 1);
        CHECK(d.injection_controls.front().load == "generator.g");
        CHECK_FALSE(d.loads.front().response.linear);
        return std::get<HoldVoltage>(d.injection_controls.front().law);
    };
    const HoldVoltage usual = held("kw=100 pf=-0.8 model=3");  // twice the 75 kvar of the power factor, both ways
    CHECK(usual.set.value() == Approx(1.0));
    CHECK(usual.q_max.value() == Approx(150.0));
    CHECK(usual.q_min.value() == Approx(-150.0));
    const HoldVoltage given = held("conn=delta kw=100 kvar=10 maxkvar=80 minkvar=-20 vpu=1.02 model=3");
    CHECK(given.set.value() == Approx(1.02));
    CHECK(given.q_max.value() == 80.0);
    CHECK(given.q_min.value() == -20.0);
    CHECK(held("phases=1 bus1=b.1 kv=7.2 kw=100 vpu=0.97 model=3").set.value() == Approx(0.97));
    CHECK(has(errors_of("New Generator.g bus1=src kw=100 kvar=-10 model=3"),
              "holds its voltage between minkvar=20 and maxkvar=-20, which is no range"));
}
