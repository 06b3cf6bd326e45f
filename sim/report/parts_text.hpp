/// What is said of a study whose sample is the parts of one replica (`study.batch_length`).
#pragma once

#include <string>

#include "sim/study/study_result.hpp"

namespace evsweep {

/// A text on "replicas" in the words of what the sample consists of: weeks, days or parts.
[[nodiscard]] std::string in_words_of(const StudyResult& study, std::string text);

/// That intervals are of one fleet, and for which numbers consecutive parts are so alike that intervals are too narrow. Empty
/// where replicas are the sample.
[[nodiscard]] std::string parts_warning(const StudyResult& study);

}  // namespace evsweep
