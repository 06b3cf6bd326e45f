/// Questions: how many replica-days of the 33-bus study does a core do under each controller (600 vehicles, 60 s ticks, all KPIs
/// recorded; an iteration is an ensemble as wide as is useful), and how long does drawing a fleet take?
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>

#include "bench/replica_days.hpp"
#include "places.hpp"

namespace {

using namespace evsweep;

/// The shipped study with one controller, or with its sampling alone.
LoadedStudy load_with(const std::vector<std::string>& overrides) {
    Issues issues;
    auto study = load_study((test::source_dir() / "scenarios/ieee33/comparison_study.yaml").string(), overrides, issues);
    for (const auto& issue : issues.list()) std::fprintf(stderr, "%s\n", to_text(issue).c_str());
    if (!study) std::exit(2);
    return std::move(*study);
}

void replica_day(benchmark::State& state, const std::string& controller) {
    LoadedStudy study = load_with({});
    std::erase_if(study.scenario.controllers, [&](const auto& c) { return c.label != controller; });
    std::erase_if(study.scenario.outputs, [&](const auto& o) { return o.type != "kpis"; });
    test::count_replica_days(state, study);
}

void draw_fleet(benchmark::State& state) {
    const LoadedStudy study = load_with({});
    std::size_t replica = 0;
    for (auto _ : state) benchmark::DoNotOptimize(study.draw(ReplicaId(replica++)));
}

BENCHMARK_CAPTURE(replica_day, uncoordinated, "uncoordinated")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(replica_day, evms, "evms")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(replica_day, threshold, "threshold")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(replica_day, fuzzy, "fuzzy")->Unit(benchmark::kMillisecond);
BENCHMARK(draw_fleet)->Unit(benchmark::kMicrosecond);

}  // namespace
