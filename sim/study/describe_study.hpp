/// What a result says of its study before any replica has run.
#pragma once

#include "sim/study/study_outputs.hpp"
#include "sim/study/study_result.hpp"

namespace evsweep {

/// Scenario, feeder, outputs and provenance of the result; no numbers of replicas.
[[nodiscard]] StudyResult describe_study(const LoadedStudy& study, const StudyOutputs& outputs);

}  // namespace evsweep
