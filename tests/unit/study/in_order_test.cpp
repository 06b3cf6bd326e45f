#include "sim/study/in_order.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdint>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <vector>

using evsweep::InOrder;
using namespace std::chrono_literals;

namespace {

/// Threads that take numbers and put them until there are no more; `work` is done in between.
template <class Work>
void share_out(InOrder<std::size_t>& queue, int threads, Work work) {
    std::vector<std::jthread> workers;
    for (int t = 0; t < threads; ++t)
        workers.emplace_back([&queue, work] {
            while (const auto number = queue.take()) {
                work(*number);
                queue.put(*number, *number);
            }
        });
}

std::vector<std::size_t> first_numbers(std::size_t count) {
    std::vector<std::size_t> numbers(count);
    std::iota(numbers.begin(), numbers.end(), std::size_t{0});
    return numbers;
}

}  // namespace

TEST_CASE("Products are consumed in the order of their numbers, one at a time, whoever is slow") {
    for (const int threads : {1, 2, 5}) {
        std::vector<std::size_t> seen;
        std::atomic<int> inside{0};
        InOrder<std::size_t> queue(200, 7, {}, [&](std::size_t number) {
            CHECK(++inside == 1);
            seen.push_back(number);
            --inside;
        });
        share_out(queue, threads, [](std::size_t number) {
            if (number % 13 == 0) std::this_thread::sleep_for(2ms);
        });
        CHECK(seen == first_numbers(200));
    }
}

TEST_CASE("Nobody runs further ahead than the window") {
    constexpr std::size_t window = 4;
    std::atomic<std::size_t> consumed{0};
    std::atomic<std::uint32_t> ahead{0};  ///< a bit for each number that was handed out before any was consumed
    InOrder<std::size_t> queue(32, window, {}, [&](std::size_t number) { consumed = number + 1; });
    share_out(queue, 3, [&](std::size_t number) {
        if (consumed == 0) ahead |= 1U << number;
        if (number != 0) return;
        // All of the window come, however busy the machine is; and if one more were to come, it would have time for it.
        const auto given_up = std::chrono::steady_clock::now() + 60s;
        while (ahead != (1U << window) - 1U && std::chrono::steady_clock::now() < given_up) std::this_thread::sleep_for(1ms);
        std::this_thread::sleep_for(30ms);
    });
    CHECK(ahead == (1U << window) - 1U);
    CHECK(consumed == 32);
}

TEST_CASE("After a stop nothing more is handed out, and what was taken is still consumed") {
    std::stop_source stop;
    std::vector<std::size_t> seen;
    InOrder<std::size_t> queue(1000, 6, stop.get_token(), [&](std::size_t number) {
        seen.push_back(number);
        if (number == 10) stop.request_stop();
    });
    share_out(queue, 3, [](std::size_t) {});
    CHECK(seen.size() >= 11);
    CHECK(seen.size() <= 10 + 6);
    CHECK(seen == first_numbers(seen.size()));
}

TEST_CASE("What is dropped is passed over, and what is behind it is still consumed") {
    std::vector<std::size_t> seen;
    InOrder<std::size_t> queue(10, 10, {}, [&](std::size_t number) { seen.push_back(number); });
    for (std::size_t i = 0; i < 10; ++i) REQUIRE(queue.take() == i);
    for (const std::size_t number : {7U, 2U, 9U}) queue.put(number, number);
    for (const std::size_t number : {0U, 8U, 1U, 3U, 4U, 5U}) queue.drop(number);
    CHECK(seen == std::vector<std::size_t>{2});
    queue.put(6, 6);
    CHECK(seen == std::vector<std::size_t>{2, 6, 7, 9});
}

TEST_CASE("What the consumer throws ends the work and reaches the caller, even where others wait") {
    InOrder<std::size_t> queue(1000, 2, {}, [](std::size_t number) {
        if (number == 5) throw std::runtime_error("disk full");
    });
    share_out(queue, 4, [](std::size_t) {});
    CHECK_THROWS_WITH(queue.rethrow(), "disk full");
    CHECK_FALSE(queue.take());
}
