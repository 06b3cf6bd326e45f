#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <sstream>

#include "command.hpp"
#include "csv_rows.hpp"

using Catch::Matchers::Contains;
using evsweep::test::evsweep_in;
using evsweep::test::Row;
using evsweep::test::ScratchFolder;
using evsweep::test::table;

namespace {

/// 400 V, three uncoupled phases of 0.1 ohm, 10 kW on phase b alone.
const std::string one_phase = R"(name: one phase
phases: abc
source: {bus: s}
buses:
  - {id: s, nominal: 400 V}
  - {id: e, nominal: 400 V}
linecodes:
  - {id: plain, r: 0.1 | 0 0.1 | 0 0 0.1 ohm/km, x: 0 | 0 0 | 0 0 0 ohm/km}
lines:
  - {id: l, from: s, to: e, code: plain, length: 1 km, rating: 100 A}
loads:
  - {id: d, bus: e, p: 10 kW, q: 0 kvar, phases: b}
)";

double number(const Row& row, const std::string& column) { return std::stod(row.at(column)); }

}  // namespace

TEST_CASE("solve reports the phases, the unbalance and the neutral of a load on one phase as worked out by hand") {
    const ScratchFolder folder;
    folder.write("feeder.yaml", one_phase);
    const auto answer = evsweep_in(folder.path(), {"solve", "feeder.yaml", "--csv", "t", "--tolerance", "1e-12"});
    INFO(answer.err);
    REQUIRE(answer.status == 0);
    const double v0 = 400.0 / std::sqrt(3.0);
    const double v = 0.5 * (v0 + std::sqrt(v0 * v0 - 4.0 * 0.1 * 10e3));  // V (V0 - V) = R P
    const double i = 10e3 / v;
    const double x = v / v0;
    CHECK_THAT(answer.out, Contains("at bus e, phase b\n") && Contains("2 buses, 1 branches, 6 conductors, source at bus s"));
    CHECK_THAT(answer.out, Contains("unbalance ") && Contains("neutral ") && Contains("most loaded      l, b: "));

    const auto buses = table(folder.read("t/bus_voltages.csv"));
    REQUIRE(buses.size() == 6);
    CHECK(buses[4].at("phase") == "b");
    CHECK(number(buses[4], "voltage_pu") == Approx(x).epsilon(1e-9));
    CHECK(number(buses[4], "voltage_v") == Approx(v).epsilon(1e-6));
    CHECK(number(buses[4], "angle_deg") == Approx(-120.0));

    const auto lines = table(folder.read("t/line_voltages.csv"));
    REQUIRE(lines.size() == 6);
    CHECK(lines[3].at("pair") == "ab");
    CHECK(number(lines[3], "voltage_v") == Approx(v0 * std::sqrt(1.0 + x + x * x)).epsilon(1e-6));

    const auto unbalance = table(folder.read("t/unbalance.csv"));
    REQUIRE(unbalance.size() == 2);
    CHECK(number(unbalance[1], "iec_percent") == Approx(100.0 * (1.0 - x) / (2.0 + x)).epsilon(1e-6));
    const double side = std::sqrt((1.0 + x + x * x) / 3.0);  // ab and bc; ca is 1
    const double mean = (1.0 + 2.0 * side) / 3.0;
    CHECK(number(unbalance[1], "nema_percent") == Approx(100.0 * (1.0 - mean) / mean).epsilon(1e-6));

    const auto branches = table(folder.read("t/branch_flows.csv"));
    REQUIRE(branches.size() == 1);
    CHECK(number(branches[0], "neutral_to_a") == Approx(i).epsilon(1e-6));
    CHECK(number(branches[0], "zero_sequence_from_a") == Approx(i / 3.0).epsilon(1e-6));
    CHECK(number(branches[0], "p_loss_kw") == Approx(0.1 * i * i / 1000.0).epsilon(1e-6));

    const auto phases = table(folder.read("t/branch_phases.csv"));
    REQUIRE(phases.size() == 6);
    CHECK(phases[4].at("end") == "to");
    CHECK(number(phases[4], "p_kw") == Approx(-10.0).epsilon(1e-9));
    CHECK(number(phases[4], "loading_percent") == Approx(i).epsilon(1e-6));
    CHECK(number(phases[3], "current_a") == Approx(0.0).margin(1e-6));
}

TEST_CASE("a choice of controls that does not exist is refused with those that do") {
    const ScratchFolder folder;
    folder.write("feeder.yaml", one_phase);
    const auto answer = evsweep_in(folder.path(), {"solve", "feeder.yaml", "--controls", "off"});
    CHECK(answer.status == 2);
    CHECK_THAT(answer.err, Contains("--controls: ") && Contains("unknown choice 'off'; settle or as-given"));
}
