/// A plan of who is on when, for stays that are known, and what there is to say of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "controllers/discrete_charging/slots.hpp"
#include "evsweep/stop.hpp"
#include "solvers/discrete_charging/valley_flow.hpp"

namespace evsweep {

/// A stay as far as it is known, and the energy it needs from the grid.
struct ExpectedStay {
    ConnectorId connector;
    Instant from{}, until{};
    double kwh = 0.0;
    bool was_on = false;  ///< until now
};

/// Both stages in the slots from `first` on.
struct SwitchingPlan {
    std::uint32_t first = 0;
    std::vector<ExpectedStay> stays;
    DiscreteProblem problem;  ///< its vehicles are the stays
    OnOff on;
    ValleyCertificate proof;
    std::optional<MinimumCut> cut{};  ///< where limits leave too little room
    std::uint64_t needed = 0;         ///< slots, in all
    std::uint64_t served = 0;
    std::uint64_t too_short = 0;     ///< slots that stays need beyond those that they are there for
    std::uint32_t runs_of_flow = 0;  ///< after stage 1
    std::uint32_t runs = 0;          ///< after both

    [[nodiscard]] bool is_on(std::size_t stay, std::uint32_t slot) const {
        return slot >= first && slot - first < problem.slots && on[stay * problem.slots + (slot - first)] != 0;
    }
};

struct PlanEffort {
    std::uint32_t sweeps = 60;
    std::uint64_t seed = 0;
    StopRequest stop{};
};

/// Plans `stays` in the slots `first` to `end` - 1: the flow, an optimum whose groups draw steadily, fewer runs.
[[nodiscard]] SwitchingPlan plan_switching(const ChargingSlots& slots, std::uint32_t first, std::uint32_t end,
                                           std::vector<ExpectedStay> stays, const Forecast& base, const PlanEffort& effort);

/// "1-28, 30": numbers in ascending order.
[[nodiscard]] std::string ranges_text(const std::vector<std::uint32_t>& numbers);
/// Why a plan with a cut does not serve all: how many slots it serves, the vehicles and the slots of the cut.
[[nodiscard]] std::string shortage_text(const SwitchingPlan& plan, const ChargingSlots& slots, const Connectors& connectors);
/// How many slots stays need that they are not there for.
[[nodiscard]] std::string short_stays_text(const SwitchingPlan& plan);
/// Where the base load alone exceeds limits; empty where it does not.
[[nodiscard]] std::string base_above_text(const SwitchingPlan& plan, const ChargingSlots& slots);

}  // namespace evsweep
