/// Lays events by element into a result file and reads them back: in how many replicas they were seen, how likely that makes
/// them, and the mean.
#pragma once

#include <string>

#include "sim/record/result_file.hpp"
#include "sim/record/result_reader.hpp"
#include "sim/study/study_result.hpp"

namespace evsweep {

/// `<variable>_events` and `<variable>_known` (replicas with the event, of which it is known), `<variable>_share` with its ends
/// `_share_low` and `_share_high`, the ends of the mean `_mean_low` and
/// `_mean_high` and how they were found, `_mean_interval`, all over the variable's dimension.
void write_events(ResultFile& file, const std::string& group, const VariableResult& result);

/// A variable as `write_events` and its `<variable>_mean` left it in a group; `variable` is what its attributes say.
[[nodiscard]] VariableResult read_events(const ResultReader& reader, const std::string& group, const Variable& variable);

}  // namespace evsweep
