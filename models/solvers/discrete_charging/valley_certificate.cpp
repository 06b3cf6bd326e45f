/// The proof that a plan is optimal, from the problem and prices alone.
#include <algorithm>
#include <cmath>

#include "evsweep/compensated_sum.hpp"
#include "evsweep/contracts.hpp"
#include "solvers/discrete_charging/valley_flow.hpp"

namespace evsweep {

namespace {

/// The least (b + P k)^2 - price k over 0 <= k <= room; convex in k.
double least_slot_cost(double base_kw, double power_kw, double price_kw2, std::uint32_t room) {
    double least = base_kw * base_kw;
    for (std::uint32_t k = 1; k <= room; ++k) {
        const double load = base_kw + power_kw * k;
        const double cost = load * load - price_kw2 * k;
        if (cost > least) break;
        least = cost;
    }
    return least;
}

double violation_of(const DiscreteProblem& problem, std::span<const std::uint8_t> on) {
    const std::vector<std::uint32_t> counts = on_by_group(problem, on);
    double worst = 0.0;
    const auto look_at = [&](double limit_kw, double base_kw, std::uint32_t vehicles) {
        if (vehicles > 0) worst = std::max(worst, base_kw + problem.power_kw * vehicles - limit_kw);
    };
    for (std::uint32_t t = 0; t < problem.slots; ++t) {
        std::uint32_t all = 0;
        for (std::uint32_t g = 0; g < problem.groups; ++g) {
            const std::size_t i = problem.at(t, g);
            look_at(problem.group_limit_kw[i], problem.group_base_kw[i], counts[i]);
            all += counts[i];
        }
        look_at(problem.limit_kw[t], problem.base_kw[t], all);
    }
    for (std::size_t n = 0; n < problem.vehicles.size(); ++n)
        for (std::uint32_t t = 0; t < problem.slots; ++t)
            if (on[n * problem.slots + t] != 0 && (t < problem.vehicles[n].first || t >= problem.vehicles[n].end))
                worst = std::max(worst, problem.power_kw);
    return worst;
}

double dual_of(const DiscreteProblem& problem, std::span<const std::uint8_t> on, const FlowPrices& prices) {
    CompensatedSum sum;
    for (std::size_t n = 0; n < problem.vehicles.size(); ++n) {
        const DiscreteVehicle& v = problem.vehicles[n];
        const double price = prices.vehicle[n];
        for (const std::uint8_t is_on : on.subspan(n * problem.slots, problem.slots))
            if (is_on != 0) sum.add(price);
        for (std::uint32_t t = v.first; t < v.end; ++t) sum.add(std::min(0.0, prices.group_slot[problem.at(t, v.group)] - price));
    }
    for (std::uint32_t t = 0; t < problem.slots; ++t) {
        for (std::uint32_t g = 0; g < problem.groups; ++g)
            sum.add(problem.room(t, g) * std::min(0.0, prices.slot[t] - prices.group_slot[problem.at(t, g)]));
        sum.add(least_slot_cost(problem.base_kw[t], problem.power_kw, prices.slot[t], problem.room(t)));
    }
    return sum.value();
}

}  // namespace

ValleyCertificate certify(const DiscreteProblem& problem, std::span<const std::uint8_t> on, const FlowPrices& prices) {
    EVSWEEP_EXPECTS(on.size() == problem.vehicles.size() * problem.slots, "a plan has a value for every vehicle and slot");
    EVSWEEP_EXPECTS(prices.vehicle.size() == problem.vehicles.size() && prices.slot.size() == problem.slots &&
                        prices.group_slot.size() == problem.group_base_kw.size(),
                    "every node has a price");
    return {squared_load_kw2(problem, on), dual_of(problem, on, prices), violation_of(problem, on)};
}

std::uint64_t capacity_of(const DiscreteProblem& problem, const MinimumCut& cut) {
    std::vector<std::uint8_t> has_vehicle(problem.vehicles.size(), 0), has_slot(problem.slots, 0);
    std::vector<std::uint8_t> has_pair(problem.group_base_kw.size(), 0);
    for (const std::uint32_t n : cut.vehicles) has_vehicle[n] = 1;
    for (const std::uint32_t t : cut.slots) has_slot[t] = 1;
    for (const auto& pair : cut.group_slots) has_pair[problem.at(pair.slot, pair.group)] = 1;
    std::uint64_t capacity = 0;
    for (std::size_t n = 0; n < problem.vehicles.size(); ++n) {
        const DiscreteVehicle& v = problem.vehicles[n];
        if (has_vehicle[n] == 0) capacity += v.needed;
        for (std::uint32_t t = v.first; has_vehicle[n] != 0 && t < v.end; ++t)
            if (has_pair[problem.at(t, v.group)] == 0) ++capacity;
    }
    for (std::uint32_t t = 0; t < problem.slots; ++t) {
        if (has_slot[t] != 0) capacity += problem.room(t);
        for (std::uint32_t g = 0; has_slot[t] == 0 && g < problem.groups; ++g)
            if (has_pair[problem.at(t, g)] != 0) capacity += problem.room(t, g);
    }
    return capacity;
}

}  // namespace evsweep
