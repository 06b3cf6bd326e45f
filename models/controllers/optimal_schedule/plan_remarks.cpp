#include "controllers/optimal_schedule/plan_remarks.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace evsweep {

namespace {

/// State of charge that a vehicle may lack without a remark.
constexpr double small_lack = 0.01;
/// Charging and discharging at once, as a share of the rating, that may be the solver's rounding.
constexpr double small_circle = 1e-3;

/// Energy that plans are not followed by without a remark: as little as is written as 0.0.
constexpr double small_energy_kwh = 0.05;

/// Share of the curvature of loss that a plan may leave out without a remark.
constexpr double small_rest = 0.01;

std::string side_of(LimitKind kind) { return kind == LimitKind::voltage_low ? "below" : "above"; }

/// ", and at 3 other instants or places"
std::string others(std::size_t instants, std::size_t elements) {
    if (instants <= 1) return "";
    return elements > 1 ? fmt::format("; {} cases in all, at {} places", instants, elements)
                        : fmt::format("; at {} instants in all", instants);
}

}  // namespace

void PlanRemarks::note(const ChargingPlan& plan, const PlanLimitsOf* limits, Instant until) {
    if (plan.window.steps == 0) return;
    if (plan.schedule.status == ScheduleStatus::stalled) {
        if (stalled_ == 0) first_stalled_ = plan.window.start;
        ++stalled_;
    }
    if (plan.left_out > std::max(small_rest, left_out_)) {
        left_out_ = plan.left_out;
        left_out_at_ = plan.window.start;
    }
    note_vehicles(plan, until);
    note_circles(plan, until);
    if (!limits) return;
    const auto note_all = [&](Trouble trouble, const std::vector<Breach>& list) {
        for (const Breach& breach : list)
            if (plan.window.begin_of(breach.step) < until) note_limit(trouble, breach, plan, *limits);
    };
    note_all(Trouble::excess, plan.excesses);
    note_all(Trouble::unavoidable, plan.unavoidable);
    std::vector<Breach> surprises;
    const double tolerance = limits->params.violation_tolerance.value();
    std::copy_if(plan.breaches.begin(), plan.breaches.end(), std::back_inserter(surprises),
                 [tolerance](const Breach& breach) { return breach.surprise() > tolerance; });
    note_all(Trouble::breach, surprises);
}

void PlanRemarks::note_limit(Trouble trouble, const Breach& breach, const ChargingPlan& plan, const PlanLimitsOf& limits) {
    Broken& broken = broken_[{trouble, breach.limit.kind}];
    ++broken.instants;
    broken.elements.insert(breach.limit.element);
    if (breach.amount <= broken.amount) return;
    broken.at = plan.window.begin_of(breach.step);
    broken.amount = breach.amount;
    if (breach.limit.kind == LimitKind::no_solution) return;
    broken.bound = limits.value(breach.limit);
    broken.name = limits.name(breach.limit);
}

/// Vehicles that full power would not bring to their targets either are reported when they are first planned for; those that the
/// plan leaves short, with the last plan before they go.
void PlanRemarks::note_vehicles(const ChargingPlan& plan, Instant until) {
    const VehicleSteps steps(plan.problem);
    for (std::size_t v = 0; v < plan.stays.size(); ++v) {
        const PlannedStay& stay = plan.stays[v];
        const ScheduleVehicle& vehicle = plan.problem.vehicles[v];
        if (stay.is_expected) continue;
        const double later = deficit_covered_later(stay, vehicle, plan.window);
        const double most = vehicle.soc_per_charge * vehicle.charge_max * vehicle.steps_there();
        const double out_of_reach = vehicle.deficit - most - later;
        const double planned =
            steps.first[v] < steps.first[v + 1] ? plan.schedule.deficit[steps.first[v + 1] - 1] : vehicle.deficit;
        const auto take = [&](Short& list, double lack) {
            if (lack > list.lack) list.at = stay.until, list.lack = lack, list.connector = stay.connector;
            list.stays.insert({stay.connector, stay.until});
        };
        // What the study cuts short is owed at its end, which a KPI reports.
        const bool ends_here = stay.until <= std::min(until, plan.window.end());
        if (out_of_reach > small_lack)
            take(unreachable_, out_of_reach);
        else if (ends_here && planned > small_lack && unreachable_.stays.count({stay.connector, stay.until}) == 0)
            take(kept_short_, planned);
    }
}

/// Where drawing pays (negative prices, voltages that are too high), a schedule with discharging may burn energy that a full
/// battery has no room for: it is linear, and does not know that a charger goes one way at a time.
void PlanRemarks::note_circles(const ChargingPlan& plan, Instant until) {
    std::size_t k = 0;
    for (const ScheduleVehicle& vehicle : plan.problem.vehicles)
        for (std::uint32_t t = vehicle.first; t < vehicle.last; ++t, ++k) {
            const double both = std::min(plan.schedule.charge[k], plan.schedule.discharge[k]);
            const Instant at = plan.window.begin_of(t);
            if (both <= small_circle || at >= until) continue;
            if (circling_kwh_ == 0.0 || at < first_circle_) first_circle_ = at;
            circling_kwh_ += both * vehicle.rating_kva * vehicle.share(t) * hours(plan.window.step);
        }
}

std::string PlanRemarks::text_of(Trouble trouble, LimitKind kind, const Broken& broken) {
    const std::string rest = others(broken.instants, broken.elements.size());
    if (kind == LimitKind::no_solution) {
        const std::string what = trouble == Trouble::breach ? "the planned charging" : "the base load alone";
        return fmt::format("the load flow has no solution for {}{}; nobody is charged there as far as that helps", what, rest);
    }
    const std::string how =
        fmt::format("{} would be {:.4g} pu {} {:.4g}", broken.name, broken.amount, side_of(kind), broken.bound);
    switch (trouble) {
        case Trouble::excess:
            return fmt::format("a limit could not be kept: {}{}; no schedule of these vehicles does better at its limit_price",
                               how, rest);
        case Trouble::unavoidable:
            return fmt::format("the base load alone breaks a limit: {}{}; no vehicle can change it", how, rest);
        case Trouble::breach:
            return fmt::format("the exact load flow of a plan breaks a limit: {}{}; allow more linearisations", how, rest);
    }
    return {};
}

std::vector<Remark> PlanRemarks::remarks(double unfollowed_kwh, Instant first_unfollowed) const {
    std::vector<Remark> list;
    for (const auto& [what, broken] : broken_) list.push_back({broken.at, text_of(what.first, what.second, broken)});
    const auto add_short = [&list](const Short& lack, const char* why) {
        if (lack.stays.empty()) return;
        list.push_back(
            {lack.at, fmt::format("{} stay{} {}; the one that leaves connector {} lacks {:.1f} % of its capacity, the most",
                                  lack.stays.size(), lack.stays.size() == 1 ? " ends" : "s end", why, lack.connector.index(),
                                  100.0 * lack.lack)});
    };
    add_short(unreachable_, "below target even at full power");
    add_short(kept_short_, "below target for the sake of the objective or the limits");
    if (stalled_ > 0)
        list.push_back(
            {first_stalled_, fmt::format("the solver could not finish {} plan{}, the first at this instant; the schedule "
                                         "may be far from the best: worst_relative_gap says how far",
                                         stalled_, stalled_ == 1 ? "" : "s")});
    if (left_out_ > 0.0)
        list.push_back(
            {left_out_at_, fmt::format("places are too many for all of the loss: plans leave out up to {:.1f} % of its "
                                       "curvature; a shorter horizon or longer steps leave out less",
                                       100.0 * left_out_)});
    if (circling_kwh_ > 0.0)
        list.push_back(
            {first_circle_, fmt::format("plans charge and discharge at once, {:.1f} kWh in all, which no charger does: "
                                        "drawing pays there, and batteries are full; what the plan promises is out of "
                                        "reach; give a higher throughput_weight",
                                        circling_kwh_)});
    if (unfollowed_kwh > small_energy_kwh)
        list.push_back(
            {first_unfollowed,
             fmt::format("batteries and chargers did not follow plans by {:.1f} kWh: plans know neither tapers nor steps of "
                         "chargers; what is made up for later costs more or comes short, so that a controller that heeds them "
                         "may do better than what was charged, though not than lower_bound",
                         unfollowed_kwh)});
    std::stable_sort(list.begin(), list.end(), [](const Remark& a, const Remark& b) { return a.at < b.at; });
    return list;
}

}  // namespace evsweep
