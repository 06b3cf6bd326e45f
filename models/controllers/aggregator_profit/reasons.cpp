#include "controllers/aggregator_profit/reasons.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cmath>

namespace evsweep {

namespace {

std::string hour_text(Instant t, const Calendar& calendar) {
    const auto minutes = std::chrono::floor<std::chrono::minutes>(calendar.time_of_day(t).since_midnight).count();
    const std::chrono::year_month_day day(calendar.day(t));
    return fmt::format("{:02}:{:02} on {:04}-{:02}-{:02}", minutes / 60, minutes % 60, static_cast<int>(day.year()),
                       static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
}

/// To the watt, without zeros at the end.
std::string kw_text(double kw) { return fmt::format("{:.6g}", std::round(kw * 1e3) / 1e3); }

}  // namespace

std::string reason_of(const HopelessStep& step, const ProfitProblem& problem, const StepWindow& window,
                      const Calendar& calendar) {
    const std::string hour = hour_text(window.begin_of(step.step), calendar);
    const bool is_cap = step.over_kw >= step.under_kw;
    double returned = 0.0, drawn = 0.0;
    for (const ProfitStay& stay : problem.stays)
        if (stay.first <= step.step && step.step < stay.end) returned += stay.discharge_kw, drawn += stay.charge_kw;
    if (is_cap)
        return fmt::format(
            "a cap of {} kW cannot be kept: at {} the base load is {} kW, the {} vehicles there return {} kW at the most, and "
            "{} kW are left above it; raise the cap",
            kw_text(problem.cap_kw), hour, kw_text(step.base_kw), step.present, kw_text(returned), kw_text(step.over_kw));
    return fmt::format(
        "a floor of {} kW cannot be kept: at {} the base load is {} kW, the {} vehicles there draw {} kW at the most, and {} kW "
        "are "
        "missing; lower the floor",
        kw_text(problem.floor_kw), hour, kw_text(step.base_kw), step.present, kw_text(drawn), kw_text(step.under_kw));
}

std::string reason_of_infeasible(const ProfitProblem& problem, const LinearOptions& options) {
    if (std::isfinite(problem.cap_kw))
        if (const auto cap = least_cap_kw(problem, options))
            return fmt::format(
                "a cap of {} kW leaves too little power for the targets; the least cap under which there is a plan is {} kW",
                kw_text(problem.cap_kw), kw_text(*cap));
    if (std::isfinite(problem.floor_kw))
        if (const auto floor = highest_floor_kw(problem, options))
            return fmt::format(
                "a floor of {} kW asks for more power than batteries take; the highest floor under which there is a plan is {} "
                "kW",
                kw_text(problem.floor_kw), kw_text(*floor));
    return "there is no plan: cap and floor exclude one another at these targets; change both";
}

std::string text_of(const LoweredTarget& lowered, const ReservedStay& stay, const StepWindow& window, const Calendar& calendar) {
    return fmt::format(
        "the target of vehicle {} is out of reach: {} kWh are wanted at {}, and {} kWh, which {} whole steps at {} kW lead to, "
        "are "
        "its target now",
        stay.vehicle, kw_text(lowered.wanted_kwh), hour_text(window.begin_of(stay.stay.end), calendar),
        kw_text(lowered.reached_kwh), stay.stay.end - stay.stay.first, kw_text(stay.stay.charge_kw));
}

}  // namespace evsweep
