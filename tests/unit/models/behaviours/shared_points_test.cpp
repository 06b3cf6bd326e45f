#include <algorithm>
#include <catch2/catch.hpp>

#include "unit/models/behaviours/behaviour_fixture.hpp"

using namespace evsweep;

namespace {

const std::string homes =
    "vehicles: 20\nplacement: {rule: round_robin, buses: [mall]}\ncapacity: 40 kWh\ncharge_rating: 7 kW\n"
    "arrival: {distribution: uniform, min: 16 h, max: 22 h}\ndeparture: 7 h\ninitial_soc: 0.4\ntarget_soc: 0.9\n";

std::string issues_of(const std::string& text) {
    BehaviourFixture fixture;
    (void)fixture.try_make(text);
    return fixture.issue_texts();
}
bool has(const std::string& text, const std::string& part) {
    INFO(text);
    CHECK(text.find(part) != std::string::npos);
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("vehicles that share points come and go as those that do not", "[shared points]") {
    BehaviourFixture fixture;
    const Population own = fixture.draw(homes), shared = fixture.draw(homes + "points: {count: 4}\npatience: 2 h\n");
    CHECK(own.connectors.queue.empty());
    CHECK_FALSE(own.has_queues());
    REQUIRE(shared.queues.size() == 2);
    CHECK(shared.queues[1].points == 4);
    CHECK(shared.connectors.queue == std::vector<std::uint32_t>(20, 1));
    REQUIRE(own.sessions.size() == shared.sessions.size());
    for (std::size_t s = 0; s < own.sessions.size(); ++s) {
        CHECK(own.sessions[s].plug_in == shared.sessions[s].plug_in);
        CHECK(own.sessions[s].unplug == shared.sessions[s].unplug);
        CHECK(own.sessions[s].initial_soc == shared.sessions[s].initial_soc);
        CHECK(shared.sessions[s].patience == std::optional<Duration>(std::chrono::hours(2)));
    }
}

TEST_CASE("never more bookings hold at once than there are points", "[shared points]") {
    BehaviourFixture fixture;
    const Population population = fixture.draw(
        homes +
        "points: {count: 3, rule: reservation}\nbooked: 80 %\nlate: {distribution: uniform, min: -10 min, max: 20 min}\n");
    std::size_t bookings = 0;
    for (const Session& s : population.sessions) {
        if (!s.booked) continue;
        ++bookings;
        CHECK(*s.booked >= s.plug_in - std::chrono::minutes(20));
        CHECK(*s.booked <= s.plug_in + std::chrono::minutes(10));
        const auto hold = std::count_if(population.sessions.begin(), population.sessions.end(), [&](const Session& other) {
            return other.booked && *other.booked <= *s.booked && other.stated_end(*other.booked) > *s.booked;
        });
        CHECK(hold <= 3);
    }
    CHECK(bookings == 3);  // all stay until the morning, so that the first three have the points
}

TEST_CASE("what is wrong with shared points is told with its place and what to do", "[shared points]") {
    CHECK(has(issues_of(homes + "points: {count: 0}\n"), "points.count: 0 is out of range"));
    CHECK(has(issues_of(homes + "patience: 1 h\n"),
              "patience: means nothing where every vehicle has a point for itself; say how many points they share"));
    CHECK(has(issues_of(homes + "service: 1 h\n"), "service: means nothing where every vehicle has a point for itself"));
    CHECK(has(issues_of(homes + "booked: 50 %\n"), "booked: means nothing where every vehicle has a point for itself"));
    CHECK(has(issues_of(homes + "points: {count: 3, rule: reservation}\n"),
              "points: has rule reservation, and no vehicle books; give `booked`"));
    CHECK(
        has(issues_of(homes + "points: {count: 3}\nbooked: 50 %\n"), "booked: means nothing where whoever came first is first"));
    CHECK(has(issues_of(homes + "points: {count: 3, kept_for: 10 min}\n"), "kept_for"));
    CHECK(has(issues_of(homes + "points: {count: 3}\nlate: 10 min\npatience: 1 h\n"), "late"));
    CHECK(has(issues_of(homes + "points: {count: 20}\n"), "20 points for 20 vehicles: nobody ever waits; give fewer points"));
    std::string content = homes;
    content.replace(content.find("initial_soc: 0.4"), 16, "initial_soc: 0.9");
    CHECK(has(issues_of(content + "points: {count: 3, swap_when_full: true}\n"),
              "points: swaps vehicles that have reached their target, and all come with it"));
    std::string apart = homes;
    apart.replace(apart.find("[mall]"), 6, "[mall, 2]");
    CHECK(has(issues_of(apart + "points: {count: 3}\n"), "placement: stands at several buses"));
}
