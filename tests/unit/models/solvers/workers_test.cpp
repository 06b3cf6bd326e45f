/// Pieces of work that threads share out, and what becomes of them when they are no longer wanted.
#include "solvers/schedule/workers.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <vector>

using namespace evsweep;

TEST_CASE("every piece is done once, by any number of threads", "[workers]") {
    for (const int threads : {1, 2, 5}) {
        Workers workers(threads);
        for (int round = 0; round < 3; ++round) {
            std::vector<std::atomic<int>> done(100);
            workers.share(done.size(), [&](std::size_t i) { ++done[i]; });
            for (const auto& times : done) CHECK(times == 1);
        }
    }
}

TEST_CASE("after a stop is requested no piece is begun, and whoever shares out gets an exception", "[workers]") {
    for (const int threads : {1, 2, 5}) {
        std::stop_source stop;
        Workers workers(threads, StopRequest(stop.get_token()));
        std::atomic<int> done{0};
        const auto piece = [&](std::size_t) {
            if (++done == 10) stop.request_stop();
        };
        CHECK_THROWS_AS(workers.share(100'000, piece), Stopped);
        CHECK(done >= 10);
        CHECK(done < 10 + threads);
        CHECK_THROWS_AS(workers.share(3, piece), Stopped);
        CHECK(done < 10 + threads);
    }
}
