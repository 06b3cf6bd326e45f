/// Lays what replicas have in common into a result file: estimates per controller, and paired differences of every pair.
#pragma once

#include <string>
#include <vector>

#include "sim/record/result_file.hpp"
#include "sim/study/statistics.hpp"
#include "sim/study/study_result.hpp"

namespace evsweep {

/// The variable `output`/`name` of a run that has one number per replica; none where the run has no such variable.
[[nodiscard]] const VariableResult* find_numbers(const RunResult& run, const std::string& output, const std::string& name);

/// `/summary/<label>/<output>/<variable>` over `statistic`: mean, its interval, deviation, count and quantiles.
void write_summaries(ResultFile& file, const StudyResult& result);

/// `/paired/<a>_minus_<b>/<output>/<variable>` over `statistic`, for every pair; b is the reference where it is one of the
/// pair, else the one that comes first.
void write_paired_differences(ResultFile& file, const StudyResult& result);

}  // namespace evsweep
