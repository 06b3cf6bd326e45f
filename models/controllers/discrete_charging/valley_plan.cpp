#include "controllers/discrete_charging/valley_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "evsweep/party.hpp"
#include "solvers/discrete_charging/group_smoothing.hpp"
#include "solvers/discrete_charging/run_merging.hpp"

namespace evsweep {

namespace {

/// A scenario's data may be bad; whoever plans with it says so in its own name.
void expect_no_faults(const DiscreteProblem& problem) {
    const auto faults = faults_of(problem);
    if (!faults.empty()) throw PartyError("cannot plan: " + fmt::format("{}", fmt::join(faults, "; ")));
}

}  // namespace

SwitchingPlan plan_switching(const ChargingSlots& slots, std::uint32_t first, std::uint32_t end, std::vector<ExpectedStay> stays,
                             const Forecast& base, const PlanEffort& effort) {
    SwitchingPlan plan;
    plan.first = first;
    plan.problem = slots.problem(first, end, base);
    for (const ExpectedStay& stay : stays) {
        const std::uint32_t needed = slots.slots_for(stay.kwh);
        DiscreteVehicle vehicle = vehicle_of(slots, plan.problem, first, stay.from, stay.until, needed);
        vehicle.group = slots.group_of(stay.connector);
        vehicle.was_on = stay.was_on;
        plan.needed += needed;
        plan.too_short += needed - vehicle.needed;
        if (vehicle.needed == 0) vehicle.end = vehicle.first + 1;  // wants nothing, in a window that may be empty
        if (vehicle.end > plan.problem.slots) --vehicle.first, --vehicle.end;
        plan.problem.vehicles.push_back(vehicle);
    }
    plan.stays = std::move(stays);
    expect_no_faults(plan.problem);
    ValleyPlan flow = fill_valley(plan.problem);
    plan.served = flow.served_slots();
    smooth_groups(plan.problem, flow.on);
    plan.runs_of_flow = count_runs(plan.problem, flow.on);
    merge_runs(plan.problem, flow.on, {effort.sweeps, effort.seed, effort.stop});
    plan.runs = count_runs(plan.problem, flow.on);
    plan.proof = certify(plan.problem, flow.on, flow.prices);
    plan.on = std::move(flow.on);
    plan.cut = std::move(flow.cut);
    return plan;
}

std::string ranges_text(const std::vector<std::uint32_t>& numbers) {
    std::string text;
    for (std::size_t i = 0; i < numbers.size();) {
        std::size_t last = i;
        while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
        if (!text.empty()) text += ", ";
        text += last > i ? fmt::format("{}-{}", numbers[i], numbers[last]) : fmt::format("{}", numbers[i]);
        i = last + 1;
    }
    return text;
}

std::string shortage_text(const SwitchingPlan& plan, const ChargingSlots& slots, const Connectors& connectors) {
    std::map<std::uint32_t, std::vector<std::uint32_t>> by_group;
    for (const std::uint32_t n : plan.cut->vehicles) {
        const std::size_t i = plan.stays[n].connector.index();
        by_group[i < connectors.group.size() ? connectors.group[i] : 0].push_back(
            i < connectors.number.size() ? connectors.number[i] + 1 : static_cast<std::uint32_t>(i + 1));
    }
    std::string vehicles;
    for (auto& [group, numbers] : by_group) {
        std::sort(numbers.begin(), numbers.end());
        const std::string name = group < connectors.groups.size() ? connectors.groups[group] + " " : "";
        vehicles += (vehicles.empty() ? "" : "; ") + name + ranges_text(numbers);
    }
    std::map<std::string, std::set<std::uint32_t>> of;
    for (const auto& pair : plan.cut->group_slots) of[slots.name_of_group(pair.group)].insert(plan.first + pair.slot);
    for (const std::uint32_t t : plan.cut->slots) of["feeder"].insert(plan.first + t);
    std::string where;
    for (const auto& [name, set] : of) where += (where.empty() ? "" : "; ") + name + " " + ranges_text({set.begin(), set.end()});
    return fmt::format(
        "limits leave room for {} of the {} slots that vehicles need and are there for; short together are the charging "
        "points {}, in the slots {}",
        plan.served, plan.needed - plan.too_short, vehicles, where);
}

std::string short_stays_text(const SwitchingPlan& plan) {
    return fmt::format("{} of the {} slots that vehicles need do not fit into their stays, whatever the limits", plan.too_short,
                       plan.needed);
}

std::string base_above_text(const SwitchingPlan& plan, const ChargingSlots& slots) {
    const auto above = bases_above_limits(plan.problem);
    if (above.empty()) return {};
    const auto worst = std::max_element(
        above.begin(), above.end(), [](const BaseAboveLimit& a, const BaseAboveLimit& b) { return a.excess_kw < b.excess_kw; });
    const std::string where = worst->group < slots.groups() ? slots.name_of_group(worst->group) : "the feeder";
    return fmt::format("the base load alone exceeds limits {}, most by {:.2f} kW at {} in slot {}; no vehicle charges there then",
                       above.size() == 1 ? "once" : fmt::format("{} times", above.size()), worst->excess_kw, where,
                       plan.first + worst->slot);
}

}  // namespace evsweep
