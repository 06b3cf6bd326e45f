#include "controllers/car_park/park_reductions.hpp"

#include <fmt/format.h>

#include "evsweep/contracts.hpp"

namespace evsweep {

namespace {

double mean_cost(std::span<const double> costs) {
    double sum = 0.0;
    for (const double cost : costs) sum += cost;
    return sum / static_cast<double>(costs.size());
}

CostReduction mean_reduction(const std::vector<CostReduction>& days) {
    double sum = 0.0;
    for (std::size_t k = 0; k < days.size(); ++k) {
        if (!days[k].percent) return {.refusal = fmt::format("day {}: {}", k + 1, days[k].refusal)};
        sum += *days[k].percent;
    }
    return {.percent = sum / static_cast<double>(days.size())};
}

}  // namespace

CostReduction cost_reduction(double reference, double cost) {
    if (!(reference > 0.0))
        return {.refusal = fmt::format("a reference that costs {:.6f} has no reduction in per cent; compare costs", reference)};
    return {.percent = 100.0 * (reference - cost) / reference};
}

CostReductions cost_reductions(std::span<const double> reference, std::span<const double> cost) {
    EVSWEEP_EXPECTS(!reference.empty() && reference.size() == cost.size(), "every day has a reference and a cost");
    CostReductions all;
    for (std::size_t k = 0; k < cost.size(); ++k) all.days.push_back(cost_reduction(reference[k], cost[k]));
    all.of_means = cost_reduction(mean_cost(reference), mean_cost(cost));
    all.mean_of_days = mean_reduction(all.days);
    return all;
}

}  // namespace evsweep
