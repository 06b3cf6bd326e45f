/// What section `actuation` must be to the fleet of a study.
#pragma once

#include "sim/study/load_study.hpp"

namespace evsweep {

/// `sample`: the fleet of one replica.
void check_actuation_of_fleet(const LoadedStudy& study, const Population& sample, Issues& issues);

}  // namespace evsweep
