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
                "first row, or `align: weekday`"});
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

namespace {

/// Hourly rows by the clock of Berlin, from 2025-03-29 00:00 on, or 2025-10-25: the hour from 02:00 is not there, or twice.
std::string by_berlin(bool spring, int count) {
    std::string text = "time,p\n";
    for (int k = 0; k < count; ++k) {
        const int shown = spring ? k + (k >= 26 ? 1 : 0) : k - (k >= 27 ? 1 : 0);
        text += std::string(spring ? "2025-03-" : "2025-10-") + two((spring ? 29 : 25) + shown / 24) + " " + two(shown % 24) +
                ":00," + std::to_string(k) + "\n";
    }
    return text;
}

}  // namespace

TEST_CASE("rows by the clock of the scenario's zone have 23 and 25 hours on the days on which it is set") {
    const Reading spring(by_berlin(true, 71), "", "start: 2025-03-29, zone: Europe/Berlin, duration: 71 h");
    REQUIRE(spring.issues == Texts{});
    for (const int hour : {0, 25, 26, 70}) CHECK(spring.price_at(hour) == hour);
    CHECK(spring.scenario->prices->buy.laid == "by date (column time), by the clock of Europe/Berlin");
    const Reading autumn(by_berlin(false, 73), "", "start: 2025-10-26, zone: Europe/Berlin, duration: 49 h");
    REQUIRE(autumn.issues == Texts{});
    for (const int hour : {0, 2, 3, 48}) CHECK(autumn.price_at(hour) == 24 + hour);
}

TEST_CASE("rows by UTC, or by another clock, hold at their instants") {
    const auto utc = [](int k) { return "2025-03-" + two(28 + k / 24) + "T" + two(k % 24) + ":00Z"; };
    const Reading marked(rows(96, utc), "", "start: 2025-03-30, zone: Europe/Berlin, duration: 23 h");
    REQUIRE(marked.issues == Texts{});
    CHECK(marked.price_at(0) == 47.0);  // midnight in Berlin is 23:00 UTC of the day before
    CHECK(marked.price_at(22) == 69.0);
    const auto plain = [&](int k) { return utc(k).substr(0, 16); };
    const Reading named(rows(96, plain), ", time_zone: UTC", "start: 2025-03-30, zone: Europe/Berlin, duration: 23 h");
    REQUIRE(named.issues == Texts{});
    CHECK(named.price_at(0) == 47.0);
    CHECK_THAT(Reading(rows(96, plain), ", time_zone: UTC", "start: 2025-03-30").issues.at(0),
               Catch::Contains("has a time_zone, and the scenario's clock has none"));
}

TEST_CASE("rows that are not set hold at the hours that clocks show, with a warning on the day") {
    const Reading reading(rows(72, [](int k) { return "2025-03-" + two(29 + k / 24) + " " + two(k % 24) + ":00"; }), "",
                          "start: 2025-03-29, zone: Europe/Berlin, duration: 71 h");
    CHECK(reading.price_at(25) == 25.0);
    CHECK(reading.price_at(26) == 27.0);  // 03:00 by the clock
    CHECK_THAT(reading.issues.at(0), Catch::Contains("has 24 hours on 2025-03-30, when the clock of Europe/Berlin is set"));
}

TEST_CASE("values of another year are laid by their days of the week") {
    const auto other_year = rows(24 * 14, [](int k) { return "2019-05-" + two(3 + k / 24) + " " + two(k % 24) + ":00"; });
    const Reading reading(other_year, ", align: weekday");  // 2019-05-03 is a Friday, 2025-01-06 a Monday
    REQUIRE(reading.issues == Texts{});
    CHECK(reading.price_at(0) == 24.0 * 3 + 12.0);
    CHECK(reading.scenario->prices->buy.laid == "by weekday, its mon 2019-05-06 on 2025-01-06 (column time)");
    const Reading week(rows(24 * 7, [](int k) { return "2019-05-" + two(3 + k / 24) + " " + two(k % 24) + ":00"; }),
                       ", align: weekday", "start: 2025-01-06, duration: 168 h");
    REQUIRE(week.issues == Texts{});
    CHECK(week.price_at(0) == 72.0);
    CHECK(week.price_at(24 * 4) == 0.0);  // Friday again
}

TEST_CASE("times in other forms are read by their format, and decimal commas are refused") {
    const auto german = [](int k) { return two(6 + k / 24) + ".01.2025 " + two(k % 24) + ":00"; };
    const Reading reading(rows(48, german), ", time_format: \"%d.%m.%Y %H:%M\"");
    REQUIRE(reading.issues == Texts{});
    CHECK(reading.price_at(0) == 12.0);
    CHECK_THAT(Reading(rows(48, german), ", time_format: \"%d.%m %H:%M\"").issues.at(0), Catch::Contains("lacks the year"));
    CHECK_THAT(Reading(rows(48, german), ", time_format: \"%m/%d/%Y %H:%M\"").issues.at(0),
               Catch::Contains("has no column of times in the form \"%m/%d/%Y %H:%M\""));
    CHECK_THAT(Reading(rows(48, german), ", time_column: time, time_format: \"%m/%d/%Y %H:%M\"").issues.at(0),
               Catch::Contains("x.csv:2:1: prices.buy.file: time '06.01.2025 00:00' is not a time; time_format is"));
    std::string commas = "\xEF\xBB\xBFtime;p\n";
    for (int k = 0; k < 24; ++k) commas += two(k) + ":00;0,25\n";
    CHECK_THAT(Reading(commas).issues.at(0), Catch::Contains("0,25") && Catch::Contains("write a decimal point"));
}

TEST_CASE("prices may differ by kind of day, and holidays are like Sundays") {
    const test::Folder folder("series");
    folder.write("feeder.yaml", "");
    Issues found;
    const auto scenario = read_scenario(
        folder.write(
            "s.yaml",
            "time: {start: 2025-01-06, duration: 168 h, holidays: [2025-01-08]}\nprices:\n  buy:\n    weekday: {every: 12 h, "
            "values: [0.2 $/kWh, 0.3 $/kWh]}\n    sat: {every: 12 h, values: [0.15 $/kWh, 0.1 $/kWh]}\n    sun: {every: 12 h, "
            "values: [0.1 $/kWh, 0.1 $/kWh]}\nfeeder: {file: feeder.yaml}\npopulation: {}\ncontrollers: {test_drip: "
            "{}}\noutputs: {test_log: {}}\n"),
        {}, found);
    REQUIRE(folder.local(test::texts(found)) == Texts{});
    const auto price = [&](int hour) {
        return scenario->prices->buy.at(Instant(std::chrono::hours(hour)), scenario->time.start);
    };
    CHECK(price(0) == 0.2);
    CHECK(price(13) == 0.3);
    CHECK(price(24 * 2 + 13) == 0.1);  // the holiday
    CHECK(price(24 * 5) == 0.15);
    CHECK(price(24 * 6 + 13) == 0.1);
}

TEST_CASE("a start that clocks never show is refused") {
    CHECK_THAT(Reading(by_berlin(true, 71), "", "start: 2025-03-30 02:30, step: 30 min, zone: Europe/Berlin, duration: 12 h")
                   .issues.at(0),
               Catch::Contains("time.start: is never shown by the clock of Europe/Berlin"));
}
