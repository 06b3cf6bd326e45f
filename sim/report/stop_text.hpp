/// What people are told of a study that stops by itself.
#pragma once

#include <string>

#include "sim/study/study_result.hpp"

namespace evsweep {

/// Two lines, "replicas as needed: kpis.peak_kw of evms ± 9.8 kW at 95 %, asked for ± 10 kW;" and "looked at after 30, 95 and 180
/// replicas, at most 2000".
[[nodiscard]] std::string stop_text(const StopOutcome& stop);
/// What is wrong where the interval is wider than asked; else empty.
[[nodiscard]] std::string stop_warning(const StudyResult& result);

}  // namespace evsweep
