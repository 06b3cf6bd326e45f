// OpenDSS lines whose conductors are more than their phases: neutrals reduced from codes, conductors
// that float or run in parallel. Numbers are worked out by hand.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "unit/models/feeder_formats/opendss/opendss_reading.hpp"

namespace {

using namespace evsweep;
using Complex = std::complex<double>;

/// Susceptance (S) of a capacitance in nanofarad at 60 Hz.
Complex susceptance(double nf) { return {0.0, 2.0 * std::numbers::pi * 60.0 * nf * 1e-9}; }

/// Two phases and between them a wire whose impedance is 1 + j2; its coupling is a fifth and a tenth of that.
const std::string wire_between =
    "New LineCode.c nphases=3 rmatrix=(2 | .2 1 | .3 .1 2) xmatrix=(4 | .4 2 | .6 .2 4) cmatrix=(9 | -2 8 | -1 -3 7) ";

}  // namespace

TEST_CASE("kron takes a code's neutral away as a conductor on earth potential") {
    const BranchRow line = only_line(wire_between + "neutral=2 kron=yes\nNew Line.l src.1.3 b.1.3 c length=2");
    REQUIRE(line.series_ohm.size() == 4);
    CHECK(line.conductors == std::vector<Conductor>{Conductor::a, Conductor::c});
    check_near(line.series_ohm[0], 2.0 * Complex(2.0 - 0.04, 4.0 - 0.08));  // Z - Zn Zn / Znn
    check_near(line.series_ohm[1], 2.0 * Complex(0.3 - 0.02, 0.6 - 0.04));
    check_near(line.series_ohm[3], 2.0 * Complex(2.0 - 0.01, 4.0 - 0.02));
    check_near(line.shunt_s[0], susceptance(2.0 * 9.0));
    check_near(line.shunt_s[1], susceptance(2.0 * -1.0));
    check_near(line.shunt_s[3], susceptance(2.0 * 7.0));
}

TEST_CASE("the neutral is the last conductor where no other is named, at the time of the reduction") {
    const std::string line = "\nNew Line.l src.1.2 b.1.2 c";
    const BranchRow last = only_line(wire_between + "kron=yes" + line);
    check_near(last.series_ohm[0], Complex(2.0, 4.0) - 0.15 * Complex(0.3, 0.6));
    check_near(last.series_ohm[3], Complex(1.0, 2.0) - 0.05 * Complex(0.1, 0.2));
    const BranchRow late = only_line(wire_between + "kron=yes neutral=1" + line);
    check_near(late.series_ohm[0], last.series_ohm[0]);
    const BranchRow like = only_line(wire_between + "kron=yes\nNew LineCode.d like=c\nNew Line.l src.1.2 b.1.2 d");
    check_near(like.series_ohm[3], last.series_ohm[3]);
    const BranchRow again = only_line(wire_between + "kron=yes neutral=1 kron=yes\nNew Line.l src.2 b.2 c");
    check_near(again.series_ohm[0], last.series_ohm[3] - last.series_ohm[1] * last.series_ohm[1] / last.series_ohm[0]);
}

TEST_CASE("a reduction that OpenDSS passes over is reported, and one that cannot be is refused") {
    const std::string first = "New Circuit.t basekv=12.47 bus1=src\n";
    const auto early = read_opendss(first +
                                    "New LineCode.c nphases=2 kron=yes rmatrix=(1 | 0 1) xmatrix=(1 | 0 1)\n"
                                    "New Line.l src.1.2 b.1.2 c phases=2");
    CHECK(has(early.warnings,
              "f.dss:2:31: warning: linecode.c.kron: has no effect, for OpenDSS reduces no sequence values; put "
              "kron=yes after the matrices"));
    REQUIRE(early.feeder);
    CHECK(early.feeder->branches.front().conductors.size() == 2);
    const auto twice = read_opendss(first + wire_between + "kron=yes kron=yes\nNew Line.l src.1.2 b.1.2 c");
    CHECK(has(twice.warnings, "linecode.c.kron: has no effect, for there is no neutral to reduce"));
    CHECK(has(errors_of("New LineCode.c nphases=1 rmatrix=(1) kron=yes"), "linecode.c.kron: would leave no conductor"));
    CHECK(has(errors_of("New LineCode.c nphases=2 rmatrix=(1 | 0 0) xmatrix=(1 | 0 0) kron=y"),
              "linecode.c.kron: the neutral has no impedance; give rmatrix and xmatrix before kron=yes"));
    CHECK(has(errors_of("New LineCode.c nphases=2 neutral=3"), "linecode.c.neutral: '3' is not a whole number from 0 to 2"));
}

namespace {

/// A single phase of 240 V behind a transformer, and a line of two conductors from it.
const std::string single_phase = "New Transformer.t phases=1 buses=(src.1 s.1) kvs=(7.2 .24) kvas=(50 50)\n";
const std::string two_wires = "New LineCode.c nphases=2 rmatrix=(1 | .2 2) xmatrix=(3 | 1 4) cmatrix=(5000 | -3000 6000)\n";

/// Kron's reduction of the nodal admittances of four nodes to the first and the third, step by step.
std::vector<Complex> without_second_and_fourth(std::vector<Complex> y) {
    for (const std::size_t k : {1U, 3U}) {
        const std::vector<Complex> before = y;
        for (std::size_t i = 0; i < 4; ++i)
            for (std::size_t j = 0; j < 4; ++j)
                y[4 * i + j] = i == k || j == k ? 0.0 : before[4 * i + j] - before[4 * i + k] * before[4 * k + j] / before[5 * k];
    }
    return {y[0], y[2], y[8], y[10]};
}

}  // namespace

TEST_CASE("a line has the conductors of its code, whatever phases it was given before") {
    const std::string circuit = "New Circuit.t basekv=12.47 bus1=src\n";
    const std::string three = "New LineCode.c rmatrix=(1 | 0 1 | 0 0 1)\n";
    const auto more = read_opendss(circuit + three + "New Line.l src.1 b.1 phases=1 linecode=c");
    REQUIRE(more.feeder);
    CHECK(more.feeder->branches.front().conductors == std::vector<Conductor>{Conductor::a, Conductor::b, Conductor::c});
    CHECK(more.warnings ==
          std::vector<std::string>{"f.dss:3:40: warning: line.phases: is replaced by the phases of the line code that follows"});
    const auto fewer =
        read_opendss(circuit + "New LineCode.c nphases=1 rmatrix=(1)\nNew Line.l src.2.3.1 b.2.3.1 phases=3 linecode=c");
    REQUIRE(fewer.feeder);
    CHECK(fewer.feeder->branches.front().conductors == std::vector<Conductor>{Conductor::b});
}

TEST_CASE("conductors that nothing feeds keep what their charging does to the others") {
    const std::string line = "New Line.l phases=1 bus1=s.1 bus2=d.1 linecode=c\nNew Load.l bus1=d.1 phases=1 kv=.24 kw=1\n";
    const auto outcome = read_opendss("New Circuit.t basekv=12.47 bus1=src\n" + single_phase + two_wires + line);
    REQUIRE(outcome.feeder);
    CHECK(has(outcome.warnings,
              "f.dss:1:5: warning: nodes: 2 have no voltage but what the charging of lines gives them, which is "
              "not reported: s.2, d.2; what they do to the other conductors of their own lines is kept"));
    for (const BusRow& bus : outcome.feeder->buses)
        if (bus.id != "src") CHECK(bus.conductors == std::vector<Conductor>{Conductor::a});
    const BranchRow& branch = outcome.feeder->branches.front();
    REQUIRE(branch.series_ohm.size() == 1);

    const Complex z11(1.0, 3.0), z12(0.2, 1.0), z22(2.0, 4.0), det = z11 * z22 - z12 * z12;
    const Complex a = z22 / det, b = -z12 / det, c = z11 / det;
    const Complex h = 0.5 * susceptance(5000.0), m = 0.5 * susceptance(-3000.0), g = 0.5 * susceptance(6000.0);
    const auto y =
        without_second_and_fourth({a + h, b + m, -a, -b, b + m, c + g, -b, -c, -a, -b, a + h, b + m, -b, -c, b + m, c + g});
    check_near(branch.series_ohm[0], -1.0 / y[1]);
    check_near(branch.shunt_s[0], 2.0 * (y[0] + y[1]));
    check_near(branch.shunt_s[0], susceptance(5000.0 - 3000.0 * 3000.0 / 6000.0));
}

TEST_CASE("conductors without capacitance or feed are left out, and conductors in parallel are one") {
    const std::string bare = "New LineCode.c nphases=2 rmatrix=(1 | .2 2) xmatrix=(3 | 1 4) cmatrix=(0 | 0 0)\n";
    const BranchRow left = only_line(single_phase + bare + "New Line.l phases=1 bus1=s.1 bus2=d.1 linecode=c");
    REQUIRE(left.series_ohm.size() == 1);
    check_near(left.series_ohm[0], Complex(1.0, 3.0));
    CHECK(left.shunt_s.empty());
    const std::string same = "New LineCode.c nphases=2 rmatrix=(1 | .2 1) xmatrix=(3 | 1 3) cmatrix=(50 | -20 50)\n";
    const BranchRow both = only_line(same + "New Line.l phases=1 bus1=src.2 bus2=d.2 linecode=c");
    CHECK(both.conductors == std::vector<Conductor>{Conductor::b});
    check_near(both.series_ohm[0], Complex(0.6, 2.0));  // (Zs + Zm) / 2
    check_near(both.shunt_s[0], susceptance(60.0));
}

TEST_CASE("what hangs at a node that nothing feeds is refused with its place") {
    CHECK(errors_of(single_phase + two_wires +
                    "New Line.l phases=1 bus1=s.1 bus2=d.1 linecode=c\nNew Load.l phases=1 bus1=d.2 kv=.24") ==
          std::vector<std::string>{
              "f.dss:5:26: load.l: nothing feeds node 2 of bus d; check the phases and nodes of the lines to it"});
}

TEST_CASE("the charging of an open line, which OpenDSS keeps at one end, is reported as left out") {
    const auto warnings_of = [](const std::string& tie) {
        return read_opendss("New Circuit.test bus1=src\nNew Line.a bus1=src bus2=b\nNew Line.t bus1=src bus2=b " + tie +
                            "\nOpen Line.t 1")
            .warnings;
    };
    CHECK(has(warnings_of("c1=3 c0=1"), "f.dss:3:5: warning: open lines: are open at both ends"));
    CHECK_FALSE(has(warnings_of("c1=0 c0=0"), "open lines"));
    CHECK_FALSE(has(warnings_of("c1=3 c0=1 enabled=no"), "open lines"));
}
