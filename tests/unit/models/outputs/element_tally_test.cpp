#include "outputs/element_tally.hpp"

#include <catch2/catch.hpp>
#include <functional>
#include <random>
#include <string>

#include "unit/models/sites.hpp"

using namespace evsweep;
using namespace evsweep::element;

namespace {

using Numbers = std::vector<double>;
using History = std::vector<Numbers>;  ///< [step][element]

/// The source and some buses behind it, of which every second has another nominal voltage.
FeederSite row_of(std::size_t buses) {
    std::vector<SiteBus> row{{.name = "source"}};
    for (std::size_t b = 1; b < buses; ++b) row.push_back({.name = "b" + std::to_string(b), .rating_a = 100});
    FeederSite feeder = make_site(row, 400);
    for (std::size_t b = 0; b < buses; ++b) feeder.nominal_v[b] = b % 2 == 0 ? 400.0 : 11000.0;
    return feeder;
}

/// Steps in which only one element at a time is far from the rest, as often high as low; in some none is.
History history_of(std::size_t elements, double usual, double far) {
    std::mt19937 bits(7);
    std::uniform_real_distribution<double> noise(-0.01, 0.01);
    History history(6 * elements, Numbers(elements));
    for (std::size_t k = 0; k < history.size(); ++k) {
        for (double& value : history[k]) value = usual + noise(bits);
        if (k % 3 < 2) history[k][k / 6] += k % 3 == 0 ? far : -far;
    }
    return history;
}

double number_of(const History& history, std::size_t element, const std::function<bool(double)>& counts) {
    double number = 0.0;
    for (const Numbers& step : history) number += counts(step[element]) ? 1.0 : 0.0;
    return number;
}
Numbers own_history(const History& history, std::size_t element) {
    Numbers own;
    for (const Numbers& step : history) own.push_back(step[element]);
    return own;
}

}  // namespace

TEST_CASE("element tally: extremes and steps outside the band are those of every supply's own history") {
    for (const std::size_t buses : {2, 3, 8, 9, 16, 23, 33}) {
        for (const bool is_common : {true, false}) {
            CAPTURE(buses, is_common);
            const FeederSite feeder = row_of(buses);
            const VoltageBands bands(feeder, [is_common](double nominal_v) {
                return is_common || nominal_v < 1000.0 ? VoltageBand{0.9, 1.1} : VoltageBand{0.95, 1.05};
            });
            REQUIRE(bands.common().has_value() == (is_common || buses == 2));
            const ElementLimits limits{bands, narrowest_of(bands, feeder), 0.001};
            const History history = history_of(buses, 1.0, is_common ? 0.11 : 0.07);
            VoltageColumns columns(buses, limits);
            for (const Numbers& step : history) columns.see(step);
            for (std::size_t i = 1; i < buses; ++i) {
                CAPTURE(i);
                const Numbers own = own_history(history, i);
                CHECK(columns.lowest_pu()[i] == *std::min_element(own.begin(), own.end()));
                CHECK(columns.highest_pu()[i] == *std::max_element(own.begin(), own.end()));
                const VoltageBand band = bands.of(i);
                CHECK(columns.steps_below()[i] == number_of(history, i, [&](double v) { return band.min_pu - v > 0.001; }));
                CHECK(columns.steps_above()[i] == number_of(history, i, [&](double v) { return v - band.max_pu > 0.001; }));
            }
        }
    }
}

TEST_CASE("element tally: highest loadings and overloaded steps are those of every conductor's own history") {
    for (const std::size_t conductors : {1, 3, 8, 9, 16, 23, 33}) {
        CAPTURE(conductors);
        ElementLimits limits{};
        limits.highest_loading_pct = 110.0;
        for (std::size_t i = 0; i < conductors; ++i) limits.pct_per_ampere.push_back(i % 5 == 4 ? 0.0 : 100.0);
        const History history = history_of(conductors, 1.0, 0.11);
        LoadingColumns columns(limits);
        for (const Numbers& step : history) columns.see(step);
        for (std::size_t i = 0; i < conductors; ++i) {
            CAPTURE(i);
            const Numbers own = own_history(history, i);
            const double pct = limits.pct_per_ampere[i];
            CHECK(columns.highest_pct(ConductorId(i)) == pct * *std::max_element(own.begin(), own.end()));
            CHECK(columns.steps_over(ConductorId(i)) == number_of(history, i, [pct](double a) { return a * pct > 110.0; }));
        }
    }
}

TEST_CASE("element tally: every instruction set finds the same bits, and NaN is no value") {
    std::mt19937 bits(11);
    std::normal_distribution<double> any(1.0, 0.1);
    for (std::size_t size = 1; size < 40; ++size) {
        CAPTURE(size);
        Numbers now(size), factor(size);
        for (double& value : now) value = any(bits);
        for (double& value : factor) value = any(bits);
        if (size % 4 == 0) now[size / 2] = std::nan("");
        const auto found = [&](const ColumnLoops& loops) {
            Numbers all(size, 1.0);
            Numbers highest = all, loading = all;
            double least = 0.0, most = 0.0;
            loops.keep_range(now.data(), size, all.data(), highest.data(), least, most);
            const double most_loading = loops.keep_highest(now.data(), factor.data(), size, loading.data());
            all.insert(all.end(), highest.begin(), highest.end());
            all.insert(all.end(), loading.begin(), loading.end());
            for (const double extreme : {least, most, most_loading}) all.push_back(extreme);
            return all;
        };
        CHECK(found(column_loops()) == found(baseline_column_loops()));
        const Numbers all = found(column_loops());
        CHECK(std::none_of(all.begin(), all.end(), [](double value) { return std::isnan(value); }));
    }
}
