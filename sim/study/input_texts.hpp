/// What a study has taken of its files of sessions, profiles and prices, in words: for `check` and result files.
#pragma once

#include <string>
#include <vector>

#include "evsweep/behaviour.hpp"
#include "sim/study/load_study.hpp"

namespace evsweep {

/// "homes: 6844 of 6878 rows are used (83013.2 kWh; layout trondheim); left out: 34 have no plug-out time (0.0 kWh)".
[[nodiscard]] std::string recorded_rows_text(const std::string& group, const RecordedRows& rows);

/// The same of all groups; and of each series how it lies in the scenario's time, "prices.buy: by date (column time)".
[[nodiscard]] std::vector<std::string> input_texts(const LoadedStudy& study);

}  // namespace evsweep
