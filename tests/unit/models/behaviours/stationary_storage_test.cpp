/// What a scenario may say of stationary batteries, and what is drawn from it.
#include <catch2/catch.hpp>

#include "behaviour_fixture.hpp"
#include "evsweep/stationary.hpp"

using namespace evsweep;
using Catch::Matchers::Contains;

namespace {

/// Three batteries at one bus; `more` is added to their settings.
std::string batteries(const std::string& more = "initial_soc: 0.5", const std::string& discharge = "discharge_rating: 40 kW, ") {
    return "{behaviour: stationary_storage, units: 3, placement: {rule: round_robin, buses: [mall]}, capacity: 100 kWh, "
           "charge_rating: 50 kW, " +
           discharge + more + "}";
}

}  // namespace

TEST_CASE("a stationary battery is there from the start, never leaves, and wants what it has", "[storage]") {
    BehaviourFixture fixture;
    const Population p =
        fixture.draw(batteries("initial_soc: 0.5, lowest_soc: 0.1, highest_soc: 0.9, charge_efficiency: 0.95, "
                               "discharge_efficiency: 0.9, apparent_rating: 60 kVA"));
    REQUIRE(p.sessions.size() == 3);
    for (const Session& s : p.sessions) {
        CHECK(s.plug_in == Instant{});
        CHECK(never_leaves(s));
        CHECK(s.stated_departure == Instant(fixture.horizon));
        CHECK(planned_departure(s) == Instant(fixture.horizon));
        CHECK(s.initial_soc == 0.5);
        CHECK(s.target_soc == 0.5);
        CHECK(p.connectors.bus[s.connector.index()] == BusId(3));
        CHECK(p.connectors.charge_rating[s.connector.index()] == 50.0);
        CHECK(p.connectors.discharge_rating[s.connector.index()] == 40.0);
        CHECK(p.connectors.apparent_rating[s.connector.index()] == 60.0);
        CHECK(p.vehicles.capacity[s.vehicle.index()] == 100.0);
        CHECK(p.vehicles.stored_per_drawn[s.vehicle.index()] == 0.95);
        CHECK(p.vehicles.drawn_per_returned[s.vehicle.index()] == 1.0 / 0.9);
        CHECK(p.vehicles.lowest_soc[s.vehicle.index()] == 0.1);
        CHECK(p.vehicles.highest_soc[s.vehicle.index()] == 0.9);
    }
    CHECK(p.all_stays().played.kwh == 0.0);  // nothing is asked for
}

TEST_CASE("a vehicle that stays beyond the end of the longest study has left by what counts as never", "[storage]") {
    Session session{};
    session.unplug = Instant(std::chrono::hours(1'000'000));
    CHECK_FALSE(never_leaves(session));
}

TEST_CASE("a target of its own and a drawn initial state of charge are taken", "[storage]") {
    BehaviourFixture fixture;
    const Population p =
        fixture.draw(batteries("initial_soc: {distribution: uniform, min: 0.2, max: 0.6}, target_soc: 0.8, penetration: 200 %"));
    REQUIRE(p.sessions.size() == 6);
    CHECK(p.sessions[0].initial_soc != p.sessions[1].initial_soc);
    for (const Session& s : p.sessions) {
        CHECK(s.initial_soc >= 0.2);
        CHECK(s.initial_soc <= 0.6);
        CHECK(s.target_soc == 0.8);
    }
}

TEST_CASE("a study may begin anywhere in the day and last a week: one session each", "[storage]") {
    BehaviourFixture fixture;
    fixture.horizon = std::chrono::hours(168);
    const Population p = fixture.draw(batteries());
    CHECK(p.sessions.size() == 3);
    CHECK(p.sessions.back().stated_departure == Instant(std::chrono::hours(168)));
}

TEST_CASE("what makes no stationary battery is refused at its place", "[storage]") {
    const auto issues = [](const std::string& yaml) {
        BehaviourFixture fixture;
        CHECK_FALSE(fixture.try_make(yaml));
        return fixture.issue_texts();
    };
    CHECK_THAT(issues(batteries("initial_soc: 0.5", "")),
               Contains("discharge_rating: is missing; give the power that it returns"));
    CHECK_THAT(issues(batteries("initial_soc: 0.5", "discharge_rating: 0 kW, ")),
               Contains("a battery that returns nothing is no storage"));
    CHECK_THAT(issues(batteries("initial_soc: 0.05, lowest_soc: 0.1")), Contains("initial_soc: can be below lowest_soc"));
    CHECK_THAT(issues(batteries("initial_soc: 0.95, highest_soc: 0.9")), Contains("initial_soc: can be above highest_soc"));
    CHECK_THAT(issues(batteries("initial_soc: 0.5, target_soc: 1, highest_soc: 0.9")),
               Contains("target_soc: can be above highest_soc"));
    CHECK_THAT(issues(batteries("initial_soc: 0.5, apparent_rating: 45 kVA")),
               Contains("apparent_rating: can be below the active ratings"));
    CHECK_THAT(issues(batteries("initial_soc: 0.5, arrival: 7 h")), Contains("arrival"));
    CHECK_THAT(
        issues("{behaviour: stationary_storage, capacity: 1 kWh, charge_rating: 1 kW, discharge_rating: 1 kW, initial_soc: 0.5, "
               "placement: {rule: proportional}}"),
        Contains("units: is missing; give the number of batteries"));
    CHECK_THAT(issues("{behaviour: stationary_storage, units: 2, capacity: 1 kWh, charge_rating: 1 kW, discharge_rating: 1 kW, "
                      "initial_soc: 0.5, placement: {rule: counts, counts: {mall: 2}}}"),
               Contains("units: contradicts a placement that gives the number"));
    CHECK_THAT(issues("{behaviour: stationary_storage, units: 2, capacity: 1 kWh, charge_rating: 1 kW, discharge_rating: 1 kW, "
                      "initial_soc: 0.5, placement: {rule: recorded}}"),
               Contains("recorded"));
}

TEST_CASE("a battery that begins at its reserve and wants no more is worth a warning", "[storage]") {
    BehaviourFixture fixture;
    REQUIRE(fixture.try_make(batteries("initial_soc: 0.2, lowest_soc: 0.2")));
    CHECK_THAT(fixture.issue_texts(), Contains("only a controller that charges past targets"));
    BehaviourFixture with_target;
    REQUIRE(with_target.try_make(batteries("initial_soc: 0.2, lowest_soc: 0.2, target_soc: 0.9")));
    CHECK(with_target.issue_texts().empty());
}
