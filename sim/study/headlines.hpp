/// Which numbers the short comparison table shows of those that are worth it only where they are large.
#pragma once

#include "sim/study/study_result.hpp"

namespace evsweep {

/// Decides for every variable with `notable_beside` or `notable_where` whether it is a headline of this study, the same under all
/// controllers.
void choose_headlines(StudyResult& result);

}  // namespace evsweep
