#include <catch2/catch.hpp>
#include <string>

#include "behaviours/stays.hpp"
#include "unit/models/behaviours/behaviour_fixture.hpp"

using namespace evsweep;

namespace {

using StayHours = std::chrono::hours;

/// One charging point of 4 kW with a battery of 80 kWh that stores all it draws.
struct OnePoint {
    Population population;
    Stays stays;

    explicit OnePoint(StayRules rules) : stays(population, "homes", rules, StayHours(48), 4) {
        population.connectors.bus.emplace_back(0);
        population.connectors.charge_rating.push_back(Kilowatts(4.0));
        population.vehicles.capacity.push_back(KilowattHours(80.0));
        population.vehicles.stored_per_drawn.push_back(Fraction(1.0));
    }
    /// A recorded stay, in hours after the start, that asks for some energy.
    void ask(int from_h, int to_h, double kwh) {
        stays.add(0,
                  {Instant(StayHours(from_h)), Instant(StayHours(to_h)), Instant(StayHours(to_h)), 0.9 - kwh / 80.0, 0.9, true});
    }
    const StayTally& finish() {
        stays.finish();
        return population.stays.at(0);
    }
    [[nodiscard]] double asked_kwh(std::size_t s) const {
        return (population.sessions.at(s).target_soc - population.sessions.at(s).initial_soc) * 80.0;
    }
};

}  // namespace

TEST_CASE("cars wait one after the other, and one whose time is over by then is left out", "[behaviours][stays]") {
    OnePoint point({WhenOccupied::wait, UnderWay::leave_out});
    point.ask(15, 16, 2.0);  // in any order
    point.ask(8, 12, 5.0);
    point.ask(9, 11, 3.0);   // would leave before it could begin
    point.ask(11, 15, 6.0);  // gets 12 to 15
    point.ask(14, 18, 7.0);  // waits for the one that waited: 15 to 18, so that 15 to 16 is left out
    const StayTally& tally = point.finish();
    const auto& sessions = point.population.sessions;
    REQUIRE(sessions.size() == 3);
    CHECK(sessions[1].plug_in == Instant(StayHours(12)));
    CHECK(sessions[1].unplug == Instant(StayHours(15)));
    CHECK(sessions[2].plug_in == Instant(StayHours(15)));
    CHECK(tally.waited.count == 2);
    CHECK(tally.waited.kwh == Approx(13.0));
    CHECK(tally.occupied.count == 2);
    CHECK(tally.occupied.kwh == Approx(5.0));
    CHECK(tally.played.kwh + tally.dropped().kwh == Approx(23.0));
}

TEST_CASE("a stay under way at the start is left out and counted, unless a rule or its own power determines its rest",
          "[behaviours][stays]") {
    const auto played = [](UnderWay rule, double kwh, double& asked) {
        OnePoint point({WhenOccupied::wait, rule});
        point.ask(-4, 8, kwh);
        point.ask(-9, -1, 3.0);  // over before the start: of no concern
        const StayTally tally = point.finish();
        if (!point.population.sessions.empty()) {
            asked = point.asked_kwh(0);
            CHECK(point.population.sessions[0].plug_in == Instant{});
            CHECK(tally.continued.count == 1);
        } else {
            CHECK(tally.under_way.count == 1);
            CHECK(tally.under_way.kwh == Approx(kwh));
        }
        return tally.played.count == 1;
    };
    double asked = 0.0;
    CHECK_FALSE(played(UnderWay::leave_out, 40.0, asked));  // 24 to 32 kWh may be missing
    REQUIRE(played(UnderWay::at_rating, 40.0, asked));
    CHECK(asked == Approx(40.0 - 4 * 4.0));
    REQUIRE(played(UnderWay::evenly, 40.0, asked));
    CHECK(asked == Approx(40.0 * 8.0 / 12.0));
    REQUIRE(played(UnderWay::leave_out, 48.0, asked));  // 12 h at 4 kW: it can only have charged all the time
    CHECK(asked == Approx(32.0));
    REQUIRE(played(UnderWay::leave_out, 0.0, asked));  // asks for nothing, but takes the place
    CHECK(asked == Approx(0.0).margin(1e-12));
}

TEST_CASE("drawn vehicles that came the evening before are counted at a start at midnight, or played by choice",
          "[behaviours][stays]") {
    const std::string text =
        "vehicles: 3\nplacement: {rule: round_robin, buses: [1]}\narrival: 18 h\ndeparture: 7 h\ninitial_soc: 0.3\n"
        "target_soc: 0.9\ncapacity: 50 kWh\ncharge_rating: 4 kW\n";
    BehaviourFixture fixture;
    fixture.calendar = Calendar(std::chrono::local_days(std::chrono::year(2025) / 1 / 6));
    const Population left_out = fixture.draw(text);
    CHECK(left_out.sessions.size() == 3);
    CHECK(left_out.stays.at(0).under_way.count == 3);
    CHECK(left_out.stays.at(0).under_way.kwh == Approx(3 * 0.6 * 50.0));
    const Population continued = fixture.draw(text + "under_way: at_rating\n");
    REQUIRE(continued.sessions.size() == 6);
    CHECK(continued.sessions[0].plug_in == Instant{});
    CHECK(continued.sessions[0].unplug == Instant(StayHours(7)));
    CHECK(continued.sessions[0].initial_soc == Approx(0.3 + 6 * 4.0 / 50.0));
    fixture.calendar = Calendar(std::chrono::local_days(std::chrono::year(2025) / 1 / 6) + StayHours(12));
    CHECK(fixture.draw(text).all_stays().dropped().count == 0);  // nobody is there at noon
}
