#include "sim/statistics/shares.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

using namespace evsweep;
using Events = std::vector<double>;

namespace {

double choose(std::size_t n, std::size_t k) {
    double ways = 1.0;
    for (std::size_t i = 0; i < k; ++i) ways = ways * static_cast<double>(n - i) / static_cast<double>(i + 1);
    return ways;
}

double binomial(std::size_t n, std::size_t k, double p) {
    return choose(n, k) * std::pow(p, static_cast<double>(k)) * std::pow(1.0 - p, static_cast<double>(n - k));
}

}  // namespace

TEST_CASE("Intervals of a share are the published ones of Clopper and Pearson") {
    // Newcombe 1998, Statist. Med. 17, 857-872, table I, method 5 (to four digits); the others by binomial sums in Python.
    struct Row {
        std::size_t events, trials;
        double confidence, low, high, digits;
    };
    const Row rows[] = {{81, 263, 0.95, 0.2527, 0.3676, 5e-5},
                        {15, 148, 0.95, 0.0578, 0.1617, 5e-5},
                        {0, 20, 0.95, 0.0000, 0.1684, 5e-5},
                        {1, 29, 0.95, 0.0009, 0.1776, 5e-5},
                        {34, 100, 0.95, 0.24822350154484418, 0.44153326775095847, 1e-12},
                        {3, 10, 0.90, 0.08726443391415029, 0.6066242161054134, 1e-12},
                        {500, 1000, 0.99, 0.4588525533070449, 0.5411474466929549, 1e-12}};
    for (const Row& row : rows) {
        CAPTURE(row.events, row.trials);
        const ShareInterval found = clopper_pearson(row.events, row.trials, row.confidence);
        CHECK(found.low == Approx(row.low).margin(row.digits));
        CHECK(found.high == Approx(row.high).margin(row.digits));
    }
}

TEST_CASE("What was seen never or always has the interval of its closed form") {
    for (const std::size_t n : {2, 10, 100, 1000, 100000}) {
        CAPTURE(n);
        const double end = 1.0 - std::pow(0.025, 1.0 / static_cast<double>(n));
        const ShareInterval never = clopper_pearson(0, n, 0.95);
        CHECK(never.low == 0.0);
        CHECK(never.high == Approx(end).epsilon(1e-9));
        const ShareInterval always = clopper_pearson(n, n, 0.95);
        CHECK(always.low == Approx(1.0 - end).epsilon(1e-9));
        CHECK(always.high == 1.0);
    }
}

TEST_CASE("In at least 95 % of all studies the interval of a share holds the probability, whatever that is") {
    for (const std::size_t n : {5, 10, 40}) {
        for (int percent = 0; percent <= 100; ++percent) {
            const double p = 0.01 * percent;
            double covered = 0.0;
            for (std::size_t k = 0; k <= n; ++k) {
                const ShareInterval interval = clopper_pearson(k, n, 0.95);
                if (interval.low <= p && p <= interval.high) covered += binomial(n, k, p);
            }
            CAPTURE(n, p);
            CHECK(covered >= 0.95);
        }
    }
}

TEST_CASE("A share is over the replicas that are judged, and one replica has no interval") {
    const double none = std::nan("");
    const Estimate share = estimate_share(Events{1, 0, none, 0, 1, 1, 0, 0, 0, 0, 0}, 0.90);
    CHECK(share.count == 10);
    CHECK(share.mean == Approx(0.3));
    CHECK(share.low == Approx(0.08726443391415029));
    CHECK(share.high == Approx(0.6066242161054134));
    CHECK(share.kind == IntervalKind::clopper_pearson);
    CHECK(estimate_share(Events{1}, 0.95).kind == IntervalKind::none);
    CHECK(estimate_share(Events{1}, 0.95).mean == 1.0);
    CHECK(estimate_share(Events{none, none}, 0.95).count == 0);
    CHECK(std::isnan(estimate_share(Events{none}, 0.95).mean));
}

TEST_CASE("The difference of two shares is taken pair by pair") {
    // 20 pairs: 3 with both events, 6 with only a's, 1 with only b's, 10 with neither. (6 - 1) / 22 +- z sqrt(8 - 25 / 22) / 22.
    Events a, b;
    const auto add = [&](int times, double of_a, double of_b) {
        for (int i = 0; i < times; ++i) a.push_back(of_a), b.push_back(of_b);
    };
    add(3, 1, 1), add(6, 1, 0), add(1, 0, 1), add(10, 0, 0), add(2, std::nan(""), 1);
    const Estimate difference = estimate_share_difference(a, b, 0.95);
    CHECK(difference.count == 20);
    CHECK(difference.mean == Approx(0.25));
    const double half = 1.959963984540054 * std::sqrt(8.0 - 25.0 / 22.0) / 22.0;
    CHECK(difference.low == Approx(5.0 / 22.0 - half));
    CHECK(difference.high == Approx(5.0 / 22.0 + half));
    CHECK(difference.excludes_zero() == (5.0 / 22.0 > half));

    const Estimate same = estimate_share_difference(Events(10, 0.0), Events(10, 0.0), 0.95);
    CHECK(same.mean == 0.0);
    CHECK(same.high == Approx(1.959963984540054 / 12.0));
    CHECK(same.low == Approx(-same.high));
    CHECK_FALSE(same.excludes_zero());
}

TEST_CASE("Normal quantiles are those of the published tables") {
    CHECK(normal_two_sided(0.95) == Approx(1.959963984540054).epsilon(1e-12));
    CHECK(normal_two_sided(0.90) == Approx(1.644853626951473).epsilon(1e-12));
    CHECK(normal_two_sided(0.99) == Approx(2.575829303548901).epsilon(1e-12));
}

TEST_CASE("Moments that grow value by value are those of the whole sample") {
    SampleMoments moments;
    const Events sample{3, 1, 4, 1, 5, 9, 2, 6};
    for (const double v : sample) moments.add(v);
    const double mean = 31.0 / 8.0;
    double squares = 0.0;
    double cubes = 0.0;
    for (const double v : sample) squares += std::pow(v - mean, 2), cubes += std::pow(v - mean, 3);
    CHECK(moments.count == 8);
    CHECK(moments.mean == Approx(mean));
    CHECK(moments.squares == Approx(squares));
    CHECK(moments.cubes == Approx(cubes));
    CHECK(moments.least == 1.0);
    CHECK(moments.most == 9.0);
    const Estimate grown = estimate_mean(moments, 0.95);
    const Estimate whole = estimate_mean(sample, 0.95);
    CHECK(grown.low == Approx(whole.low));
    CHECK(grown.high == Approx(whole.high));
    CHECK(grown.kind == whole.kind);
}
