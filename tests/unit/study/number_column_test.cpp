#include "sim/study/number_column.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <numeric>

#include "unit/record/scratch_folder.hpp"

using namespace evsweep;

namespace {

/// 0.5, 1.5, 2.5, ...
std::vector<double> rising(std::size_t count) {
    std::vector<double> numbers(count);
    std::iota(numbers.begin(), numbers.end(), 0.5);
    return numbers;
}

void append(NumberColumn& column, const std::vector<double>& numbers) {
    for (const double number : numbers) column.push_back(number);
}

}  // namespace

TEST_CASE("A column reads back to the last bit what came, however much of it lies in the temporary file") {
    const ScratchFolder folder;
    for (const std::size_t count : {0U, 1U, 6U, 7U, 8U, 13U, 14U, 100U}) {
        CAPTURE(count);
        const auto scratch = std::make_shared<NumberScratch>(folder.path(), 7);
        NumberColumn one(scratch), other(scratch);
        const std::vector<double> numbers = rising(count);
        for (const double number : numbers) {
            one.push_back(number);
            other.push_back(-number);
        }
        CHECK(one.size() == count);
        CHECK(one.read() == numbers);
        for (std::size_t i = 0; i < count; ++i) CHECK(other.at(i) == -numbers[i]);
    }
    NumberColumn odd(std::make_shared<NumberScratch>(folder.path(), 2));
    append(odd, {std::nan(""), -0.0, HUGE_VAL, 5e-324});
    const std::vector<double> back = odd.read();
    CHECK(std::isnan(back[0]));
    CHECK(std::signbit(back[1]));
    CHECK(back[2] == HUGE_VAL);
    CHECK(back[3] == 5e-324);
}

TEST_CASE("Copies of a column share what came before and grow on their own") {
    const ScratchFolder folder;
    NumberColumn column(std::make_shared<NumberScratch>(folder.path(), 4));
    append(column, rising(10));
    NumberColumn copy = column;
    append(column, std::vector<double>(9, -1.0));
    append(copy, std::vector<double>(5, -2.0));
    std::vector<double> expected = rising(10), of_copy = rising(10);
    expected.resize(19, -1.0);
    of_copy.resize(15, -2.0);
    CHECK(column.read() == expected);
    CHECK(copy.read() == of_copy);
}

TEST_CASE("A column asks about its numbers in their order, and no further than it must") {
    const ScratchFolder folder;
    NumberColumn column(std::make_shared<NumberScratch>(folder.path(), 3));
    append(column, rising(11));
    std::vector<double> asked;
    CHECK_FALSE(column.all_of([&](double v) {
        asked.push_back(v);
        return v < 4.0;
    }));
    CHECK(asked == rising(5));
    CHECK(column.all_of([](double v) { return v < 11.0; }));
    CHECK(column.any_of([](double v) { return v == 10.5; }));
    CHECK_FALSE(column.any_of([](double v) { return v > 10.5; }));
    CHECK(NumberColumn().all_of([](double) { return false; }));
}

TEST_CASE("Columns leave no file behind, not even while they are there") {
    const ScratchFolder folder;
    NumberColumn column(std::make_shared<NumberScratch>(folder.path(), 2));
    append(column, rising(1000));
    CHECK(std::filesystem::is_empty(folder.path()));
    CHECK(column.read() == rising(1000));
}
