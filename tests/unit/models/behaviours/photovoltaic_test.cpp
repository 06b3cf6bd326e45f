#include <catch2/catch.hpp>
#include <cmath>

#include "unit/models/behaviours/behaviour_fixture.hpp"

using namespace evsweep;

namespace {

// From noon on: .8, 0, 0, .4 (until six in the morning, and until noon).
const std::string sun = "yield: {every: 6 h, values: [0, 0.4, 0.8, 0]}";

}  // namespace

TEST_CASE("photovoltaics follow their yield up to the inverter", "[photovoltaic]") {
    BehaviourFixture fixture;
    const Population p = fixture.draw("{behaviour: photovoltaic, units: 3, peak: 10 kW, rating: 6 kW, apparent_rating: 7 kVA, " +
                                      sun + ", placement: {rule: round_robin, buses: ['2', '5']}}");
    REQUIRE(p.connectors.size() == 3);
    CHECK(p.vehicles.size() == 0);
    CHECK(p.sessions.empty());
    REQUIRE(p.availability.size() == 1);  // all have the same sun
    const Availability& row = p.availability[0];
    REQUIRE(row.size() == 96);
    CHECK(row[0] == 1.0);  // 8 kW behind an inverter of 6
    CHECK(row[23] == 1.0);
    CHECK(row[24] == 0.0);
    CHECK(row[95] == Approx(4.0 / 6.0).epsilon(1e-15));
    for (std::size_t c = 0; c < 3; ++c) {
        CHECK(p.connectors.is_generator(ConnectorId(c)));
        CHECK(p.connectors.availability[c] == 0);
        CHECK(p.connectors.charge_rating[c] == 0.0);
        CHECK(p.connectors.discharge_rating[c] == 6.0);
        CHECK(p.connectors.apparent_rating[c] == 7.0);
    }
    CHECK(p.connectors.bus[1] == BusId(4));
}

TEST_CASE("days differ by their clearness, for all installations and for each", "[photovoltaic]") {
    BehaviourFixture fixture;
    const std::string roofs = "{behaviour: photovoltaic, units: 400, peak: 5 kW, " + sun + ", placement: {rule: proportional}";
    const auto common = fixture.make(roofs + ", clearness: {distribution: uniform, min: 0.2, max: 1}}");
    double sum = 0.0, squares = 0.0;
    constexpr std::uint32_t replicas = 4000;
    for (std::uint32_t r = 0; r < replicas; ++r) {
        Population p;
        common->draw(Rng(1, r), p);
        REQUIRE(p.availability.size() == 1);
        const double today = p.availability[0][0] / 0.8, tomorrow = p.availability[0][95] / 0.4;
        CHECK((today >= 0.2 && today <= 1.0 && tomorrow >= 0.2 && tomorrow <= 1.0));
        CHECK(today != tomorrow);  // two days of the scenario
        sum += today, squares += today * today;
    }
    const double mean = sum / replicas, deviation = std::sqrt(squares / replicas - mean * mean);
    const double expected_deviation = 0.8 / std::sqrt(12.0);
    CHECK(std::abs(mean - 0.6) < 5.0 * expected_deviation / std::sqrt(static_cast<double>(replicas)));
    CHECK(deviation == Approx(expected_deviation).epsilon(0.05));
    const Population own = fixture.draw(roofs + ", own_clearness: {distribution: uniform, min: 0.2, max: 1}}");
    REQUIRE(own.availability.size() == 400);
    double mean_of_roofs = 0.0;
    for (const Availability& row : own.availability) mean_of_roofs += row[0] / 0.8 / 400.0;
    CHECK(std::abs(mean_of_roofs - 0.6) < 5.0 * expected_deviation / 20.0);
}

TEST_CASE("one more installation never changes the others", "[photovoltaic]") {
    BehaviourFixture fixture;
    const std::string rest =
        ", peak: {distribution: uniform, min: 3 kW, max: 9 kW}, own_clearness: {distribution: uniform, min: 0.2, max: 1}, " +
        sun + ", placement: {rule: round_robin, buses: ['2', '5']}}";
    const Population few = fixture.draw("{behaviour: photovoltaic, units: 5" + rest);
    const Population many = fixture.draw("{behaviour: photovoltaic, units: 6" + rest);
    REQUIRE(many.connectors.size() == 6);
    for (std::size_t c = 0; c < 5; ++c) {
        CHECK(few.connectors.discharge_rating[c] == many.connectors.discharge_rating[c]);
        CHECK(few.availability[few.connectors.availability[c]] == many.availability[many.connectors.availability[c]]);
    }
}

TEST_CASE("what photovoltaics cannot be is told at its place", "[photovoltaic]") {
    const auto refused = [](const std::string& settings) {
        BehaviourFixture fixture;
        CHECK(!fixture.try_make("{behaviour: photovoltaic, " + settings + "}", "roofs"));
        return fixture.issue_texts();
    };
    const std::string place = "placement: {rule: proportional}";
    CHECK_THAT(refused("units: 2, peak: 5 kW, " + place), Catch::Contains("population.roofs.yield: is missing"));
    CHECK_THAT(refused("peak: 5 kW, " + sun + ", " + place),
               Catch::Contains("population.roofs.units: is missing; give the number of installations"));
    CHECK_THAT(refused("units: 2, peak: 5 kW, rating: 6 kW, apparent_rating: 5 kVA, " + sun + ", " + place),
               Catch::Contains("population.roofs.apparent_rating: can be below the active rating"));
    CHECK_THAT(refused("units: 2, peak: 5 kW, yield: {every: 6 h, values: [0, -0.1, 0.5, 0]}, " + place),
               Catch::Contains("population.roofs.yield: -0.1 is out of range; must be [0, 10]"));
    CHECK_THAT(refused("units: 2, peak: 5 kW, yield: {every: 6 h, values: [0, 40, 80, 0]}, " + place),
               Catch::Contains("population.roofs.yield"));
    CHECK_THAT(refused("units: 2, peak: 5 kW, yield: {every: 5 h, values: [0, 0.4, 0.8, 0]}, column: x, " + place),
               Catch::Contains("population.roofs.column: unknown"));
    CHECK_THAT(refused("units: 2, peak: 5 kW, clearness: {distribution: normal, mean: 0.5, std: 0.3}, " + sun + ", " + place),
               Catch::Contains("clearness"));
}
