/// How far a schedule can be from the best one: a lower bound that owes nothing to the solver.
#pragma once

#include "evsweep/stop.hpp"
#include "solvers/schedule/schedule_problem.hpp"

namespace evsweep {

/// By weak duality no schedule costs less than `bound`, whatever the prices it was computed at.
struct Certificate {
    double objective = 0.0;  ///< of the schedule, with the excess that its power really has over the limits
    double bound = 0.0;
    /// A bound of what anybody can do in continuous time, too: rows see power that is drawn for a part of a step as its mean over
    /// the step. The same number where no vehicle is there for a part of a step, or rows cost nothing.
    double bound_of_any_control = 0.0;
    double relative_gap = 0.0;     ///< (objective - bound) / max(1, |objective|)
    double worst_violation = 0.0;  ///< of any bound, circle or battery equation of a vehicle, in shares and state of charge
};

/// Recomputes the objective from the schedule's power, and bounds the best objective from below at the schedule's `worth` and
/// `pull`: each vehicle's cheapest answer to those prices, by an exact dynamic programme on piecewise linear marginal values.
/// Throws Stopped once a stop was requested.
[[nodiscard]] Certificate certify(const ScheduleProblem& problem, const Schedule& schedule, const StopRequest& stop = {});

}  // namespace evsweep
