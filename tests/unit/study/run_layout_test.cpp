#include "sim/statistics/run_layout.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>
#include <vector>

#include "sim/statistics/sort_columns.hpp"
#include "sim/statistics/weighted_sample.hpp"

using namespace evsweep;

TEST_CASE("Runs never hold more nor less than all that came, in no more places than there are") {
    RunLayout layout;
    for (std::uint64_t runs = 1; runs <= 5000; ++runs) {
        layout = with_another_run(layout);
        REQUIRE(layout.held <= RunLayout::most);
        REQUIRE(std::accumulate(layout.weight.begin(), layout.weight.begin() + layout.held, std::uint64_t{0}) == runs);
    }
}

TEST_CASE("The first merge is of all four runs, into one of weight four that keeps every third of four values") {
    RunLayout layout;
    for (int i = 0; i < 4; ++i) layout = with_another_run(layout);
    CHECK(layout.rank_error() == 0);
    layout = with_another_run(layout);
    CHECK(layout.merged_from == 0);
    CHECK(layout.merged == 4);
    CHECK(layout.offset == 2);
    CHECK(layout.weight[0] == 4);
    CHECK(layout.weight[1] == 1);
    CHECK(layout.held == 2);
    // The counts of values below x are then up to 2 too small, or 1 too large.
    CHECK(layout.below == 2);
    CHECK(layout.above == 1);
}

TEST_CASE("Errors of merges alternate, so that together they stay below half the weights merged") {
    RunLayout layout;
    double half_weights = 0.0;
    for (int runs = 0; runs < 2000; ++runs) {
        layout = with_another_run(layout);
        if (layout.merged > 0) half_weights += 0.5 * static_cast<double>(layout.weight[layout.merged_from] - 1);
        REQUIRE(static_cast<double>(layout.rank_error()) <= half_weights + 0.5);
    }
}

TEST_CASE("A weighted sample finds each value at all the places it stands for") {
    WeightedSample sample;
    const std::vector<double> heavy{1.0, 4.0};
    const std::vector<double> light{0.0, 4.0, 9.0};
    sample.merge_in(heavy, 3);
    sample.merge_in(light, 1);
    CHECK(sample.size() == 9);
    std::vector<double> all;
    for (std::uint64_t place = 0; place < sample.size(); ++place) all.push_back(sample.at(place));
    CHECK(all == std::vector<double>{0, 1, 1, 1, 4, 4, 4, 4, 9});
    CHECK(sample.at(0) == 0.0);  // places may also fall
    sample.clear();
    CHECK(sample.size() == 0);
}

TEST_CASE("Columns are sorted each by itself, for any number of rows") {
    for (std::size_t rows = 0; rows < 140; ++rows) {
        std::vector<double> table(rows * columns_at_once);
        for (std::size_t i = 0; i < table.size(); ++i) table[i] = static_cast<double>(i * 7919 % 101) - 50.0;
        std::vector<std::vector<double>> columns(columns_at_once);
        for (std::size_t i = 0; i < table.size(); ++i) columns[i % columns_at_once].push_back(table[i]);
        sort_columns(table);
        for (std::size_t c = 0; c < columns_at_once; ++c) {
            std::sort(columns[c].begin(), columns[c].end());
            for (std::size_t r = 0; r < rows; ++r) REQUIRE(table[r * columns_at_once + c] == columns[c][r]);
        }
    }
}
