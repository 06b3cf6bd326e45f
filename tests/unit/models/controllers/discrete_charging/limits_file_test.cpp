/// Limits by slot: what is read from the file, and what is said of one that is wrong.
#include <catch2/catch.hpp>

#include "evsweep/time_zone.hpp"
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

/// What is said of such limits when a controller is made for a scenario of one hour from noon of 6 January 2025.
std::vector<std::string> faults_in_an_hour(const std::string& limits, const std::string& controller = "least_laxity",
                                           Calendar calendar = Calendar(std::chrono::local_days(std::chrono::year(2025) / 1 / 6) +
                                                                        std::chrono::hours(12))) {
    Issues issues;
    ControllerDesk desk;
    desk.park({});
    desk.calendar = std::move(calendar);
    desk.horizon = Instant(std::chrono::hours(1));
    desk.issues_of_check = &issues;
    desk.start(controller, "{power: 5 kW, limits: " + limits + "}");
    std::vector<std::string> texts;
    for (const Issue& issue : issues.list()) texts.push_back(to_text(issue));
    return texts;
}

TEST_CASE("limits that end before the scenario are an error of the scenario, with numbers", "[discrete]") {
    const test::ScratchFolder folder;
    const std::string file = folder.write("limits.csv", "limit\n10\n20\n").string();
    for (const char* controller : {"valley_filling", "least_laxity"})
        CHECK(faults_in_an_hour("{file: " + file + ", every: 15 min, feeder: limit}", controller) ==
              std::vector<std::string>{file +
                                       ":3:1: controllers.it.limits.file: ends after 2 rows of 15 min, before the scenario, "
                                       "which lasts 1 h and needs 4; add 2 rows, or shorten `time.duration`"});
    CHECK(faults_in_an_hour("{file: " + file + ", every: 30 min, feeder: limit}").empty());
    ControllerDesk desk;
    desk.park({});
    CHECK_THROWS_WITH(desk.start("least_laxity", "{power: 5 kW, limits: {file: " + file + ", every: 15 min, feeder: limit}}"),
                      Catch::Contains("ends after 2 rows of 15 min"));
}

TEST_CASE("times beside limits are those of the scenario, from its start on and one step after the other", "[discrete]") {
    const test::ScratchFolder folder;
    const auto faults = [&](const std::vector<std::string>& times, const std::string& more = "",
                            const std::string& header = "time", const std::string& every = "15 min") {
        std::string text = header + ",limit\n";
        for (const std::string& time : times) text += time + ",10\n";
        const std::string file = folder.write("limits.csv", text).string();
        auto told = faults_in_an_hour("{file: " + file + ", every: " + every + ", feeder: limit" + more + "}");
        for (std::string& one : told) one.erase(0, file.size());
        return told;
    };
    const std::vector<std::string> good{"2025-01-06 12:00", "2025-01-06 12:15", "2025-01-06T12:30", "2025-01-06 12:45:00"};
    CHECK(faults(good).empty());
    CHECK(faults(good, "", "hour_beginning").empty());
    using Told = std::vector<std::string>;
    const std::string apart = " apart, as `every` says; the row before is at '2025-01-06 12:00'";
    CHECK(faults(good, "", "time", "30 min") ==
          Told{":3:1: controllers.it.limits.file: '2025-01-06 12:15' stands where 2025-01-06 12:30 is due: rows are 30 min" +
               apart});
    CHECK(faults({good[0], good[2], good[1], good[3]}, "", "stamp") ==
          Told{":3:1: controllers.it.limits.file: '2025-01-06T12:30' stands where 2025-01-06 12:15 is due: rows are 15 min" +
               apart});
    const std::string begin =
        " is not the start of the scenario, which is 2025-01-06 12:00; begin with the row that holds then; `time_column: none` "
        "counts rows from the start, whatever their times";
    const Told old{"2019-01-06 12:00", "2019-01-06 12:15", "2019-01-06 12:30", "2019-01-06 12:45"};
    CHECK(faults(old) == Told{":2:1: controllers.it.limits.file: '2019-01-06 12:00'" + begin});
    CHECK(faults({good[1], good[2], good[3], "2025-01-06 13:00"}) ==
          Told{":2:1: controllers.it.limits.file: '2025-01-06 12:15'" + begin});
    CHECK(faults(old, ", time_column: none").empty());
    CHECK(faults({"06.01.2025 12:00", "06.01.2025 12:15", "06.01.2025 12:30", "06.01.2025 12:45"},
                 ", time_column: when, time_format: \"%d.%m.%Y %H:%M\"", "when")
              .empty());
    CHECK(faults({"2025-01-06 12:00Z", "2025-01-06 12:15Z", "2025-01-06 12:30Z", "2025-01-06 12:45Z"},
                 ", time_format: \"%Y-%m-%d %H:%M%z\"")
              .at(0)
              .find("has an offset from UTC, and the scenario's clock has none; say `zone`") != std::string::npos);
}

TEST_CASE("times by UTC are laid by the zone of the scenario, also where its clock is set", "[discrete]") {
    const test::ScratchFolder folder;
    Issues issues;
    const auto zone = find_time_zone("Europe/Berlin", {}, "zone", issues);
    REQUIRE(zone);
    const auto told = [&](const std::string& rows) {
        const std::string file = folder.write("limits.csv", "time,limit\n" + rows).string();
        return faults_in_an_hour(
            "{file: " + file + ", every: 30 min, feeder: limit, time_format: \"%Y-%m-%d %H:%M[%z]\"}", "least_laxity",
            Calendar(std::chrono::local_days(std::chrono::year(2025) / 3 / 30) + std::chrono::minutes(90), zone, {}));
    };
    CHECK(told("2025-03-30 00:30Z,1\n2025-03-30 01:00Z,1\n").empty());
    CHECK(told("2025-03-30 01:30,1\n2025-03-30 03:00,1\n").empty());  // clocks are set forward at 2:00
    CHECK(told("2025-03-30 01:30,1\n2025-03-30 02:00,1\n").size() == 1);
}

TEST_CASE("a time column that holds no times, or is not there, is told", "[discrete]") {
    const test::ScratchFolder folder;
    const std::string file = folder.write("limits.csv", "time,limit\n12:00,10\n12:15,-5\n").string();
    CHECK(
        problems("{file: " + file + ", every: 15 min, feeder: limit}") ==
        std::vector<std::string>{
            file + ":2:1: controllers.it.limits.file: '12:00' in column 'time' is not a time; write YYYY-MM-DD HH:MM, or say its "
                   "`time_format`; `time_column: none` counts rows from the start",
            file + ":3:7: controllers.it.limits.file: the limit in column 'limit' is negative: -5 kW; give what may be drawn at "
                   "the most, 0 or more"});
    CHECK_THAT(problems("{file: " + file + ", every: 15 min, feeder: limit, time_column: tim}").at(0),
               Catch::Contains("limits.time_column: '" + file + "' has no column 'tim'; did you mean 'time'?"));
    CHECK_THAT(problems("{file: " + file + ", every: 15 min, feeder: limit, time_format: \"%H:%M\"}").at(0),
               Catch::Contains("limits.time_format"));
}
