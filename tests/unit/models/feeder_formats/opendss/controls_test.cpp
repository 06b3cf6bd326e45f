// Capacitor controls, and what goes to which winding, as OpenDSS has them. Facts are those of its engine.
#include <catch2/catch.hpp>

#include "unit/models/feeder_formats/opendss/opendss_reading.hpp"

namespace {

using namespace evsweep;
using enum Conductor;

const std::string bank = "New Line.l src x r1=.1 x1=.1 r0=.1 x0=.1 c1=0 c0=0\nNew Capacitor.c bus1=x kv=12.47 kvar=600\n";

CapacitorControlRow control_of(const std::string& properties) {
    const FeederDescription d = circuit_with(bank + "New CapControl.k capacitor=c element=line.l " + properties);
    REQUIRE(d.capacitor_controls.size() == 1);
    return d.capacitor_controls.front();
}

TransformerRow transformer_of(const std::string& properties) {
    const FeederDescription d =
        circuit_with("New Transformer.t windings=2 buses=(src x) conns=(wye wye) kvs=(12.47 4.16) " + properties);
    REQUIRE(d.transformers.size() == 1);
    return d.transformers.front();
}

TEST_CASE("a control by power factor has settings of its own, whatever was set before its type", "[opendss]") {
    const auto usual = control_of("onsetting=0.7 type=pf");
    CHECK(usual.on == 0.95);
    CHECK(usual.off == Approx(-0.95));  // 1.05 is 0.95 leading
    CHECK(usual.least_share == 0.5);
    const auto control = control_of("type=powerfactor onsetting=0.9 offsetting=-0.98 pctminkvar=30");
    CHECK(control.on == 0.9);
    CHECK(control.off == Approx(-0.98));
    CHECK(control.least_share == Approx(0.3));
    CHECK(errors_of(bank + "New CapControl.k capacitor=c element=line.l type=pf offsetting=1.05").front() ==
          "f.dss:4:64: capcontrol.k.offsetting: is no power factor from -1 to 1; negative ones are leading");
}

TEST_CASE("a control may see the mean, the highest or the lowest of its phases", "[opendss]") {
    CHECK(control_of("type=current ctphase=max").of_currents == OfSeveral::highest);
    const auto lowest = control_of("type=voltage ptphase=min");
    CHECK(lowest.of_voltages == OfSeveral::lowest);
    CHECK_FALSE(lowest.conductor);
    CHECK(control_of("type=voltage ptphase=avg").of_voltages == OfSeveral::mean);
}

TEST_CASE("the current of one phase is that at the first terminal, as in OpenDSS", "[opendss]") {
    const auto one = control_of("type=current terminal=2 ctphase=2");
    CHECK_FALSE(one.at_to_end);
    CHECK(one.conductor == b);
    CHECK(control_of("type=current terminal=2 ctphase=avg").at_to_end);
}

TEST_CASE("a clock needs no element, and a voltage may be that at the bank", "[opendss]") {
    const FeederDescription d = circuit_with(bank + "New CapControl.k capacitor=c type=time onsetting=7 offsetting=22");
    CHECK(d.capacitor_controls.size() == 1);
    const FeederDescription v = circuit_with(bank + "New CapControl.k capacitor=c element=capacitor.c type=voltage ptphase=3");
    REQUIRE(v.capacitor_controls.size() == 1);
    CHECK(v.capacitor_controls[0].element == "line.l");
    CHECK(v.capacitor_controls[0].at_to_end);
    CHECK(v.capacitor_controls[0].across == Terminals{c, {}});
}

TEST_CASE("like= leaves a control its delays and limits of voltage", "[opendss]") {
    const FeederDescription d = circuit_with(
        bank + "New CapControl.k capacitor=c element=line.l type=kvar onsetting=100 delay=40 vmax=130\nNew CapControl.m like=k");
    REQUIRE(d.capacitor_controls.size() == 2);
    CHECK(d.capacitor_controls[1].on == 100.0);
    CHECK(d.capacitor_controls[1].delay_on == std::chrono::seconds(15));
    CHECK(d.capacitor_controls[1].highest_v == 126.0);
}

TEST_CASE("after a list the last winding is the active one", "[opendss]") {
    const auto t = transformer_of("tap=1.05 %r=0.7");
    CHECK(t.windings[0].tap == 1.0);
    CHECK(t.windings[1].tap == 1.05);
    CHECK(t.windings[1].resistance == Approx(0.007));
    CHECK(transformer_of("wdg=1 tap=1.05").windings[0].tap == 1.05);
    CHECK(transformer_of("wdg=1 taps=(1.01 1.02) tap=1.03").windings[1].tap == 1.03);
}

TEST_CASE("reactive power of load models 6 and 7 and generator models 4 and 5 keeps out of multipliers", "[opendss]") {
    for (const char* model : {"6", "7"}) {
        const auto d =
            circuit_with(std::string("New Load.l bus1=src kv=12.47 kw=30 kvar=40 model=") + model + "\nSet loadmult=0.5");
        CHECK(d.loads[0].p == Kilowatts(15.0));
        CHECK(d.loads[0].q == Kilovars(40.0));
    }
    for (const char* model : {"4", "5"}) {
        const auto d =
            circuit_with(std::string("New Generator.g bus1=src kv=12.47 kw=30 kvar=40 model=") + model + "\nSet genmult=0.5");
        CHECK(d.loads[0].p == Kilowatts(-15.0));
        CHECK(d.loads[0].q == Kilovars(-40.0));
    }
}

TEST_CASE("allocation factors for all reach every load with xfkVA, and leave the others their power", "[opendss]") {
    const auto d = circuit_with(
        "New Load.a bus1=src kv=12.47 xfkva=100 pf=0.6\nNew Load.b bus1=src kv=12.47 kwh=7200 kwhdays=30 cfactor=3 pf=0.6\n"
        "New Load.c bus1=src kv=12.47 xfkva=50 kw=10 pf=0.6\nSet allocationfactors=0.4");
    CHECK(d.loads[0].p == Kilowatts(24.0));
    CHECK(d.loads[1].p.value() == Approx(30.0));
    CHECK(d.loads[2].p == Kilowatts(12.0));
}

}  // namespace
