/// Which of the plans with the same load of the feeder: one whose groups draw steadily.
#pragma once

#include <cstdint>
#include <span>

#include "solvers/discrete_charging/discrete_problem.hpp"

namespace evsweep {

/// Lets two groups exchange slots, one for one, as long as that lowers the sum over groups and slots of the squared differences
/// between the vehicles on in a slot and in the next. The load of the feeder in every slot and the slots of every vehicle stay as
/// they are, and limits and windows are kept, so that an optimal plan stays optimal. Returns the number of exchanges.
///
/// Why: all these plans are optima of stage 1, but an uneven share-out between groups forces vehicles to switch, and
/// merge_runs keeps it. An exchange for groups g, h and slots s, t takes s from g and gives it to h, and t the other way; with
/// z = L (y_g - y_h), L the second difference, it lowers the sum iff z_s - z_t > 4 (6 for neighbouring slots).
std::uint32_t smooth_groups(const DiscreteProblem& problem, std::span<std::uint8_t> on);

}  // namespace evsweep
