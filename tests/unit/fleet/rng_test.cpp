#include "evsweep/rng.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

using namespace evsweep;

namespace {

/// A known answer of Philox4x32-10: counter, key, and the first two words that come out.
struct KnownAnswer {
    std::uint32_t entity, draw;
    const char* purpose;  ///< a name whose key is the counter's third word
    std::uint32_t purpose_key, replica;
    std::uint64_t seed;
    std::uint32_t word0, word1;
};

// "philox4x32 10" of tests/kat_vectors in Random123 (Salmon et al., SC11).
const std::vector<KnownAnswer> known_answers{
    {0x00000000, 0x00000000, "akguxgwa", 0x00000000, 0x00000000, 0x0000000000000000, 0x6627e8d5, 0xe169c58d},
    {0xffffffff, 0xffffffff, "gfqdhoda", 0xffffffff, 0xffffffff, 0xffffffffffffffff, 0x408f276d, 0x41c83b0e},
    {0x243f6a88, 0x85a308d3, "xzvmtjia", 0x13198a2e, 0x03707344, 0x299f31d0a4093822, 0xd16cfe09, 0x94fdcceb},
};

}  // namespace

TEST_CASE("the generator gives the published answers of Philox4x32-10", "[rng]") {
    for (const auto& known : known_answers) {
        const Purpose purpose(known.purpose);
        REQUIRE(purpose.key() == known.purpose_key);
        const double u = Rng(known.seed, known.replica).uniform(purpose, known.entity, known.draw);
        const double expected = std::ldexp(known.word1, -32) + std::ldexp(known.word0, -64);
        CHECK(std::abs(u - expected) <= 0x1p-52);
    }
}

TEST_CASE("purposes are keyed by FNV-1a of their name", "[rng]") {
    // Published test vectors of the 32-bit FNV-1a hash.
    CHECK(Purpose("a").key() == 0xe40c292c);
    CHECK(Purpose("foobar").key() == 0xbf9cf968);
    CHECK(Purpose("arrival").in("homes").key() != Purpose("arrival").in("fleet").key());
    CHECK(Purpose("arrival").in("homes").key() != Purpose("arrival").key());
}

TEST_CASE("a column of draws is the draws of its entities one by one", "[rng]") {
    const Rng rng(42, 7);
    std::vector<double> column(100);
    rng.uniforms(Purpose("arrival"), 5, 3, column);
    for (std::uint32_t i = 0; i < column.size(); ++i) CHECK(column[i] == rng.uniform(Purpose("arrival"), 5 + i, 3));
}

TEST_CASE("seed, replica, purpose, entity and draw each change the draw", "[rng]") {
    const double u = Rng(42, 7).uniform(Purpose("arrival"), 5, 3);
    CHECK(u != Rng(43, 7).uniform(Purpose("arrival"), 5, 3));
    CHECK(u != Rng(42 + (1ULL << 32U), 7).uniform(Purpose("arrival"), 5, 3));
    CHECK(u != Rng(42, 8).uniform(Purpose("arrival"), 5, 3));
    CHECK(u != Rng(42, 7).uniform(Purpose("departure"), 5, 3));
    CHECK(u != Rng(42, 7).uniform(Purpose("arrival"), 6, 3));
    CHECK(u != Rng(42, 7).uniform(Purpose("arrival"), 5, 4));
}

TEST_CASE("uniform draws fill the unit interval evenly and without correlation between neighbours", "[rng]") {
    constexpr std::size_t n = 100'000;
    std::vector<double> u(n);
    Rng(1, 0).uniforms(Purpose("arrival"), 0, 0, u);
    std::vector<double> cells(100, 0.0);
    double sum_of_products = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
        REQUIRE(u[i] > 0.0);
        REQUIRE(u[i] < 1.0);
        ++cells[static_cast<std::size_t>(u[i] * 100.0)];
        if (i > 0) sum_of_products += (u[i] - 0.5) * (u[i - 1] - 0.5);
    }
    double chi_square = 0.0;
    for (const double count : cells) chi_square += (count - 1000.0) * (count - 1000.0) / 1000.0;
    CHECK(chi_square > 58.0);   // 0.05 % quantile of chi-square with 99 degrees of freedom is 55.9
    CHECK(chi_square < 148.2);  // 99.9 % quantile
    CHECK(std::abs(sum_of_products / n * 12.0) < 3.3 / std::sqrt(double(n)));
}

namespace {

constexpr std::uint32_t spread = 64;

/// The values of one draw in all replicas of one batch.
std::vector<double> values_of_batch(DrawKind kind, std::uint32_t entity, std::uint32_t batch = 0, std::uint32_t size = spread) {
    std::vector<double> values;
    for (std::uint32_t i = 0; i < size; ++i)
        values.push_back(Rng(7, batch * size + i, {kind, size}).uniform(Purpose("arrival"), entity));
    return values;
}

/// How many values lie in each of as many equal intervals.
std::vector<int> counts(const std::vector<double>& values, std::size_t intervals) {
    std::vector<int> count(intervals, 0);
    for (const double v : values) ++count[static_cast<std::size_t>(v * static_cast<double>(intervals))];
    return count;
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - 0.5) * (b[i] - 0.5);
    return 12.0 * sum / static_cast<double>(a.size());
}

}  // namespace

TEST_CASE("each interval of a Latin hypercube has one value of the batch", "[rng][spread]") {
    for (const std::uint32_t size : {1U, 2U, 3U, 16U, 25U, 64U, 1000U})
        for (const std::uint32_t entity : {0U, 1U, 77U}) {
            const auto values = values_of_batch(DrawKind::latin_hypercube, entity, 2, size);
            CHECK(counts(values, size) == std::vector<int>(size, 1));
        }
}

TEST_CASE("a scrambled Sobol sequence is even after every power of two", "[rng][spread]") {
    for (std::uint32_t entity = 0; entity < 20; ++entity) {
        const auto values = values_of_batch(DrawKind::sobol, entity);
        for (std::size_t first = 1; first <= spread; first *= 2) {
            const std::vector<double> beginning(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(first));
            CHECK(counts(beginning, first) == std::vector<int>(first, 1));
        }
    }
}

TEST_CASE("draws that are spread out stay uniform, independent of one another and of other batches", "[rng][spread]") {
    for (const DrawKind kind : {DrawKind::latin_hypercube, DrawKind::sobol}) {
        constexpr std::uint32_t entities = 4000;
        // The first replica's values over entities, in which nothing is spread.
        std::vector<double> first, second, of_next_batch;
        double products = 0.0, squares = 0.0;
        for (std::uint32_t e = 0; e < entities; ++e) {
            const Rng rng(7, 0, {kind, spread}), next(7, 1, {kind, spread}), other(7, spread, {kind, spread});
            first.push_back(rng.uniform(Purpose("arrival"), e));
            second.push_back(next.uniform(Purpose("arrival"), e));
            of_next_batch.push_back(other.uniform(Purpose("arrival"), e));
        }
        const std::vector<int> count = counts(first, 20);
        double chi_square = 0.0;
        for (const int n : count) chi_square += (n - 200.0) * (n - 200.0) / 200.0;
        CHECK(chi_square < 43.8);  // 99.9 % of 19 degrees of freedom
        const double five_sigma = 5.0 / std::sqrt(static_cast<double>(entities));
        CHECK(std::abs(correlation(first, of_next_batch)) < five_sigma);
        // Two replicas of a batch of n avoid one another: their correlation is that of drawing without replacement, or less.
        CHECK(correlation(first, second) < five_sigma);
        // Two draws of the same replicas: over many pairs the mean correlation is 0, and its variance that of independent
        // columns; a nested shuffle leaves neighbours in the sequence apart in every draw, so that it varies somewhat more.
        constexpr std::uint32_t pairs = 400;
        for (std::uint32_t e = 0; e < pairs; ++e) {
            const double r = correlation(values_of_batch(kind, 2 * e), values_of_batch(kind, 2 * e + 1));
            products += r / pairs, squares += r * r / pairs;
        }
        CHECK(std::abs(products) < 5.0 / std::sqrt(static_cast<double>(spread * pairs)));
        const double of_independent = 1.0 / spread;
        CHECK(squares > 0.65 * of_independent);
        CHECK(squares < (kind == DrawKind::latin_hypercube ? 1.35 : 2.0) * of_independent);
    }
}

TEST_CASE("a draw that is spread out is a function of its identity", "[rng][spread]") {
    for (const DrawKind kind : {DrawKind::latin_hypercube, DrawKind::sobol}) {
        const Rng rng(42, 9, {kind, 16});
        std::vector<double> column(50);
        rng.uniforms(Purpose("arrival"), 5, 3, column);
        for (std::uint32_t i = 0; i < column.size(); ++i) CHECK(column[i] == rng.uniform(Purpose("arrival"), 5 + i, 3));
        CHECK(rng.uniform(Purpose("arrival"), 5, 3) != Rng(43, 9, {kind, 16}).uniform(Purpose("arrival"), 5, 3));
        CHECK(rng.uniform(Purpose("arrival"), 5, 3) != Rng(42, 10, {kind, 16}).uniform(Purpose("arrival"), 5, 3));
        CHECK(rng.uniform(Purpose("arrival"), 5, 3) != rng.uniform(Purpose("arrival"), 5, 4));
        CHECK(rng.uniform(Purpose("arrival"), 5, 3) != rng.uniform(Purpose("departure"), 5, 3));
    }
}

TEST_CASE("the mean of a sum over spread draws is far more certain", "[rng][spread]") {
    // Of f(u) = u the variance over a batch of n is 1 / (12 n^3) in a Latin hypercube instead of 1 / (12 n).
    constexpr std::uint32_t batches = 500;
    for (const DrawKind kind : {DrawKind::latin_hypercube, DrawKind::sobol}) {
        double squares = 0.0;
        for (std::uint32_t b = 0; b < batches; ++b) {
            double mean = 0.0;
            for (const double v : values_of_batch(kind, 3, b, 16)) mean += v / 16.0;
            squares += (mean - 0.5) * (mean - 0.5) / batches;
        }
        CHECK(squares == Approx(1.0 / (12.0 * 16.0 * 16.0 * 16.0)).epsilon(0.35));
    }
}
