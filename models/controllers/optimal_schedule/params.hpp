/// Parameters of the `optimal_schedule` controller and what must hold between them.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "evsweep/quantity.hpp"
#include "evsweep/schema.hpp"
#include "evsweep/time.hpp"

namespace evsweep {

/// What vehicles may be asked for: charging alone, reactive power too (_q), discharging too (v2g).
enum class ScheduleStrategy { smart, smart_q, v2g, v2g_q };
[[nodiscard]] inline std::vector<std::pair<std::string, ScheduleStrategy>> names_of(ScheduleStrategy) {
    return {{"smart", ScheduleStrategy::smart},
            {"smart_q", ScheduleStrategy::smart_q},
            {"v2g", ScheduleStrategy::v2g},
            {"v2g_q", ScheduleStrategy::v2g_q}};
}

enum class ScheduleGoal { recharge_time, cost, peak, loss };
[[nodiscard]] inline std::vector<std::pair<std::string, ScheduleGoal>> names_of(ScheduleGoal) {
    return {{"recharge_time", ScheduleGoal::recharge_time},
            {"cost", ScheduleGoal::cost},
            {"peak", ScheduleGoal::peak},
            {"loss", ScheduleGoal::loss}};
}

enum class PlanningMode { day_ahead, receding };
[[nodiscard]] inline std::vector<std::pair<std::string, PlanningMode>> names_of(PlanningMode) {
    return {{"day_ahead", PlanningMode::day_ahead}, {"receding", PlanningMode::receding}};
}

enum class ArrivalForecast { none, forecast };
[[nodiscard]] inline std::vector<std::pair<std::string, ArrivalForecast>> names_of(ArrivalForecast) {
    return {{"none", ArrivalForecast::none}, {"forecast", ArrivalForecast::forecast}};
}

enum class PlanLimits { on, off };
[[nodiscard]] inline std::vector<std::pair<std::string, PlanLimits>> names_of(PlanLimits) {
    return {{"on", PlanLimits::on}, {"off", PlanLimits::off}};
}

struct OptimalScheduleParams {
    ScheduleStrategy strategy = ScheduleStrategy::smart;
    PlanningMode mode = PlanningMode::receding;
    ScheduleGoal objective = ScheduleGoal::recharge_time;
    std::optional<Duration> every{};
    bool replan_on_plug_in = true;
    Duration horizon = one_day;
    ArrivalForecast arrivals = ArrivalForecast::none;
    PlanLimits limits = PlanLimits::on;
    std::optional<PerUnit> voltage_min{};
    std::optional<PerUnit> voltage_max{};
    Fraction loading_max{1.0};
    std::optional<double> limit_price{};
    std::optional<double> throughput_weight{};
    std::optional<double> haste{};
    std::optional<double> shortfall_price{};
    int linearisations = 8;
    PerUnit violation_tolerance{1e-4};
    bool withhold_reactive = false;
    std::optional<bool> certify{};
    int threads = 1;

    [[nodiscard]] bool is_reactive() const {
        return strategy == ScheduleStrategy::smart_q || strategy == ScheduleStrategy::v2g_q;
    }
    [[nodiscard]] bool discharges() const { return strategy == ScheduleStrategy::v2g || strategy == ScheduleStrategy::v2g_q; }
    [[nodiscard]] bool is_day_ahead() const { return mode == PlanningMode::day_ahead; }
    [[nodiscard]] bool keeps_limits() const { return limits == PlanLimits::on; }
    /// Whether plans need a linear model of the grid.
    [[nodiscard]] bool sees_grid() const {
        return keeps_limits() || objective == ScheduleGoal::peak || objective == ScheduleGoal::loss;
    }
    [[nodiscard]] bool certifies() const { return certify.value_or(is_day_ahead()); }
    [[nodiscard]] Duration period() const;
    /// Of the squared deficits.
    [[nodiscard]] double deficit_weight() const {
        return objective == ScheduleGoal::recharge_time ? 1.0 : haste.value_or(default_haste);
    }

    /// Energy that only flows in cannot go in circles.
    [[nodiscard]] double circling_weight() const { return throughput_weight.value_or(discharges() ? 1e-3 : 0.0); }

    static constexpr double default_haste = 1e-4;
    static const Schema<OptimalScheduleParams>& schema();
};

}  // namespace evsweep
