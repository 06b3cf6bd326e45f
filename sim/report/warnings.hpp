/// Warnings below the table of a study: failures, steps without a solution, remarks of controllers.
#pragma once

#include <optional>
#include <string>

#include "sim/study/study_result.hpp"

namespace evsweep {

/// Replicas that are all alike, replicas that failed, places that were drawn once only, steps without a load-flow solution, and
/// remarks of controllers, an example of each kind: paragraphs that begin with an empty line. Empty where all went well.
[[nodiscard]] std::string warnings(const StudyResult& result);

/// Why the numbers under some controller cannot be used at all, and what to do; none where every controller has some solved step.
[[nodiscard]] std::optional<std::string> dead_end(const StudyResult& result);

}  // namespace evsweep
