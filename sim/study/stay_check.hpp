/// Stays that cannot be played as they were drawn: a study in which none can is refused, and one that loses many is warned of.
#pragma once

#include <string>

#include "evsweep/population.hpp"
#include "sim/study/load_study.hpp"

namespace evsweep {

/// Looks at the first replica's fleet, and at a few more where it has lost all stays of a group.
void check_stays(const LoadedStudy& study, const Population& first, Issues& issues);

/// "3 of 120 stays (24.0 of 900.0 kWh) are left out: 1 was ..., 2 ..."; empty where none is.
[[nodiscard]] std::string left_out_text(const StayTally& tally);
/// "2 stays (10.0 kWh) waited ...; 1 ..."; empty where none did.
[[nodiscard]] std::string changed_text(const StayTally& tally);

}  // namespace evsweep
