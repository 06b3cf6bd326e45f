/// One day of a study on a page: what the feeder went through, and every stay; or one vehicle step by step.
#pragma once

#include <optional>
#include <string>

#include "sim/study/study_result.hpp"

namespace evsweep {

/// The labels of the outputs that a day is read from, and the settings of the scenario that record them for a replica.
inline constexpr const char* day_stays = "day_stays";
inline constexpr const char* day_traces = "day_traces";
[[nodiscard]] std::string day_outputs(int replica);

/// `result` holds the one replica under one controller. `vehicle`: only its stays, and its power over time.
[[nodiscard]] std::string day_page(const StudyResult& result, std::optional<std::size_t> vehicle);

}  // namespace evsweep
