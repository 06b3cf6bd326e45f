/// Lays the outputs of one run into its groups of a result file: numbers per replica, bands and traces.
#pragma once

#include <string>

#include "sim/record/result_file.hpp"
#include "sim/study/study_result.hpp"

namespace evsweep {

/// Writes `<group>/<output>/<variable>` for every output that the run has variables of.
void write_outputs(ResultFile& file, const std::string& group, const StudyResult& result, const RunResult& run);

/// What a file says of a variable: unit, long name, how to show it, and the meanings of category codes.
[[nodiscard]] Attributes attributes_of(const Variable& variable);

/// The name of a display, as files have it.
[[nodiscard]] std::string display_name(Display display);

}  // namespace evsweep
