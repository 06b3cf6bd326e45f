#include "sim/engine/event_queue.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <tuple>
#include <vector>

#include "evsweep/contracts.hpp"

using namespace evsweep;

namespace {

Event event_at(std::int64_t ms, Phase phase, std::uint32_t subject) { return {Instant(Duration(ms)), phase, subject, 0}; }

}  // namespace

TEST_CASE("events leave in the order of instant, then phase, then scheduling") {
    const std::size_t known = GENERATE(0U, 1U, 2500U, 5000U);  // beforehand; the others come up later
    std::mt19937 random(7);
    std::vector<Event> scheduled;
    for (std::uint32_t i = 0; i < 5000; ++i)
        scheduled.push_back(event_at(static_cast<std::int64_t>(random() % 50), static_cast<Phase>(random() % 7), i));
    EventQueue queue;
    queue.plan({scheduled.begin(), scheduled.begin() + static_cast<std::ptrdiff_t>(known)});
    for (std::size_t i = known; i < scheduled.size(); ++i) queue.push(scheduled[i]);
    REQUIRE(queue.size() == scheduled.size());
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

TEST_CASE("an event that comes up leaves before what is planned for later and after its planned equals") {
    EventQueue queue;
    queue.plan({event_at(9, Phase::decide, 1), event_at(5, Phase::decide, 2)});
    queue.push(event_at(5, Phase::decide, 3));
    queue.push(event_at(5, Phase::measure, 4));
    queue.push(event_at(7, Phase::record, 5));
    std::vector<std::uint32_t> order;
    while (!queue.empty()) order.push_back(queue.pop().subject);
    REQUIRE(order == std::vector<std::uint32_t>{4, 2, 3, 5, 1});
}

TEST_CASE("taking from an empty queue, or planning after something has been scheduled, is a broken promise") {
    EventQueue queue;
    REQUIRE_THROWS_AS(queue.pop(), ContractViolation);
    queue.push(event_at(5, Phase::decide, 1));
    REQUIRE_THROWS_AS(queue.plan({}), ContractViolation);
    REQUIRE(queue.pop().subject == 1);
    REQUIRE_THROWS_AS(queue.pop(), ContractViolation);
}

TEST_CASE("what is pushed once stands in the queue once, whatever else was pushed in between") {
    EventQueue queue;
    queue.plan({event_at(5, Phase::plug_in, 0)});
    for (const std::int64_t at : {5, 3, 5, 3, 9, 5}) queue.push_once(event_at(at, Phase::decide, 0));
    queue.push_once(event_at(5, Phase::record, 0));
    REQUIRE(queue.size() == 5);
    std::vector<std::int64_t> order;
    while (!queue.empty()) order.push_back(queue.pop().at.time_since_epoch().count());
    REQUIRE(order == std::vector<std::int64_t>{3, 5, 5, 5, 9});
    queue.push_once(event_at(9, Phase::decide, 0));  // the one before has been taken
    REQUIRE(queue.size() == 1);
}
