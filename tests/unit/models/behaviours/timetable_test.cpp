#include <catch2/catch.hpp>

#include "scratch.hpp"
#include "unit/models/behaviours/behaviour_fixture.hpp"

using namespace evsweep;

namespace {

/// From a Monday midnight on.
struct Depot : BehaviourFixture {
    Depot() {
        calendar = Calendar(std::chrono::local_days(std::chrono::year(2025) / 1 / 6) + std::chrono::hours(0));
        horizon = std::chrono::hours(48);
    }
    std::string settings(const std::string& table, const std::string& more = "") {
        folder.write("timetable.csv", table);
        return "behaviour: timetable\nfile: " + (folder / "timetable.csv").string() +
               "\nplacement: {rule: round_robin, buses: [mall]}\ncapacity: 300 kWh\ncharge_rating: 100 kW\n" + more;
    }
    std::string issues_of(const std::string& table, const std::string& more = "") {
        (void)try_make(settings(table, more), "buses");
        return issue_texts();
    }
    test::ScratchFolder folder;
};

Instant at(int h, int min = 0) { return Instant(std::chrono::hours(h) + std::chrono::minutes(min)); }

void check_stay(const Session& s, std::size_t bus, Instant comes, Instant leaves, std::optional<double> trip_kwh) {
    CHECK(s.vehicle.index() == bus);
    CHECK(s.connector.index() == bus);
    CHECK(s.plug_in == comes);
    CHECK(s.unplug == leaves);
    CHECK(s.stated_departure == leaves);
    CHECK(s.trip_kwh.has_value() == trip_kwh.has_value());
    if (trip_kwh) CHECK(*s.trip_kwh == Approx(*trip_kwh).epsilon(1e-12));
}

}  // namespace

TEST_CASE("buses are in the depot between their blocks and know what each trip took", "[timetable]") {
    Depot depot;
    const Population p = depot.draw(depot.settings(
        "bus,leaves,returns,km,days\nA,6:00,10:00,80,daily\nA,14:00,25:30,100,mon\nB,7:15,20:00,200,tue\n", "per_km: 1.5 kWh\n"));
    REQUIRE(p.sessions.size() == 6);
    check_stay(p.sessions[0], 0, at(0), at(6), {});
    check_stay(p.sessions[1], 1, at(0), at(31, 15), {});
    check_stay(p.sessions[2], 0, at(10), at(14), 120.0);
    check_stay(p.sessions[3], 0, at(25, 30), at(30), 150.0);
    check_stay(p.sessions[4], 0, at(34), at(54), 120.0);
    check_stay(p.sessions[5], 1, at(44), at(7 * 24 + 31, 15), 300.0);  // until the next Tuesday
    CHECK(p.all_stays().dropped().count == 0);
    CHECK(p.has_trips());
}

TEST_CASE("a bus that is late leaves for its next block at once and brings back both trips", "[timetable]") {
    Depot depot;
    const Population p =
        depot.draw(depot.settings("bus,leaves,returns,kwh,days\nA,6:00,10:00,80,mon\nA,10:30,15:00,50,mon\n", "delay: 40 min\n"));
    REQUIRE(p.sessions.size() == 2);
    check_stay(p.sessions[0], 0, at(0), at(6), {});
    CHECK(p.sessions[1].plug_in == at(15, 40));
    CHECK(*p.sessions[1].trip_kwh == Approx(130.0));
    CHECK(p.all_stays().impossible.count == 1);
}

TEST_CASE("a factor on the energy of the day is the same for all buses", "[timetable]") {
    Depot depot;
    const Population p = depot.draw(depot.settings("bus,leaves,returns,kwh\nA,6:00,10:00,80\nB,6:00,11:00,40\n",
                                                   "energy_factor: {distribution: uniform, min: 0.5, max: 1.5}\n"));
    REQUIRE(p.sessions.size() == 6);
    CHECK(*p.sessions[2].trip_kwh == Approx(2.0 * *p.sessions[3].trip_kwh).epsilon(1e-12));
    CHECK(*p.sessions[2].trip_kwh != *p.sessions[4].trip_kwh);
}

TEST_CASE("what is wrong with a timetable is told at its cell", "[timetable]") {
    const auto has = [](const std::string& text, const std::string& part) {
        INFO(text);
        return text.find(part) != std::string::npos;
    };
    CHECK(
        has(Depot().issues_of("bus,leaves,km\nA,6:00,80\n"), "timetable.csv:1:1: population.buses.file: has no column returns"));
    CHECK(has(Depot().issues_of("bus,leaves,returns\nA,6:00,7:00\n"), "says not, or in two columns, what trips take"));
    CHECK(has(Depot().issues_of("bus,leaves,returns,kwh\nA,6 am,7:00,80\n"),
              "timetable.csv:2:3: population.buses.file: '6 am' is no time"));
    CHECK(
        has(Depot().issues_of("bus,leaves,returns,kwh\nA,8:00,7:00,80\n"), "is not after it leaves; add 24 h for the next day"));
    CHECK(has(Depot().issues_of("bus,leaves,returns,kwh\nA,6:00,7:00,-80\n"), "is no number from 0 on"));
    CHECK(has(Depot().issues_of("bus,leaves,returns,kwh,days\nA,6:00,7:00,80,monday\n"), "'monday' is no kind of day"));
    CHECK(has(Depot().issues_of("bus,leaves,returns,kwh\nA,6:00,9:00,80\nA,8:00,12:00,80\n"),
              "timetable.csv:3:1: population.buses.file: bus 'A' leaves before it is back from the block of line 2"));
    CHECK(has(Depot().issues_of("bus,leaves,returns,kwh,days\nA,20:00,30:00,80,sun\nA,5:00,12:00,80,mon\n"),
              "leaves before it is back from the block of line 2"));
    CHECK(has(Depot().issues_of("bus,leaves,returns,km\nA,6:00,9:00,80\n"), "population.buses.per_km: is missing"));
    CHECK(has(Depot().issues_of("bus,leaves,returns,kwh\n"), "has no blocks"));
}
