/// Whether `study.stop` names a number that the study has, in its unit, and controllers that it compares.
#pragma once

#include "sim/study/load_study.hpp"
#include "sim/study/study_outputs.hpp"

namespace evsweep {

/// Fills `study.stop`, where the scenario has one; what is wrong with it is reported at its place. `outputs`: those that could be
/// made, with what they have declared, as Scenario::outputs.
void check_stop(LoadedStudy& study, const std::vector<OutputDeclarations>& declared, Issues& issues);

}  // namespace evsweep
