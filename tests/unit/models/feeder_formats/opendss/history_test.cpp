// What an OpenDSS script solves before its end, and what that leaves behind.
#include "unit/models/feeder_formats/opendss/opendss_reading.hpp"

using namespace evsweep;

namespace {

const std::string regulated =
    "New Transformer.t buses=(src b) kvs=(12.47 12.47) kvas=(5000 5000)\n"
    "New RegControl.r transformer=t winding=2 vreg=122 band=2 ptratio=60\n"
    "New Line.l bus1=b bus2=c\nNew Load.m bus1=c kv=12.47 kw=500\n"
    "New Capacitor.bank bus1=c kv=12.47 kvar=300\n"
    "New CapControl.k capacitor=bank element=line.l type=time on=8 off=19\n";

OpenDssOutcome outcome_of(const std::string& statements) {
    return read_opendss("New Circuit.test basekv=12.47 bus1=src\n" + regulated + statements);
}

}  // namespace

TEST_CASE("controls that are off from the beginning do not act") {
    const auto outcome = outcome_of("Set controlmode=off\nSolve\n");
    CHECK(outcome.errors.empty());
    CHECK(outcome.feeder->regulators.empty());
    CHECK(has(outcome.warnings, "set controlmode: is off: 2 controls"));
}

TEST_CASE("controls that are switched off where they have settled act, for nothing has changed") {
    const auto outcome = outcome_of("Solve\nNew Monitor.m element=line.l\nSet controlmode=off\nSolve\n");
    CHECK(outcome.errors.empty());
    CHECK(outcome.feeder->regulators.size() == 1);
    CHECK(outcome.feeder->capacitor_controls.size() == 1);
    CHECK(has(outcome.warnings, "set controlmode: is off behind the Solve in line 8"));
}

TEST_CASE("what controls have left behind is not made up where the circuit changes after they are off") {
    const auto outcome = outcome_of("Solve\nSet controlmode=off\nSet loadmult=0.5\nSolve\n");
    CHECK(has(outcome.errors, "what they left is not known here (regcontrol.r, capcontrol.k)"));
    const auto half_set = outcome_of("Solve\nTransformer.t.taps=(1 1.05)\nSet controlmode=off\nSolve\n");
    CHECK(has(half_set.errors, "what they left is not known here (capcontrol.k)"));
}

TEST_CASE("taps and states that are set behind the Solve are known") {
    const auto outcome =
        outcome_of("Solve\nTransformer.t.taps=(1 1.05)\nCapacitor.bank.states=(0)\nSet controlmode=off\nSolve\n");
    CHECK(outcome.errors.empty());
    CHECK(outcome.feeder->regulators.empty());
    CHECK(outcome.feeder->transformers.front().windings[1].tap == 1.05);
}

TEST_CASE("changes behind a Solve in which controls acted are reported where controls go on acting") {
    CHECK_FALSE(has(outcome_of("Solve\nSolve\n").warnings, "within their bands"));
    CHECK_FALSE(has(outcome_of("Set loadmult=0.5\nSolve\n").warnings, "within their bands"));
    for (const char* change : {"Set loadmult=0.5", "Load.m.kw=100", "Open line.l 1", "Disable load.m"}) {
        INFO(change);
        CHECK(has(outcome_of("Solve\n" + std::string(change) + "\nSolve\n").warnings, "f.dss:9:"));
        CHECK(has(outcome_of("Solve\n" + std::string(change) + "\nSolve\n").warnings, "may stop elsewhere within their bands"));
    }
}

TEST_CASE(
    "series of load flows that are not followed are reported once per mode, and protection that does not act once per class") {
    const auto outcome = outcome_of("Solve mode=yearly\nSolve\nSet mode=snap\nSolve\nNew Fuse.f line.l\nEdit Fuse.f delay=1\n");
    CHECK(has(outcome.warnings, "f.dss:8:1: warning: solve in mode yearly: is not followed"));
    CHECK(has(outcome.warnings, "fuse: never opens here, and in OpenDSS it does so when its current is too high (2 times)"));
    CHECK_FALSE(has(outcome_of("Set mode=snapshot\nSolve\n").warnings, "is not followed"));
}

TEST_CASE("a frequency that is set behind New Circuit leaves the source without a voltage and is refused") {
    CHECK(has(errors_of("New Line.l bus1=src bus2=b\nSet DefaultBaseFrequency=50"),
              "comes after New Circuit, whose source is made for 60 Hz and gives no voltage at another frequency"));
    CHECK(errors_of("New Line.l bus1=src bus2=b\nSet DefaultBaseFrequency=60").empty());
}

TEST_CASE("controls that act in the course of time are reported, for a snapshot lets them settle", "[opendss]") {
    CHECK(has(outcome_of("Set controlmode=time\nSolve\n").warnings, "set controlmode: lets controls act in the course of time"));
    CHECK_FALSE(has(outcome_of("Set controlmode=static\nSolve\n").warnings, "in the course of time"));
}
