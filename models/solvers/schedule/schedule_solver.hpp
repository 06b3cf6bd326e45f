/// A primal-dual interior-point method that uses the structure of charging schedules: no aggregation, exact for every vehicle.
#pragma once

#include <memory>
#include <span>

#include "evsweep/stop.hpp"
#include "solvers/schedule/schedule_problem.hpp"

namespace evsweep {

struct ScheduleOptions {
    double tolerance = 1e-8;   ///< on gap and residuals, relative to the objective
    int max_iterations = 150;  ///< of an attempt; there are three at most
    int threads = 1;           ///< over vehicles; the same bits for any number
    StopRequest stop{};        ///< where it is made, `solve` ends within a piece of work, by throwing Stopped
};

/// Solves a sound problem (see `error_texts`); anything else is a contract violation. Keeps its memory for the next call.
class ScheduleSolver {
   public:
    explicit ScheduleSolver(ScheduleOptions options = {});
    ~ScheduleSolver();
    ScheduleSolver(ScheduleSolver&&) noexcept;
    ScheduleSolver& operator=(ScheduleSolver&&) noexcept;

    /// `worths`: what limits were worth in a similar problem, by limit. Where they are given and the vehicles are those of the
    /// problem before, it starts half-way to that problem's optimum.
    [[nodiscard]] Schedule solve(const ScheduleProblem& problem, std::span<const double> worths = {});

   private:
    struct Work;
    ScheduleOptions options_;
    std::unique_ptr<Work> work_;
};

}  // namespace evsweep
