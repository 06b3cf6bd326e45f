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
