#include "sim/study/spread_estimates.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace evsweep;

namespace {

constexpr std::uint32_t batch = 8, batches = 16;
constexpr DrawDesign hypercube{DrawKind::latin_hypercube, batch};

std::vector<ReplicaId> all_replicas(std::size_t count = std::size_t{batch} * batches) {
    std::vector<ReplicaId> replicas;
    for (std::size_t r = 0; r < count; ++r) replicas.emplace_back(r);
    return replicas;
}

/// A number that follows twenty draws of each replica, of one study: nearly a sum, and somewhat a product.
std::vector<double> values_of_study(std::uint64_t seed, const DrawDesign& design) {
    std::vector<double> values;
    for (const ReplicaId r : all_replicas()) {
        const Rng rng(seed, static_cast<std::uint32_t>(r.index()), design);
        double sum = 0.0, product = 1.0;
        for (std::uint32_t e = 0; e < 20; ++e) {
            const double u = rng.uniform(Purpose("arrival"), e);
            sum += u;
            if (e < 2) product *= u - 0.5;
        }
        values.push_back(sum + product);
    }
    return values;
}
constexpr double true_mean = 10.0;  // the product's is 0

}  // namespace

TEST_CASE("means of batches are of the values that there are", "[spread]") {
    const DrawDesign pairs{DrawKind::sobol, 2};
    const std::vector<ReplicaId> replicas{ReplicaId(0), ReplicaId(1), ReplicaId(3), ReplicaId(4), ReplicaId(5)};
    const std::vector<double> values{1.0, 3.0, 7.0, NAN, NAN};
    CHECK(batch_means(values, replicas, pairs) == std::vector<double>{2.0, 7.0});  // replica 2 is missing, batch 2 has no value
}

TEST_CASE("the interval of a spread mean is Student's over batches", "[spread]") {
    const DrawDesign pairs{DrawKind::latin_hypercube, 2};
    const std::vector<double> values{0.0, 2.0, 1.0, 3.0, 2.0, 4.0};  // batch means 1, 2, 3
    const Estimate estimate = estimate_spread_mean(values, all_replicas(6), pairs, 0.95);
    CHECK(estimate.mean == Approx(2.0));
    CHECK(estimate.count == 6);
    CHECK(estimate.deviation == Approx(std::sqrt(2.0)).epsilon(1e-12));  // of one replica: squares 4+0+1+1+0+4 over 5
    CHECK(estimate.high - estimate.mean == Approx(4.302652730 / std::sqrt(3.0)).epsilon(1e-8));  // t of two degrees of freedom
    CHECK(spread_gain(values, all_replicas(6), pairs) == Approx(2.0 / 6.0 / (1.0 / 3.0)).epsilon(1e-12));
}

TEST_CASE("intervals over batches hold the mean in 95 % of studies, and are far narrower", "[spread]") {
    for (const DrawKind kind : {DrawKind::latin_hypercube, DrawKind::sobol}) {
        constexpr std::uint32_t studies = 1000;
        std::uint32_t held = 0;
        double width = 0.0, independent_width = 0.0, gain = 0.0;
        for (std::uint32_t seed = 1; seed <= studies; ++seed) {
            const DrawDesign design{kind, batch};
            const std::vector<double> values = values_of_study(seed, design);
            const Estimate estimate = estimate_spread_mean(values, all_replicas(), design, 0.95);
            held += estimate.low <= true_mean && true_mean <= estimate.high;
            width += estimate.half_width() / studies;
            independent_width += estimate_mean(values, 0.95).half_width() / studies;
            gain += spread_gain(values, all_replicas(), design) / studies;
        }
        CHECK(held >= 0.93 * studies);  // three sigma are 2 %
        CHECK(held <= 0.97 * studies);
        CHECK(independent_width / width > 4.0);
        CHECK(gain > 16.0);
    }
}

TEST_CASE("replicas that are all alike are bounded as ever, and one batch has no interval", "[spread]") {
    const std::vector<double> same(all_replicas().size(), 3.0);
    CHECK(estimate_spread_mean(same, all_replicas(), hypercube, 0.95).kind == IntervalKind::alike);
    CHECK(std::isnan(spread_gain(same, all_replicas(), hypercube)));
    const std::vector<double> values{1.0, 2.0, 3.0, 5.0};
    CHECK(estimate_spread_mean(values, all_replicas(4), hypercube, 0.95).kind == IntervalKind::none);
    CHECK(std::isnan(spread_gain(values, all_replicas(4), hypercube)));
}
