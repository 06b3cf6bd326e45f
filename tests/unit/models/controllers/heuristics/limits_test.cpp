/// Limits of heuristics: sites within sites, base load, minimum powers and steps, a grid operator who curtails.
#include <catch2/catch.hpp>

#include "unit/models/controllers/heuristics/hand_day.hpp"

using namespace evsweep;
using namespace evsweep::heuristic_days;

namespace {

const std::vector<std::string>& all_rules() {
    static const std::vector<std::string> rules{"first_come_first_served",
                                                "earliest_deadline_first",
                                                "least_laxity_first",
                                                "longest_remaining_time",
                                                "round_robin",
                                                "balanced"};
    return rules;
}

double sum(const std::vector<double>& row, std::size_t from, std::size_t to) {
    double kw = 0.0;
    for (std::size_t c = from; c < to; ++c) kw += row[c];
    return kw;
}

/// Eight vehicles that come and go over the day, at two houses of four points in one village.
Fleet eight_vehicles(std::uint32_t levels = 0, double knee = 1.0) {
    Fleet fleet;
    for (std::size_t c = 0; c < 8; ++c) {
        const double h = static_cast<double>(c);
        fleet.add(needing(8.0 + 3.0 * h, 0.37 * h, 9.0 + 0.71 * h), c % 3 == 0 ? knee : 1.0);
        fleet.population.connectors.level_set[c] = c % 2 == 0 ? levels : 0;
    }
    fleet.population.level_sets.push_back({3.0, 6.0, 10.0});
    fleet.population.connectors.groups = {"east", "west"};
    fleet.population.connectors.group = {0, 0, 0, 0, 1, 1, 1, 1};
    fleet.population.connectors.number = {0, 1, 2, 3, 0, 1, 2, 3};
    return fleet;
}

SitePlan house(const std::string& group, double limit_kw) {
    return {{.name = group, .limit_kw = limit_kw, .connectors = {}, .loads = {}}, {0, 1}, {group}};
}

}  // namespace

TEST_CASE("every heuristic keeps sites within a site at every step and uses them up while somebody wants more") {
    const std::vector<SitePlan> sites{house("east", 12.0), house("west", 18.0), village("both", 25.0)};
    for (const std::string& rule : all_rules()) {
        const Day day = play(rule, "{}", hours_of(16.0, 1min), eight_vehicles(), sites);
        CAPTURE(rule);
        REQUIRE_FALSE(day.run.outcome.failure);
        for (std::size_t k = 0; k < day.powers.size(); ++k) {
            const double east = sum(day.powers[k], 0, 4), west = sum(day.powers[k], 4, 8);
            CAPTURE(k, east, west);
            REQUIRE(east <= 12.0 + 1e-6);
            REQUIRE(west <= 18.0 + 1e-6);
            REQUIRE(east + west <= 25.0 + 1e-6);
            // From 2:36 on all eight are there, and until 3:00 there is work for more than 25 kW at both houses.
            if (k >= 156 && k < 180) REQUIRE(east + west == Approx(25.0).margin(1e-6));
        }
        for (const SessionRecord& stay : day.run.notes.stays) CHECK(stay.final_soc <= stay.session.target_soc + 1e-9);
    }
}

TEST_CASE("every heuristic keeps to the steps and least powers of its chargers") {
    for (const std::string& rule : all_rules()) {
        const Day day = play(rule, "{}", hours_of(16.0, 1min), eight_vehicles(1, 0.7), {village("both", 11.0)});
        CAPTURE(rule);
        REQUIRE_FALSE(day.run.outcome.failure);  // the engine refuses setpoints that a charger cannot follow
        for (const auto& row : day.powers) REQUIRE(sum(row, 0, 8) <= 11.0 + 1e-6);
    }
}

TEST_CASE("base load that counts leaves the rest of a site to the vehicles") {
    // The village draws 1000 kW by itself; 1012 kW are allowed.
    for (const std::string& rule : all_rules()) {
        const Day day = play(rule, "{}", hours_of(6.0), four_vehicles(), {village("all", 1012.0, {0})});
        CAPTURE(rule);
        CHECK(sum(day.powers[0], 0, 4) == Approx(12.0));
        CHECK(sum(day.powers[1], 0, 4) == Approx(12.0));
    }
}

TEST_CASE("nobody charges at a site that base load alone fills, and the turns are counted") {
    for (const std::string& rule : all_rules()) {
        const Day day = play(rule, "{}", hours_of(6.0), four_vehicles(), {village("all", 900.0, {0})});
        for (const auto& row : day.powers) CHECK(sum(row, 0, 4) == 0.0);
    }
}

TEST_CASE("a limit at the feeder head leaves out what the village and the line draw") {
    // 1000 kW and their losses on 1 ohm, about 10 kW; the first decision knows them, the next sees the losses of the vehicles,
    // too.
    const Day day = play("first_come_first_served", "{limit: 1025 kW}", hours_of(6.0, 1min), four_vehicles());
    for (std::size_t k = 2; k < 60; ++k) {
        const Noted& now = day.run.notes.snapshots[k];
        CAPTURE(k, now.charging_kw);
        CHECK(now.source_kw == Approx(1025.0).margin(0.01));
    }
}

TEST_CASE("of several water levels each vehicle gets the one of its tightest site") {
    // East 12 kW for four: 3 each. The village has 25 - 12 = 13 left for four in the west, where 18 are allowed: 3.25 each.
    Fleet fleet;
    for (int c = 0; c < 8; ++c) fleet.add(needing(30.0, 0.0, 5.0));
    fleet.population.connectors.groups = {"east", "west"};
    fleet.population.connectors.group = {0, 0, 0, 0, 1, 1, 1, 1};
    fleet.population.connectors.number = {0, 1, 2, 3, 0, 1, 2, 3};
    const Day day =
        play("balanced", "{step: 0 kW}", hours_of(2.0), fleet, {house("east", 12.0), house("west", 18.0), village("both", 25.0)});
    CHECK(rounded(day.powers).front() == std::vector<double>{3, 3, 3, 3, 3.25, 3.25, 3.25, 3.25});
}
