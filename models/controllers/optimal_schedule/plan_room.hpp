/// How much room the limits of the grid leave beside the power that is drawn: for what no plan has counted on.
#pragma once

#include <limits>
#include <span>
#include <vector>

#include "controllers/optimal_schedule/plan_grid.hpp"

namespace evsweep {

/// The room in one control step, by exact load flows.
class PlanRoom {
   public:
    /// Room without end.
    PlanRoom() = default;
    /// The room that is left in the step that contains `at` while `power` (kW, then kvar, of all places) is drawn; none where the
    /// load flow has no solution.
    PlanRoom(GridModel& model, const OptimalScheduleParams& params, Instant at, std::span<const double> power);

    /// The part of `wish_kw` that connector `c` can draw (or return) in addition before a limit is met, or one that is broken
    /// already would be broken further.
    [[nodiscard]] double allowed_kw(ConnectorId c, double wish_kw) const;
    /// From now on `c` draws that much more.
    void take(ConnectorId c, double p_kw);

   private:
    [[nodiscard]] std::size_t place_of(ConnectorId c) const { return model_->place_of_connector()[c.index()]; }
    [[nodiscard]] bool linearise(std::size_t place, double more_kw, LinearGrid& grid) const;
    [[nodiscard]] double to_first_order(std::size_t place, double wish_kw) const;
    [[nodiscard]] std::vector<double> breaches(const LinearGrid& grid) const;

    GridModel* model_ = nullptr;
    const OptimalScheduleParams* params_ = nullptr;
    Instant at_{};
    std::vector<double> p_kw_, q_kvar_;
    LinearGrid grid_;
    bool has_solution_ = false;
};

}  // namespace evsweep
