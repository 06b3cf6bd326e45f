// What photovoltaic systems and storages of OpenDSS give: limits of their inverters and states, worked out by hand.
#include <catch2/catch.hpp>

#include <complex>

#include "unit/models/feeder_formats/opendss/opendss_reading.hpp"

namespace {

using namespace evsweep;
using Complex = std::complex<double>;

/// kW and kvar fed in by the only element.
Complex fed_in(const std::string& element, const std::string& properties) {
    const FeederDescription d = circuit_with("New " + element + " bus1=src kv=12.47 " + properties);
    REQUIRE(d.loads.size() == 1);
    return -Complex(d.loads.front().p.value(), d.loads.front().q.value());
}

void check(const Complex& power, const Complex& expected) {
    INFO(power << " and " << expected);
    CHECK(std::abs(power - expected) < 1e-9);
}

}  // namespace

TEST_CASE("what a photovoltaic system gives way to at its kVA is its choice") {
    const auto pv = [](const std::string& properties) { return fed_in("PVSystem.p", "kva=100 pmpp=100 " + properties); };
    check(pv(""), {100.0, 0.0});
    check(pv("pmpp=120"), {100.0, 0.0});
    check(pv("kvar=60"), {80.0, 60.0});
    check(pv("kvar=-60 wattpriority=no"), {80.0, -60.0});
    check(pv("kvar=60 wattpriority=yes"), {100.0, 0.0});
    check(pv("pmpp=80 kvar=-80 wattpriority=yes"), {80.0, -60.0});
    check(pv("pmpp=150 kvar=10 wattpriority=yes"), {100.0, 0.0});
    check(pv("pf=0.8 pfpriority=yes"), {80.0, 60.0});
    check(pv("pf=-0.8 pfpriority=yes wattpriority=yes"), {80.0, -60.0});
    check(pv("pf=0.8"), {std::sqrt(1e4 - 75.0 * 75.0), 75.0});
    check(pv("pmpp=120 kvar=90 pfpriority=yes"), {80.0, 60.0});
    check(pv("balanced=no limitcurrent=no %cutin=0.1 kvdc=2 controlmode=gfl"), {100.0, 0.0});
}

TEST_CASE("a photovoltaic system keeps the limits of its reactive power") {
    const auto pv = [](const std::string& properties) { return fed_in("PVSystem.p", "kva=200 pmpp=100 " + properties); };
    check(pv("kvar=60 kvarmax=44"), {100.0, 44.0});
    check(pv("kvar=-60 kvarmax=44"), {100.0, -44.0});
    check(pv("kvar=-60 kvarmaxabs=30"), {100.0, -30.0});
    check(pv("kvar=60 kvarmaxabs=30"), {100.0, 60.0});
    check(pv("kvar=60 kvarmax=30 pfpriority=yes"), {50.0, 30.0});
    check(pv("pf=0.8 kvarmax=60 pfpriority=yes"), {80.0, 60.0});
    check(pv("pf=0.8 kvarmax=60"), {100.0, 60.0});
    check(pv("kvar=60 %cutout=0 irradiance=0.1 %pminnovars=20"), {10.0, 0.0});
    check(pv("kvar=60 %cutout=0 irradiance=0.1 %pminkvarmax=50"), {10.0, 40.0});
    check(pv("kvar=30 %cutout=0 irradiance=0.1 %pminkvarmax=50"), {10.0, 30.0});
    check(pv("kvar=30 irradiance=0.1"), {0.0, 30.0});  // off, but still supplying
    check(pv("kvar=30 irradiance=0.1 varfollowinverter=yes"), {0.0, 0.0});
    check(pv("pf=0.8 irradiance=0.1"), {0.0, 0.0});
    check(pv("%pmpp=50 pf=0.8"), {50.0, 37.5});
}

TEST_CASE("a storage gives what its state, its energy and its rating allow") {
    const auto storage = [](const std::string& properties) {
        return fed_in("Storage.s", "kwrated=50 kwhrated=200 " + properties);
    };
    check(storage(""), {-0.5, 0.0});
    check(storage("%idlingkw=2"), {-1.0, 0.0});
    check(storage("state=charging"), {-0.5, 0.0});  // it is full
    check(storage("state=charging %stored=50"), {-50.0, 0.0});
    check(storage("%charge=30 state=charging %stored=50"), {-15.0, 0.0});
    check(storage("state=discharging"), {50.0, 0.0});
    check(storage("state=discharging %discharge=40"), {20.0, 0.0});
    check(storage("state=discharging %kwrated=60"), {30.0, 0.0});
    check(storage("state=discharging %stored=10"), {-0.5, 0.0});  // less than the usual reserve of 20 %
    check(storage("state=discharging %stored=10 %reserve=5"), {50.0, 0.0});
    check(storage("kw=30 pf=0.6 kva=100"), {30.0, 40.0});
    check(storage("kw=-30 pf=0.6 kva=100 %stored=10"), {-30.0, -40.0});
    check(storage("kw=0"), {-0.5, 0.0});
    check(storage("kvar=10"), {-0.5, 10.0});
    check(storage("kvar=40"), {-0.5, 25.0});  // OpenDSS's limit until kva is given
    check(storage("kw=50 kvar=40 kva=50"), {30.0, 40.0});
    check(storage("kw=50 kvar=40 kva=50 wattpriority=yes"), {50.0, 0.0});
    check(storage("kw=5 %cutout=20"), {-0.5, 0.0});
}

TEST_CASE("the losses of an idling storage pass through its inverter") {
    const FeederDescription d = circuit_with(
        "New XYCurve.eff points=(0 0.8  1 1)\nNew Storage.s bus1=src kv=12.47 kwrated=100 %idlingkw=10 effcurve=eff\n");
    CHECK(d.loads.front().p.value() == Approx(10.0 / 0.82));
}

TEST_CASE("a storage keeps the voltage that its kV meant when it was given") {
    const auto rated = [](const std::string& properties) {
        return circuit_with("New Storage.s bus1=src.1 " + properties).loads.front().rated.value();
    };
    CHECK(rated("phases=1 kv=7.2") == Approx(7200.0));
    CHECK(rated("kv=7.2 phases=1") == Approx(7200.0 / std::sqrt(3.0)));  // as OpenDSS has it
    CHECK(circuit_with("New Storage.s bus1=src kv=12.47 conn=delta").loads.front().rated.value() == Approx(12470.0));
}

TEST_CASE("what would move a storage is refused, and its dispatch is left to scenarios") {
    const std::string refusal =
        "f.dss:2:5: storage.s: is dispatched by load level, price or shape, which may change its state; use dispmode=default "
        "with the state that it shall have";
    CHECK(errors_of("New Storage.s bus1=src dispmode=price chargetrigger=3") == std::vector{refusal});
    CHECK(errors_of("New Storage.s bus1=src dispmode=follow state=discharging") == std::vector{refusal});
    for (const char* harmless : {"dispmode=price", "dispmode=follow", "dispmode=external", "dispmode=loadlevel"})
        CHECK(errors_of(std::string("New Storage.s bus1=src ") + harmless).empty());
    CHECK(errors_of("New Storage.s bus1=src state=broken").front() ==
          "f.dss:2:30: storage.s.state: is no state of a storage; states: charging, idling, discharging");
    const auto outcome = read_opendss("New Circuit.c basekv=12.47 bus1=src\nNew Storage.s bus1=src kv=12.47 daily=default\n");
    REQUIRE(outcome.feeder);
    CHECK(outcome.feeder->loads.front().profile == "dispatch by default");
    CHECK(outcome.warnings ==
          std::vector<std::string>{
              "f.dss:2:5: warning: dispatch of storages by load shapes: is not read, which a snapshot does not "
              "need; give a profile of the name 'dispatch by SHAPE' in base_load.profiles of scenarios"});
}
