/// The terminal table a planner reads: what each controller does to the feeder, and by how much that differs.
#pragma once

#include <string>

#include "sim/study/study_result.hpp"

namespace evsweep {

/// Text of at most 100 columns (more where names are longer than a column can be): a block of means with their confidence
/// interval, beside the feeder without vehicles; how likely violations of limits are, and at which elements; a block of paired
/// differences to the reference, marked where their interval excludes zero; a legend of the signs used; and what went wrong. Rows
/// are the headline numbers that are not zero everywhere.
[[nodiscard]] std::string comparison_table(const StudyResult& result);

}  // namespace evsweep
