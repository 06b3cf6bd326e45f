/// How long does it take to forecast what 27 stations can give in a week, and to plan their reactive power?
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "controllers/stochastic_subgradient/subgradient.hpp"
#include "solvers/kernel_forecast/forecast_ensemble.hpp"

namespace {

using namespace evsweep;

constexpr std::size_t stations = 27, slots_of_day = 96, trained_days = 56, week = 7 * slots_of_day;

/// Stations of four chargers that are there or not, and charge or not; they change every two hours in the mean.
std::vector<double> capacities(unsigned seed, double out) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> share;
    std::vector<double> values, charger(4, 8.0);
    for (std::size_t k = 0; k < trained_days * slots_of_day + week; ++k) {
        double sum = 0.0;
        for (double& kvar : charger) {
            if (share(random) < 0.125) kvar = share(random) < 0.4 ? 0.0 : share(random) < 0.3 ? std::sqrt(15.0) : 8.0;
            sum += kvar;
        }
        values.push_back(share(random) < out ? 0.0 : std::round(10.0 * sum) / 10.0);
    }
    return values;
}

/// All stations, all slots of the week; `range(0)`: percent of slots in which a station is out.
void forecasts_of_a_week(benchmark::State& state) {
    SlotHistory history{slots_of_day, {}};
    for (std::size_t day = 0; day < trained_days; ++day) history.is_day_off.push_back(day % 7 >= 5 ? 1 : 0);
    std::vector<std::vector<double>> came;
    std::vector<KernelForecast> models;
    for (unsigned j = 0; j < stations; ++j) {
        came.push_back(capacities(j + 1, 0.01 * static_cast<double>(state.range(0))));
        models.emplace_back(history, std::span(came.back()).first(history.rows()));
    }
    double sum = 0.0;
    for (auto _ : state)
        for (std::size_t j = 0; j < stations; ++j) {
            ForecastEnsemble ensemble(models[j]);
            for (std::size_t k = history.rows(); k < history.rows() + week; ++k) {
                const double at = static_cast<double>(k % slots_of_day) / static_cast<double>(slots_of_day);
                ensemble.forecast({at, (k / slots_of_day) % 7 >= 5, came[j][k - 1], came[j][k - 2]});
                ensemble.learn(came[j][k]);
            }
            sum += ensemble.distribution().mean();
        }
    benchmark::DoNotOptimize(sum);
}
BENCHMARK(forecasts_of_a_week)->Arg(0)->Arg(30)->Unit(benchmark::kMillisecond)->Name("forecast/week");

/// 672 plans of 200 iterations each, every number told to every station.
void plans_of_a_week(benchmark::State& state) {
    StationSlopes slopes{stations, {}};
    for (std::size_t i = 0; i < stations; ++i)
        for (std::size_t j = 0; j < stations; ++j) slopes.pu_per_kvar.push_back(-1e-6 * static_cast<double>(std::min(i, j) + 1));
    std::mt19937 random(1);
    std::uniform_real_distribution<double> kvar(0.0, 32.0);
    std::vector<double> capacity(200 * stations);
    for (double& c : capacity) c = kvar(random);
    const std::vector<StationState> states(stations, StationState{0.997, 0.0, 0.0, 32.0});
    SubgradientTeam team({200, 2.0}, slopes);
    for (auto _ : state)
        for (std::size_t slot = 0; slot < week; ++slot) {
            team.begin(states, capacity);
            while (!team.is_done()) {
                for (std::size_t j = 0; j < stations; ++j) team.hear_change(j, std::nullopt, team.change_kvar(j));
                team.find_deviations();
                for (std::size_t j = 0; j < stations; ++j) team.hear_deviation(j, std::nullopt, team.deviation_pu(j));
                team.move();
            }
            benchmark::DoNotOptimize(team.plan_kvar());
        }
}
BENCHMARK(plans_of_a_week)->Unit(benchmark::kMillisecond)->Name("subgradient/week");

}  // namespace
