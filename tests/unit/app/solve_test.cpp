#include <catch2/catch.hpp>
#include <cmath>
#include <regex>

#include "command.hpp"
#include "places.hpp"

using Catch::Matchers::Contains;
using evsweep::test::evsweep_in;
using evsweep::test::ScratchFolder;

namespace {

/// The first number after a label of the printed report.
double number_after(const std::string& text, const std::string& label) {
    const auto at = text.find("\n" + label);
    if (at == std::string::npos) return std::nan("");
    return std::stod(text.substr(at + label.size() + 1));
}

/// Rows of a CSV table after its comment and its heading.
std::vector<std::vector<std::string>> rows(const std::string& text) {
    std::istringstream lines(text);
    std::string line;
    std::vector<std::vector<std::string>> table;
    for (int number = 0; std::getline(lines, line); ++number) {
        if (number < 2) continue;
        std::istringstream cells(line);
        table.emplace_back();
        for (std::string cell; std::getline(cells, cell, ',');) table.back().push_back(cell);
    }
    return table;
}

}  // namespace

TEST_CASE("solve finds the published losses and lowest voltage of the 33-bus feeder") {
    const auto answer =
        evsweep_in(evsweep::test::source_dir(), {"solve", "scenarios/ieee33/feeder.yaml", "--tolerance", "1e-10"});
    INFO(answer.err);
    REQUIRE(answer.status == 0);
    // Baran and Wu's feeder: 202.677 kW and 135.141 kvar of losses, 0.91309 pu at bus 18.
    CHECK(number_after(answer.out, "losses") == Approx(202.6771).margin(1e-4));
    CHECK(number_after(answer.out, "lowest voltage") == Approx(0.913090).margin(1e-6));
    CHECK_THAT(answer.out, Contains("pu  at bus 18\n") && Contains("33 buses, 32 branches, source at bus 1"));
    CHECK_THAT(answer.out, Contains("load flow        converged in "));
}

TEST_CASE("the tables of solve hold the same balance as its report") {
    const ScratchFolder folder;
    folder.write("feeder.yaml", evsweep::test::small_feeder);
    const auto answer = evsweep_in(folder.path(), {"solve", "feeder.yaml", "--csv", "tables", "--tolerance", "1e-12"});
    INFO(answer.err);
    REQUIRE(answer.status == 0);
    const auto buses = rows(folder.read("tables/bus_voltages.csv"));
    const auto branches = rows(folder.read("tables/branch_flows.csv"));
    REQUIRE(buses.size() == 3);
    REQUIRE(branches.size() == 2);
    // What leaves line ab is load b and what enters line bc; what leaves bc is load c.
    CHECK(-std::stod(branches[0][5]) == Approx(300.0 + std::stod(branches[1][3])).margin(1e-6));
    CHECK(-std::stod(branches[1][5]) == Approx(200.0).margin(1e-6));
    // Losses are 3 R I^2 of both lines; the second has no rating, so its loading is left empty.
    const double ab = std::stod(branches[0][7]);
    const double bc = std::stod(branches[1][7]);
    CHECK(number_after(answer.out, "losses") == Approx(3e-3 * (ab * ab + bc * bc)).margin(1e-4));
    CHECK(std::stod(branches[0][11]) == Approx(ab).epsilon(1e-6));  // percent of 100 A
    CHECK(branches[1].size() == 11);
    CHECK_THAT(answer.out, Contains("most loaded      ab: "));
    CHECK(
        folder.read("tables/bus_voltages.csv").rfind("# feeder feeder.yaml; load flow at nominal load, tolerance 1e-12 pu", 0) ==
        0);
}

TEST_CASE("a feeder that cannot carry its load is reported with the worst bus, and the status is 1") {
    const ScratchFolder folder;
    folder.write("feeder.yaml", std::regex_replace(evsweep::test::small_feeder, std::regex("p: 200 kW"), "p: 200 MW"));
    const auto answer = evsweep_in(folder.path(), {"solve", "feeder.yaml", "--csv", "tables"});
    CHECK(answer.status == 1);
    CHECK(answer.out.empty());
    CHECK_THAT(answer.err, Contains("evsweep: the load flow collapsed: the feeder carries at most ") &&
                               Contains(" % of this load; then the lowest voltage is at bus c\n"));
    CHECK_FALSE(std::filesystem::exists(folder.path() / "tables/bus_voltages.csv"));
}

TEST_CASE("what is wrong with the feeder and with the flags is reported at once") {
    const ScratchFolder folder;
    folder.write("feeder.yaml", std::regex_replace(evsweep::test::small_feeder, std::regex("to: c"), "to: d"));
    const auto answer = evsweep_in(folder.path(), {"solve", "feeder.yaml", "--tolerance", "tiny", "--source-voltage", "7"});
    CHECK(answer.status == 2);
    CHECK_THAT(answer.err, Contains("--tolerance: ") && Contains("'tiny'"));
    CHECK_THAT(answer.err, Contains("--source-voltage: ") && Contains("7 is out of range; must be [0.5, 1.5]"));
    CHECK_THAT(answer.err, Contains("feeder.yaml:10:") && Contains("'d'"));
}
