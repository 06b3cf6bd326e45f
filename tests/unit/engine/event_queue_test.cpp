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
        scheduled.push_back(event_at(static_cast<std::int64_t>(random() % 50), static_cast<Phase>(random() % phases), i));
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

TEST_CASE(
    "at one instant a connector is freed before the next vehicle takes it, and messages arrive and meters read before parties "
    "act") {
    EventQueue queue;
    using enum Phase;
    for (Phase phase :
         {sample, record, act, measure, deliver, devices, actuate, availability, base_load, threshold, plug_in, unplug})
        queue.push(event_at(0, phase, 0));
    std::vector<Phase> order;
    while (!queue.empty()) order.push_back(queue.pop().phase);
    REQUIRE(order == std::vector<Phase>{unplug, plug_in, threshold, base_load, availability, actuate, devices, deliver, measure,
                                        act, record, sample});
}

TEST_CASE("an event scheduled while others of its instant leave comes after its equals") {
    EventQueue queue;
    queue.push(event_at(5, Phase::act, 1));
    queue.push(event_at(5, Phase::act, 2));
    REQUIRE(queue.pop().subject == 1);
    queue.push(event_at(5, Phase::act, 3));
    queue.push(event_at(5, Phase::plug_in, 4));
    REQUIRE(queue.pop().subject == 4);
    REQUIRE(queue.pop().subject == 2);
    REQUIRE(queue.pop().subject == 3);
}

TEST_CASE("an event that comes up leaves before what is planned for later and after its planned equals") {
    EventQueue queue;
    queue.plan({event_at(9, Phase::act, 1), event_at(5, Phase::act, 2)});
    queue.push(event_at(5, Phase::act, 3));
    queue.push(event_at(5, Phase::measure, 4));
    queue.push(event_at(7, Phase::record, 5));
    std::vector<std::uint32_t> order;
    while (!queue.empty()) order.push_back(queue.pop().subject);
    REQUIRE(order == std::vector<std::uint32_t>{4, 2, 3, 5, 1});
}

TEST_CASE("taking from an empty queue, or planning after something has been scheduled, is a broken promise") {
    EventQueue queue;
    REQUIRE_THROWS_AS(queue.pop(), ContractViolation);
    queue.push(event_at(5, Phase::act, 1));
    REQUIRE_THROWS_AS(queue.plan({}), ContractViolation);
    REQUIRE(queue.pop().subject == 1);
    REQUIRE_THROWS_AS(queue.pop(), ContractViolation);
}
