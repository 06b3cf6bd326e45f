/// The search for capacities against all replicas at all levels, on made-up replicas; its intervals over repeated studies of a
/// known law; and replicas that are broken at some level and kept at a higher one.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <vector>

#include "sim/statistics/capacity_search.hpp"
#include "sim/statistics/shares.hpp"
#include "unit/study/draws.hpp"

using namespace evsweep;
using evsweep::test::Draws;

namespace {

/// Whether a replica is broken at a level.
using IsBroken = std::function<bool(std::size_t level, std::size_t replica)>;

struct Searched {
    CapacitySearch::Found found;
    std::size_t runs = 0;
    bool ran_twice = false;
    CapacitySearch search;
};

Searched search(std::size_t levels, std::size_t replicas, const CapacityRanks& ranks, const IsBroken& is_broken) {
    Searched result{{}, 0, false, CapacitySearch(levels, replicas, ranks)};
    while (const auto request = result.search.next()) {
        REQUIRE(!request->replicas.empty());
        for (const std::size_t r : request->replicas) {
            result.ran_twice = result.ran_twice || result.search.table().state(request->level, r).has_value();
            result.search.note(request->level, r, is_broken(request->level, r));
            ++result.runs;
        }
        REQUIRE(result.runs <= levels * replicas);
    }
    result.found = result.search.found();
    return result;
}

std::size_t broken_at(std::size_t level, std::size_t replicas, const IsBroken& is_broken) {
    std::size_t count = 0;
    for (std::size_t r = 0; r < replicas; ++r) count += is_broken(level, r);
    return count;
}

/// The largest level with no more than `most` broken, of replicas that stay broken.
std::ptrdiff_t by_brute_force(std::size_t most, std::size_t levels, std::size_t replicas, const IsBroken& is_broken) {
    std::ptrdiff_t level = -1;
    while (level + 1 < static_cast<std::ptrdiff_t>(levels) &&
           broken_at(static_cast<std::size_t>(level + 1), replicas, is_broken) <= most)
        ++level;
    return level;
}

/// Replicas that are broken from a drawn level on.
std::vector<std::size_t> first_broken(Draws& draws, std::size_t replicas, double mean, double deviation) {
    std::vector<std::size_t> levels;
    for (std::size_t r = 0; r < replicas; ++r)
        levels.push_back(static_cast<std::size_t>(std::max(0.0, std::round(mean + deviation * draws.normal()))));
    return levels;
}

}  // namespace

TEST_CASE("numbers of broken replicas that decide are those at which exact bounds cross the allowed share", "[hosting]") {
    for (const std::size_t n : {72U, 100U, 400U}) {
        for (const double at_most : {0.05, 0.1, 0.5}) {
            const CapacityRanks ranks = capacity_ranks(n, at_most, 0.95);
            CHECK(ranks.estimate == static_cast<std::size_t>(std::floor(static_cast<double>(n) * at_most + 1e-9)));
            REQUIRE(ranks.low);
            CHECK(*ranks.low <= ranks.estimate);
            CHECK(ranks.high >= ranks.estimate);
            CHECK(clopper_pearson(*ranks.low, n, 0.95).high <= at_most);
            CHECK(clopper_pearson(*ranks.low + 1, n, 0.95).high > at_most);
            CHECK(clopper_pearson(ranks.high, n, 0.95).low <= at_most);
            CHECK(clopper_pearson(ranks.high + 1, n, 0.95).low > at_most);
        }
    }
    CHECK_FALSE(capacity_ranks(71, 0.05, 0.95).low);
    CHECK(replicas_for_low_end(0.05, 0.95) == 72);
}

TEST_CASE("the search finds the levels that all replicas at all levels would, in a small share of the runs", "[hosting]") {
    Draws draws;
    for (const double mean : {-300.0, 5.0, 200.0, 580.0, 900.0}) {
        const std::size_t levels = 601, replicas = 100;
        const auto first = first_broken(draws, replicas, mean, 40.0);
        const IsBroken is_broken = [&](std::size_t level, std::size_t r) { return level >= first[r]; };
        const CapacityRanks ranks = capacity_ranks(replicas, 0.05, 0.95);
        const Searched result = search(levels, replicas, ranks, is_broken);
        INFO("mean " << mean << ", runs " << result.runs);
        CHECK(result.found.estimate == by_brute_force(ranks.estimate, levels, replicas, is_broken));
        REQUIRE(result.found.low);
        CHECK(*result.found.low == by_brute_force(*ranks.low, levels, replicas, is_broken));
        CHECK(result.found.high == by_brute_force(ranks.high, levels, replicas, is_broken));
        CHECK(result.search.table().contradicting() == 0);
        CHECK_FALSE(result.found.has_moved);
        CHECK_FALSE(result.ran_twice);
        CHECK(result.runs < levels * replicas / 40);
    }
}

TEST_CASE("both levels of a capacity are run whole, whatever follows from other levels", "[hosting]") {
    Draws draws;
    const auto first = first_broken(draws, 50, 30.0, 8.0);
    const Searched result =
        search(61, 50, capacity_ranks(50, 0.1, 0.9), [&](std::size_t level, std::size_t r) { return level >= first[r]; });
    for (const std::ptrdiff_t level : {result.found.estimate, result.found.estimate + 1}) {
        const auto count = result.search.table().seen(static_cast<std::size_t>(level));
        CHECK(count.broken + count.kept == 50);
    }
}

TEST_CASE("replicas that contradict themselves are counted, and the capacity is where whole levels put it", "[hosting]") {
    Draws draws;
    for (int trial = 0; trial < 200; ++trial) {
        const std::size_t levels = 101, replicas = 40;
        const auto first = first_broken(draws, replicas, 50.0, 12.0);
        // Every third replica keeps the limit again at some levels above the one at which it is first broken.
        std::vector<std::size_t> again(replicas), until(replicas);
        for (std::size_t r = 0; r < replicas; ++r) {
            again[r] = first[r] + 1 + static_cast<std::size_t>(10.0 * draws.uniform());
            until[r] = r % 3 == 0 ? again[r] + static_cast<std::size_t>(20.0 * draws.uniform()) : again[r];
        }
        const IsBroken is_broken = [&](std::size_t level, std::size_t r) {
            return level >= first[r] && !(level >= again[r] && level < until[r]);
        };
        const CapacityRanks ranks = capacity_ranks(replicas, 0.1, 0.9);
        const Searched result = search(levels, replicas, ranks, is_broken);
        const auto at = static_cast<std::size_t>(result.found.estimate);
        REQUIRE(result.found.estimate >= 0);
        CHECK(broken_at(at, replicas, is_broken) <= ranks.estimate);
        CHECK(broken_at(at + 1, replicas, is_broken) > ranks.estimate);
        CHECK((!result.found.low || *result.found.low <= result.found.estimate));
        CHECK(result.found.high >= result.found.estimate);
        if (result.found.has_moved) CHECK(result.search.table().contradicting() > 0);
    }
}

TEST_CASE("where what was concluded is wrong the search goes on to a level that is right", "[hosting]") {
    // All replicas are broken from 10 to 19 and from 60 on. A look at 80, 40, 20 and so on never sees the first of these.
    const IsBroken is_broken = [](std::size_t level, std::size_t) { return (level >= 10 && level < 20) || level >= 60; };
    const CapacityRanks ranks = capacity_ranks(100, 0.05, 0.95);
    const Searched result = search(81, 100, ranks, is_broken);
    const auto at = static_cast<std::size_t>(result.found.estimate);
    CHECK(!is_broken(at, 0));
    CHECK(is_broken(at + 1, 0));

    // One half is broken at even levels alone up to 40: whatever is concluded from an odd one is wrong.
    const IsBroken odd = [](std::size_t level, std::size_t r) {
        return level >= 41 || (r % 2 == 0 && level % 2 == 0 && level >= 8);
    };
    const Searched other = search(81, 100, ranks, odd);
    const auto found = static_cast<std::size_t>(other.found.estimate);
    CHECK(broken_at(found, 100, odd) <= ranks.estimate);
    CHECK(broken_at(found + 1, 100, odd) > ranks.estimate);
}

TEST_CASE("95 % intervals of capacities hold the true one in at least 93 % of 400 studies, each end by itself",
          "[hosting][coverage]") {
    // Levels at which replicas are first broken are normal, rounded up: p(N) = Phi((N - 200) / 40), which is 5 % at 134.2.
    for (const std::size_t replicas : {80U, 200U}) {
        Draws draws;
        const CapacityRanks ranks = capacity_ranks(replicas, 0.05, 0.95);
        const double truth = 134.0;
        double too_high = 0.0, too_low = 0.0;
        constexpr int studies = 400;
        for (int s = 0; s < studies; ++s) {
            std::vector<double> first;
            for (std::size_t r = 0; r < replicas; ++r) first.push_back(200.0 + 40.0 * draws.normal());
            const Searched result = search(
                401, replicas, ranks, [&](std::size_t level, std::size_t r) { return static_cast<double>(level) >= first[r]; });
            REQUIRE(result.found.low);
            too_high += static_cast<double>(*result.found.low) > truth ? 1.0 / studies : 0.0;
            too_low += static_cast<double>(result.found.high) < truth ? 1.0 / studies : 0.0;
        }
        INFO(replicas << " replicas: low end above the truth " << too_high << ", high end below it " << too_low);
        CHECK(too_high <= 0.04);  // at most 0.025, and chance: a deviation of 0.008
        CHECK(too_low <= 0.04);
    }
}
