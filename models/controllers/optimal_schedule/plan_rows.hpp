/// The limits of the grid as rows of a charging problem: only those that some schedule could break.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "controllers/optimal_schedule/plan_grid.hpp"
#include "evsweep/stop.hpp"
#include "solvers/schedule/schedule_problem.hpp"

namespace evsweep {

/// What all vehicles of each place can draw at each step together: a box and a circle around their schedules.
class PlanReach {
   public:
    explicit PlanReach(const ScheduleProblem& problem);

    /// An upper bound of a y over all schedules; exact without reactive power.
    [[nodiscard]] double highest(std::uint32_t step, std::span<const double> a) const;
    [[nodiscard]] double lowest(std::uint32_t step, std::span<const double> a) const;
    /// Whether a place can draw or return anything at a step.
    [[nodiscard]] bool acts(std::uint32_t step, std::size_t place) const { return kva_[step * places_ + place] > 0.0; }
    [[nodiscard]] bool acts(std::uint32_t step) const;

   private:
    std::size_t places_;
    bool reactive_;
    std::vector<double> draw_kw_, return_kw_, kva_;  ///< [step][place], all >= 0
};

/// Names a row from one linearisation to the next. Current rows of one element differ by `turn`: 0 along the present phasor, then
/// other directions; rows kept from earlier linearisations have turns from `first_kept_turn` on.
struct RowKey {
    std::uint32_t step = 0;
    GridLimit limit{};
    std::uint32_t turn = 0;
    friend auto operator<=>(const RowKey&, const RowKey&) = default;
};

inline constexpr std::uint32_t first_kept_turn = 1000;

/// The limits of one linearisation.
struct PlanRows {
    std::vector<RowKey> keys;  ///< by row of `limits`
    GridLimits limits;
    std::vector<Breach> unavoidable;  ///< broken by the base load, and no vehicle can help
};

/// A row a y <= limit.
struct LimitRow {
    RowKey key;
    double limit = 0.0;
    std::vector<double> a;
};

/// The row of a limit where the grid is linearised, under the name `turn`.
[[nodiscard]] LimitRow row_of(const PlanGrid& grid, std::uint32_t step, GridLimit limit, const PlanLimitsOf& limits,
                              std::uint32_t turn);

/// What rows are made of.
struct RowSources {
    const PlanGrid& grid;
    const std::vector<PlanPower>& earlier;  ///< schedules before the one that the grid is linearised at
    const PlanReach& reach;
    const PlanLimitsOf& limits;
    const std::vector<LimitRow>& kept;  ///< rows of earlier linearisations that turned out to matter
    double kw_worth = 0.0;              ///< more than what a kW in one step is worth to any vehicle, in units of the objective
    StopRequest stop{};
};

/// Voltage and loading limits of all steps with vehicles. Currents and powers are phasors: their size is limited along the phasor
/// at which the grid is linearised and, so that a schedule that turns it is not taken for a smaller one, along those of earlier
/// schedules. Left out is what no schedule can break, and what no schedule can break without breaking another row as much.
/// Throws Stopped once a stop was requested.
[[nodiscard]] PlanRows limit_rows(const RowSources& sources);

}  // namespace evsweep
