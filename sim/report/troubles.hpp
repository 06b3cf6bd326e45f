/// What went wrong in a study, or had to be remarked, in words: what a reader of its numbers has to know.
#pragma once

#include <optional>
#include <string>

#include "sim/study/study_result.hpp"

namespace evsweep {

/// Replicas that are all alike, replicas that failed, places that were drawn once only, steps without a load-flow solution, and
/// what controllers have to tell, an example of each kind: paragraphs that begin with an empty line. Empty where all went well.
[[nodiscard]] std::string troubles(const StudyResult& result);

/// Why the numbers under some controller cannot be used at all, and what to do; none where every controller has some solved step.
[[nodiscard]] std::optional<std::string> dead_end(const StudyResult& result);

}  // namespace evsweep
