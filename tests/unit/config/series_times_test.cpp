#include <catch2/catch.hpp>

#include "sim/config/scenario_reader.hpp"
#include "unit/config/support.hpp"

using namespace evsweep;
using test::Texts;

namespace {

/// A scenario of a day from Monday noon with one price series, read from a CSV file.
struct Reading {
    Texts issues;
    std::optional<Scenario> scenario;

    explicit Reading(const std::string& csv, const std::string& more = {}, const std::string& time = "start: 2025-01-06 12:00") {
        const test::Folder folder("series");
        folder.write("feeder.yaml", "");
        folder.write("x.csv", csv);
        Issues found;
        scenario = read_scenario(
            folder.write("s.yaml", "time: {" + time + "}\nprices: {buy: {every: 1 h, unit: EUR/kWh, file: x.csv, column: p" +
                                       more +
                                       "}}\nfeeder: {file: feeder.yaml}\npopulation: {}\ncontrollers: {test_drip: {}}\n"
                                       "outputs: {test_log: {}}\n"),
            {}, found);
        issues = folder.local(test::texts(found));
    }
    [[nodiscard]] double price_at(int hours) const {
        return scenario->prices->buy.at(Instant(std::chrono::hours(hours)), scenario->time.start);
    }
};

std::string two(int number) { return (number < 10 ? "0" : "") + std::to_string(number); }

/// Rows "time,value" whose value is the number of the row.
template <class Time>
std::string rows(int count, const Time& time, const std::string& header = "time,p") {
    std::string text = header + "\n";
    for (int k = 0; k < count; ++k) text += time(k) + "," + std::to_string(k) + "\n";
    return text;
}

std::string dated(int from_day, int k) { return "2025-01-" + two(from_day + k / 24) + " " + two(k % 24) + ":00"; }

}  // namespace

TEST_CASE("values with dates hold at their dates") {
    const Reading reading(rows(96, [](int k) { return dated(4, k); }));
    REQUIRE(reading.issues == Texts{});
    CHECK(reading.price_at(0) == 60.0);  // the 6th, noon, is 60 h after the 4th, midnight
    CHECK(reading.price_at(23) == 83.0);
}

TEST_CASE("dates that leave out a part of the scenario are refused, with the time from which values are missing") {
    CHECK(Reading(rows(48, [](int k) { return dated(6, k).substr(0, 13) + ":00:00"; }), "",
                  "start: 2025-01-06 12:00, duration: 48 h")
              .issues ==
          Texts{"s.yaml:2:49: prices.buy.file: lacks values from 2025-01-08 00:00 on: they go from 2025-01-06 00:00 to "
                "2025-01-08 00:00; choose a start within its dates, or write `align: first_day` to begin with its "
                "first row"});
    const auto other_year = rows(24, [](int k) { return "2019-05-06T" + two(k) + ":00"; });
    CHECK_THAT(Reading(other_year).issues.at(0),
               Catch::Contains("lacks values from 2025-01-06 12:00 on: they go from 2019-05-06"));
    const Reading moved(other_year, ", align: first_day");
    REQUIRE(moved.issues == Texts{});
    CHECK(moved.price_at(0) == 12.0);
}

TEST_CASE("a series without dates that does not fill its days is refused, and whole days repeat") {
    const auto plain = [](int count) {
        std::string text = "p\n";
        for (int k = 0; k < count; ++k) text += std::to_string(k) + "\n";
        return text;
    };
    CHECK(Reading(plain(24)).issues == Texts{});
    CHECK(Reading(plain(36)).issues == Texts{});  // until the scenario's end at noon
    CHECK(Reading(plain(1)).issues == Texts{});   // a constant
    CHECK(
        Reading(plain(20)).issues ==
        Texts{"s.yaml:2:49: prices.buy.file: lacks values from 2025-01-06 20:00 on: they go from 2025-01-06 00:00 to 2025-01-06 "
              "20:00; give whole days, which repeat, or values up to 2025-01-07 12:00"});
    CHECK_THAT(Reading(plain(12)).issues.at(0), Catch::Contains("lacks values from 2025-01-06 12:00 on"));
    CHECK(
        Reading(plain(72), "", "start: 2025-01-06, duration: 168 h").issues ==
        Texts{"s.yaml:2:49: warning: prices.buy.file: repeats after 72 h within the scenario's time; give as many days as there "
              "are, or whole weeks"});
    CHECK(Reading(plain(168), "", "start: 2025-01-06, duration: 336 h").issues == Texts{});
}

TEST_CASE("times are checked against the declared step, row by row") {
    const auto issue_texts = [](const std::string& csv) { return Reading(csv).issues; };
    const auto clock = [](int k) { return two(k % 24) + ":00"; };
    CHECK(issue_texts(rows(24, clock)) == Texts{});
    CHECK(issue_texts(rows(48, clock)) == Texts{});
    CHECK(issue_texts(rows(
              24, [](int k) { return std::to_string(k); }, "hour,p")) == Texts{});
    CHECK(issue_texts(rows(
              24, [](int k) { return std::to_string(k + 1); }, "hour,p")) == Texts{});
    CHECK(issue_texts(rows(
              24, [](int k) { return std::to_string(60 * k); }, "minute,p")) == Texts{});
    CHECK(issue_texts(rows(
              24, [](int k) { return std::to_string(k); }, "name,p")) == Texts{});  // not a time by any sign
    CHECK(
        issue_texts(rows(24, [](int k) { return two(k / 2) + (k % 2 == 0 ? ":00" : ":30"); })) ==
        Texts{"x.csv:3:1: prices.buy.file: time '00:30' is 30 min after the row before; the row before is at 00:00, and `every` "
              "is 1 h"});
    CHECK(
        issue_texts(rows(24, [](int k) { return dated(6, k < 5 ? k : k + 2); })) ==
        Texts{"x.csv:7:1: prices.buy.file: time '2025-01-06 07:00' leaves out 2 rows; the row before is at 2025-01-06 04:00, and "
              "`every` is 1 h"});
    CHECK_THAT(issue_texts(rows(24, [](int k) { return dated(6, k < 5 ? k : k - 1); })).at(0),
               Catch::Contains("x.csv:7:1: prices.buy.file: time '2025-01-06 04:00' is there twice"));
    CHECK_THAT(issue_texts(rows(24, [](int k) { return dated(6, 23 - k); })).at(0),
               Catch::Contains("x.csv:3:1") && Catch::Contains("goes back"));
    CHECK_THAT(issue_texts(rows(24, [](int k) { return k == 3 ? "soon" : dated(6, k); })).at(0),
               Catch::Contains("x.csv:5:1: prices.buy.file: time 'soon' is not a time"));
    CHECK_THAT(
        issue_texts(rows(24, [](int k) { return "6.1.2025 " + two(k) + ":00"; })).at(0),
        Catch::Contains("warning: prices.buy.file: column 'time' sounds like times, but '6.1.2025 00:00' is not understood"));
    CHECK(Reading(rows(
                      24, [](int k) { return std::to_string(30 * k); }, "minute,p"),
                  ", time_column: none")
              .issues == Texts{});
}

TEST_CASE("clocks that are set for summer leave values at their own times at the scenario's start") {
    const auto local = [](int k) {  // hourly from Saturday noon, 2025-03-29; 02:00 on Sunday does not exist
        const int hour = 12 + k + (k >= 14 ? 1 : 0);
        return "2025-03-" + two(29 + hour / 24) + " " + two(hour % 24) + ":00";
    };
    const auto csv = rows(56, local);  // until Monday, 20:00
    const Reading after(csv, "", "start: 2025-03-31 12:00, duration: 4 h");
    REQUIRE(after.issues == Texts{});
    CHECK(after.price_at(0) == 47.0);  // 48 h after Saturday noon by the clock, of which one was left out
    const Reading across(csv, "", "start: 2025-03-30 00:00, duration: 12 h");
    CHECK(across.price_at(0) == 12.0);
    CHECK_THAT(across.issues.at(0),
               Catch::Contains("the clock changes at 2025-03-30 03:00, and values after it are an hour off"));
}

TEST_CASE("a column of times among profiles is no profile") {
    const test::Folder folder("series");
    folder.write("feeder.yaml", "");
    folder.write("x.csv", rows(
                              24, [](int k) { return dated(6, k) + ",0.5"; }, "\xEF\xBB\xBFtime,a,b"));
    Issues found;
    const auto scenario = read_scenario(
        folder.write("s.yaml",
                     "time: {start: 2025-01-06}\nbase_load: {columns: {file: x.csv, every: 1 h}}\n"
                     "feeder: {file: feeder.yaml}\npopulation: {}\ncontrollers: {test_drip: {}}\noutputs: {test_log: {}}\n"),
        {}, found);
    REQUIRE(folder.local(test::texts(found)) == Texts{});
    CHECK(scenario->base_load.profiles.size() == 2);
    CHECK(scenario->base_load.profiles.at("b").values[23] == 23.0);
}
