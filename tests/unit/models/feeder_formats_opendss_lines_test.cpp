// OpenDSS lines whose conductors are more than their phases: neutrals reduced from codes. Numbers are worked out by hand.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tests/unit/models/opendss_reading.hpp"

namespace {

using namespace evsweep;
using Complex = std::complex<double>;

void check_near(Complex value, Complex expected, double relative = 1e-9) {
    INFO(value << " and " << expected);
    CHECK(std::abs(value - expected) <= relative * std::abs(expected));
}

bool has(const std::vector<std::string>& texts, const std::string& part) {
    return std::any_of(texts.begin(), texts.end(), [&](const std::string& text) { return text.find(part) != std::string::npos; });
}

BranchRow only_line(const std::string& statements) {
    const FeederDescription d = circuit_with(statements);
    REQUIRE(d.branches.size() == 1);
    return d.branches.front();
}

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

TEST_CASE("a reduction that OpenDSS passes over is told, and one that cannot be is refused") {
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
