/// A primal-dual interior-point method that uses the structure of charging schedules: no aggregation, exact for every vehicle.
#pragma once

#include <memory>

#include "optimisation/schedule_problem.hpp"

namespace evsweep {

struct ScheduleOptions {
    double tolerance = 1e-8;   ///< on gap and residuals, relative to the objective
    int max_iterations = 150;  ///< of an attempt; there are two at most
    int threads = 1;           ///< over vehicles; the same bits for any number
};

/// Solves a sound problem (see `complaints`); anything else is a contract violation. Keeps its memory for the next call.
class ScheduleSolver {
   public:
    explicit ScheduleSolver(ScheduleOptions options = {});
    ~ScheduleSolver();
    ScheduleSolver(ScheduleSolver&&) noexcept;
    ScheduleSolver& operator=(ScheduleSolver&&) noexcept;

    /// `near`: a schedule of a problem with the same limits in the same order, to start from; other vehicles do no harm.
    [[nodiscard]] Schedule solve(const ScheduleProblem& problem, const Schedule* near = nullptr);

   private:
    struct Work;
    ScheduleOptions options_;
    std::unique_ptr<Work> work_;
};

}  // namespace evsweep
