/// The stays that a charging plan is made for: who is there, who will come, and what each battery needs.
#pragma once

#include <cstdint>
#include <vector>

#include "controllers/optimal_schedule/params.hpp"
#include "controllers/optimal_schedule/plan_view.hpp"
#include "solvers/schedule/schedule_problem.hpp"

namespace evsweep {

struct PlannedStay;

/// The control steps that a plan is about: `steps` of them, from `start`.
struct PlanWindow {
    Instant start{};
    Duration step{};
    std::uint32_t steps = 0;

    /// From `now` over `horizon`, cut at the study's `end`; whole steps only.
    [[nodiscard]] static PlanWindow from(Instant now, Duration step, Duration horizon, Instant end);

    /// The same, on to the end of the step in which the last of `stays` leaves: what is not drawn before has its price then.
    [[nodiscard]] PlanWindow to_end_of(const std::vector<PlannedStay>& stays, Instant end) const;

    [[nodiscard]] Instant begin_of(std::uint32_t k) const { return start + step * static_cast<std::int64_t>(k); }
    [[nodiscard]] Instant end() const { return begin_of(steps); }
    /// How many steps end at or before `t`: the number of the step that `t` lies in.
    [[nodiscard]] std::uint32_t ended_by(Instant t) const;
    /// How many steps begin before `t`.
    [[nodiscard]] std::uint32_t begun_before(Instant t) const;
    /// `time` in steps.
    [[nodiscard]] double in_steps(Duration time) const {
        return static_cast<double>(time.count()) / static_cast<double>(step.count());
    }
};

/// One stay as the planner knows it, from the planning instant on.
struct PlannedStay {
    ConnectorId connector{};
    Instant from{};   ///< when it is there; not after the window's start for one that is
    Instant until{};  ///< when it leaves, as far as known
    double soc = 0.0;
    double full_soc = 0.0;   ///< what its deficit is counted from: its target, or more where it has more
    double floor_soc = 0.0;  ///< no discharging below it
    double capacity_kwh = 0.0;
    double stored_per_drawn = 1.0;
    double drawn_per_returned = 1.0;
    bool is_here = false;      ///< plugged in at the planning instant
    bool is_expected = false;  ///< stands in for a vehicle that nobody knows yet; nothing is set for it
};

/// The vehicles that are plugged in, with their stated departures. Needs state_of_charge and session.
[[nodiscard]] std::vector<PlannedStay> stays_of_plugged_in(const PlanView& seen);
/// The one at `c`, likewise.
[[nodiscard]] PlannedStay stay_at(const PlanView& seen, ConnectorId c);

/// Adds stays of the expected fleet that begin within the window, where their connector is free by then. Those that make no
/// sense (numbers that are not finite, an end before the beginning) are left out: a forecast may be anything.
void add_expected_stays(const PlanView& seen, const PlanWindow& window, std::vector<PlannedStay>& stays);

/// Reads the true fleet from front to back, as time goes by.
class ForeseenStays {
   public:
    explicit ForeseenStays(std::size_t connectors) : current_(connectors, 0) {}

    /// All stays that touch the window: those that are there with their present state of charge, the others as they will come.
    [[nodiscard]] std::vector<PlannedStay> within(const PlanView& seen, const PlanWindow& window);

   private:
    std::size_t next_ = 0;              ///< the first session that was yet to come when last asked
    std::vector<std::size_t> current_;  ///< by connector: the latest session before that
};

/// A stay as the solver takes it, without prices of shortfalls. `place` is its connector's. A vehicle acts in every step that it
/// is there for a part of; one that is still there when it should be gone, in one step.
[[nodiscard]] ScheduleVehicle vehicle_of(const PlannedStay& stay, const PlanView& seen, const PlanWindow& window,
                                         const OptimalScheduleParams& params, std::uint32_t place);

/// By how much the deficit of a vehicle can still fall at full power after the window, when it stays longer.
[[nodiscard]] double deficit_covered_later(const PlannedStay& stay, const ScheduleVehicle& vehicle, const PlanWindow& window);

}  // namespace evsweep
