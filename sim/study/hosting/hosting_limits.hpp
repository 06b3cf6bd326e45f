/// The limits that outputs tell of, and which outputs a search for capacities takes for them.
#pragma once

#include <string>
#include <vector>

#include "sim/study/hosting/hosting_plan.hpp"

namespace evsweep {

/// Chooses outputs and limits of a plan whose study and request are there. A name that no output tells of is reported.
void choose_hosting_limits(HostingPlan& plan, Issues& issues);

}  // namespace evsweep
