/// Whether the parties of every alternative fit together, and with the meters and channels of the scenario.
#pragma once

#include "sim/study/load_study.hpp"

namespace evsweep {

/// Makes the parties once for the fleet `sample`, reports what is wrong with them, and fills `study.meters` and `study.channels`.
void check_parties(LoadedStudy& study, const Population& sample, Issues& issues);

}  // namespace evsweep
