#include "sim/fleet/earliest.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <vector>

using namespace evsweep;

TEST_CASE("the earliest of many rows is that of a search through all, after any changes", "[earliest]") {
    const std::size_t rows = GENERATE(1U, 63U, 64U, 65U, 600U);
    std::mt19937 random(rows);
    Earliest earliest(rows);
    std::vector<double> at(rows, Earliest::never);
    CHECK(earliest.first_ms() == Earliest::never);
    for (int change = 0; change < 3000; ++change) {
        const std::size_t row = random() % rows;
        at[row] = random() % 4 == 0 ? Earliest::never : static_cast<double>(random() % 50);
        earliest.set(row, at[row]);
        if (random() % 3 != 0) continue;  // questions come after any number of changes
        const auto first = std::min_element(at.begin(), at.end());
        REQUIRE(earliest.first_ms() == *first);
        if (*first != Earliest::never) REQUIRE(earliest.first_row() == static_cast<std::size_t>(first - at.begin()));
        REQUIRE(earliest.at_ms(row) == at[row]);
    }
}

TEST_CASE("nothing comes first where there are no rows", "[earliest]") { CHECK(Earliest(0).first_ms() == Earliest::never); }
