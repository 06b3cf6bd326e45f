/// Fewer switchings at the same load: vehicles of one group hand slots to one another until their runs are few.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "evsweep/stop.hpp"
#include "solvers/discrete_charging/discrete_problem.hpp"

namespace evsweep {

struct MergeOptions {
    std::uint32_t sweeps = 60;
    std::uint64_t seed = 0;  ///< of the order of pairs and of ties; the same seed gives the same plan
    StopRequest stop{};      ///< obeyed before every sweep
};

/// Lowers count_runs of `on`, which is changed, and returns it after every sweep. How many vehicles of a group are on in a slot
/// stays as it is, and so does how many slots each vehicle has; it never rises. A restriction of stage 2 of the source (equation
/// 5), which allows any optimum of stage 1; what comes out is not its optimum in general.
///
/// For a pair of vehicles of one group the slots in which exactly one of them is on and both may be are handed out anew, with the
/// least number of runs of both, by a dynamic programme over (slots given to the first, who had the last one). A sweep takes all
/// pairs in random order; ties are drawn at random and equal rearrangements accepted, so that later sweeps find what earlier ones
/// could not: a sweep without gain is no end. The effort is quadratic in the vehicles of a group.
std::vector<std::uint32_t> merge_runs(const DiscreteProblem& problem, std::span<std::uint8_t> on, const MergeOptions& options);

}  // namespace evsweep
