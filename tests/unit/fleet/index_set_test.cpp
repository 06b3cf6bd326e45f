#include "sim/fleet/index_set.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <set>

using namespace evsweep;

TEST_CASE("an index set has the members of a tree that lives the same history", "[index_set]") {
    constexpr std::size_t rows = 40;
    std::mt19937 random(3);
    IndexSet set(rows);
    std::set<std::uint32_t> tree;
    for (int change = 0; change < 2000; ++change) {
        const auto i = static_cast<std::uint32_t>(random() % rows);
        const bool is_member = random() % 2 == 0;
        set.put(i, is_member);
        if (is_member)
            tree.insert(i);
        else
            tree.erase(i);
        REQUIRE(set.contains(i) == is_member);
        REQUIRE(set.members().size() == tree.size());
        REQUIRE(std::set<std::uint32_t>(set.members().begin(), set.members().end()) == tree);
    }
}
