/// One day for each heuristic, worked out by hand by the rules of ACN-Sim and SpiceEV that its README names.
#include <catch2/catch.hpp>

#include "unit/models/controllers/heuristics/hand_day.hpp"

using namespace evsweep;
using namespace evsweep::heuristic_days;

namespace {

/// 15 kW for all four together, decided every hour.
const char* const fifteen = "{limit: 15 kW, limited: charging}";

Powers powers_of(const std::string& controller, const std::string& yaml = fifteen) {
    const Day day = play(controller, yaml, hours_of(6.0), four_vehicles());
    REQUIRE_FALSE(day.run.outcome.failure);
    return rounded(day.powers);
}

}  // namespace

TEST_CASE("first come first served gives the limit in the order of arrival") {
    // 0 h: A first (same instant, lower number), B the rest. 1 h: C and D have to wait. 2 h: A is full; B, which has had 10 of 15
    // kWh, goes on at full power, C gets the rest. 3 h: B is full, C has left with 5 of 10 kWh, D charges alone.
    CHECK(powers_of("first_come_first_served") ==
          Powers{{10, 5, 0, 0}, {10, 5, 0, 0}, {0, 10, 5, 0}, {0, 0, 0, 10}, {0, 0, 0, 10}, {0, 0, 0, 10}});
}

TEST_CASE("earliest deadline first gives the limit in the order of departures") {
    // Departures: C 3 h, B 4 h, A and D 6 h (A has the lower number). 2 h: B and C are full. 3 h: A has had 15 of 20 kWh.
    CHECK(powers_of("earliest_deadline_first") ==
          Powers{{5, 10, 0, 0}, {0, 5, 10, 0}, {10, 0, 0, 5}, {10, 0, 0, 5}, {0, 0, 0, 10}, {0, 0, 0, 10}});
}

TEST_CASE("least laxity first gives the limit to who can wait least, and ties to the lower number") {
    // Latest starts. 0 h: A 6 - 2 = 4, B 4 - 1.5 = 2.5. 1 h: C 3 - 1 = 2, D 6 - 3 = 3, B 4 - 0.5 = 3.5, A 4.5. 2 h: B 3.5 and D 6
    // - 2.5 = 3.5, a tie, A 4.5. 3 h: D 6 - 2 = 4, A 4.5. 4 h: D 6 - 1 = 5 and A 6 - 1 = 5, a tie. 5 h: A is full.
    const Day day =
        play("least_laxity_first", "{limit: 15 kW, limited: charging, rank_every: 1 h}", hours_of(6.0), four_vehicles());
    CHECK(rounded(day.powers) ==
          Powers{{5, 10, 0, 0}, {0, 0, 10, 5}, {0, 10, 0, 5}, {5, 0, 0, 10}, {10, 0, 0, 5}, {0, 0, 0, 10}});
    CHECK(missing_kwh(day, 3) == Approx(0.0).margin(1e-9));
}

TEST_CASE("longest remaining time gives the limit to who needs longest") {
    // Hours at full power. 0 h: A 2, B 1.5. 1 h: D 3, then A, B, C 1 each: A has the lowest number. 2 h: D 2, B and C 1, A 0.5. 3
    // h: C has left; D 1, A and B 0.5. 4 h: all that are left are full.
    CHECK(powers_of("longest_remaining_time", "{limit: 15 kW, limited: charging, rank_every: 1 h}") ==
          Powers{{10, 5, 0, 0}, {5, 0, 0, 10}, {0, 5, 0, 10}, {5, 0, 0, 10}, {0, 0, 0, 0}, {0, 0, 0, 0}});
}

TEST_CASE("round robin gives steps in turn until the limit is used up") {
    // 0 h: 15 rounds of 0.5 kW for two: 7.5 each. 1 h: seven rounds give 3.5 each, and of the last 1 kW A and B, who came first,
    // get 0.5. 2 h: B needs 3.5 more, so all go on. 3 h: B is full and C has left: 7.5 each. 4 h: A is full.
    CHECK(powers_of("round_robin") ==
          Powers{{7.5, 7.5, 0, 0}, {4.0, 4.0, 3.5, 3.5}, {4.0, 4.0, 3.5, 3.5}, {7.5, 0, 0, 7.5}, {0, 0, 0, 10}, {0, 0, 0, 10}});
}

TEST_CASE("balanced gives everybody the same") {
    // 1 h: 15 / 4. 3 h: B has had 7.5 + 2 x 3.75 = 15 kWh, C has left: 15 / 2. A has 5 kWh to go and is full at 3:40.
    CHECK(powers_of("balanced", "{limit: 15 kW, limited: charging, step: 0 kW}") == Powers{{7.5, 7.5, 0, 0},
                                                                                           {3.75, 3.75, 3.75, 3.75},
                                                                                           {3.75, 3.75, 3.75, 3.75},
                                                                                           {7.5, 0, 0, 7.5},
                                                                                           {0, 0, 0, 10},
                                                                                           {0, 0, 0, 10}});
}

TEST_CASE("balanced over the stay gives everybody what is just enough and the limit evenly over that") {
    // Just enough: A 20/6 = 3.333, B 15/4 = 3.75, C 10/2 = 5, D 30/5 = 6. 1 h: 18.083 are wished; A and B take less than an even
    // part, so C and D share 15 - 7.083 = 7.917. 2 h: C needs 6.042 and D 6.510 by now, and they share the same. 3 h: C has left
    // short; D needs 22.083 / 3.
    CHECK(powers_of("balanced", "{limit: 15 kW, limited: charging, spread: stay}") == Powers{{3.333, 3.75, 0, 0},
                                                                                             {3.333, 3.75, 3.958, 3.958},
                                                                                             {3.333, 3.75, 3.958, 3.958},
                                                                                             {3.333, 3.75, 0, 7.361},
                                                                                             {3.333, 0, 0, 7.361},
                                                                                             {3.333, 0, 0, 7.361}});
}

TEST_CASE("peak shaving holds the lowest threshold that serves everybody") {
    // Needs by departures over the hours until then. 0 h: max(15/4, 35/6) = 5.833, B leaves first. 1 h:
    // max(10/2, 19.167/3, 69.167/5) = 13.833: C, then B. 2 h: 55.333/4 = 13.833: B, then A. 3 h: B is full; D cannot wait any
    // longer (3 hours of work in 3), A has the rest of 46.167/3. 4 h and 5 h: the same.
    const Day day = play("peak_shaving", "{at: park}", hours_of(6.0), four_vehicles(), {village("park", 100.0)});
    const Powers table{{0, 5.833, 0, 0},    {0, 3.833, 10, 0},   {3.833, 10, 0, 0},
                       {5.389, 0, 0, 10.0}, {5.389, 0, 0, 10.0}, {5.389, 0, 0, 10.0}};
    REQUIRE(day.powers.size() == table.size());
    for (std::size_t k = 0; k < table.size(); ++k)
        for (std::size_t c = 0; c < 4; ++c) CHECK(day.powers[k][c] == Approx(table[k][c]).margin(0.02));  // found to 0.01 kW
    for (std::size_t c = 0; c < 4; ++c) CHECK(missing_kwh(day, c) == Approx(0.0).margin(1e-6));
}

TEST_CASE("price following charges in the cheapest hours that suffice") {
    // Prices 3 1 2 1 5 4. Plans: A 1 h and 3 h, B the same, C 1 h, D 1 h, 3 h and 2 h. 0 h is nobody's. 1 h: C, then B, by
    // departure; A and D get nothing. 2 h: A plans 2 h besides, D 5 h. 3 h: D takes 4 h, too; B, then A. 4 h: A waits for the
    // cheaper 5 h. D leaves 10 kWh short.
    Scenario scenario = hours_of(6.0);
    scenario.prices = Prices{};
    scenario.prices->buy = {.every = 1h, .linear = false, .values = {3, 1, 2, 1, 5, 4}};
    const Day day = play("price_following", "{limit: 15 kW, limited: charging, slot: 1 h}", scenario, four_vehicles());
    CHECK(rounded(day.powers) == Powers{{0, 0, 0, 0}, {0, 5, 10, 0}, {10, 0, 0, 5}, {5, 10, 0, 0}, {0, 0, 0, 10}, {10, 0, 0, 5}});
    CHECK(missing_kwh(day, 3) == Approx(10.0));
}

TEST_CASE("a heuristic without any limit gives everybody full power at once") {
    CHECK(powers_of("first_come_first_served", "{}") ==
          Powers{{10, 10, 0, 0}, {10, 10, 10, 10}, {0, 0, 0, 10}, {0, 0, 0, 10}, {0, 0, 0, 0}, {0, 0, 0, 0}});
}
