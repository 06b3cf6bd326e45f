// OpenDSS lines of concentric-neutral and tape-shielded cables, against published impedances and closed forms.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "unit/models/feeder_formats/opendss/opendss_reading.hpp"

namespace {

using namespace evsweep;
using Complex = std::complex<double>;

/// Cables and wire of the configurations 606 and 607 of the IEEE 13-node feeder, with the data of Kersting's book.
const std::string catalogue =
    "Set EarthModel=carson\n"
    "New CNData.cn k=13 diastrand=0.0641 gmrstrand=0.02496 rstrand=14.8722 epsr=2.3 inslayer=0.22 diains=1.06 diacable=1.29\n"
    "~ rac=0.41 runits=mi gmrac=0.2052 gmrunits=in diam=0.567 radunits=in normamps=260\n"
    "New TSData.ts diashield=0.88 tapelayer=0.005 tapelap=50 epsr=2.3 inslayer=0.2 diains=0.82\n"
    "~ rac=0.97 runits=mi gmrac=0.1332 gmrunits=in diam=0.368 radunits=in\n"
    "New WireData.cu rac=0.607 runits=mi gmrac=0.13356 gmrunits=in diam=0.368 radunits=in\n";
const std::string three_cables =
    "New LineGeometry.g nconds=3 nphases=3 units=in cond=1 cncable=cn x=-6 h=-48 cond=2 cncable=cn x=0 h=-48\n"
    "~ cond=3 cncable=cn x=6 h=-48\n";
const std::string cable_and_neutral =
    "New LineGeometry.g nconds=2 nphases=1 reduce=y units=in cond=1 tscable=ts x=0 h=-48 cond=2 wire=cu x=1 h=-48\n";

void check_near(const std::vector<Complex>& values, const std::vector<Complex>& expected, double margin) {
    REQUIRE(values.size() == expected.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        INFO(i << ": " << values[i] << " and " << expected[i]);
        CHECK(std::abs(values[i] - expected[i]) <= margin);
    }
}

/// Susceptance (S) of a mile of insulation between two radii at 60 Hz.
Complex coaxial_mile(double outer, double inner) {
    const double farad = 2.0 * std::numbers::pi * 8.854e-12 * 2.3 / std::log(outer / inner) * 1609.344;
    return {0.0, 2.0 * std::numbers::pi * 60.0 * farad};
}

}  // namespace

TEST_CASE("concentric-neutral cables have the published impedances of configuration 606") {
    const BranchRow line = only_line(catalogue + three_cables + "New Line.l bus1=src bus2=b geometry=g length=1 units=mi");
    const Complex side(0.7982, 0.4463), middle(0.7891, 0.4041), next(0.3192, 0.0328), far(0.2849, -0.0143);
    check_near(line.series_ohm, {side, next, far, next, middle, next, far, next, side}, 1e-4);  // printed with four decimals
    const Complex c = coaxial_mile(0.53, 0.31);
    check_near(line.shunt_s, {c, 0.0, 0.0, 0.0, c, 0.0, 0.0, 0.0, c}, 1e-12);
    CHECK(line.rating == Amperes(260.0));
}

TEST_CASE("a tape-shielded cable with a bare neutral has the published impedance of configuration 607") {
    const BranchRow line =
        only_line(catalogue + cable_and_neutral + "New Line.l bus1=src.1 bus2=b.1 geometry=g length=1 units=mi");
    check_near(line.series_ohm, {Complex(1.3425, 0.5124)}, 3e-4);  // of a shield resistance rounded to four decimals
    check_near(line.shunt_s, {coaxial_mile(0.41, 0.21)}, 1e-12);
}

TEST_CASE("cables may be listed, by a geometry or by a line with a spacing, with bare neutrals after them") {
    const std::string line = "New Line.l bus1=src bus2=b length=1 units=mi geometry=";
    const std::string places = " units=in cond=1 x=-6 h=-48 cond=2 x=0 h=-48 cond=3 x=6 h=-48 cond=4 x=3 h=-48 ";
    const BranchRow one = only_line(catalogue + "New LineGeometry.g nconds=4 nphases=3 reduce=yes" + places +
                                    "cond=1 cncable=cn cond=2 cncable=cn cond=3 cncable=cn cond=4 wire=cu\n" + line + "g");
    const BranchRow listed = only_line(catalogue + "New LineGeometry.g nconds=4 nphases=3 reduce=yes" + places +
                                       "cncables=(cn cn cn) wires=(cu)\n" + line + "g");
    const BranchRow spaced = only_line(catalogue +
                                       "New LineSpacing.s nconds=4 nphases=3 units=in x=(-6 0 6 3) h=(-48 -48 -48 -48)\n"
                                       "New Line.l bus1=src bus2=b length=1 units=mi spacing=s cncables=(cn cn cn) "
                                       "wires=(cu)");
    REQUIRE(one.series_ohm.size() == 9);
    check_near(listed.series_ohm, one.series_ohm, 0.0);
    check_near(spaced.series_ohm, one.series_ohm, 0.0);
    check_near(spaced.shunt_s, one.shunt_s, 0.0);
    const BranchRow alone = only_line(catalogue + three_cables + line + "g");
    CHECK(std::abs(one.series_ohm[0] - alone.series_ohm[0]) > 0.01);  // the neutral takes a part of the return
}

TEST_CASE("a neutral beside cables stays a conductor without capacitance unless it is reduced") {
    std::string kept = cable_and_neutral;
    kept.replace(kept.find(" reduce=y"), 9, "");
    const BranchRow line = only_line(catalogue + kept + "New Line.l bus1=src.1.2 bus2=b.1.2 geometry=g length=1 units=mi");
    REQUIRE(line.series_ohm.size() == 4);
    const Complex reduced = line.series_ohm[0] - line.series_ohm[1] * line.series_ohm[2] / line.series_ohm[3];
    check_near({reduced}, {Complex(1.3425, 0.5124)}, 3e-4);
    check_near(line.shunt_s, {coaxial_mile(0.41, 0.21), 0.0, 0.0, 0.0}, 1e-12);
}

TEST_CASE("a concentric neutral without a diameter of strands is as wide as in OpenDSS, and reported") {
    const std::string data =
        " k=13 gmrstrand=0.025 rstrand=14.87 inslayer=0.22 diains=1.06 rac=0.41 diam=0.567 gmrac=0.2051\n"
        "~ runits=mi radunits=in gmrunits=in ";
    const std::string line = "New LineGeometry.g nconds=1 nphases=1 cncable=c h=-4\nNew Line.l bus1=src.1 bus2=b.1 geometry=g";
    const BranchRow wide = only_line("New CNData.c" + data + "diastrand=0.1 diacable=2.39\n" + line);
    const auto outcome =
        read_opendss("New Circuit.t basekv=12.47 bus1=src\nNew CNData.c" + data + "dstrand=0.064 diacable=1.29\n" + line);
    REQUIRE(outcome.feeder);
    check_near(outcome.feeder->branches.front().series_ohm, wide.series_ohm, 1e-12);
    CHECK(has(outcome.warnings,
              "f.dss:3:45: warning: cndata.c.dstrand: is no property of OpenDSS, which passes over it; did you "
              "mean 'diastrand'?"));
    CHECK(has(outcome.warnings,
              "f.dss:2:5: warning: cndata.c: has no diastrand, for which OpenDSS takes -1: its neutral is that much too wide"));
}

TEST_CASE("cables whose numbers are missing or contradict one another are refused with their line") {
    const std::string line = "New Line.l bus1=src bus2=b geometry=g";
    CHECK(has(errors_of("New LineGeometry.g nconds=1 nphases=1 cond=1 cncable=x"),
              "f.dss:2:54: linegeometry.g.cncable: unknown cable 'x'; define it with New CNData before this line"));
    CHECK(
        has(errors_of(catalogue + "New CNData.bad like=cn inslayer=0.6\nNew LineGeometry.g nconds=1 nphases=1 cncable=bad h=-4\n"
                                  "New Line.l bus1=src.1 bus2=b.1 geometry=g"),
            "line.l: has a cable whose insulation or shield is not given or does not fit its core"));
    CHECK(has(errors_of(catalogue +
                        "New LineGeometry.g nconds=3 nphases=3 units=in cond=1 cncable=cn x=0 h=-48\n"
                        "~ cond=2 cncable=cn x=0.5 h=-48 cond=3 cncable=cn x=6 h=-48\n" +
                        line),
              "line.l: has two conductors in one place; check its geometry and wires"));
    CHECK(has(errors_of(catalogue +
                        "New LineGeometry.g nconds=3 nphases=3 units=in cond=1 cncable=cn x=0 h=-48\n"
                        "~ cond=2 wire=cu x=6 h=-48 cond=3 wire=cu x=9 h=-48\n" +
                        line),
              "line.l: has cables and bare wires as phases; give it phases of one kind"));
    CHECK(has(errors_of("New CNData.c k=1"), "cndata.c.k: '1' is not a whole number from 2 to"));
    CHECK(has(errors_of("New CNData.c diastrand=0"), "cndata.c.diastrand: is not above zero"));
    CHECK(has(errors_of("New TSData.t tapelap=100"), "tsdata.t.tapelap: is not from 0 to below 100 percent"));
    CHECK(has(errors_of("New TSData.t epsr=0.5"), "tsdata.t.epsr: is below 1, the permittivity of the vacuum"));
}
