/// Lays what replicas have in common into a result file: estimates per controller, and paired differences of every pair.
#pragma once

#include "sim/record/result_file.hpp"
#include "sim/study/study_result.hpp"

namespace evsweep {

/// `/summary/<label>/<output>/<variable>` over `statistic`: mean, its interval, deviation, count and quantiles; the attribute
/// `interval` says how the interval was found (see IntervalKind). Of times of day in hours of the wall clock.
void write_summaries(ResultFile& file, const StudyResult& result);

/// `/paired/<a>_minus_<b>/<output>/<variable>` over `statistic`, for every pair; b is the reference where it is one of the
/// pair, else the one that comes first.
void write_paired_differences(ResultFile& file, const StudyResult& result);

}  // namespace evsweep
