/// Turns a charging plan into setpoints, step by step, as far as chargers and batteries can follow it.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "controllers/optimal_schedule/plan_maker.hpp"
#include "controllers/optimal_schedule/plan_room.hpp"
#include "controllers/optimal_schedule/plan_view.hpp"

namespace evsweep {

enum class ReactiveUse { as_planned, withheld };

/// Power that a charger with steps (levels, a smallest power) cannot be set to is rounded to the nearest that it can, and what
/// that adds or leaves is made up for in later steps; it is rounded up where later steps could not make up for it. So is what a
/// tapering battery did not take, as far as the grid has room. In the step in which a vehicle is to reach its target the battery
/// ends the charging itself, so that the next higher one is right.
class PlanFollower {
   public:
    PlanFollower(std::size_t connectors, ReactiveUse use)
        : use_(use), vehicle_at_(connectors), owed_kwh_(connectors, 0.0), soc_after_(connectors, unknown) {}

    /// From now on follows `plan`, which outlives its use.
    void follow(const ChargingPlan& plan);
    /// Sets every occupied connector for the step that begins now. Who has come since the plan was made, and is not in it, waits.
    void set(const PlanView& seen, Setpoints& setpoints);
    /// Forgets who was there before, at the connectors of those who have just come.
    void welcome(const PlanView& seen);
    /// Sets the connectors of those who have just come within a step, for what is left of it, as the plan foresaw them.
    void set_newcomers(const PlanView& seen, Setpoints& setpoints);

    /// Whether batteries have taken less than was planned until now, where the plan does not make up for it itself.
    [[nodiscard]] bool is_behind() const { return !behind_.empty(); }
    /// Lets them draw what they lack in this step, within `room`. Follows `set`.
    void catch_up(const PlanView& seen, PlanRoom& room, Setpoints& setpoints);

    /// Energy by which setpoints were off what was planned, and batteries took less than they were set to, kWh.
    [[nodiscard]] double unfollowed_kwh() const { return unfollowed_kwh_; }
    /// When that began.
    [[nodiscard]] Instant first_unfollowed() const { return first_unfollowed_; }
    /// Energy that was to be returned to the grid in the steps that have begun, kWh.
    [[nodiscard]] double planned_return_kwh() const { return planned_return_kwh_; }

   private:
    /// What the plan has a vehicle do in the present step.
    struct PlannedStep {
        std::size_t vehicle = 0;
        double p_kw = 0.0, q_kvar = 0.0;
        double hours = 0.0;          ///< that it is there for
        double soc_per_kw = 0.0;     ///< what a kW makes of them
        double soc_before = 0.0;     ///< as planned
        double deficit_after = 0.0;  ///< likewise
        double hours_later = 0.0;    ///< that it is there for in later steps of the plan
        double soc_at_end = 0.0;     ///< after them, as planned
        [[nodiscard]] bool ends_full() const;
    };
    struct Behind {
        ConnectorId connector{};
        PlannedStep planned{};
        double lacks_kwh = 0.0;  ///< to be drawn from the grid
    };
    static constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

    [[nodiscard]] std::optional<PlannedStep> planned_at(ConnectorId c, Instant now) const;
    void set_connector(const PlanView& seen, ConnectorId c, Setpoints& setpoints);
    [[nodiscard]] double missed_kwh(const PlanView& seen, ConnectorId c, const PlannedStep& planned, double set_kw) const;
    void put(const PlanView& seen, ConnectorId c, const PlannedStep& planned, double set_kw, Setpoints& setpoints);
    [[nodiscard]] double followed_kw(const PlanView& seen, ConnectorId c, const PlannedStep& planned, double wish_kw);
    [[nodiscard]] double least_power_kw(const PlanView& seen, ConnectorId c, const PlannedStep& planned) const;
    void count_untaken(const PlanView& seen, ConnectorId c);
    void count_unfollowed(Instant at, double kwh);

    ReactiveUse use_;
    const ChargingPlan* plan_ = nullptr;
    std::optional<VehicleSteps> steps_;
    std::vector<std::vector<std::uint32_t>> vehicle_at_;  ///< by connector: vehicles of the plan, in the order of their stays
    std::vector<double> owed_kwh_;   ///< by connector: planned but not drawn, for want of a step of the charger
    std::vector<double> soc_after_;  ///< by connector: where its charging leads if the battery takes it all; or unknown
    std::vector<Behind> behind_;
    double unfollowed_kwh_ = 0.0;
    Instant first_unfollowed_{};
    double planned_return_kwh_ = 0.0;
};

}  // namespace evsweep
