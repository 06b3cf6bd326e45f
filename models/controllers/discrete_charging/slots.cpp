#include "controllers/discrete_charging/slots.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "evsweep/issues.hpp"
#include "evsweep/values.hpp"

namespace evsweep {

ChargingSlots::ChargingSlots(Kilowatts power, Duration period, const std::optional<SlotLimits>& limits,
                             const Controller::Context& context)
    : power_kw_(power.value()), period_(period), step_(context.step), limits_(limits) {
    if (period_ % step_ != Duration::zero())
        throw PartyError("period: " + duration_text(period_) + " is not a whole number of control steps; time.step is " +
                         duration_text(step_));
    if (limits_ && limits_->text.every % period_ != Duration::zero())
        throw PartyError("limits.every: " + duration_text(limits_->text.every) + " is not a whole number of periods of " +
                         duration_text(period_));
    group_of_.assign(context.connectors.size(), 0);
    if (limits_) {
        group_of_ = limits_->transformer_of(context.connectors);
        groups_ += static_cast<std::uint32_t>(limits_->transformer_kw.size());
        for (const auto& [name, kw] : limits_->transformer_kw) names_.push_back(name);
    }
    names_.emplace_back("behind no transformer");
    check_chargers(context);
    check_limits(context);
}

/// Whoever checks the scenario gets all at once; else the first ends the replica.
void ChargingSlots::check_limits(const Controller::Context& context) const {
    if (!limits_) return;
    for (Issue& fault : limits_->faults(context.calendar, context.horizon)) {
        if (!context.issues) throw PartyError(to_text(fault));
        context.issues->add(std::move(fault));
    }
    if (context.issues) warn_of_unseen(context, *context.issues);
}

void ChargingSlots::warn_of_unseen(const Controller::Context& context, Issues& issues) const {
    const Connectors& connectors = context.connectors;
    const bool has_feeder = !limits_->feeder_kw.empty();
    std::set<std::string> of_others, behind_none;
    for (std::size_t i = 0; i < connectors.size(); ++i) {
        const std::string name = i < connectors.group.size() ? "'" + connectors.groups[connectors.group[i]] + "'" : "all";
        const bool is_behind_none = group_of_[i] + 1 == groups_;
        if (!std::binary_search(context.own.begin(), context.own.end(), ConnectorId(i))) {
            if (has_feeder || !is_behind_none) of_others.insert(name);
        } else if (is_behind_none && groups_ > 1) {
            behind_none.insert(name);
        }
    }
    if (!of_others.empty())
        issues.warning(limits_->at, limits_->path,
                       fmt::format("do not see what vehicles of {} draw, which another controller of this alternative decides",
                                   fmt::join(of_others, ", ")),
                       "limits may be exceeded by all together");
    if (!behind_none.empty())
        issues.warning(limits_->at, limits_->path,
                       fmt::format("vehicles of {} are behind none of the transformers, and {}", fmt::join(behind_none, ", "),
                                   has_feeder ? "only the limit of the feeder holds for them" : "no limit holds for them"),
                       "name the group in `groups` of the transformer that it is behind, if there is one");
}

void ChargingSlots::check_chargers(const Controller::Context& context) const {
    for (const ConnectorId c : context.own) {
        const std::size_t i = c.index();
        const bool is_within = power_kw_ <= context.connectors.charge_rating[i] + power_rounding_kw;
        if (is_within && (!context.level_sets || is_step_of(context.connectors, *context.level_sets, c, power_kw_))) continue;
        const std::uint32_t set = context.connectors.level_set[i];
        const std::string is = set != 0 && context.level_sets
                                   ? fmt::format("the levels {} kW", fmt::join((*context.level_sets)[set], ", "))
                                   : fmt::format("a rating of {:g} kW", context.connectors.charge_rating[i]);
        throw PartyError(fmt::format("power: {:g} kW is not a power of charging point {}, which has {}; choose one that all have",
                                     power_kw_, i + 1, is));
    }
}

double ChargingSlots::base_kw(std::uint32_t slot, const Forecast& base) const {
    const std::int64_t steps = period_ / step_;
    double sum = 0.0;
    for (std::int64_t k = 0; k < steps; ++k) sum += base.at(begin_of(slot) + step_ * k);
    if (!std::isfinite(sum)) throw PartyError(fmt::format("the forecast base load in slot {} is not a number", slot));
    return steps == 1 ? sum : sum / static_cast<double>(steps);
}

DiscreteProblem ChargingSlots::problem(std::uint32_t first, std::uint32_t end, const Forecast& base) const {
    DiscreteProblem problem = DiscreteProblem::of(end - first, groups_, power_kw_);
    for (std::uint32_t t = first; t < end; ++t) {
        problem.base_kw[t - first] = base_kw(t, base);
        if (!limits_) continue;
        const std::size_t row = limits_->row_at(begin_of(t));
        if (row >= limits_->rows)
            throw PartyError(fmt::format("limits: '{}' has {} rows and ends before slot {}", limits_->text.file.path.string(),
                                         limits_->rows, t));
        if (!limits_->feeder_kw.empty()) problem.limit_kw[t - first] = limits_->feeder_kw[row];
        std::uint32_t g = 0;
        for (const auto& [name, kw] : limits_->transformer_kw) {
            problem.group_limit_kw[problem.at(t - first, g)] = kw[row];
            const auto own_base = limits_->base_kw.find(name);
            if (own_base != limits_->base_kw.end()) problem.group_base_kw[problem.at(t - first, g)] = own_base->second[row];
            ++g;
        }
    }
    return problem;
}

std::uint32_t ChargingSlots::slots_for(double kwh) const {
    constexpr double rounding = 1e-6;  // of a slot
    return static_cast<std::uint32_t>(std::max(0.0, std::ceil(kwh / this->kwh() - rounding)));
}

DiscreteVehicle vehicle_of(const ChargingSlots& slots, const DiscreteProblem& problem, std::uint32_t first, Instant from,
                           Instant until, std::uint32_t needed) {
    const auto within = [&](std::uint32_t slot) { return std::clamp(slot, first, first + problem.slots) - first; };
    DiscreteVehicle vehicle;
    vehicle.first = within(slots.first_from(from));
    vehicle.end = std::max(vehicle.first, within(slots.slot_at(until)));
    if (needed > vehicle.end - vehicle.first) {
        vehicle.first = within(slots.slot_at(from));
        vehicle.end = std::max(vehicle.first, within(slots.first_from(until)));
    }
    vehicle.needed = std::min(needed, vehicle.end - vehicle.first);
    return vehicle;
}

SlotRoom::SlotRoom(const DiscreteProblem& of_slot, std::vector<std::uint32_t> on_by_group)
    : of_slot_(of_slot), on_(std::move(on_by_group)) {
    for (const std::uint32_t vehicles : on_) all_ += vehicles;
}

bool SlotRoom::take(std::uint32_t group) {
    constexpr double rounding_kw = 1e-8;
    const double power = of_slot_.power_kw;
    const bool group_has =
        of_slot_.group_base_kw[group] + power * (on_[group] + 1) <= of_slot_.group_limit_kw[group] + rounding_kw;
    const bool feeder_has = of_slot_.base_kw[0] + power * (all_ + 1) <= of_slot_.limit_kw[0] + rounding_kw;
    if (!group_has || !feeder_has) return false;
    ++on_[group];
    ++all_;
    return true;
}

void SwitchTally::take_note(const Connection& seen) {
    for (const auto& list : {seen.left, seen.halted})
        for (const ConnectorId c : list) {
            if (is_on_[c.index()] != 0) ++switchings_;
            is_on_[c.index()] = 0;
        }
}

void SwitchTally::set(const Connection& seen, ConnectorId c, bool turn_on, Setpoints& setpoints) {
    const double kw = turn_on ? seen.admissible_kw(c, slots_->power_kw()) : 0.0;
    const bool draws = kw > 0.0;
    if (draws != is_on(c)) {
        ++switchings_;
        if (draws) ++runs_;
    }
    is_on_[c.index()] = draws ? 1 : 0;
    setpoints.set(c, Kilowatts(kw));
}

std::vector<std::uint32_t> SwitchTally::on_by_group(const Connection& seen) const {
    std::vector<std::uint32_t> counts(slots_->groups(), 0);
    for (const ConnectorId c : seen.plugged_in) counts[slots_->group_of(c)] += is_on_[c.index()];
    return counts;
}

void SwitchTally::count_slot(const DiscreteProblem& of_slot, const Connection& seen) {
    const double power = of_slot.power_kw;
    const auto look_at = [&](double limit_kw, double base_kw, std::uint32_t vehicles, std::uint64_t& at, std::uint64_t& above) {
        constexpr double rounding_kw = 1e-7;
        if (base_kw + power * (vehicles + 1) > limit_kw + rounding_kw) ++at;
        if (vehicles > 0 && base_kw + power * vehicles > limit_kw + rounding_kw) ++above;
    };
    std::uint32_t all = 0, g = 0;
    for (const std::uint32_t vehicles : on_by_group(seen)) {
        look_at(of_slot.group_limit_kw[g], of_slot.group_base_kw[g], vehicles, group_slots_at_limit_, group_slots_above_);
        all += vehicles;
        ++g;
    }
    look_at(of_slot.limit_kw[0], of_slot.base_kw[0], all, slots_at_limit_, slots_above_);
}

std::vector<Counter> SwitchTally::counters() const {
    const auto number = [](std::uint64_t count) { return static_cast<double>(count); };
    return {{"on_runs", number(runs_)},
            {"switchings", number(switchings_)},
            {"transformer_slots_at_limit", number(group_slots_at_limit_)},
            {"feeder_slots_at_limit", number(slots_at_limit_)},
            {"transformer_slots_above_limit", number(group_slots_above_)},
            {"feeder_slots_above_limit", number(slots_above_)}};
}

}  // namespace evsweep
