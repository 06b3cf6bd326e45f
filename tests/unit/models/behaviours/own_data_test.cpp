// Exports that are no known layout: columns, filters, several files, time zones; and what becomes of each row.
#include <catch2/catch.hpp>

#include "unit/models/behaviours/behaviour_fixture.hpp"
#include "unit/models/behaviours/session_files.hpp"

using namespace evsweep;
using std::chrono::minutes;

namespace {

LocalTime clock(int year, unsigned month, unsigned day, int hour, int minute) {
    return std::chrono::local_days(std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day)) +
           std::chrono::hours(hour) + minutes(minute);
}

Instant after_min(int count) { return Instant(minutes(count)); }

Calendar calendar_in(const std::string& zone, LocalTime start) {
    Issues issues;
    return {start, find_time_zone(zone, {}, "time.zone", issues), {}};
}

const std::string battery = "\nplacement: {rule: proportional}\ncapacity: 60 kWh\ncharge_rating: 22 kW\n";
const std::string plain = "station_id,plug_in_local,plug_out_local,energy_kwh\n";

std::string workplace(const TemporaryFile& file) {
    return "behaviour: sessions\nfile: " + file.path().string() + "\nlayout: workplace" + battery;
}

}  // namespace

TEST_CASE("columns say what an export's own names, units and formats mean", "[behaviours][own data]") {
    const TemporaryFile file(
        "Vorgang;Saeule;Stecker;Beginn;Dauer;Energie\n"
        "1;Nord;A;06.01.2025 14:30;1:15:00;9500\n"
        "2;Nord;B;06.01.2025 15:00;45:30;1.250\n");
    BehaviourFixture fixture;
    fixture.horizon = std::chrono::hours(12);
    const Population population =
        fixture.draw("behaviour: sessions\nfile: " + file.path().string() +
                     "\ncolumns:\n  plug_in: {column: Beginn, format: \"%d.%m.%Y %H:%M\"}\n  duration: Dauer\n"
                     "  energy: {column: Energie, unit: Wh}\n  station: [Saeule, Stecker]" +
                     battery);
    CHECK(fixture.issue_texts() == "");
    REQUIRE(population.sessions.size() == 2);
    CHECK(population.sessions[0].plug_in == after_min(150));
    CHECK(population.sessions[0].unplug == after_min(225));
    CHECK(population.sessions[1].unplug - population.sessions[1].plug_in == minutes(45) + std::chrono::seconds(30));
    CHECK(population.stays.at(0).played.kwh == Approx(9.50125));
    CHECK(population.connectors.size() == 2);
}

TEST_CASE("what a recording lacks is refused with what to say", "[behaviours][own data]") {
    const TemporaryFile file(plain + "A,2025-01-06 14:00,2025-01-06 18:30,9.5\n");
    const auto texts = [&file](const std::string& more) {
        BehaviourFixture fixture;
        CHECK_FALSE(fixture.try_make("behaviour: sessions\nfile: " + file.path().string() + "\n" + more + battery));
        return fixture.issue_texts();
    };
    CHECK_THAT(texts(""), Catch::Contains("population.homes.layout: is missing; name a layout"));
    CHECK_THAT(texts("columns: {plug_in: plug_in_local, energy: energy_kwh}"),
               Catch::Contains("columns: says not where there is plug_out, or duration, station"));
    CHECK_THAT(texts("layout: workplace\ncolumns: {energy: energie}"),
               Catch::Contains("the column 'energie'") && Catch::Contains("is missing"));
    CHECK_THAT(texts("layout: workplace\ncolumns: {energy: {column: energy_kwh, unit: GJ}}"),
               Catch::Contains("'GJ' is no unit of energy"));
    CHECK_THAT(texts("layout: workplace\ncolumns: {plug_in: {column: plug_in_local, format: \"%H:%M\"}}"),
               Catch::Contains("'%H:%M' lacks the year, the month or the day"));
    CHECK_THAT(texts("layout: workplace\nfilter: {Site: A}"), Catch::Contains("the column 'Site' of the filter is missing"));
    CHECK_THAT(texts("layout: workplace\nfilter: {station_id: B}"),
               Catch::Contains("has no usable session on the chosen days, 1 rows are not kept by the filter"));
    CHECK_THAT(texts("layout: workplace\ntime_zone: Europe/Berln"), Catch::Contains("did you mean 'Europe/Berlin'?"));
}

TEST_CASE("several files are one recording; rows that are there twice count once, and each row has one fate",
          "[behaviours][own data]") {
    const TemporaryFile first(plain + "A,2025-01-06 14:00,2025-01-06 18:30,9.5\nB,2025-01-06 13:00,2025-01-06 14:00,1\n",
                              "1.csv");
    const TemporaryFile second(
        plain +
            "A,2025-01-06 14:00,2025-01-06 18:30,9.5\nC,2025-01-06 20:00,,2\nC,2025-01-06 20:00,2025-01-06 "
            "19:00,3\nC,2025-01-06 21:00,soon,4\nC,2025-01-05 21:00,2025-01-05 22:00,5\nC,2025-01-08 "
            "21:00,2025-01-08 22:00,6\nC,2025-01-06 22:00,2025-01-06 23:00,7\n",
        "2.csv");
    BehaviourFixture fixture;
    fixture.horizon = std::chrono::hours(12);
    const auto behaviour = fixture.make("behaviour: sessions\nfile: [" + first.path().string() + ", " + second.path().string() +
                                        "]\nlayout: workplace\nfrom: 2025-01-06\nto: 2025-01-06\nfilter: {station_id: {except: "
                                        "B}}\nunreadable: leave_out" +
                                        battery);
    const auto rows = behaviour->recorded_rows();
    REQUIRE(rows);
    CHECK(rows->used.count == 2);
    CHECK(rows->used.kwh == Approx(16.5));
    std::map<std::string, std::pair<std::size_t, double>> left_out;
    for (const auto& [reason, sum] : rows->left_out) left_out[reason] = {sum.count, sum.kwh};
    CHECK(left_out == std::map<std::string, std::pair<std::size_t, double>>{{"have no plug-out time", {1, 2.0}},
                                                                            {"end at or before their plug-in", {1, 3.0}},
                                                                            {"are there twice", {1, 9.5}},
                                                                            {"are not kept by the filter", {1, 1.0}},
                                                                            {"begin before `from`", {1, 5.0}},
                                                                            {"begin after `to`", {1, 6.0}},
                                                                            {"cannot be understood (plug_out_local)", {1, 4.0}}});
    CHECK_THAT(fixture.issue_texts(),
               Catch::Contains("1 rows are there twice and are left out (9.5 kWh)") &&
                   Catch::Contains("2.csv:5:20: warning: population.homes: 1 rows cannot be understood and are "
                                   "left out (4.0 kWh); the first: plug_out_local is not a time: 'soon'"));
}

TEST_CASE("a file that is named twice is refused", "[behaviours][own data]") {
    const TemporaryFile file(plain + "A,2025-01-06 14:00,2025-01-06 18:30,9.5\n");
    BehaviourFixture fixture;
    CHECK_FALSE(fixture.try_make("behaviour: sessions\nfile: [" + file.path().string() + ", " + file.path().string() +
                                 "]\nlayout: workplace" + battery));
    CHECK_THAT(fixture.issue_texts(), Catch::Contains("twice; remove one"));
}

TEST_CASE("on the day of 23 hours a stay through the change is an hour shorter than the clock makes it",
          "[behaviours][own data]") {
    const TemporaryFile file(plain + "A,2019-03-10 01:30,2019-03-10 03:30,5\nB,2019-03-10 18:00,2019-03-10 20:15,5\n");
    BehaviourFixture fixture;
    fixture.calendar = calendar_in("America/Los_Angeles", clock(2019, 3, 10, 0, 0));
    fixture.horizon = std::chrono::hours(23);  // the whole day
    const Population population = fixture.draw(workplace(file));
    CHECK(fixture.issue_texts() == "");
    REQUIRE(population.sessions.size() == 2);
    CHECK(population.sessions[0].plug_in == after_min(90));
    CHECK(population.sessions[0].unplug == after_min(150));       // 03:30 is one hour after 01:30
    CHECK(population.sessions[1].plug_in == after_min(17 * 60));  // 18:00, of which 02:00 to 03:00 never was
    CHECK(population.sessions[1].unplug == after_min(17 * 60 + 135));
}

TEST_CASE("on the day of 25 hours a time that is shown twice is the first, or the one after its plug-in",
          "[behaviours][own data]") {
    const TemporaryFile file(plain +
                             "A,2019-11-03 00:30,2019-11-03 01:15,5\nB,2019-11-03 01:30,2019-11-03 01:10,5\n"
                             "C,2019-11-03 00:30,2019-11-03 02:30,5\n");
    BehaviourFixture fixture;
    fixture.calendar = calendar_in("America/Los_Angeles", clock(2019, 11, 3, 0, 0));
    const Population population = fixture.draw(workplace(file));
    REQUIRE(population.sessions.size() == 3);
    CHECK(population.sessions[0].unplug == after_min(75));
    CHECK(population.sessions[1].unplug == after_min(210));  // C: three hours after 00:30
    CHECK(population.sessions[2].plug_in == after_min(90));
    CHECK(population.sessions[2].unplug == after_min(130));  // B: forty minutes later, by the second 01:10
    CHECK_THAT(fixture.issue_texts(),
               Catch::Contains("sessions.csv:2:1: warning: population.homes: 3 times are shown twice by the "
                               "clock of America/Los_Angeles"));
}

TEST_CASE("times by UTC are local by the zone that is named, of the recording or of the scenario", "[behaviours][own data]") {
    const TemporaryFile file(plain + "A,2019-03-10T09:30:00Z,2019-03-10T10:30:00Z,5\nB,2019-03-11 01:00,2019-03-11 03:00,5\n");
    for (const bool of_scenario : {true, false}) {
        BehaviourFixture fixture;
        fixture.calendar =
            of_scenario ? calendar_in("America/Los_Angeles", clock(2019, 3, 10, 0, 0)) : Calendar(clock(2019, 3, 10, 0, 0));
        const std::string zone = of_scenario ? "" : "time_zone: America/Los_Angeles\n";
        const Population population = fixture.draw(workplace(file) + "times: utc\n" + zone);
        REQUIRE(population.sessions.size() == 2);
        CHECK(population.sessions[0].plug_in == after_min(90));
        CHECK(population.sessions[0].unplug == after_min(of_scenario ? 150 : 210));
        CHECK(population.sessions[1].plug_in == after_min(of_scenario ? 17 * 60 : 18 * 60));  // 18:00 by the clock of either
        const std::string warning =
            "the clock of America/Los_Angeles is set during 1 stays, which are longer or shorter by that here";
        CHECK((fixture.issue_texts().find(warning) == std::string::npos) == of_scenario);
    }
}

TEST_CASE("a time that no clock shows is told, and taken as if the clock had not been set", "[behaviours][own data]") {
    const TemporaryFile file(plain + "A,2019-03-10 02:30,2019-03-10 04:30,5\n");
    BehaviourFixture fixture;
    fixture.calendar = calendar_in("America/Los_Angeles", clock(2019, 3, 10, 0, 0));
    const Population population = fixture.draw(workplace(file));
    REQUIRE(population.sessions.size() == 1);
    CHECK(population.sessions[0].plug_in == after_min(150));
    CHECK(population.sessions[0].unplug == after_min(210));
    CHECK_THAT(fixture.issue_texts(), Catch::Contains("1 times are never shown by the clock of America/Los_Angeles"));
}

TEST_CASE("on other dates than its own a stay keeps its times of day", "[behaviours][own data]") {
    const TemporaryFile file(plain + "A,2019-11-03 18:00,2019-11-04 07:00,5\n");  // a Sunday evening to Monday
    BehaviourFixture fixture;
    fixture.calendar = calendar_in("America/Los_Angeles", clock(2025, 3, 9, 0, 0));  // a Sunday of 23 hours
    fixture.horizon = std::chrono::hours(47);
    const Population population = fixture.draw(workplace(file));
    REQUIRE(population.sessions.size() == 1);
    CHECK(fixture.calendar.local(population.sessions[0].plug_in) == clock(2025, 3, 9, 18, 0));
    CHECK(fixture.calendar.local(population.sessions[0].unplug) == clock(2025, 3, 10, 7, 0));
}

TEST_CASE("drawn arrivals and departures are by the clock on days on which it is set", "[behaviours][own data]") {
    BehaviourFixture fixture;
    fixture.calendar = calendar_in("Europe/Berlin", clock(2025, 3, 29, 12, 0));
    fixture.horizon = std::chrono::hours(48);
    const Population population = fixture.draw(
        "vehicles: 1\ncapacity: 40 kWh\ncharge_rating: 7 kW\narrival: 18 h\ndeparture: 7 h\ninitial_soc: 0.4\ntarget_soc: 0.9\n"
        "placement: {rule: proportional}\n");
    REQUIRE(population.sessions.size() == 2);
    CHECK(population.sessions[0].plug_in == after_min(6 * 60));
    CHECK(population.sessions[0].unplug == after_min(18 * 60));  // 07:00 after a night that is an hour short
    CHECK(population.sessions[1].plug_in == after_min(29 * 60));
}
