#include <catch2/catch.hpp>

#include "evsweep/time_format.hpp"
#include "sim/base/tz_database.hpp"
#include "unit/config/support.hpp"

using namespace evsweep;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

UtcTime at_second(std::int64_t since_1970) { return UtcTime(seconds(since_1970)); }

LocalTime clock(int year, unsigned month, unsigned day, int hour, int minute) {
    return std::chrono::local_days(std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day)) +
           std::chrono::hours(hour) + minutes(minute);
}

std::shared_ptr<const TimeZone> zone(const std::string& name) {
    Issues issues;
    auto found = find_time_zone(name, {}, "time.zone", issues);
    for (const auto& issue : issues.list()) FAIL(to_text(issue));
    return found;
}

}  // namespace

TEST_CASE("offsets agree with those of Python's zoneinfo, before and after the changes that files write out") {
    struct Sample {
        std::int64_t utc_s;
        int ahead_min;
    };
    // By Python 3.11: datetime.fromtimestamp(utc_s, ZoneInfo(name)).utcoffset(); the years are 1975 to 2075.
    const std::vector<std::pair<std::string, std::vector<Sample>>> reference{
        {"America/Los_Angeles",
         {{171204060, -420}, {1294074360, -480}, {1560909480, -420}, {2099614500, -420}, {2232949200, -420}, {3341352960, -480}}},
        {"Europe/Berlin",
         {{182394840, 60}, {1295324280, 60}, {1562346420, 120}, {2109555420, 60}, {2171254980, 120}, {3337269180, 120}}},
        {"Europe/London",
         {{177960420, 60}, {1308164340, 60}, {1742713500, 0}, {2107269060, 60}, {2161001880, 60}, {3329633340, 60}}},
        {"Australia/Lord_Howe",
         {{177212520, 600}, {1298655360, 660}, {1560291720, 630}, {2101342620, 630}, {2211056340, 660}, {3341425920, 660}}},
        {"America/Sao_Paulo", {{176941440, -180}, {1321057740, -120}, {1559848020, -180}, {3324290100, -180}}},
        {"Asia/Kolkata", {{180477780, 330}, {1322837820, 330}, {3313787760, 330}}},
        {"America/Nuuk", {{164344980, -180}, {1317437700, -120}, {2097198420, -60}, {2219630760, -60}, {3343331760, -120}}},
        {"Pacific/Apia", {{178409400, -660}, {1314858780, -660}, {1559774040, 780}, {3336654060, 780}}},
        {"Europe/Dublin", {{184708260, 0}, {1303804320, 60}, {2082789000, 0}, {2156884680, 60}, {3326771160, 60}}}};
    for (const auto& [name, samples] : reference) {
        const auto found = zone(name);
        for (const Sample& sample : samples) {
            INFO(name << " at " << sample.utc_s);
            CHECK(found->offset_at(at_second(sample.utc_s)) == minutes(sample.ahead_min));
        }
    }
}

TEST_CASE("a local time that clocks show twice or never is told from one that they show once") {
    const auto berlin = zone("Europe/Berlin");
    const auto once = berlin->utc(clock(2025, 3, 30, 1, 59));
    CHECK(once.kind == ClockReading::Kind::once);
    CHECK(once.first == at_second(1743296340));  // 00:59 UTC
    const auto never = berlin->utc(clock(2025, 3, 30, 2, 30));
    CHECK(never.kind == ClockReading::Kind::never);
    CHECK(berlin->local(never.first) == clock(2025, 3, 30, 3, 30));
    const auto twice = berlin->utc(clock(2025, 10, 26, 2, 30));
    CHECK(twice.kind == ClockReading::Kind::twice);
    CHECK(twice.first == at_second(1761438600));  // 00:30 UTC
    CHECK(twice.last == at_second(1761442200));   // 01:30 UTC
    CHECK(berlin->utc(clock(2025, 10, 26, 3, 0)).kind == ClockReading::Kind::once);
    const auto half = zone("Australia/Lord_Howe")->utc(clock(2025, 4, 6, 1, 45));  // set back by half an hour at 02:00
    CHECK(half.kind == ClockReading::Kind::twice);
    CHECK(half.last - half.first == minutes(30));
}

TEST_CASE("days have 23, 24 or 25 hours by a calendar with a zone") {
    const auto length_h = [](const Calendar& calendar, int year, unsigned month, unsigned day) {
        const std::chrono::local_days date(std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day));
        return hours(calendar.midnight(date + std::chrono::days(1)) - calendar.midnight(date));
    };
    const Calendar berlin(clock(2025, 3, 28, 12, 0), zone("Europe/Berlin"), {});
    CHECK(length_h(berlin, 2025, 3, 29) == 24.0);
    CHECK(length_h(berlin, 2025, 3, 30) == 23.0);
    CHECK(length_h(berlin, 2025, 10, 26) == 25.0);
    CHECK(length_h(Calendar(clock(2025, 3, 28, 12, 0)), 2025, 3, 30) == 24.0);
    const Instant after(std::chrono::hours(48));  // Sunday noon by passed time is 13:00 by the clock
    CHECK(berlin.local(after) == clock(2025, 3, 30, 13, 0));
    CHECK(berlin.instant(clock(2025, 3, 30, 13, 0)) == after);
    CHECK(berlin.instant(clock(2025, 3, 30, 2, 30)) == berlin.instant(clock(2025, 3, 30, 3, 30)));  // never shown
}

TEST_CASE("a zone that is not known is refused with a hint, and so is a machine without the tz database") {
    Issues issues;
    CHECK_FALSE(find_time_zone("Europe/Berlin2", {}, "time.zone", issues));
    CHECK_FALSE(find_time_zone("../../../etc/passwd", {}, "time.zone", issues));
    CHECK_FALSE(find_time_zone_in("/nowhere", "Europe/Berlin", {}, "time.zone", issues));
    const auto texts = test::texts(issues);
    CHECK_THAT(texts.at(0), Catch::Contains("'Europe/Berlin2' is no time zone; did you mean 'Europe/Berlin'?"));
    CHECK_THAT(texts.at(1), Catch::Contains("is no time zone"));
    CHECK_THAT(texts.at(2),
               Catch::Contains("there is no tz database at /nowhere") && Catch::Contains("install the package tzdata"));
    CHECK(find_time_zone_in("/nowhere", "UTC", {}, "time.zone", issues));
}

TEST_CASE("damaged files of the tz database give no zone") {
    CHECK_FALSE(parse_tzif("", "x"));
    CHECK_FALSE(parse_tzif("TZif", "x"));
    CHECK_FALSE(parse_tzif("TZif2" + std::string(39, '\xFF'), "x"));
}

TEST_CASE("rules for the years to come follow POSIX and RFC 8536") {
    const auto berlin = parse_zone_rule("CET-1CEST,M3.5.0,M10.5.0/3", 2025, 2025);
    REQUIRE(berlin);
    CHECK(berlin->usual == minutes(60));
    CHECK(berlin->changes ==
          std::vector<ClockChange>{{at_second(1743296400), minutes(120)}, {at_second(1761440400), minutes(60)}});
    const auto south =
        parse_zone_rule("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 2025, 2025);  // Lord Howe: summer begins in October
    REQUIRE(south);
    CHECK(south->changes.front().offset == minutes(630));
    const auto nuuk = parse_zone_rule("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 2025, 2025);  // hours before midnight
    REQUIRE(nuuk);
    CHECK(nuuk->changes.front().at == at_second(1743296400));                 // with the European Union: 01:00 UTC
    const auto by_days = parse_zone_rule("EST5EDT,J60/0,305/0", 2024, 2024);  // 1 March with J in a leap year; day 305 from 0
    REQUIRE(by_days);
    CHECK(by_days->changes.front().at == at_second(1709269200));
    CHECK(by_days->changes.back().at == at_second(1730433600));
    for (const std::string wrong :
         {"", "C", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.5.0,M10.5.0x"})
        CHECK_FALSE(parse_zone_rule(wrong, 2025, 2025));
}

TEST_CASE("times are read by formats as exports have them") {
    const auto clock_of = [](const std::string& text, const std::string& format) {
        const auto stamp = parse_stamp(text, format);
        return stamp ? std::optional(stamp->clock) : std::nullopt;
    };
    CHECK(clock_of("7/4/2019 9:05", "%m/%d/%Y %H:%M") == clock(2019, 7, 4, 9, 5));
    CHECK(clock_of("04.07.2019 09:05:30", "%d.%m.%Y %H:%M[:%S]") == clock(2019, 7, 4, 9, 5) + seconds(30));
    CHECK(clock_of("04.07.2019 09:05", "%d.%m.%Y %H:%M[:%S]") == clock(2019, 7, 4, 9, 5));
    CHECK(clock_of("4-Jul-19 12:05 AM", "%d-%b-%y %I:%M %p") == clock(2019, 7, 4, 0, 5));
    CHECK(clock_of("4-Jul-19 12:05 pm", "%d-%b-%y %I:%M %p") == clock(2019, 7, 4, 12, 5));
    CHECK(clock_of("2019-07-04 09:05:30.1256", "%Y-%m-%d %H:%M:%S") == clock(2019, 7, 4, 9, 5) + Duration(30126));
    CHECK(parse_stamp("Wed, 25 Apr 2018 11:08:04 GMT", "%a, %d %b %Y %H:%M:%S %Z") ==
          ClockStamp{clock(2018, 4, 25, 11, 8) + seconds(4), Duration{}});
    CHECK(parse_stamp("11/3/2019 1:30 PDT", "%m/%d/%Y %H:%M %Z") == ClockStamp{clock(2019, 11, 3, 1, 30), minutes(-420)});
    CHECK(parse_stamp("2019-11-03T01:30:00+05:30", "%Y-%m-%dT%H:%M:%S%z") == ClockStamp{clock(2019, 11, 3, 1, 30), minutes(330)});
    CHECK(parse_stamp("1524654484", "%s") == ClockStamp{clock(2018, 4, 25, 11, 8) + seconds(4), Duration{}});
    for (const std::string wrong :
         {"31/4/2019 09:05", "4/13/2019 09:05", "4/7/19 09:05", "4/7/2019 24:05", "4/7/2019 09:05 x", "4/7/2019"})
        CHECK_FALSE(clock_of(wrong, "%d/%m/%Y %H:%M"));
    CHECK(format_fault("%d/%m/%Y %H:%M").empty());
    CHECK_THAT(format_fault("%d/%m %H:%M"), Catch::Contains("lacks the year"));
    CHECK_THAT(format_fault("%d/%m/%Y %Q"), Catch::Contains("has %Q"));
    CHECK_THAT(format_fault("%d/%m/%Y %I:%M"), Catch::Contains("%I without %p"));
}
