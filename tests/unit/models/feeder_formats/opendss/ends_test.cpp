// Where OpenDSS elements end: several sources at one bus, conductors at node 0, windings at three buses. Numbers are worked out
// by hand.
#include <catch2/catch.hpp>

#include <cmath>
#include <complex>
#include <numbers>

#include "unit/models/feeder_formats/opendss/opendss_reading.hpp"

namespace {

using namespace evsweep;
using Complex = std::complex<double>;
using enum Conductor;

const std::string one_phase = "New Circuit.t phases=1 bus1=src.1 basekv=7.2 pu=1.01 z1=(1, 2)\n";

TEST_CASE("sources that hold different nodes of a bus are one source") {
    const auto read = read_opendss(one_phase +
                                   "New Vsource.b phases=1 bus1=src.2 basekv=7.2 pu=1.02 angle=-119 z1=(3, 4)\n"
                                   "New Vsource.c phases=1 bus1=src.3 basekv=7.2 angle=121 z1=(5, 6)\n");
    REQUIRE(read.feeder);
    REQUIRE(read.feeder->sources.size() == 1);
    const SourceRow& source = read.feeder->sources.front();
    CHECK(source.voltage.value() == Approx(1.01));
    REQUIRE(source.voltages.size() == 3);
    CHECK(source.voltages[1].value() == Approx(1.02));
    CHECK(source.voltages[2].value() == Approx(1.0));
    CHECK(source.angles[0].value() == 0.0);
    CHECK(source.angles[1].value() == -119.0);
    CHECK(source.angles[2].value() == 121.0);
    CHECK(source.series_ohm == std::vector<Complex>{{1, 2}, 0, 0, 0, {3, 4}, 0, 0, 0, {5, 6}});
}

TEST_CASE("a three-phase source may hold its nodes in any order") {
    const auto read = read_opendss("New Circuit.t bus1=src.2.1.3 basekv=12.47 angle=10\n");
    REQUIRE(read.feeder);
    const SourceRow& source = read.feeder->sources.front();
    REQUIRE(source.angles.size() == 3);
    CHECK(source.angles[0].value() == -110.0);
    CHECK(source.angles[1].value() == 10.0);
    CHECK(source.angles[2].value() == -230.0);
}

TEST_CASE("sources that are not one source are refused") {
    const auto errors = [](const std::string& more) { return read_opendss(one_phase + more).errors; };
    CHECK(
        errors("New Vsource.b phases=1 bus1=other.2 basekv=7.2\n").front() ==
        "f.dss:2:5: vsource.b: stands at bus other, and the first source at bus src; a second source elsewhere is not supported; "
        "a feeder is fed from one bus");
    CHECK(errors("New Vsource.b phases=1 bus1=src.1 basekv=7.2\n").front() ==
          "f.dss:2:5: vsource.b: holds node 1 of bus src, and so does another source; a node has one voltage; give each source "
          "nodes "
          "of its own");
    CHECK(read_opendss(one_phase + "New Vsource.b phases=1 bus1=other.2 basekv=7.2 enabled=no\n").feeder);
}

TEST_CASE("nodes of the source's bus that no source holds are reported, or refused where something stands at them") {
    const auto line = read_opendss(one_phase + "New Line.l bus1=src bus2=b\n");
    REQUIRE(line.feeder);
    CHECK(line.feeder->branches.front().conductors == std::vector<Conductor>{a});
    REQUIRE_FALSE(line.warnings.empty());
    CHECK(has(line.warnings,
              "4 have no voltage but what the charging of lines gives them, which is not reported: src.2, src.3, b.2, b.3"));
    CHECK(has(read_opendss(one_phase + "New Load.l phases=1 bus1=src.1.4 kv=7.2\n").errors,
              "circuit.t: holds no voltage at node 4 of its bus src; give each of its nodes a source"));
}

TEST_CASE("a conductor of a line may end at node 0") {
    const FeederDescription d = circuit_with(
        "New Linecode.w nphases=4 rmatrix=(1 | 0 1 | 0 0 1 | 0 0 0 1) xmatrix=(1 | 0 1 | 0 0 1 | 0 0 0 1)\n"
        "New Line.l bus1=src.1.2.3.0 bus2=b.1.2.3.4 linecode=w\n");
    REQUIRE(d.branches.size() == 1);
    CHECK(d.branches[0].conductors == std::vector<Conductor>{a, b, c, earth});
    CHECK(d.branches[0].to_conductors == std::vector<Conductor>{a, b, c, n});
}

TEST_CASE("a line of one conductor to the earth is a shunt") {
    const FeederDescription d = circuit_with(
        "New Linecode.w nphases=1 rmatrix=(3) xmatrix=(4) cmatrix=(0)\n"
        "New Line.l bus1=src bus2=b\nNew Line.g bus1=b.1 bus2=ground.0 phases=1 linecode=w length=2\n");
    REQUIRE(d.branches.size() == 1);
    REQUIRE(d.shunts.size() == 1);
    CHECK(d.shunts[0].bus == "b");
    CHECK(d.shunts[0].terminals == std::vector<Terminals>{{a, {}}});
    const double volts = d.shunts[0].rated.value();  // (6 + 8j) ohm
    CHECK(d.shunts[0].p.value() == Approx(0.06 * volts * volts / 1000.0));
    CHECK(d.shunts[0].q.value() == Approx(0.08 * volts * volts / 1000.0));
}

TEST_CASE("a transformer may stand at three buses") {
    const FeederDescription d = circuit_with(
        "New Transformer.t windings=3 buses=(src, x, y) conns=(delta wye wye) kvs=(12.47 0.48 0.208) xhl=5 xht=6 xlt=3\n");
    REQUIRE(d.transformers.size() == 1);
    CHECK(d.transformers[0].windings[2].bus == "y");
    CHECK(d.buses.size() == 3);
}

TEST_CASE("limits of a load's voltage may be 0 or out of order") {
    const FeederDescription d = circuit_with("New Load.l bus1=src kv=12.47 kw=9 vminpu=0 vmaxpu=0 vlowpu=0.4\n");
    REQUIRE(d.loads[0].response.linear);
    CHECK(*d.loads[0].response.linear == LinearOutside{0.4, 0.0, 0.0});
}

}  // namespace
