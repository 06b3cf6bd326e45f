/// Puts finished replicas together: numbers in replica order, bands over replicas, gains over the reference.
#pragma once

#include <optional>
#include <vector>

#include "sim/study/run_replica.hpp"
#include "sim/study/study_result.hpp"

namespace evsweep {

/// One slot per planned replica; empty where it was never started.
using ReplicaRuns = std::vector<std::optional<ReplicaRun>>;

/// The study's result but for wall time and threads. Replicas that failed are in `failures` only.
[[nodiscard]] StudyResult assemble(const LoadedStudy& study, const StudyOutputs& outputs, const ControllerRun& base,
                                   ReplicaRuns runs);

}  // namespace evsweep
