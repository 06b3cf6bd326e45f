/// What became of a study that stops by itself, as a group of a result file.
#pragma once

#include <optional>

#include "sim/record/result_file.hpp"
#include "sim/record/result_reader.hpp"
#include "sim/study/study_result.hpp"

namespace evsweep {

void write_stop(ResultFile& file, const StopOutcome& stop);
/// None where the file has no such group.
[[nodiscard]] std::optional<StopOutcome> read_stop(const ResultReader& reader);

}  // namespace evsweep
