#include <catch2/catch.hpp>
#include <cmath>
#include <complex>
#include <string>

#include "command.hpp"

using Catch::Matchers::Contains;
using evsweep::test::evsweep_in;
using evsweep::test::ScratchFolder;

namespace {

/// Source at 1 pu, a line, and a generator of 1 MW beside a load of 3 MW + j 1 Mvar, per unit on 1 MVA and 10 kV.
std::string held_case(const std::string& q_max, const std::string& set) {
    return "function mpc = held\nmpc.version = '2';\nmpc.baseMVA = 1;\n"
           "mpc.bus = [1 3 0 0 0 0 1 1 0 10 1 1.1 0.9; 2 2 3 1 0 0 1 1 0 10 1 1.1 0.9];\n"
           "mpc.gen = [1 0 0 9 -9 1 1 1 9 0; 2 1 0 " +
           q_max + " -9 " + set +
           " 1 1 9 0];\n"
           "mpc.branch = [1 2 0.01 0.02 0 0 0 0 0 0 1 -360 360];\n";
}

/// Mvar that hold `v` at bus 2: the angle gives the 2 MW that are missing there, and the rest follows.
double holding_mvar(double v) {
    const std::complex<double> z(0.01, 0.02);
    const auto given = [&](double angle) {
        const std::complex<double> there = std::polar(v, angle);
        return there * std::conj((there - 1.0) / z);
    };
    double low = -0.5, high = 0.5;
    for (int i = 0; i < 100; ++i) (given(0.5 * (low + high)).real() < -2.0 ? low : high) = 0.5 * (low + high);
    return given(low).imag() + 1.0;
}

double cell(const std::string& table, int row, int column) {
    std::istringstream lines(table);
    std::string line, text;
    for (int i = 0; i <= row + 2; ++i) std::getline(lines, line);
    std::istringstream cells(line);
    for (int i = 0; i <= column; ++i) std::getline(cells, text, ',');
    return std::stod(text);
}

}  // namespace

TEST_CASE("solve reports what a generator gives to hold its voltage, and which limit is in its way") {
    const ScratchFolder folder;
    folder.write("free.m", held_case("9", "1.01"));
    const auto free = evsweep_in(folder.path(), {"solve", "free.m", "--csv", "t", "--tolerance", "1e-11"});
    INFO(free.err);
    REQUIRE(free.status == 0);
    CHECK_THAT(free.out, Contains("G2 at 1.010000 pu, held"));
    CHECK(cell(folder.read("t/bus_voltages.csv"), 1, 2) == Approx(1.01).epsilon(1e-9));
    CHECK(cell(folder.read("t/injections.csv"), 0, 2) == Approx(1000.0));
    CHECK(cell(folder.read("t/injections.csv"), 0, 3) == Approx(1000.0 * holding_mvar(1.01)).epsilon(1e-7));

    folder.write("limited.m", held_case("0.5", "1.01"));
    const auto limited = evsweep_in(folder.path(), {"solve", "limited.m"});
    CHECK(limited.status == 0);
    CHECK_THAT(limited.out,
               Contains("500.0000 kvar  G2 at 0.9") && Contains("at its highest reactive power; it would hold 1.010000 pu"));

    const auto given = evsweep_in(folder.path(), {"solve", "free.m", "--controls", "as-given"});
    CHECK_THAT(given.out, Contains("controls         as given in the file") && Contains("0.0000 kvar  G2 at 0.9"));
}

TEST_CASE("what cannot follow a held voltage says so") {
    const ScratchFolder folder;
    folder.write("c.m", held_case("9", "1.01"));
    const auto random = evsweep_in(folder.path(), {"solve", "c.m", "--scenarios", "10"});
    CHECK(random.status == 2);
    CHECK_THAT(
        random.err,
        Contains("injection control G2: follows the voltage, which random scenarios cannot yet; give --controls as-given"));
    CHECK(evsweep_in(folder.path(), {"solve", "c.m", "--scenarios", "10", "--controls", "as-given"}).status == 0);
    REQUIRE(evsweep_in(folder.path(), {"feeder", "c.m", "--to", "yaml", "--out", "c.yaml"}).status == 0);
    CHECK(evsweep_in(folder.path(), {"solve", "c.yaml"}).out == evsweep_in(folder.path(), {"solve", "c.m"}).out);
}

TEST_CASE("a generator that holds its voltage is one in OpenDSS too") {
    const ScratchFolder folder;
    folder.write("c.m", held_case("9", "1.01"));
    REQUIRE(evsweep_in(folder.path(), {"feeder", "c.m", "--to", "dss", "--out", "c.dss"}).status == 0);
    CHECK_THAT(folder.read("c.dss"), Contains("New Generator.g2 ") && Contains("model=3 Vpu=1.01 Maxkvar=9000 Minkvar=-9000"));
    REQUIRE(evsweep_in(folder.path(), {"solve", "c.dss", "--csv", "t", "--tolerance", "1e-11"}).status == 0);
    CHECK(cell(folder.read("t/bus_voltages.csv"), 3, 2) == Approx(1.01).epsilon(1e-8));
    CHECK(cell(folder.read("t/injections.csv"), 0, 3) == Approx(1000.0 * holding_mvar(1.01)).epsilon(1e-5));
}
