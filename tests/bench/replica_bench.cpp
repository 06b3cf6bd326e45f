/// Questions: how many replica-days of the 33-bus study does a core do under each controller (600 vehicles, 60 s ticks, all KPIs
/// recorded; an iteration is an ensemble as wide as is useful), and how long does drawing a fleet take?
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>

#include "places.hpp"
#include "sim/engine/ensemble.hpp"
#include "sim/study/load_study.hpp"
#include "sim/study/run_ensemble.hpp"

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
    StudyOutputs outputs = make_outputs(study, study.draw(ReplicaId(0)));
    (void)run_base(study, outputs);
    Stopwatch unwatched;
    constexpr std::size_t width = Ensemble::useful_width;
    std::size_t first = 0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(run_ensemble(study, outputs, ReplicaId(first), width, unwatched));
        first = (first + width) % 64;
    }
    state.counters["replica-days/s"] =
        benchmark::Counter(static_cast<double>(state.iterations() * width), benchmark::Counter::kIsRate);
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
