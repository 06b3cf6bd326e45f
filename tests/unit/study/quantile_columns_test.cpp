#include "sim/statistics/quantile_columns.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <random>

#include "sim/statistics/statistics.hpp"
#include "sim/study/running_bands.hpp"

using namespace evsweep;
using Numbers = std::vector<double>;
using Rows = std::vector<Numbers>;

namespace {

const Numbers levels{0.0, 0.05, 0.25, 0.5, 0.95, 1.0};
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Orders in which values may come, from 0 to 1, each by its place among `count`.
std::map<std::string, std::function<double(std::size_t, std::size_t)>> orders() {
    const auto share = [](std::size_t i, std::size_t count) { return static_cast<double>(i) / static_cast<double>(count); };
    return {
        {"ascending", share},
        {"descending", [=](std::size_t i, std::size_t count) { return share(count - i, count); }},
        {"random", [](std::size_t i, std::size_t) { return std::fmod(0.6180339887498949 * static_cast<double>(i * i), 1.0); }},
        {"constant", [](std::size_t, std::size_t) { return 0.25; }},
        {"few values", [](std::size_t i, std::size_t) { return static_cast<double>(i * 7 % 5); }},
        {"out from the middle",
         [=](std::size_t i, std::size_t count) { return 0.5 + (i % 2 == 0 ? 0.5 : -0.5) * share(i, count); }},
        {"in from the ends",
         [=](std::size_t i, std::size_t count) { return i % 2 == 0 ? share(i, count) : 2.0 - share(i, count); }},
        {"saw teeth as long as a run",
         [](std::size_t i, std::size_t) { return static_cast<double>(i % QuantileColumns::run_length); }},
        {"runs in turn low and high",
         [=](std::size_t i, std::size_t count) {
             return (i / QuantileColumns::run_length % 2 == 0 ? 0.0 : 10.0) + share(i, count);
         }},
        {"steps of ever larger size", [](std::size_t i, std::size_t) { return std::ldexp(1.0, static_cast<int>(i % 600)); }},
    };
}

Numbers without_nan(Numbers values) {
    std::erase_if(values, [](double v) { return std::isnan(v); });
    return values;
}

/// How far `value` is from place `place` among `sorted`, in places: 0 where it stands there or ties with what does.
double places_off(const Numbers& sorted, double value, double place) {
    const auto [low, high] = std::equal_range(sorted.begin(), sorted.end(), value);
    const auto first = static_cast<double>(low - sorted.begin());
    const auto last = static_cast<double>(high - sorted.begin()) - (low == high ? 0.0 : 1.0);
    return std::max({0.0, first - place, place - last});
}

/// Checks one column's quantiles against all its values. An interpolated value lies between two that came in, one place apart,
/// each of which may be off by the error that was promised.
void check_column(const QuantileColumns::Found& found, std::size_t column, Numbers values) {
    values = without_nan(std::move(values));
    std::sort(values.begin(), values.end());
    for (std::size_t q = 0; q < levels.size(); ++q) {
        const double got = found.quantiles[q][column];
        CAPTURE(column, levels[q], values.size(), got);
        if (values.empty()) {
            REQUIRE(std::isnan(got));
            continue;
        }
        const auto n = static_cast<double>(values.size());
        const double promised = found.rank_error * n;
        if (found.rank_error == 0.0)
            REQUIRE(got == quantile_of_sorted(values, levels[q]));
        else
            REQUIRE(places_off(values, got, levels[q] * (n - 1.0)) <= promised + 1.0);
    }
}

QuantileColumns summary_of(const Rows& columns) {
    QuantileColumns summary(columns.size());
    for (std::size_t r = 0; r < columns.front().size(); ++r) {
        Numbers row;
        for (const auto& column : columns) row.push_back(column[r]);
        summary.add(std::move(row));
    }
    return summary;
}

/// One column per order, each of `count` values, with NaN where `is_missing(row, column)`.
Rows columns_of(std::size_t count, const std::function<bool(std::size_t, std::size_t)>& is_missing) {
    Rows columns;
    for (const auto& [name, value] : orders()) {
        const std::size_t c = columns.size();
        columns.emplace_back();
        for (std::size_t i = 0; i < count; ++i) columns.back().push_back(is_missing(i, c) ? not_a_number : value(i, count));
    }
    return columns;
}

bool nothing_missing(std::size_t, std::size_t) { return false; }

/// Columns with none missing, a few, almost all, all, and stretches longer than a run.
bool much_missing(std::size_t row, std::size_t column) {
    switch (column % 5) {
        case 0:
            return false;
        case 1:
            return row % 17 == 3;
        case 2:
            return row % 50 != 7;
        case 3:
            return row / 300 % 2 == 0;
        default:
            return true;
    }
}

}  // namespace

TEST_CASE("Quantiles are exact as long as all values are kept") {
    for (const std::size_t count : {1UL, 2UL, 19UL, 127UL, 128UL, 129UL, 500UL, QuantileColumns::exact_up_to}) {
        const Rows columns = columns_of(count, much_missing);
        const auto found = summary_of(columns).quantiles(levels);
        REQUIRE(found.rank_error == 0.0);
        for (std::size_t c = 0; c < columns.size(); ++c) check_column(found, c, columns[c]);
    }
}

TEST_CASE("A column with few values is exact however many rows there are") {
    Numbers values;
    QuantileColumns summary(1);
    for (std::size_t r = 0; r < 30000; ++r) {
        const double value = r % 47 == 5 ? static_cast<double>(r * r % 1009) : not_a_number;
        values.push_back(value);
        summary.add({value});
    }
    REQUIRE(without_nan(values).size() <= QuantileColumns::exact_up_to);
    const auto found = summary.quantiles(levels);
    REQUIRE(found.rank_error == 0.0);
    check_column(found, 0, values);
}

TEST_CASE("Beyond that every quantile is within the rank error that is stated, whatever the order") {
    for (const std::size_t count : {640UL, 1000UL, 3001UL, 20000UL}) {
        for (const auto& is_missing : {nothing_missing, much_missing}) {
            const Rows columns = columns_of(count, is_missing);
            const auto found = summary_of(columns).quantiles(levels);
            REQUIRE(found.rank_error > 0.0);
            for (std::size_t c = 0; c < columns.size(); ++c) check_column(found, c, columns[c]);
        }
    }
}

TEST_CASE("A hundred thousand values of every order keep the bound") {
    const Rows columns = columns_of(100000, nothing_missing);
    const auto found = summary_of(columns).quantiles(levels);
    REQUIRE(found.rank_error < 0.04);
    for (std::size_t c = 0; c < columns.size(); ++c) check_column(found, c, columns[c]);
}

TEST_CASE("The rank error that is stated is as small as documented") {
    const std::map<std::size_t, double> documented{{1000, 0.002}, {10000, 0.015}, {100000, 0.04}};
    for (const auto& [count, bound] : documented) {
        QuantileColumns summary(1);
        for (std::size_t i = 0; i < count; ++i) summary.add({static_cast<double>(i)});
        const double stated = summary.quantiles(levels).rank_error;
        CAPTURE(count, stated);
        CHECK(stated <= bound);
        CHECK(stated > 0.5 * bound);
    }
}

TEST_CASE("Columns side by side do not touch one another") {
    const Rows columns = columns_of(1500, much_missing);
    const auto together = summary_of(columns).quantiles(levels);
    for (std::size_t c = 0; c < columns.size(); ++c) {
        const auto alone = summary_of({columns[c]}).quantiles(levels);
        for (std::size_t q = 0; q < levels.size(); ++q) {
            const double a = together.quantiles[q][c];
            const double b = alone.quantiles[q][0];
            CHECK((a == b || (std::isnan(a) && std::isnan(b))));
        }
    }
}

TEST_CASE("Bands over replicas are mean and quantiles by definition, element by element") {
    std::mt19937_64 random(3);
    std::normal_distribution<double> kilowatts(1e6, 3.0);
    RunningBands running;
    Rows by_element(37);
    for (int replica = 0; replica < 300; ++replica) {
        Numbers series;
        for (auto& values : by_element) {
            series.push_back(random() % 11 == 0 ? not_a_number : kilowatts(random));
            values.push_back(series.back());
        }
        running.add(std::move(series));
    }
    const Bands bands = running.finish(band_quantiles);
    CHECK(bands.quantile_rank_error == 0.0);
    for (std::size_t i = 0; i < by_element.size(); ++i) {
        CHECK(bands.mean[i] == estimate_mean(by_element[i], 0.95).mean);
        const Numbers exact = quantiles(by_element[i], band_quantiles);
        for (std::size_t q = 0; q < exact.size(); ++q) CHECK(bands.quantiles[q][i] == exact[q]);
    }
}

TEST_CASE("An element without any value has neither mean nor quantiles, and bands without replicas have no elements") {
    RunningBands running;
    CHECK(running.finish(band_quantiles).mean.empty());
    running.add({1.0, not_a_number});
    running.add({3.0, not_a_number});
    const Bands bands = running.finish(band_quantiles);
    CHECK(bands.mean[0] == 2.0);
    CHECK(bands.quantiles[1][0] == 2.0);
    CHECK(std::isnan(bands.mean[1]));
    CHECK(std::isnan(bands.quantiles[1][1]));
}
