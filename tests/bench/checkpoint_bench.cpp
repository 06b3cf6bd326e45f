/// Question: what do checkpoints cost of a run's processor time (33-bus study as shipped, all outputs, two controllers; an
/// iteration is an ensemble as wide as is useful, kept or not; pieces go to a scratch folder)?
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "places.hpp"
#include "scratch.hpp"
#include "sim/engine/ensemble.hpp"
#include "sim/study/checkpoint.hpp"
#include "sim/study/run_ensemble.hpp"

namespace {

using namespace evsweep;

LoadedStudy shipped_study() {
    Issues issues;
    auto study = load_study((test::source_dir() / "scenarios/ieee33/evms_study.yaml").string(), {}, issues);
    if (!study) std::exit(2);
    return std::move(*study);
}

/// Replicas per second of processor time, with or without `checkpoint`.
void run_ensembles(benchmark::State& state, const LoadedStudy& study, Checkpoint* checkpoint) {
    StudyOutputs outputs = make_outputs(study, study.draw(ReplicaId(0)));
    (void)run_base(study, outputs);
    Stopwatch unwatched;
    constexpr std::size_t width = Ensemble::useful_width;
    const auto run = [&] {
        auto runs = run_ensemble(study, outputs, ReplicaId(0), width, unwatched);
        if (checkpoint) checkpoint->add(runs);
        benchmark::DoNotOptimize(runs);
    };
    for (int begin = 0; begin < 5; ++begin) run();  // the folder is made, and memory for a piece
    for (auto _ : state) run();
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * width));
}

void without(benchmark::State& state) { run_ensembles(state, shipped_study(), nullptr); }

void with_checkpoints(benchmark::State& state) {
    const LoadedStudy study = shipped_study();
    const test::ScratchFolder folder;
    constexpr auto every = std::chrono::milliseconds(500);  // or whenever 8 MiB wait, as in a run
    const auto opened = Checkpoint::open(folder / "kept", study_identity(study), Checkpoint::Start::go_on, every);
    std::this_thread::sleep_for(every);  // what is finished in the first period is not kept
    run_ensembles(state, study, opened.checkpoint.get());
    if (!opened.checkpoint->notes().empty()) state.SkipWithError(opened.checkpoint->notes().front().c_str());
}

BENCHMARK(without)->Name("checkpoint/without")->Iterations(10)->Unit(benchmark::kMillisecond);
BENCHMARK(with_checkpoints)->Name("checkpoint/with")->Iterations(10)->Unit(benchmark::kMillisecond);

}  // namespace
