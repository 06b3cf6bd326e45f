/// Turns a charging plan into setpoints, step by step, as far as chargers and batteries can follow it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "controllers/plan_maker.hpp"
#include "evsweep/controller.hpp"

namespace evsweep {

enum class ReactiveUse { as_planned, withheld };

/// Power that a charger with steps (levels, a smallest power) cannot be set to is rounded to the nearest that it can, and what
/// that adds or leaves is made up for in later steps. In the step in which a vehicle is to reach its target the battery ends the
/// charging itself, so that the next higher one is right.
class PlanFollower {
   public:
    PlanFollower(std::size_t connectors, ReactiveUse use) : use_(use), vehicle_at_(connectors), owed_kwh_(connectors, 0.0) {}

    /// From now on follows `plan`, which outlives its use.
    void follow(const ChargingPlan& plan);
    /// Sets every occupied connector for the step that begins now. Who has come since the plan was made, and is not in it, waits.
    void set(const Observation& seen, Setpoints& setpoints);

    /// Energy by which setpoints were off what was planned, kWh.
    [[nodiscard]] double unfollowed_kwh() const { return unfollowed_kwh_; }
    /// Energy that was to be returned to the grid in the steps that have begun, kWh.
    [[nodiscard]] double planned_return_kwh() const { return planned_return_kwh_; }

   private:
    struct Power {
        double p_kw = 0.0;
        double q_kvar = 0.0;
    };

    [[nodiscard]] std::optional<std::size_t> vehicle_of(ConnectorId c, std::uint32_t step);
    void set_connector(const Observation& seen, ConnectorId c, std::uint32_t step, Setpoints& setpoints);
    [[nodiscard]] double followed_kw(const Observation& seen, ConnectorId c, double planned_kw, bool ends_full);

    ReactiveUse use_;
    const ChargingPlan* plan_ = nullptr;
    std::optional<VehicleSteps> steps_;
    std::vector<std::vector<std::uint32_t>> vehicle_at_;  ///< by connector: vehicles of the plan, in the order of their stays
    std::vector<double> owed_kwh_;  ///< by connector: planned but not drawn, for want of a step of the charger
    double unfollowed_kwh_ = 0.0;
    double planned_return_kwh_ = 0.0;
};

}  // namespace evsweep
