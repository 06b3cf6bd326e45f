#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <regex>
#include <sstream>

#include "command.hpp"
#include "csv_rows.hpp"
#include "evsweep/batch_load_flow.hpp"
#include "places.hpp"

using Catch::Matchers::Contains;
using evsweep::test::evsweep_in;
using evsweep::test::Row;
using evsweep::test::ScratchFolder;
using evsweep::test::table;

namespace {

const std::string ieee33 = (evsweep::test::source_dir() / "scenarios/ieee33/feeder.yaml").string();

/// The cells of a line of the printed table.
std::vector<double> printed_row(const std::string& text, const std::string& label) {
    const auto at = text.find(label);
    REQUIRE(at != std::string::npos);
    std::istringstream cells(text.substr(at + label.size(), text.find('\n', at) - at - label.size()));
    std::vector<double> row;
    for (double cell = 0.0; cells >> cell;) row.push_back(cell);
    return row;
}

}  // namespace

TEST_CASE("scenarios that draw the nominal load find the published losses and voltage of the 33-bus feeder") {
    const ScratchFolder folder;
    const auto answer = evsweep_in(
        folder.path(), {"solve", ieee33, "--scenarios", "20", "--spread", "1", "1", "--csv", "out", "--tolerance", "1e-10"});
    INFO(answer.err);
    REQUIRE(answer.status == 0);
    CHECK_THAT(answer.out, Contains("solved           20 of 20\n") && Contains("lowest mostly    at bus 18, in 100.0 %"));
    const auto losses = printed_row(answer.out, "losses [kW]");
    REQUIRE(losses.size() == 5);
    for (const double loss : losses) CHECK(loss == Approx(202.677).margin(1e-3));
    const auto rows = table(folder.read("out/scenarios.csv"));
    REQUIRE(rows.size() == 20);
    for (const Row& row : rows) {
        CHECK(row.at("status") == "converged");
        CHECK(std::stod(row.at("lowest_pu")) == Approx(0.913090).margin(1e-6));
        CHECK(row.at("lowest_bus") == "18");
        CHECK(std::stod(row.at("highest_pu")) == 1.0);
        CHECK(std::stod(row.at("source_kw")) == Approx(3715.0 + 202.6771).margin(1e-3));
    }
}

TEST_CASE("the printed spread is that of the rows") {
    const ScratchFolder folder;
    const auto answer = evsweep_in(folder.path(), {"solve", ieee33, "--scenarios", "1001", "--csv", "."});
    REQUIRE(answer.status == 0);
    std::vector<double> lowest;
    double nominal = 0.0;
    for (const Row& row : table(folder.read("scenarios.csv"))) {
        lowest.push_back(std::stod(row.at("lowest_pu")));
        nominal += (std::stod(row.at("source_kw")) - std::stod(row.at("loss_kw"))) / 1001.0;
    }
    REQUIRE(lowest.size() == 1001);
    std::sort(lowest.begin(), lowest.end());
    const auto printed = printed_row(answer.out, "lowest voltage [pu]");
    REQUIRE(printed.size() == 5);
    for (const auto& [column, rank] : {std::pair(0, 0), {1, 50}, {2, 500}, {3, 950}, {4, 1000}})
        CHECK(printed[static_cast<std::size_t>(column)] == Approx(lowest[static_cast<std::size_t>(rank)]).margin(5.1e-7));
    // 32 loads, U(0.3, 1.5) times nominal: 0.9 in the mean, within five deviations of that mean.
    CHECK(nominal == Approx(0.9 * 3715.0).margin(5.0 * 0.3464 * 850.0 / std::sqrt(1001.0)));
}

TEST_CASE("a scenario is the same however many there are, on any number of threads, and another with another seed") {
    const ScratchFolder folder;
    const auto rows = [&](std::vector<std::string> words) {
        words.insert(words.begin(), {"solve", ieee33, "--csv", "out"});
        REQUIRE(evsweep_in(folder.path(), words).status == 0);
        const std::string text = folder.read("out/scenarios.csv");
        return text.substr(text.find('\n') + 1);
    };
    const std::string few = rows({"--scenarios", "300", "--seed", "5", "--threads", "1"});
    const std::string many = rows({"--scenarios", "1000", "--seed", "5", "--threads", "3"});
    CHECK(many.substr(0, few.size()) == few);
    CHECK(rows({"--scenarios", "300", "--seed", "6", "--threads", "1"}) != few);
    for (const std::string& set : evsweep::available_instruction_sets()) {
        const std::string other = rows({"--scenarios", "300", "--seed", "5", "--instruction-set", set});
        CHECK(table("#\n" + other)[299].at("lowest_pu").substr(0, 10) == table("#\n" + few)[299].at("lowest_pu").substr(0, 10));
    }
}

TEST_CASE("scenarios without a solution are counted, and are no failure as long as one has one") {
    const ScratchFolder folder;
    folder.write("feeder.yaml", std::regex_replace(evsweep::test::small_feeder, std::regex("p: 200 kW"), "p: 3 MW"));
    const auto some =
        evsweep_in(folder.path(), {"solve", "feeder.yaml", "--scenarios", "200", "--spread", "0", "8", "--csv", "t"});
    INFO(some.out);
    CHECK(some.status == 0);
    std::map<std::string, int> seen;
    for (const Row& row : table(folder.read("t/scenarios.csv"))) {
        ++seen[row.at("status")];
        CHECK(row.at("loss_kw").empty() == (row.at("status") != "converged"));
        CHECK(row.at("lowest_bus").empty() == (row.at("status") != "converged"));
    }
    // How many of those near the edge have a solution is for the last digit to say; that the counts agree is not.
    const auto counted = [&](const std::string& before, const std::string& after) {
        std::smatch count;
        return std::regex_search(some.out, count, std::regex(before + "(\\d+)" + after)) ? std::stoi(count[1]) : 0;
    };
    CHECK(seen["converged"] > 50);
    CHECK(seen["collapsed"] > 50);
    CHECK(seen["converged"] == counted("solved +", " of 200"));
    CHECK(seen["diverged"] == counted(", ", " diverged"));
    CHECK(seen["collapsed"] == counted(", ", " collapsed"));
    const auto none = evsweep_in(folder.path(), {"solve", "feeder.yaml", "--scenarios", "10", "--spread", "50", "60"});
    CHECK(none.status == 1);
    CHECK_THAT(none.err, Contains("none of the load flows has a solution"));
    CHECK_THAT(none.out, Contains("solved           0 of 10"));
}

TEST_CASE("controls settle at nominal load and hold their taps in all scenarios") {
    const ScratchFolder folder;
    const std::string file = (evsweep::test::source_dir() / "scenarios/feeders/ieee13.yaml").string();
    const auto settled = evsweep_in(folder.path(), {"solve", file, "--scenarios", "10", "--spread", "1", "1"});
    const auto given =
        evsweep_in(folder.path(), {"solve", file, "--scenarios", "10", "--spread", "1", "1", "--controls", "as-given"});
    const auto alone = evsweep_in(folder.path(), {"solve", file});
    INFO(settled.err << given.err << alone.err);
    REQUIRE((settled.status == 0 && given.status == 0 && alone.status == 0));
    CHECK_THAT(settled.out, Contains("controls         settled at nominal load in ") && Contains(", and held there\n"));
    CHECK_THAT(given.out, Contains("controls         as given in the file\n"));
    const double expected = printed_row(alone.out, "\nlosses")[0];
    for (const double loss : printed_row(settled.out, "losses [kW]")) CHECK(loss == Approx(expected).margin(1e-3));
}

TEST_CASE("what is wrong with the flags of scenarios is reported at once, and without scenarios they are refused") {
    const ScratchFolder folder;
    folder.write("feeder.yaml", evsweep::test::small_feeder);
    const auto wrong = evsweep_in(folder.path(), {"solve", "feeder.yaml", "--scenarios", "0", "--spread", "2", "1", "--seed",
                                                  "-1", "--threads", "many", "--instruction-set", "avx3", "--tolerance", "1"});
    CHECK(wrong.status == 2);
    CHECK(wrong.out.empty());
    CHECK_THAT(wrong.err, Contains("--scenarios: 0 is out of range; must be [1, 10000000]"));
    CHECK_THAT(wrong.err, Contains("--spread: 2 is above 1; the lower one comes first"));
    CHECK_THAT(wrong.err, Contains("--seed: ") && Contains("--threads: ") && Contains("'many'"));
    CHECK_THAT(wrong.err, Contains("--instruction-set: unknown choice 'avx3'"));
    CHECK_THAT(wrong.err, Contains("--tolerance: 1 is out of range"));
    const auto alone = evsweep_in(folder.path(), {"solve", "feeder.yaml", "--seed", "1", "--spread", "1", "2", "--threads", "1",
                                                  "--instruction-set", "baseline"});
    CHECK(alone.status == 2);
    for (const std::string flag : {"--seed", "--spread", "--threads", "--instruction-set"})
        CHECK_THAT(alone.err, Contains(flag + ": is about random scenarios; say how many: --scenarios N"));
    const auto half = evsweep_in(folder.path(), {"solve", "feeder.yaml", "--scenarios", "5", "--spread", "1"});
    CHECK(half.status == 2);
    CHECK_THAT(half.err, Contains("--spread"));
}

TEST_CASE("a feeder without loads has nothing to draw at random") {
    const ScratchFolder folder;
    const std::string feeder = evsweep::test::small_feeder;
    folder.write("feeder.yaml", feeder.substr(0, feeder.find("loads:")));
    const auto answer = evsweep_in(folder.path(), {"solve", "feeder.yaml", "--scenarios", "5"});
    CHECK(answer.status == 2);
    CHECK_THAT(answer.err, Contains("--scenarios: the feeder has no loads to draw at random"));
}
