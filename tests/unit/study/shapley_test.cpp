#include "sim/study/why/shapley.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>

using namespace evsweep;

namespace {

/// The value of those who have come, by player: 1 where there.
using Game = std::function<double(const std::vector<std::uint8_t>&)>;

std::function<OrderValues()> played(const Game& game) {
    return [game]() -> OrderValues {
        return [game](std::span<const PlayerOrder> orders, std::span<std::vector<double>> values) {
            for (std::size_t o = 0; o < orders.size(); ++o) {
                std::vector<std::uint8_t> there(orders[o].size(), 0);
                values[o] = {game(there)};
                for (const std::uint32_t player : orders[o]) {
                    there[player] = 1;
                    values[o].push_back(game(there));
                }
            }
        };
    };
}

std::vector<std::uint32_t> all_different(std::size_t players) {
    std::vector<std::uint32_t> alike(players);
    std::iota(alike.begin(), alike.end(), 0U);
    return alike;
}

/// Over every order there is.
std::vector<double> by_all_orders(std::size_t players, const Game& game) {
    PlayerOrder order(players);
    std::iota(order.begin(), order.end(), 0U);
    std::vector<double> sum(players, 0.0);
    double orders = 0.0;
    do {
        std::vector<std::uint8_t> there(players, 0);
        double before = game(there);
        for (const std::uint32_t player : order) {
            there[player] = 1;
            const double after = game(there);
            sum[player] += after - before;
            before = after;
        }
        orders += 1.0;
    } while (std::next_permutation(order.begin(), order.end()));
    for (double& s : sum) s /= orders;
    return sum;
}

double total(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

double sum_of(const std::vector<std::uint8_t>& there, const std::vector<double>& weight) {
    double sum = 0.0;
    for (std::size_t i = 0; i < there.size(); ++i) sum += there[i] * weight[i];
    return sum;
}

const std::vector<double> weights{3.0, -1.0, 0.5, 0.0, 7.25, 2.0};

}  // namespace

TEST_CASE("shares of a sum are its parts, from one pair of orders") {
    const Game game = [](const auto& there) { return 10.0 + sum_of(there, weights); };
    const ShapleyShares found = shapley_shares(all_different(6), played(game), {.pairs = 1});
    for (std::size_t i = 0; i < 6; ++i) CHECK(found.share[i] == Approx(weights[i]).margin(1e-14));
    CHECK(found.nobody == 10.0);
    CHECK(found.all == Approx(21.75));
    CHECK(total(found.error) == 0.0);
}

TEST_CASE("what two do together is halved between them without any error, whatever the orders") {
    const Game game = [](const auto& there) {
        const double sum = sum_of(there, weights);
        return sum - 0.3 * sum * sum;  // w_i - 0.3 w_i^2 alone, and -0.6 w_i w_j of each pair
    };
    for (const std::uint64_t seed : {1U, 2U, 77U}) {
        const ShapleyShares found = shapley_shares(all_different(6), played(game), {.pairs = 5, .seed = seed});
        for (std::size_t i = 0; i < 6; ++i) {
            const double rest = total(weights) - weights[i];
            CHECK(found.share[i] == Approx(weights[i] - 0.3 * weights[i] * weights[i] - 0.3 * weights[i] * rest).margin(1e-12));
            CHECK(found.error[i] < 1e-12);
        }
    }
}

TEST_CASE("shares of what three or more do together agree with all orders within their standard errors, and add up") {
    const Game game = [](const auto& there) { return std::pow(1.0 + 0.2 * sum_of(there, weights), 4); };
    const std::vector<double> exact = by_all_orders(6, game);
    const ShapleyShares found = shapley_shares(all_different(6), played(game), {.pairs = 400, .batch = 7});
    for (std::size_t i = 0; i < 6; ++i) {
        CAPTURE(i, exact[i], found.share[i], found.error[i]);
        CHECK(std::abs(found.share[i] - exact[i]) <= 4.0 * found.error[i] + 1e-12);
    }
    CHECK(found.error[4] > 0.0);
    CHECK(found.error[4] < 0.05 * found.share[4]);
    CHECK(total(found.share) == Approx(found.all - found.nobody).epsilon(1e-12));
    CHECK(found.share[3] == 0.0);  // who does nothing gets nothing
}

TEST_CASE("standard errors of shares are those of repeated draws") {
    const Game game = [](const auto& there) { return std::pow(1.0 + 0.2 * sum_of(there, weights), 4); };
    std::vector<double> shares;
    double error = 0.0;
    constexpr int draws = 300;
    for (std::uint64_t seed = 1; seed <= draws; ++seed) {
        const ShapleyShares found = shapley_shares(all_different(6), played(game), {.pairs = 20, .seed = seed});
        shares.push_back(found.share[0]);
        error += found.error[0] / draws;
    }
    const double mean = total(shares) / draws;
    double variance = 0.0;
    for (const double s : shares) variance += (s - mean) * (s - mean) / (draws - 1);
    CHECK(error == Approx(std::sqrt(variance)).epsilon(0.15));
}

TEST_CASE("players that are alike get the same share, and all shares still add up") {
    const std::vector<double> weight{2.0, 5.0, 2.0, 2.0, 1.0};
    const Game game = [&](const auto& there) { return std::pow(1.0 + sum_of(there, weight), 3); };
    const std::vector<std::uint32_t> alike{0, 1, 0, 0, 2};
    const ShapleyShares found = shapley_shares(alike, played(game), {.pairs = 3});
    CHECK(found.share[0] == found.share[2]);
    CHECK(found.share[0] == found.share[3]);
    CHECK(found.share[0] != found.share[1]);
    CHECK(total(found.share) == Approx(found.all - found.nobody).epsilon(1e-12));
}

TEST_CASE("shares are the same to the last bit for any number of threads and any batch of the same orders") {
    const Game game = [](const auto& there) { return std::pow(1.0 + 0.2 * sum_of(there, weights), 4); };
    const ShapleyShares one = shapley_shares(all_different(6), played(game), {.pairs = 50, .batch = 4, .threads = 1});
    for (const std::size_t threads : {2U, 3U, 7U})
        for (const std::size_t batch : {1U, 4U, 9U}) {
            const ShapleyShares other =
                shapley_shares(all_different(6), played(game), {.pairs = 50, .batch = batch, .threads = threads});
            CHECK(std::memcmp(one.share.data(), other.share.data(), 6 * sizeof(double)) == 0);
            CHECK(std::memcmp(one.error.data(), other.error.data(), 6 * sizeof(double)) == 0);
        }
}

TEST_CASE("orders with a value that is not known are left out and counted") {
    // Without a value while player 0 is there before player 1.
    const Game game = [](const auto& there) {
        return there[0] != 0 && there[1] == 0 ? std::numeric_limits<double>::quiet_NaN() : sum_of(there, weights);
    };
    const ShapleyShares none = shapley_shares(all_different(6), played(game), {.pairs = 10});
    CHECK(none.pairs == 0);  // of an order and its reverse one always has it
    CHECK(none.failed == 10);
}

TEST_CASE("the problem of a thread that takes orders reaches who asked") {
    const auto make = []() -> OrderValues {
        return [](std::span<const PlayerOrder>, std::span<std::vector<double>>) { throw std::runtime_error("no"); };
    };
    CHECK_THROWS_AS(shapley_shares(all_different(3), make, {.pairs = 10, .threads = 3}), std::runtime_error);
}
