/// Counts how many replica-days of a study a core does: an iteration is an ensemble as wide as is useful, of the first 64
/// replicas.
#pragma once

#include <benchmark/benchmark.h>

#include "sim/engine/ensemble.hpp"
#include "sim/study/load_study.hpp"
#include "sim/study/run_ensemble.hpp"

namespace evsweep::test {

inline void count_replica_days(benchmark::State& state, const LoadedStudy& study) {
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

}  // namespace evsweep::test
