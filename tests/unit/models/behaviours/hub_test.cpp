#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "unit/models/behaviours/behaviour_fixture.hpp"

using namespace evsweep;

namespace {

const std::string at_the_mall = "placement: {rule: round_robin, buses: [mall]}\n";
const std::string battery = "capacity: 60 kWh\ncharge_rating: 50 kW\n";
const std::string states = "initial_soc: 0.2\ntarget_soc: 0.8\n";
const std::string hub = "behaviour: hub\n" + at_the_mall + battery;

/// Whether every vehicle of `part` comes in `whole` at the same instant.
bool contains_arrivals(const Population& whole, const Population& part) {
    return std::all_of(part.sessions.begin(), part.sessions.end(), [&](const Session& s) {
        return std::any_of(whole.sessions.begin(), whole.sessions.end(),
                           [&](const Session& t) { return t.plug_in == s.plug_in && t.service == s.service; });
    });
}

}  // namespace

TEST_CASE("as many vehicles come to a hub as its hours say", "[hub]") {
    BehaviourFixture fixture;
    fixture.calendar = Calendar(std::chrono::local_days(std::chrono::year(2025) / 1 / 6) + std::chrono::hours(0));
    std::string by_hour = "by_hour: [";
    for (int h = 0; h < 24; ++h) by_hour += (h > 0 ? ", " : "") + std::string(h == 8 ? "2" : h < 6 ? "0" : "1");
    const std::string text = hub + states + "points: {count: 4}\narrivals: 10\nservice: 30 min\n" + by_hour + "]\n";
    std::vector<double> by_clock(24, 0.0);
    constexpr std::uint32_t replicas = 400;
    for (std::uint32_t r = 0; r < replicas; ++r)
        for (const Session& s : fixture.draw(text, r).sessions)
            by_clock[static_cast<std::size_t>(hours(s.plug_in.time_since_epoch()))] += 1.0;
    for (std::size_t h = 0; h < 24; ++h) {
        INFO("hour " << h);
        const double expected = replicas * 10.0 * (h == 8 ? 2.0 : h < 6 ? 0.0 : 1.0);
        CHECK(std::abs(by_clock[h] - expected) <= 4.0 * std::sqrt(expected));  // four deviations of Poisson's law
    }
}

TEST_CASE("the number of vehicles that come in an hour has the variance of its mean", "[hub]") {
    BehaviourFixture fixture;
    fixture.horizon = std::chrono::hours(1);
    const std::string text = hub + states + "points: {count: 4}\narrivals: 9\nservice: 30 min\n";
    constexpr int replicas = 2000;
    double sum = 0.0, squares = 0.0;
    for (std::uint32_t r = 0; r < replicas; ++r) {
        const auto n = static_cast<double>(fixture.draw(text, r).sessions.size());
        sum += n, squares += n * n;
    }
    const double mean = sum / replicas, variance = squares / replicas - mean * mean;
    CHECK(std::abs(mean - 9.0) < 4.0 * 3.0 / std::sqrt(replicas));
    CHECK(std::abs(variance - 9.0) < 4.0 * 9.0 * std::sqrt(2.0 / replicas));
}

TEST_CASE("more points and other services leave the vehicles of a hub as they came", "[hub]") {
    BehaviourFixture fixture;
    const std::string text = hub + states + "arrivals: 6\nservice: {distribution: exponential, mean: 40 min}\n";
    const Population two = fixture.draw(text + "points: {count: 2}\n"), five = fixture.draw(text + "points: {count: 5}\n");
    REQUIRE(two.sessions.size() > 50);
    CHECK(contains_arrivals(five, two));
    CHECK(contains_arrivals(two, five));
    CHECK(two.queues.back().points == 2);
    CHECK(std::all_of(two.connectors.queue.begin(), two.connectors.queue.end(), [](std::uint32_t row) { return row == 1; }));
}

TEST_CASE("vehicles beyond the most at once are counted with what they ask for", "[hub]") {
    BehaviourFixture fixture;
    const std::string text = hub + states + "arrivals: 6\nservice: 1 h\npatience: 2 h\npoints: {count: 2}\nmost_vehicles: 4\n";
    const Population population = fixture.draw(text);
    const StayTally tally = population.all_stays();
    CHECK(population.connectors.size() == 4);
    CHECK(tally.no_room.count > 0);
    CHECK(tally.no_room.kwh == Approx(36.0 * static_cast<double>(tally.no_room.count)));
    CHECK(tally.dropped().count == tally.no_room.count);
    BehaviourFixture roomy;
    const Population all = roomy.draw(hub + states + "arrivals: 6\nservice: 1 h\npatience: 2 h\npoints: {count: 2}\n");
    CHECK(all.all_stays().dropped().count == 0);
    CHECK(all.sessions.size() == population.sessions.size() + tally.no_room.count);
}

TEST_CASE("an energy from the grid becomes the state of charge with which a vehicle comes", "[hub]") {
    BehaviourFixture fixture;
    const Population population = fixture.draw(hub + "target_soc: 0.8\nenergy: 30 kWh\ncharge_efficiency: 90 %\narrivals: 3\n" +
                                               "service: 1 h\npoints: {count: 2}\n");
    REQUIRE(!population.sessions.empty());
    for (const Session& s : population.sessions) CHECK(s.initial_soc == Approx(0.8 - 30.0 * 0.9 / 60.0).epsilon(1e-12));
}

TEST_CASE("what is wrong with a hub is told with its place", "[hub]") {
    const auto texts_of = [](const std::string& text) {
        BehaviourFixture fixture;
        CHECK(!fixture.try_make(hub + text, "hub"));
        return fixture.issue_texts();
    };
    CHECK(texts_of(states + "arrivals: 3\nservice: 1 h\n").find("points: is missing; say how many there are") !=
          std::string::npos);
    CHECK(texts_of(states + "arrivals: 3\npoints: {count: 2}\n").find("service: is missing; give `service`") !=
          std::string::npos);
    CHECK(texts_of(states + "arrivals: 3\nservice: 1 h\nstay: 1 h\npoints: {count: 2}\n").find("stay: is given beside service") !=
          std::string::npos);
    CHECK(texts_of("target_soc: 0.8\narrivals: 3\nservice: 1 h\npoints: {count: 2}\n").find("initial_soc: is missing") !=
          std::string::npos);
    CHECK(texts_of(states + "arrivals: 3\nservice: 1 h\nby_hour: [1, 2]\npoints: {count: 2}\n")
              .find("has 2 entries where 24 belong") != std::string::npos);
    CHECK(texts_of(states + "arrivals: 3\nservice: 1 h\npoints: {count: 0}\n").find("points.count: 0 is out of range") !=
          std::string::npos);
    CHECK(texts_of(states + "lowest_soc: 0.3\narrivals: 3\nservice: 1 h\npoints: {count: 2}\n")
              .find("initial_soc: can be outside what the battery uses") != std::string::npos);
}
