#include "solvers/discrete_charging/discrete_problem.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "evsweep/compensated_sum.hpp"

namespace evsweep {

namespace {

/// Whole vehicles between a base load and a limit; what rounding takes off a whole one is not held against it.
std::uint32_t whole_vehicles(double limit_kw, double base_kw, double power_kw, std::size_t most) {
    constexpr double rounding = 1e-9;
    const double room = std::floor((limit_kw - base_kw) / power_kw + rounding);
    return static_cast<std::uint32_t>(std::clamp(room, 0.0, static_cast<double>(most)));
}

void check_discrete_vehicle(const DiscreteProblem& problem, std::size_t number, std::vector<std::string>& faults) {
    const DiscreteVehicle& v = problem.vehicles[number];
    if (v.group >= problem.groups)
        faults.push_back(fmt::format("vehicle {}: group {} of {} groups does not exist", number, v.group, problem.groups));
    if (v.end <= v.first)
        faults.push_back(
            fmt::format("vehicle {}: ends in slot {}, which is not behind its first slot {}", number, v.end, v.first));
    else if (v.needed > v.end - v.first)
        faults.push_back(fmt::format("vehicle {}: needs {} slots and is there for {}", number, v.needed, v.end - v.first));
    if (v.end > problem.slots)
        faults.push_back(fmt::format("vehicle {}: ends in slot {} of {} slots", number, v.end, problem.slots));
}

void check_slot_column(const std::vector<double>& column, const char* what, std::size_t size, std::size_t per_slot,
                       std::vector<std::string>& faults) {
    if (column.size() != size) faults.push_back(fmt::format("{} has {} values instead of {}", what, column.size(), size));
    const bool is_base = std::string_view(what).find("base") != std::string_view::npos;
    for (std::size_t i = 0; i < column.size(); ++i) {
        if (std::isnan(column[i]) || (is_base && std::isinf(column[i])))
            faults.push_back(fmt::format("{} is not a number in slot {}", what, i / per_slot));
        else if (is_base && column[i] < 0.0)
            faults.push_back(fmt::format("{} is negative in slot {}: {} kW", what, i / per_slot, column[i]));
    }
}

}  // namespace

DiscreteProblem DiscreteProblem::of(std::uint32_t slots, std::uint32_t groups, double power_kw) {
    DiscreteProblem problem;
    problem.slots = slots;
    problem.groups = groups;
    problem.power_kw = power_kw;
    problem.base_kw.assign(slots, 0.0);
    problem.limit_kw.assign(slots, no_limit_kw);
    problem.group_base_kw.assign(std::size_t{slots} * groups, 0.0);
    problem.group_limit_kw.assign(std::size_t{slots} * groups, no_limit_kw);
    return problem;
}

std::uint32_t DiscreteProblem::room(std::uint32_t slot) const {
    return whole_vehicles(limit_kw[slot], base_kw[slot], power_kw, vehicles.size());
}

std::uint32_t DiscreteProblem::room(std::uint32_t slot, std::uint32_t group) const {
    return whole_vehicles(group_limit_kw[at(slot, group)], group_base_kw[at(slot, group)], power_kw, vehicles.size());
}

std::uint64_t DiscreteProblem::needed() const {
    std::uint64_t sum = 0;
    for (const DiscreteVehicle& v : vehicles) sum += v.needed;
    return sum;
}

std::vector<std::string> faults_of(const DiscreteProblem& problem) {
    std::vector<std::string> faults;
    if (!(problem.power_kw > 0.0) || std::isinf(problem.power_kw))
        faults.push_back(fmt::format("the power of a vehicle is {} kW", problem.power_kw));
    const std::size_t slots = problem.slots, pairs = slots * problem.groups;
    check_slot_column(problem.base_kw, "the base load of the feeder", slots, 1, faults);
    check_slot_column(problem.limit_kw, "the limit of the feeder", slots, 1, faults);
    check_slot_column(problem.group_base_kw, "the base load of a group", pairs, problem.groups, faults);
    check_slot_column(problem.group_limit_kw, "the limit of a group", pairs, problem.groups, faults);
    for (std::size_t n = 0; n < problem.vehicles.size(); ++n) check_discrete_vehicle(problem, n, faults);
    return faults;
}

std::vector<BaseAboveLimit> bases_above_limits(const DiscreteProblem& problem) {
    std::vector<BaseAboveLimit> list;
    for (std::uint32_t t = 0; t < problem.slots; ++t) {
        for (std::uint32_t g = 0; g < problem.groups; ++g) {
            const std::size_t i = problem.at(t, g);
            if (const double excess = problem.group_base_kw[i] - problem.group_limit_kw[i]; excess > 0.0)
                list.push_back({t, g, excess});
        }
        if (const double excess = problem.base_kw[t] - problem.limit_kw[t]; excess > 0.0)
            list.push_back({t, problem.groups, excess});
    }
    return list;
}

std::vector<std::uint32_t> on_by_group(const DiscreteProblem& problem, std::span<const std::uint8_t> on) {
    std::vector<std::uint32_t> counts(std::size_t{problem.slots} * problem.groups, 0);
    for (std::size_t n = 0; n < problem.vehicles.size(); ++n)
        for (std::uint32_t t = 0; t < problem.slots; ++t)
            counts[problem.at(t, problem.vehicles[n].group)] += on[n * problem.slots + t];
    return counts;
}

std::vector<double> load_kw(const DiscreteProblem& problem, std::span<const std::uint8_t> on) {
    const std::vector<std::uint32_t> counts = on_by_group(problem, on);
    std::vector<double> load = problem.base_kw;
    for (std::uint32_t t = 0; t < problem.slots; ++t) {
        std::uint32_t vehicles = 0;
        for (std::uint32_t g = 0; g < problem.groups; ++g) vehicles += counts[problem.at(t, g)];
        load[t] += problem.power_kw * vehicles;
    }
    return load;
}

double squared_load_kw2(const DiscreteProblem& problem, std::span<const std::uint8_t> on) {
    CompensatedSum sum;
    for (const double kw : load_kw(problem, on)) sum.add(kw * kw);
    return sum.value();
}

std::uint32_t count_runs(const DiscreteProblem& problem, std::span<const std::uint8_t> on) {
    std::uint32_t runs = 0;
    for (std::size_t n = 0; n < problem.vehicles.size(); ++n) {
        bool before = problem.vehicles[n].was_on;
        for (const std::uint8_t now : on.subspan(n * problem.slots, problem.slots)) {
            if (now != 0 && !before) ++runs;
            before = now != 0;
        }
    }
    return runs;
}

SlotsAtLimit slots_at_limit(const DiscreteProblem& problem, std::span<const std::uint8_t> on) {
    const std::vector<std::uint32_t> counts = on_by_group(problem, on);
    const auto is_full = [&](double limit_kw, double base_kw, std::uint32_t vehicles) {
        constexpr double rounding_kw = 1e-8;
        return base_kw + problem.power_kw * (vehicles + 1) > limit_kw + rounding_kw;
    };
    SlotsAtLimit found;
    for (std::uint32_t t = 0; t < problem.slots; ++t) {
        std::uint32_t all = 0;
        for (std::uint32_t g = 0; g < problem.groups; ++g) {
            const std::size_t i = problem.at(t, g);
            all += counts[i];
            if (is_full(problem.group_limit_kw[i], problem.group_base_kw[i], counts[i])) ++found.of_groups;
        }
        if (is_full(problem.limit_kw[t], problem.base_kw[t], all)) ++found.of_feeder;
    }
    return found;
}

}  // namespace evsweep
