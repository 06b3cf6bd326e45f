// Questions
//   What does an optimal power flow of the 5-bus grid cost, and one with a line limit that binds? The bar is 1 ms.
//   A day of 24 hours with vehicles at two buses? The bar is 20 ms.
//   What does it cost to say what is missing, and how far demand may grow?
// Last numbers: README.md.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "places.hpp"
#include "transmission/dispatch.hpp"
#include "transmission/grid_yaml.hpp"

namespace {

using namespace evsweep;

GridCase shipped_grid() {
    const auto path = test::source_dir() / "scenarios/opf5/grid.yaml";
    std::ifstream file(path);
    Issues issues;
    auto grid = read_grid_yaml({std::istreambuf_iterator<char>(file), {}}, path, issues);
    if (!grid) std::abort();
    return *grid;
}

void clear(benchmark::State& state, double limit_mva, double factor) {
    GridCase grid = shipped_grid();
    grid.branches[4].limit_mva = limit_mva;
    const GridDemand demand = demand_of(grid, factor);
    for (auto _ : state) benchmark::DoNotOptimize(dispatch(grid, demand));
}

void clear_day(benchmark::State& state) {
    const GridCase grid = shipped_grid();
    for (auto _ : state)
        for (int hour = 0; hour < 24; ++hour) {
            GridDemand demand = demand_of(grid, 0.45 + 0.55 * std::abs(std::sin(0.2 * hour)));
            for (const std::size_t bus : {2, 4}) demand.p_mw[bus] += 1.9 * hour;
            benchmark::DoNotOptimize(dispatch(grid, demand));
        }
}

void margin(benchmark::State& state) {
    const GridCase grid = shipped_grid();
    for (auto _ : state) benchmark::DoNotOptimize(loadability(grid, demand_of(grid), std::vector<bool>(5, true)));
}

BENCHMARK_CAPTURE(clear, free, grid_unlimited, 1.0)->Name("opf/5_buses")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(clear, congested, 115.0, 1.0)->Name("opf/5_buses_congested")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(clear, infeasible, grid_unlimited, 1.3)->Name("opf/5_buses_infeasible")->Unit(benchmark::kMicrosecond);
BENCHMARK(clear_day)->Name("opf/day_of_24")->Unit(benchmark::kMillisecond);
BENCHMARK(margin)->Name("opf/loading_margin")->Unit(benchmark::kMicrosecond);

}  // namespace
