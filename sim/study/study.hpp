/// A study: many replicas times all controllers over threads, put together in replica order.
#pragma once

#include <functional>
#include <stop_token>

#include "sim/study/load_study.hpp"
#include "sim/study/study_result.hpp"

namespace evsweep {

struct Progress {
    int finished = 0;
    int planned = 0;
    double seconds = 0.0;  ///< since the start
};

struct StudyOptions {
    int threads = 0;                                  ///< 0: what the scenario says, or one per core
    std::stop_token stop{};                           ///< asks to hand out no more replicas
    std::function<void(const Progress&)> progress{};  ///< called after every replica, by one thread at a time
};

/// Runs all replicas. The result does not depend on the number of threads, to the last bit. Replicas that fail
/// are told in `failures` and left out of every comparison.
[[nodiscard]] StudyResult run_study(const LoadedStudy& study, const StudyOptions& options);

}  // namespace evsweep
