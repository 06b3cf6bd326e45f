#include "controllers/optimal_schedule/plan_start.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace evsweep {

namespace {

/// Steps from the beginning of `last` to that of `window`; none where they are not on one grid or lie the wrong way round.
std::optional<std::uint32_t> steps_between(const PlanWindow& last, const PlanWindow& window) {
    const Duration shift = window.start - last.start;
    if (shift < Duration::zero() || shift % last.step != Duration::zero() || shift >= last.step * last.steps) return std::nullopt;
    return static_cast<std::uint32_t>(shift / last.step);
}

}  // namespace

PlanPower power_ahead(const ChargingPlan& last, const PlanWindow& window, std::size_t places) {
    const std::size_t width = 2 * places;
    PlanPower power(width * window.steps, 0.0);
    const auto shift = steps_between(last.window, window);
    if (!shift || last.power.size() != width * last.window.steps) return power;
    const std::size_t known = std::min(last.power.size() - *shift * width, power.size());
    std::copy_n(last.power.begin() + static_cast<std::ptrdiff_t>(*shift * width), known, power.begin());
    return power;
}

std::vector<double> worths_from(const ChargingPlan& last, const ChargingPlan& plan) {
    std::map<RowKey, double> known;
    for (std::size_t r = 0; r < last.keys.size(); ++r) known.emplace(last.keys[r], last.schedule.worth[r]);
    std::vector<double> worths = plan.problem.limits.price;  // of rows without keys, which are costs
    const auto shift = steps_between(last.window, plan.window);
    for (std::size_t r = 0; r < plan.keys.size(); ++r) {
        RowKey key = plan.keys[r];
        key.step += shift.value_or(0);
        const auto found = known.find(key);
        worths[r] = shift && found != known.end() ? found->second : 0.0;
    }
    return worths;
}

}  // namespace evsweep
