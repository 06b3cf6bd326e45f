/// The tables of a sweep for people: a line for each point.
#pragma once

#include <string>

#include "sim/study/sweep/sweep_result.hpp"

namespace evsweep {

/// For each headline number a block with a line for each point and a column for each controller; how likely violations of limits
/// are; what went wrong at which points. Of more than 24 points one block with the most important numbers.
[[nodiscard]] std::string sweep_table(const SweepResult& sweep);

}  // namespace evsweep
