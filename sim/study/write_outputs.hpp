/// Lays the outputs of one run into its groups of a result file: numbers per replica, bands and traces.
#pragma once

#include <string>

#include "sim/record/result_file.hpp"
#include "sim/study/study_result.hpp"

namespace evsweep {

/// Writes `<group>/<output>/<variable>` for every output that the run has variables of.
void write_outputs(ResultFile& file, const std::string& group, const StudyResult& result, const RunResult& run);

/// The unit of a variable, with the scenario's own currency where it is money.
[[nodiscard]] std::string unit_text(const Variable& variable, const std::string& currency);

/// What a file says of a variable: unit, long name, and how to show it.
[[nodiscard]] Attributes attributes_of(const Variable& variable, const std::string& currency);

/// The name of a display, as files have it.
[[nodiscard]] std::string display_name(Display display);

}  // namespace evsweep
