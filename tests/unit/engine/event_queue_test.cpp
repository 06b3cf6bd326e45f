#include "sim/engine/event_queue.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <tuple>
#include <vector>

#include "evsweep/contracts.hpp"

using namespace evsweep;

namespace {

Event event_at(std::int64_t ms, Phase phase, std::uint32_t subject) {
    return {Instant(Duration(ms)), phase, EventKind::decision, subject, 0, 0};
}

}  // namespace

TEST_CASE("events leave in the order of instant, then phase, then scheduling") {
    std::mt19937 random(7);
    std::vector<Event> scheduled;
    EventQueue queue;
    for (std::uint32_t i = 0; i < 5000; ++i) {
        scheduled.push_back(event_at(static_cast<std::int64_t>(random() % 50), static_cast<Phase>(random() % 7), i));
        queue.push(scheduled.back());
    }
    std::stable_sort(scheduled.begin(), scheduled.end(),
                     [](const Event& a, const Event& b) { return std::tie(a.at, a.phase) < std::tie(b.at, b.phase); });
    for (const Event& expected : scheduled) {
        const Event taken = queue.pop();
        REQUIRE(taken.subject == expected.subject);
        REQUIRE(taken.at == expected.at);
    }
    REQUIRE(queue.empty());
}

TEST_CASE("at one instant a connector is freed before the next vehicle takes it and measured before anybody decides") {
    EventQueue queue;
    for (Phase phase :
         {Phase::record, Phase::decide, Phase::measure, Phase::base_load, Phase::threshold, Phase::plug_in, Phase::unplug})
        queue.push(event_at(0, phase, 0));
    std::vector<Phase> order;
    while (!queue.empty()) order.push_back(queue.pop().phase);
    REQUIRE(order == std::vector<Phase>{Phase::unplug, Phase::plug_in, Phase::threshold, Phase::base_load, Phase::measure,
                                        Phase::decide, Phase::record});
}

TEST_CASE("an event scheduled while others of its instant leave comes after its equals") {
    EventQueue queue;
    queue.push(event_at(5, Phase::decide, 1));
    queue.push(event_at(5, Phase::decide, 2));
    REQUIRE(queue.pop().subject == 1);
    queue.push(event_at(5, Phase::decide, 3));
    queue.push(event_at(5, Phase::plug_in, 4));
    REQUIRE(queue.pop().subject == 4);
    REQUIRE(queue.pop().subject == 2);
    REQUIRE(queue.pop().subject == 3);
}

TEST_CASE("taking from an empty queue is a broken promise") {
    EventQueue queue;
    REQUIRE_THROWS_AS(queue.pop(), ContractViolation);
}
