/// The same sum of squares as the members minimise, as one problem of all: the bound of the distributed method.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "controllers/predictive_voltage/team.hpp"
#include "solvers/box_qp/box_qp.hpp"

namespace evsweep {

/// min sum_m sum_l (V_m(l) - 1)^2 + rho sum_i sum_l (u_i(l) - u_i(l-1))^2 over the plans of all plugged members (trajectory.hpp,
/// team.hpp), who all know the true values without delay. Solved to 1e-6 kvar.
class CentralPlan {
   public:
    CentralPlan(const PlanRules& rules, const VoltageSlopes& slopes, std::span<const std::uint32_t> place_of_member);

    /// Plans (by `plugged`) in, as a start; optimal plans out. Throws std::runtime_error where the problem is not strictly
    /// convex.
    void solve(Instant now, std::span<const OwnState> plugged, std::span<Plan> plans_kvar);
    /// The objective, pu^2, at some plans.
    [[nodiscard]] double objective_pu2(Instant now, std::span<const OwnState> plugged, std::span<const Plan> plans_kvar);

   private:
    void write_problem(Instant now, std::span<const OwnState> plugged);
    void write_curvature(std::span<const OwnState> plugged);
    void write_slope(Instant now, std::span<const OwnState> plugged);
    void write_bounds(Instant now, std::span<const OwnState> plugged);

    PlanRules rules_;
    const VoltageSlopes& slopes_;
    std::span<const std::uint32_t> place_;
    BoxQp problem_;              ///< variables by plugged member, then period
    double constant_pu2_ = 0.0;  ///< of the objective
};

}  // namespace evsweep
