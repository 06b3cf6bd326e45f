/// Fills the valley of a load with vehicles that are on or off: an exact minimum-cost flow with convex costs.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "solvers/discrete_charging/discrete_problem.hpp"

namespace evsweep {

/// What one vehicle more would cost at every node of the flow, kW^2.
struct FlowPrices {
    std::vector<double> vehicle;     ///< by vehicle
    std::vector<double> group_slot;  ///< [slot][group]
    std::vector<double> slot;
};

/// Why no plan serves more: all the slots that its vehicles could have lead through limits that are full.
struct MinimumCut {
    struct GroupSlot {
        std::uint32_t slot = 0, group = 0;
        friend bool operator==(const GroupSlot&, const GroupSlot&) = default;
    };
    std::vector<std::uint32_t> vehicles;  ///< on the side of the source, ascending
    std::vector<GroupSlot> group_slots;   ///< likewise, by slot, then group
    std::vector<std::uint32_t> slots;     ///< likewise; their limit is the feeder's
};

/// A plan that serves as many of the needed slots as any, with the least sum of squares among those.
struct ValleyPlan {
    OnOff on;
    std::vector<std::uint32_t> served;  ///< slots, by vehicle
    FlowPrices prices;                  ///< for `certify`
    std::optional<MinimumCut> cut{};    ///< where not all could be served: the minimum cut nearest to the source
    [[nodiscard]] std::uint64_t served_slots() const;
};

/// min sum_t (b_t + P k_t)^2 over vehicles that are on in whole slots, within the limits of groups and feeder: stage 1 of Sun,
/// Huang, Tan, Tsang, "Optimal scheduling for electric vehicle charging with discrete charging levels in distribution grid", IEEE
/// Trans. Smart Grid 9 (2018).
///
/// The flow goes from vehicles to (group, slot), to slots, to the sink; the k-th vehicle of a slot costs P (2 b_t + P (2 k - 1)),
/// which grows with k, and nothing else costs anything. Method: successive shortest paths (Ahuja, Magnanti, Orlin, "Network
/// Flows", 1993, sections 9.7 and 14.5), one for every needed slot. Since only the last arc of a path costs, the shortest one
/// leads to the cheapest slot that a vehicle reaches in the residual network. `problem` must be without faults (faults_of).
[[nodiscard]] ValleyPlan fill_valley(const DiscreteProblem& problem);

/// The most slots that can be served according to a cut, from the data of the problem alone.
[[nodiscard]] std::uint64_t capacity_of(const DiscreteProblem& problem, const MinimumCut& cut);

/// What a plan costs, and what no plan that serves the same slots of every vehicle can undercut. Both are computed anew from
/// the problem.
struct ValleyCertificate {
    double primal_kw2 = 0.0;
    double dual_kw2 = 0.0;
    double worst_violation_kw = 0.0;  ///< of a limit, in slots with vehicles; a vehicle on outside its window counts its power
    [[nodiscard]] double gap_kw2() const { return primal_kw2 - dual_kw2; }
};

/// Weak duality: at any prices (p_n of vehicles, p_gt, p_t) the dual
///   sum_n [p_n m_n + sum_{t of n} min(0, p_gt - p_n)] + sum_gt R_gt min(0, p_t - p_gt) + sum_t min_{0<=k<=R_t} [(b_t + P k)^2 -
///   p_t k]
/// is a lower bound; R: room. Those of an optimal plan make it equal.
[[nodiscard]] ValleyCertificate certify(const DiscreteProblem& problem, std::span<const std::uint8_t> on,
                                        const FlowPrices& prices);

}  // namespace evsweep
