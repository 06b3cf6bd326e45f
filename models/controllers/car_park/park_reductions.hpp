/// By how many per cent one way of running a car park costs less than another, over several days, by both definitions in use.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace evsweep {

/// 100 (reference - cost) / reference; more than 100 where the day earns. A reference that is 0 or earns has no percentage, and
/// `refusal` says so then.
struct CostReduction {
    std::optional<double> percent{};
    std::string refusal{};
};
[[nodiscard]] CostReduction cost_reduction(double reference, double cost);

/// The two definitions differ: days with a small reference weigh as much as others in the mean of days.
struct CostReductions {
    std::vector<CostReduction> days;
    CostReduction of_means;      ///< of the mean cost against the mean reference
    CostReduction mean_of_days;  ///< refused where any day is
};
/// Both by day, in the same currency; there is at least one day.
[[nodiscard]] CostReductions cost_reductions(std::span<const double> reference, std::span<const double> cost);

}  // namespace evsweep
