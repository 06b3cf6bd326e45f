#include <catch2/catch.hpp>

#include "unit/models/behaviours/behaviour_fixture.hpp"

using namespace evsweep;

namespace {

const std::string rest =
    "vehicles: 1\ncapacity: 40 kWh\ncharge_rating: 7 kW\ninitial_soc: 0.4\ntarget_soc: 0.9\nplacement: {rule: proportional}\n";

/// Hours of the day at which one vehicle arrives, from Monday, 2025-01-06, on.
std::vector<double> arrivals(const std::string& text, std::vector<std::chrono::local_days> holidays = {}, int days = 7) {
    BehaviourFixture fixture;
    const auto monday = std::chrono::local_days(std::chrono::year(2025) / 1 / 6);
    fixture.calendar = Calendar(monday, nullptr, std::move(holidays));
    fixture.horizon = std::chrono::hours(24 * days);
    std::vector<double> found;
    for (const Session& session : fixture.draw(rest + text).sessions)
        found.push_back(hours(fixture.calendar.time_of_day(session.plug_in).since_midnight));
    return found;
}

std::string refusal(const std::string& text) {
    BehaviourFixture fixture;
    CHECK_FALSE(fixture.try_make(rest + text));
    return fixture.issue_texts();
}

}  // namespace

TEST_CASE("one car may come and go at other hours at weekends, on single days and on holidays", "[behaviours][by day]") {
    const auto wednesday = std::chrono::local_days(std::chrono::year(2025) / 1 / 8);
    const std::string same_day = "departure_day: same\ndeparture: 23 h\n";
    CHECK(arrivals(same_day + "arrival: {weekday: 18 h, weekend: 11 h}\n") == std::vector<double>{18, 18, 18, 18, 18, 11, 11});
    CHECK(arrivals(same_day + "arrival: {weekday: 18 h, fri: 15 h, weekend: 11 h}\n") ==
          std::vector<double>{18, 18, 18, 18, 15, 11, 11});
    CHECK(arrivals(same_day + "arrival: {weekday: 18 h, sat: 10 h, sun: 12 h}\n", {wednesday}) ==
          std::vector<double>{18, 18, 12, 18, 18, 10, 12});  // a holiday is like a Sunday
    CHECK(arrivals(same_day + "arrival: {weekday: 18 h, weekend: 11 h, holiday: 9 h}\n", {wednesday}) ==
          std::vector<double>{18, 18, 9, 18, 18, 11, 11});
    CHECK(arrivals(same_day + "arrival: {weekday: {distribution: constant, value: 18 h}, weekend: 11 h}\n", {}, 1) ==
          std::vector<double>{18});
    CHECK(arrivals("departure_day: {weekday: next, weekend: same}\ndeparture: {weekday: 7 h, weekend: 23 h}\n"
                   "arrival: {weekday: 18 h, weekend: 11 h}\n") == std::vector<double>{18, 18, 18, 18, 18, 11, 11});
}

TEST_CASE("days on which nobody comes may be holidays, and patterns may name them", "[behaviours][by day]") {
    const auto wednesday = std::chrono::local_days(std::chrono::year(2025) / 1 / 8);
    const std::string hours_of_day = "departure_day: same\ndeparture: 23 h\narrival: 18 h\n";
    CHECK(arrivals(hours_of_day + "days: [mon, tue, wed, thu, fri]\n", {wednesday}) == std::vector<double>{18, 18, 18, 18});
    CHECK(arrivals(hours_of_day + "days: [mon, wed, holiday]\n", {wednesday}) == std::vector<double>{18, 18});
    CHECK(arrivals(hours_of_day + "days: [mon, wed]\nother_days: {feast: {days: [holiday], arrival: 8 h}}\n", {wednesday}) ==
          std::vector<double>{18, 8});
}

TEST_CASE("values by day that are not complete, or of no day, are refused", "[behaviours][by day]") {
    CHECK_THAT(refusal("departure: 7 h\narrival: {weekday: 18 h, sat: 10 h}\n"),
               Catch::Contains("population.homes.arrival: says nothing of sun; add it, or `weekday`, or `weekend`"));
    CHECK_THAT(refusal("departure: 7 h\narrival: {weekday: 18 h, weekends: 10 h}\n"),
               Catch::Contains("population.homes.arrival.weekends: is no kind of day"));
    BehaviourFixture fixture;
    fixture.make(rest + "departure: 7 h\narrival: {weekday: 18 h, weekend: 10 h, holiday: 9 h}\n");
    CHECK_THAT(fixture.issue_texts(),
               Catch::Contains("says what holds on holidays, and there are none; list them in `time.holidays`"));
}
