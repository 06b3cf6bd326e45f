#include "solvers/kernel_forecast/kernel_forecast.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <numeric>
#include <random>

#include "solvers/kernel_forecast/forecast_ensemble.hpp"
#include "solvers/kernel_forecast/plain_forecasts.hpp"

using namespace evsweep;

namespace {

/// Eight days of six slots with a few levels, that follow the time of the day and what was before.
struct Example {
    SlotHistory history{6, {0, 0, 0, 0, 0, 1, 1, 0}};
    std::vector<double> values;
    Example() {
        std::mt19937 random(5);
        for (std::size_t k = 0; k < history.rows(); ++k) {
            const double usual = 4.0 * static_cast<double>(k % 6 / 2) + (history.is_day_off[k / 6] != 0 ? 4.0 : 0.0);
            values.push_back(std::max(0.0, usual + 4.0 * static_cast<double>(static_cast<int>(random() % 3) - 1)));
        }
    }
};

/// The formulas of the header, row by row, without levels and without parts of distances.
struct PlainKernels {
    std::vector<std::array<double, 5>> rows;
    std::vector<double> came;

    explicit PlainKernels(const Example& e) {
        for (std::size_t k = 2; k < e.values.size(); ++k) {
            rows.push_back(
                features({static_cast<double>(k % 6) / 6.0, e.history.is_day_off[k / 6] != 0, e.values[k - 1], e.values[k - 2]}));
            came.push_back(e.values[k]);
        }
    }
    static std::array<double, 5> features(const SlotQuery& q) {
        const double angle = 8.0 * std::atan(1.0) * q.day_share;
        return {std::cos(angle), std::sin(angle), q.is_day_off ? 1.0 : 0.0, q.last, q.before_last};
    }
    [[nodiscard]] std::vector<double> distance2(const SlotQuery& query) const {
        const double n = static_cast<double>(rows.size());
        const auto at = features(query);
        std::vector<double> d2(rows.size(), 0.0);
        for (std::size_t f = 0; f < 5; ++f) {
            double mean = 0.0, square = 0.0;
            for (const auto& row : rows) mean += row[f] / n, square += row[f] * row[f] / n;
            const double b = (std::sqrt(square - mean * mean) + 1e-9) * std::pow(4.0 / 7.0, 1.0 / 9.0) * std::pow(n, -1.0 / 9.0);
            for (std::size_t r = 0; r < rows.size(); ++r) d2[r] += std::pow((rows[r][f] - at[f]) / b, 2);
        }
        return d2;
    }
    [[nodiscard]] std::map<double, double> distribution(const SlotQuery& query, bool is_gauss, double h) const {
        const std::vector<double> d2 = distance2(query);
        std::map<double, double> share;
        double sum = 0.0;
        for (std::size_t r = 0; r < rows.size(); ++r) {
            const double w = is_gauss ? std::exp(-d2[r] / (2.0 * h * h)) : std::max(0.0, 1.0 - d2[r] / (9.0 * h * h));
            share[came[r]] += w;
            sum += w;
        }
        for (auto& [level, p] : share) p /= sum;
        return share;
    }
};

}  // namespace

TEST_CASE("the conditional distributions are those of the kernels written out row by row") {
    const Example e;
    const PlainKernels plain(e);
    const KernelForecast forecast(e.history, e.values);
    std::vector<double> probability;
    for (const SlotQuery& query :
         {SlotQuery{0.0, false, 4.0, 8.0}, SlotQuery{0.5, true, 8.0, 8.0}, SlotQuery{2.0 / 3.0, false, 4.0, 4.0}}) {
        forecast.condition(query, probability);
        const std::size_t levels = forecast.levels().size();
        REQUIRE(probability.size() == 6 * levels);
        for (std::size_t kernel = 0; kernel < 6; ++kernel) {
            const double h = std::array{0.5, 1.0, 2.0}[kernel / 2];
            const auto expected = plain.distribution(query, kernel % 2 == 0, h);
            if (std::isnan(expected.begin()->second)) continue;  // no row weighs anything
            CAPTURE(kernel, query.day_share);
            for (std::size_t k = 0; k < levels; ++k)
                CHECK(probability[kernel * levels + k] == Approx(expected.at(forecast.levels()[k])).margin(1e-12));
        }
    }
}

TEST_CASE("where no row weighs anything the twenty nearest count alike") {
    const Example e;
    const PlainKernels plain(e);
    const KernelForecast forecast(e.history, e.values);
    const SlotQuery query{0.5, false, 4000.0, 3000.0};
    std::vector<double> probability;
    forecast.condition(query, probability);
    const std::vector<double> distance2 = plain.distance2(query);
    std::vector<double> order = distance2;
    std::sort(order.begin(), order.end());
    const std::size_t levels = forecast.levels().size();
    for (std::size_t kernel = 0; kernel < 6; ++kernel)
        for (std::size_t k = 0; k < levels; ++k) {
            double nearer = 0.0, no_farther = 0.0;
            for (std::size_t r = 0; r < distance2.size(); ++r) {
                if (plain.came[r] != forecast.levels()[k]) continue;
                nearer += distance2[r] < order[19] * (1.0 - 1e-12) ? 1.0 : 0.0;
                no_farther += distance2[r] <= order[19] * (1.0 + 1e-12) ? 1.0 : 0.0;
            }
            const double counted = 20.0 * probability[kernel * levels + k];
            CHECK(counted == Approx(std::round(counted)).margin(1e-9));
            CHECK(counted >= nearer - 1e-9);
            CHECK(counted <= no_farther + 1e-9);
        }
}

TEST_CASE("quantiles of a distribution over levels are the levels that are not exceeded with that probability") {
    const std::vector<double> levels{0.0, 3.9, 8.0}, p{0.25, 0.5, 0.25};
    const LevelDistribution d{levels, p};
    CHECK(d.quantile(0.1) == 0.0);
    CHECK(d.quantile(0.25) == 0.0);
    CHECK(d.quantile(0.26) == 3.9);
    CHECK(d.quantile(0.75) == 3.9);
    CHECK(d.quantile(0.9) == 8.0);
    CHECK(d.mean() == Approx(3.95));
}

TEST_CASE("a distribution covers every share as often as it says where values come from itself") {
    const std::vector<double> levels{0.0, 3.9, 8.0, 11.9}, p{0.2, 0.45, 0.3, 0.05};
    const LevelDistribution d{levels, p};
    for (const double share : {0.1, 0.33, 0.5, 0.9}) {
        double covered = 0.0;
        for (std::size_t k = 0; k < levels.size(); ++k) covered += p[k] * d.coverage(share, levels[k]);
        CHECK(covered == Approx(share).margin(1e-12));
    }
    CHECK(d.coverage(0.5, 2.0) == 1.0);  // between levels: below it lies .2
    CHECK(d.coverage(0.1, 2.0) == 0.0);
}

TEST_CASE("the mean pinball loss is least for the quantile") {
    const std::vector<double> sample{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    const auto loss = [&](double forecast) {
        double sum = 0.0;
        for (const double value : sample) sum += pinball_loss(0.9, forecast, value);
        return sum;
    };
    for (double forecast = 0.0; forecast < 12.0; forecast += 0.5) CHECK(loss(forecast) >= loss(9.5) - 1e-12);
}

TEST_CASE("kernels that were right count for more, by the exponential of what they lost") {
    const Example e;
    const KernelForecast model(e.history, e.values);
    ForecastEnsemble ensemble(model);
    std::array<double, 6> lost{};
    for (const double value : {4.0, 8.0, 0.0}) {
        const SlotQuery query{0.5, false, 4.0, 4.0};
        ensemble.forecast(query);
        std::vector<double> probability;
        model.condition(query, probability);
        const std::size_t levels = model.levels().size();
        double mixed = 0.0;
        for (std::size_t kernel = 0; kernel < 6; ++kernel) {
            const LevelDistribution own{model.levels(), std::span(probability).subspan(kernel * levels, levels)};
            mixed += ensemble.weights()[kernel] * own.mean();
            for (const double share : {0.1, 0.3, 0.5, 0.7, 0.9})
                lost[kernel] += pinball_loss(share, own.quantile(share), value) / 5.0;
        }
        CHECK(ensemble.distribution().mean() == Approx(mixed).epsilon(1e-12));
        ensemble.learn(value);
        double sum = 0.0;
        for (const double loss : lost) sum += std::exp(-loss);
        for (std::size_t kernel = 0; kernel < 6; ++kernel)
            CHECK(ensemble.weights()[kernel] == Approx(std::exp(-lost[kernel]) / sum).epsilon(1e-12));
    }
}

TEST_CASE("plain forecasts: quantiles of a sample lie between its values in order") {
    CHECK(sample_quantile({4.0, 1.0, 3.0, 2.0}, 0.5) == Approx(2.5));
    CHECK(sample_quantile({4.0, 1.0, 3.0, 2.0}, 0.9) == Approx(3.7));
    CHECK(sample_quantile({7.0}, 0.1) == 7.0);
}

TEST_CASE("plain forecasts: what was last with its past changes, and the same slot on days of the same kind") {
    const SlotHistory history{2, {0, 0, 1}};
    const std::vector<double> values{0, 10, 2, 14, 8, 8};
    const PlainForecasts plain(history, values);
    CHECK(plain.same_slot(0, false)[1] == Approx(1.0));
    CHECK(plain.same_slot(1, false)[2] == Approx(13.6));
    CHECK(plain.same_slot(1, true)[0] == 8.0);
    // Changes 10, -8, 12, -6, 0: quantiles -7.2, 0 and 11.2.
    CHECK(plain.persistence(9.0)[0] == Approx(1.8));
    CHECK(plain.persistence(5.0)[0] == 0.0);
    CHECK(plain.persistence(5.0)[1] == 5.0);
    CHECK(plain.persistence(5.0)[2] == Approx(16.2));
}
