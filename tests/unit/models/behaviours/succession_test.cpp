/// Vehicles that follow one another at charging points.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <vector>

#include "unit/models/behaviours/behaviour_fixture.hpp"

using namespace evsweep;

namespace {

std::string station(const std::string& more = {}) {
    return "{behaviour: succession, points: 400, placement: {rule: round_robin, buses: [mall]}, capacity: 24 kWh, charge_rating: "
           "7 kW, "
           "charge_efficiency: 92 %, stay: {distribution: uniform, min: 1.5 h, max: 3.5 h}, "
           "gap: {distribution: uniform, min: 1 min, max: 10 min}, initial_soc: {distribution: uniform, min: 0.25, max: 0.45}, "
           "need: {distribution: uniform, min: 0.2, max: 0.7}, highest_target: 92 %" +
           more + "}";
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
    text.replace(text.find(what), what.size(), by);
    return text;
}

}  // namespace

TEST_CASE("vehicles follow one another after gaps, and every point begins with one", "[behaviours][succession]") {
    BehaviourFixture fixture;
    const Population population = fixture.draw(station());
    REQUIRE(population.connectors.size() == 400);
    std::map<std::size_t, std::vector<Session>> at;
    for (const Session& session : population.sessions) at[session.connector.index()].push_back(session);
    REQUIRE(at.size() == 400);
    std::size_t gaps = 0;
    double free_h = 0.0;
    for (const auto& [point, stays] : at) {
        REQUIRE(stays.front().plug_in == Instant{});
        REQUIRE(stays.back().unplug > Instant(fixture.horizon) - std::chrono::minutes(10));
        for (std::size_t k = 1; k < stays.size(); ++k) {
            const double gap_h = hours(stays[k].plug_in - stays[k - 1].unplug);
            REQUIRE(gap_h >= 1.0 / 60.0 - 1e-6);
            REQUIRE(gap_h <= 10.0 / 60.0 + 1e-6);
            free_h += gap_h;
            ++gaps;
            const double stay_h = hours(stays[k].unplug - stays[k].plug_in);
            REQUIRE(stay_h >= 1.5 - 1e-6);
            REQUIRE(stay_h <= 3.5 + 1e-6);
            REQUIRE(stays[k].stated_departure == stays[k].unplug);
        }
    }
    // 4000 gaps of a standard deviation of 2.6 min: four standard errors of their mean are 0.17 min.
    REQUIRE(60.0 * free_h / static_cast<double>(gaps) == Approx(5.5).margin(0.17));
}

TEST_CASE("a need is a share of what the rating would store, up to the highest target", "[behaviours][succession]") {
    BehaviourFixture fixture;
    const Population population =
        fixture.draw(replaced(station(), "need: {distribution: uniform, min: 0.2, max: 0.7}", "need: 0.5"));
    std::size_t cut = 0;
    for (const Session& s : population.sessions) {
        if (s.plug_in == Instant{}) continue;
        const double wanted = s.initial_soc + 0.5 * 7.0 * hours(s.unplug - s.plug_in) * 0.92 / 24.0;
        REQUIRE(s.target_soc == Approx(std::min(0.92, wanted)).margin(1e-6));
        cut += s.target_soc == 0.92 ? 1 : 0;
    }
    REQUIRE(cut == 0);  // 0.45 + 0.47 at the most
}

TEST_CASE("stays under way at the start have stored as much as an even power has", "[behaviours][succession]") {
    BehaviourFixture fixture;
    const Population population = fixture.draw(
        replaced(replaced(station(), "initial_soc: {distribution: uniform, min: 0.25, max: 0.45}", "initial_soc: 0.3"),
                 "need: {distribution: uniform, min: 0.2, max: 0.7}", "need: 0.5"));
    double left_h = 0.0;
    for (const Session& s : population.sessions) {
        if (s.plug_in > Instant{}) continue;
        const double still_h = hours(s.unplug - s.plug_in);
        REQUIRE(s.target_soc - s.initial_soc == Approx(0.5 * 7.0 * still_h * 0.92 / 24.0).margin(1e-6));
        left_h += still_h / 400.0;
    }
    // Half of 2.5 h; its standard deviation is 0.78 h, so four standard errors are 0.16 h.
    REQUIRE(left_h == Approx(1.25).margin(0.16));
}

TEST_CASE("draws of a point do not depend on how many there are or how long the study is", "[behaviours][succession]") {
    BehaviourFixture fixture, longer;
    longer.horizon = std::chrono::hours(48);
    const auto few = fixture.draw(replaced(station(), "points: 400", "points: 3")).sessions;
    const auto many = longer.draw(station()).sessions;
    for (const Session& s : few)
        REQUIRE(std::any_of(many.begin(), many.end(), [&](const Session& other) {
            return other.connector == s.connector && other.plug_in == s.plug_in && other.unplug == s.unplug &&
                   other.target_soc == s.target_soc;
        }));
}

TEST_CASE("what cannot be in a succession is refused, and what cannot be met is warned of", "[behaviours][succession]") {
    const auto problem = [](const std::string& yaml) {
        BehaviourFixture fixture;
        REQUIRE_FALSE(fixture.try_make(yaml));
        return fixture.issue_texts();
    };
    using Catch::Contains;
    REQUIRE_THAT(problem(replaced(station(), "points: 400, ", "")), Contains("points"));
    REQUIRE_THAT(
        problem(replaced(station(), "stay: {distribution: uniform, min: 1.5 h", "stay: {distribution: uniform, min: 0 h")),
        Contains("population.homes.stay: can be 0 or less; give a law of lengths above 0"));
    REQUIRE_THAT(problem(replaced(station(), "highest_target: 92 %", "highest_target: 40 %")),
                 Contains("initial_soc: can be above highest_target"));
    REQUIRE_THAT(problem(station(", highest_soc: 90 %")), Contains("highest_target: can be above highest_soc"));
    BehaviourFixture fixture;
    REQUIRE(fixture.make(replaced(station(), "need: {distribution: uniform, min: 0.2, max: 0.7}",
                                  "need: {distribution: uniform, min: 0.2, max: 1.2}")));
    REQUIRE_THAT(fixture.issue_texts(), Contains("need: is more than the charge rating stores in the stay for 20.0 % of stays"));
}
