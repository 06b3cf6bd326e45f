/// All that a vehicle can do in one step at given prices, as the convex chain of what it costs to move its deficit.
#pragma once

#include <span>
#include <vector>

#include "solvers/schedule/marginal_value.hpp"
#include "solvers/schedule/reactive_cost.hpp"

namespace evsweep {

/// Shares u from 0 to charge_max and w from 0 to discharge_max, what they cost and how they move the deficit.
struct ActiveStep {
    double charge_max = 0.0, discharge_max = 0.0;
    double charge_cost = 0.0, discharge_cost = 0.0;  ///< per share, without reactive power
    double fall = 0.0, rise = 0.0;                   ///< of the deficit, per share charged and discharged
};

/// What a schedule does in the step.
struct StepOfSchedule {
    double deficit = 0.0;  ///< when the step begins
    double active = 0.0;   ///< u - w
};

/// Keeps its memory from step to step.
class StepChoices {
   public:
    /// Without reactive power.
    std::span<const StepChoice> of(const ActiveStep& step);
    /// With reactive power that costs `cost`, from below. Tight where the schedule is, and where the vehicle would best go from
    /// the schedule's deficit if what follows costs `after`.
    std::span<const StepChoice> of(const ActiveStep& step, const ReactiveCost& cost, const StepOfSchedule& schedule,
                                   const MarginalValue& after);

   private:
    void choose_lines(const ActiveStep& step, const ReactiveCost& cost, const StepOfSchedule& schedule,
                      const MarginalValue& after);
    void add_corners(const ActiveStep& step);
    void add_bend(const ActiveStep& step, double p);
    void add(const ActiveStep& step, double u, double w, double p);
    std::span<const StepChoice> chain();

    std::vector<double> tilts_;
    std::vector<Line> lines_;  ///< by ascending slope; their maximum is what reactive power costs at least
    std::vector<StepChoice> choices_, chain_;
};

}  // namespace evsweep
