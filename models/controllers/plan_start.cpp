#include "controllers/plan_start.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

namespace evsweep {

namespace {

/// Steps from the beginning of `last` to that of `window`; none where they are not on one grid or lie the wrong way round.
std::optional<std::uint32_t> steps_between(const PlanWindow& last, const PlanWindow& window) {
    const Duration shift = window.start - last.start;
    if (shift < Duration::zero() || shift % last.step != Duration::zero() || shift >= last.step * last.steps) return std::nullopt;
    return static_cast<std::uint32_t>(shift / last.step);
}

using StayName = std::tuple<ConnectorId, bool, Instant>;
StayName name_of(const PlannedStay& stay) { return {stay.connector, stay.is_expected, stay.until}; }

/// For every vehicle of `plan` the same one of `last`.
std::vector<std::optional<std::size_t>> twins_of(const ChargingPlan& last, const ChargingPlan& plan) {
    std::map<StayName, std::size_t> known;
    for (std::size_t v = 0; v < last.stays.size(); ++v) known.emplace(name_of(last.stays[v]), v);
    std::vector<std::optional<std::size_t>> twins;
    for (const PlannedStay& stay : plan.stays) {
        const auto found = known.find(name_of(stay));
        twins.push_back(found == known.end() ? std::nullopt : std::optional(found->second));
    }
    return twins;
}

/// Copies the steps of one vehicle from an earlier schedule, or spreads its charging evenly.
class VehicleStart {
   public:
    VehicleStart(const ChargingPlan& last, const ChargingPlan& plan, std::uint32_t shift, Schedule& start)
        : last_(last), plan_(plan), shift_(shift), start_(start), from_(last.problem), to_(plan.problem) {
        start_.charge.assign(to_.size(), 0.0);
        start_.discharge.assign(to_.size(), 0.0);
        start_.deficit.assign(to_.size(), 0.0);
        if (plan.problem.reactive) start_.reactive.assign(to_.size(), 0.0);
    }

    void copy(std::size_t v, std::size_t twin) {
        const ScheduleVehicle& now = plan_.problem.vehicles[v];
        const ScheduleVehicle& then = last_.problem.vehicles[twin];
        for (std::uint32_t t = now.first; t < now.last; ++t) {
            if (t + shift_ < then.first || t + shift_ >= then.last) continue;
            const std::size_t i = to_.first[v] + t - now.first;
            const std::size_t k = from_.first[twin] + t + shift_ - then.first;
            start_.charge[i] = last_.schedule.charge[k];
            start_.discharge[i] = last_.schedule.discharge[k];
            if (!start_.reactive.empty() && !last_.schedule.reactive.empty()) start_.reactive[i] = last_.schedule.reactive[k];
        }
        follow(v);
    }
    void spread(std::size_t v) {
        const ScheduleVehicle& now = plan_.problem.vehicles[v];
        const double share = now.soc_per_charge > 0.0 ? now.deficit / (now.soc_per_charge * (now.last - now.first)) : 0.0;
        for (std::size_t i = to_.first[v]; i < to_.first[v + 1]; ++i) start_.charge[i] = std::min(share, now.charge_max);
        follow(v);
    }

   private:
    /// Deficits that go with the powers.
    void follow(std::size_t v) {
        const ScheduleVehicle& now = plan_.problem.vehicles[v];
        double x = now.deficit;
        for (std::size_t i = to_.first[v]; i < to_.first[v + 1]; ++i) {
            x += now.soc_per_discharge * start_.discharge[i] - now.soc_per_charge * start_.charge[i];
            x = std::clamp(x, now.deficit_min, now.deficit_max);
            start_.deficit[i] = x;
        }
    }

    const ChargingPlan& last_;
    const ChargingPlan& plan_;
    std::uint32_t shift_;
    Schedule& start_;
    VehicleSteps from_, to_;
};

double row_value(const GridRows& rows, std::size_t row, const PlanPower& power, std::size_t width) {
    double sum = 0.0;
    for (std::size_t k = 0; k < width; ++k) sum += rows.coefficient[row * width + k] * power[rows.step[row] * width + k];
    return sum;
}

/// Multipliers by the keys of their rows; rows that are new have none.
void set_worth(const ChargingPlan& last, const ChargingPlan& plan, std::uint32_t shift, Schedule& start) {
    std::map<RowKey, double> known;
    for (std::size_t r = 0; r < last.keys.size(); ++r) known.emplace(last.keys[r], last.schedule.worth[r]);
    const GridLimits& limits = plan.problem.limits;
    const std::size_t width = 2 * std::size_t{plan.problem.places};
    const PlanPower power = power_by_place(plan.problem, start);
    for (std::size_t r = 0; r < limits.limit.size(); ++r) {
        const bool is_cost = r >= plan.keys.size();
        RowKey key = is_cost ? RowKey{} : plan.keys[r];
        key.step += shift;
        const auto found = is_cost ? known.end() : known.find(key);
        start.worth.push_back(is_cost ? limits.price[r] : found == known.end() ? 0.0 : found->second);
        start.excess.push_back(std::max(0.0, row_value(limits.rows, r, power, width) - limits.limit[r]));
    }
    const GridCosts& costs = plan.problem.costs;
    for (std::size_t r = 0; r < costs.weight.size(); ++r)
        start.pull.push_back(costs.weight[r] * (row_value(costs.rows, r, power, width) - costs.target[r]));
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

Schedule start_from(const ChargingPlan& last, const ChargingPlan& plan) {
    Schedule start;
    const auto shift = steps_between(last.window, plan.window);
    const auto twins = shift ? twins_of(last, plan) : std::vector<std::optional<std::size_t>>(plan.stays.size());
    VehicleStart vehicles(last, plan, shift.value_or(0), start);
    for (std::size_t v = 0; v < plan.stays.size(); ++v) {
        if (twins[v])
            vehicles.copy(v, *twins[v]);
        else
            vehicles.spread(v);
    }
    set_worth(last, plan, shift.value_or(0), start);
    return start;
}

}  // namespace evsweep
