/// How likely events are at every element of a feeder, and the means of their sizes, with intervals.
#pragma once

#include "sim/study/study_result.hpp"

namespace evsweep {

/// Fills VariableResult::elements of all variables with an event: shares of the replicas with Clopper and Pearson's interval,
/// means with the intervals that numbers per replica have. Once, when all replicas have been put together.
void estimate_elements(StudyResult& study);

}  // namespace evsweep
