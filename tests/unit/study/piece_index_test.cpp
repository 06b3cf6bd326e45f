#include "sim/study/piece_index.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <random>

using evsweep::PieceIndex;

TEST_CASE("The index of pieces finds what a table of all replicas finds, whatever the order in which they come") {
    std::mt19937 engine(7);
    const auto draw = [&engine](std::uint32_t below) { return static_cast<std::uint32_t>(engine() % below); };
    for (int trial = 0; trial < 50; ++trial) {
        PieceIndex index;
        std::map<std::uint32_t, std::uint32_t> table;
        for (std::uint32_t piece = 0; piece < 20; ++piece) {
            const std::uint32_t first = draw(200), count = draw(30);
            for (std::uint32_t r = first; r < first + count; ++r) {
                if (draw(10) == 0) continue;  // an ensemble that was dropped
                index.add(r, piece);
                table.emplace(r, piece);
            }
        }
        CHECK(index.replicas() == table.size());
        std::size_t wrong = 0;
        for (std::uint32_t r = 0; r < 240; ++r) {
            const auto found = index.piece_of(r);
            const auto expected = table.find(r);
            if (found.has_value() != (expected != table.end()) || (found && *found != expected->second)) ++wrong;
        }
        CHECK(wrong == 0);
    }
}
