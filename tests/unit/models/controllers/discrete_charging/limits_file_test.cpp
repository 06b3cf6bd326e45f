/// Limits by slot: what is read from the file, and what is said of one that is wrong.
#include <catch2/catch.hpp>

#include "tests/scratch.hpp"
#include "tests/unit/models/controllers/controller_desk.hpp"

using namespace evsweep;

namespace {

/// All that is said of a controller with these limits.
std::vector<std::string> problems(const std::string& limits) {
    Issues issues;
    (void)configure_controller("least_laxity", "{power: 5 kW, limits: " + limits + "}", issues);
    std::vector<std::string> texts;
    for (const Issue& issue : issues.list()) texts.push_back(to_text(issue));
    return texts;
}

}  // namespace

TEST_CASE("everything that is wrong with a file of limits is told with its place, at once", "[discrete]") {
    const test::ScratchFolder folder;
    const std::string file = folder
                                 .write("limits.csv",
                                        "# kW\n"
                                        "slot,base,limit,feeder\n"
                                        "0,10,20,\n"
                                        "1,-3.5,20,inf\n"
                                        "2,10,many,50\n"
                                        "3,10,20\n"
                                        "4,nan,20,50\n")
                                 .string();
    CHECK(
        problems("{file: " + file + ", every: 15 min, feeder: feeder, transformers: {t1: {limit: limit, base: base}}}") ==
        std::vector<std::string>{
            file + ":4:3: controllers.it.limits.file: the base load in column 'base' is negative: -3.5 kW; give what is drawn "
                   "without vehicles",
            file +
                ":5:6: controllers.it.limits.file: 'many' in column 'limit' is not a number; give kW, or nothing where there is "
                "no limit",
            file + ":6:1: controllers.it.limits.file: 3 cells where the header has 4; give a number for every column",
            file + ":7:3: controllers.it.limits.file: 'nan' in column 'base' is not a number; give kW"});
}

TEST_CASE("a column that is not there, an empty file and limits of nothing are refused", "[discrete]") {
    const test::ScratchFolder folder;
    const std::string file = folder.write("limits.csv", "slot,limit_feeder\n0,10\n").string();
    const std::string empty = folder.write("empty.csv", "slot,limit_feeder\n").string();
    CHECK_THAT(problems("{file: " + file + ", every: 15 min, feeder: limit_feder}").at(0),
               Catch::Contains("limits.feeder: '" + file + "' has no column 'limit_feder'; did you mean 'limit_feeder'?"));
    CHECK_THAT(problems("{file: " + empty + ", every: 15 min, feeder: limit_feeder}").at(0),
               Catch::Contains("has no row under a header; give one row for every slot"));
    CHECK_THAT(problems("{file: " + file + ", every: 15 min}").at(0),
               Catch::Contains("feeder: is missing, and so are transformers"));
}

TEST_CASE("what does not fit to chargers, groups and slots is refused when a controller is made", "[discrete]") {
    const test::ScratchFolder folder;
    const std::string file = folder.write("limits.csv", "limit\n10\n20\n").string();
    const auto start = [](const std::string& yaml) {
        ControllerDesk desk;
        desk.park({});
        desk.start("valley_filling", yaml);
    };
    CHECK_THROWS_WITH(start("{power: 7 kW}"),
                      "power: 7 kW is not a power of charging point 1, which has a rating of 5 kW; choose one "
                      "that all have");
    CHECK_THROWS_WITH(start("{power: 5 kW, period: 90 s}"), Catch::Contains("90 s is not a whole number of control steps"));
    CHECK_THROWS_WITH(start("{power: 5 kW, limits: {file: " + file + ", every: 20 min, feeder: limit}}"),
                      Catch::Contains("limits.every: 20 min is not a whole number of periods of 15 min"));
    CHECK_THROWS_WITH(start("{power: 5 kW, limits: {file: " + file + ", every: 15 min, transformers: {t1: {limit: limit}}}}"),
                      Catch::Contains("transformer 't1' has a group 't1' that the population does not have"));
    CHECK_NOTHROW(start("{power: 5 kW}"));
}

TEST_CASE("limits that end before the study are told when they do", "[discrete]") {
    const test::ScratchFolder folder;
    const std::string file = folder.write("limits.csv", "limit\n10\n20\n").string();
    ControllerDesk desk;
    desk.park({});
    desk.set_base(1.0);
    desk.start("least_laxity", "{power: 5 kW, limits: {file: " + file + ", every: 15 min, feeder: limit}}");
    desk.decide(0.0);
    desk.decide(0.25);
    CHECK_THROWS_WITH(desk.decide(0.5), Catch::Contains("has 2 rows, of which slot 2 would be the next"));
}
