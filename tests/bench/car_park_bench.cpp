/// How long does the plan of a car park's day take: 6 chargers, 12 vehicles, 96 steps? Bar: .5 s.
#include <benchmark/benchmark.h>

#include "models/controllers/car_park/park_plan.hpp"
#include "unit/models/controllers/car_park/shared_days.hpp"

using namespace evsweep;
using namespace evsweep::test;

namespace {

/// From scratch; day, V2G or not, reserves or not.
void car_park_plan(benchmark::State& state) {
    if (!has_park_days()) {
        state.SkipWithError("the published days are not there");
        return;
    }
    const ParkDay day = park_day(static_cast<int>(state.range(0)));
    const ParkMeans means{.returns_energy = state.range(1) == 1, .offers_reserves = state.range(2) == 1};
    int iterations = 0;
    for (auto _ : state) {
        const ParkPlan plan = make_park_plan(day, means);
        iterations = plan.iterations;
        benchmark::DoNotOptimize(plan.cost);
    }
    state.counters["iterations"] = iterations;
}

/// With everything, from the basis of the plan of the same day whose prices were 1 % other.
void car_park_next_plan(benchmark::State& state) {
    if (!has_park_days()) {
        state.SkipWithError("the published days are not there");
        return;
    }
    ParkDay day = park_day(static_cast<int>(state.range(0)));
    const ParkMeans means{.returns_energy = true, .offers_reserves = true};
    const ParkPlan before = make_park_plan(day, means);
    for (std::size_t t = 0; t < day.steps(); ++t) day.import_per_kwh[t] *= t % 2 == 0 ? 1.01 : 0.99;
    for (auto _ : state) benchmark::DoNotOptimize(make_park_plan(day, means, {}, &before.basis).cost);
}

BENCHMARK(car_park_plan)
    ->ArgNames({"day", "v2g", "reserves"})
    ->ArgsProduct({{1, 2, 3, 4}, {0, 1}, {0, 1}})
    ->Unit(benchmark::kMillisecond);
BENCHMARK(car_park_next_plan)->ArgName("day")->DenseRange(1, 4)->Unit(benchmark::kMillisecond);

}  // namespace
