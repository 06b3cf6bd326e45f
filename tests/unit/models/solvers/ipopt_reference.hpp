/// Ipopt as a second opinion on charging schedules: another formulation, another method, other people's code.
#pragma once

#include <string>

#include "solvers/schedule/schedule_problem.hpp"

namespace evsweep {

/// What Ipopt found. Its schedule has Ipopt's own multipliers as `worth` and `pull`.
struct IpoptAnswer {
    bool solved = false;
    std::string status;  ///< Ipopt's word, if it did not solve
    Schedule schedule;
};

/// Whether the tests were built with Ipopt.
[[nodiscard]] bool has_ipopt();

/// Solves a sound problem with all variables at once: u, w, q, x, excesses, the deviations of cost rows and shortfalls; the
/// battery as equations, the apparent power as a nonlinear constraint; exact first and second derivatives; to 1e-10. For small
/// problems.
[[nodiscard]] IpoptAnswer solve_by_ipopt(const ScheduleProblem& problem);

}  // namespace evsweep
