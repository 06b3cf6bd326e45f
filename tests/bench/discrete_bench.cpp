// Questions about discrete charging of 200 vehicles behind four transformers, 64 slots and 1530 needed slots, in a random
// instance
//   flow   What does stage 1 cost, an exact flow by successive shortest paths, with its prices? Bar: 20 ms.
//   merge  What do 60 sweeps of 4900 pairs cost (stage 2)? Bar: 500 ms.
//   prove  What does the certificate cost, primal and dual computed anew?
// Last numbers: README.md.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "solvers/discrete_charging/group_smoothing.hpp"
#include "solvers/discrete_charging/run_merging.hpp"
#include "solvers/discrete_charging/valley_flow.hpp"

namespace {

using namespace evsweep;

/// A night: a base load with a valley, vehicles that come from slot 0 to 19 and leave from slot 53 to 62, limits that bind.
DiscreteProblem night_of(std::uint32_t vehicles) {
    std::mt19937 random(200);
    const auto below = [&](std::uint32_t count) { return static_cast<std::uint32_t>(random() % count); };
    const double share = vehicles / 200.0;
    DiscreteProblem problem = DiscreteProblem::of(64, 4, 6.6);
    for (std::uint32_t t = 0; t < problem.slots; ++t) {
        const double wave = 0.5 + 0.5 * std::cos(2.0 * 3.14159265 * (t / 64.0 - 0.15));
        for (std::uint32_t g = 0; g < problem.groups; ++g) {
            const std::size_t i = problem.at(t, g);
            problem.group_base_kw[i] = share * (70.0 + 110.0 * wave + 0.01 * below(500) - 8.0 * g);
            problem.group_limit_kw[i] = share * (g == 0 && t >= 28 && t < 48 ? 125.0 : 260.0 - 10.0 * g);
            problem.base_kw[t] += problem.group_base_kw[i];
        }
        problem.limit_kw[t] = share * (t >= 36 && t < 44 ? 580.0 : 880.0);
    }
    for (std::uint32_t n = 0; n < vehicles; ++n)
        problem.vehicles.push_back({.group = n % 4, .first = below(20), .end = 53 + below(10), .needed = 4 + below(8)});
    return problem;
}

void flow(benchmark::State& state) {
    const DiscreteProblem problem = night_of(static_cast<std::uint32_t>(state.range(0)));
    ValleyPlan plan;
    for (auto _ : state) plan = fill_valley(problem);
    if (plan.cut) state.SkipWithError("not all are served");
    state.SetItemsProcessed(state.iterations() * state.range(0));
    state.counters["slots"] = static_cast<double>(plan.served_slots());
}

void prove(benchmark::State& state) {
    const DiscreteProblem problem = night_of(static_cast<std::uint32_t>(state.range(0)));
    const ValleyPlan plan = fill_valley(problem);
    ValleyCertificate proof;
    for (auto _ : state) proof = certify(problem, plan.on, plan.prices);
    state.counters["gap_kw2"] = proof.gap_kw2();
}

void merge(benchmark::State& state) {
    const DiscreteProblem problem = night_of(static_cast<std::uint32_t>(state.range(0)));
    OnOff before = fill_valley(problem).on;
    smooth_groups(problem, before);
    std::vector<std::uint32_t> runs;
    for (auto _ : state) {
        OnOff on = before;
        runs = merge_runs(problem, on, {.sweeps = 60, .seed = 1, .stop = {}});
    }
    state.counters["runs_before"] = count_runs(problem, before);
    state.counters["runs_after"] = runs.back();
}

BENCHMARK(flow)->Name("discrete/flow")->Arg(200)->Arg(2000)->Unit(benchmark::kMillisecond);
BENCHMARK(prove)->Name("discrete/prove")->Arg(200)->Unit(benchmark::kMillisecond);
BENCHMARK(merge)->Name("discrete/merge")->Arg(200)->Unit(benchmark::kMillisecond);

}  // namespace
