/// Small random problems of discrete charging, and their answers by looking at every plan there is.
#pragma once

#include <algorithm>
#include <bit>
#include <limits>
#include <optional>
#include <random>
#include <unordered_map>
#include <vector>

#include "solvers/discrete_charging/discrete_problem.hpp"

namespace evsweep::test {

/// Six vehicles in two groups, ten slots, limits that often bind and sometimes leave too little room.
inline DiscreteProblem small_discrete_problem(std::mt19937& random, bool with_states) {
    const auto below = [&](std::uint32_t count) { return static_cast<std::uint32_t>(random() % count); };
    auto problem = DiscreteProblem::of(10, 2, 6.6);
    for (std::uint32_t t = 0; t < problem.slots; ++t) {
        for (std::uint32_t g = 0; g < 2; ++g) {
            problem.group_base_kw[problem.at(t, g)] = 0.01 * below(4000);
            problem.base_kw[t] += problem.group_base_kw[problem.at(t, g)];
            problem.group_limit_kw[problem.at(t, g)] = problem.group_base_kw[problem.at(t, g)] + 6.6 * below(4) + 3.0;
        }
        problem.limit_kw[t] = problem.base_kw[t] + 6.6 * (1 + below(5)) + 0.1;
    }
    for (int n = 0; n < 6; ++n) {
        DiscreteVehicle v{.group = below(2), .first = below(8)};
        v.end = std::min<std::uint32_t>(10, v.first + 2 + below(5));
        v.needed = 1 + below(std::min<std::uint32_t>(3, v.end - v.first));
        v.was_on = with_states && v.first == 0 && below(2) == 0;
        problem.vehicles.push_back(v);
    }
    return problem;
}

/// Vehicles on by slot and group in three bits each: for up to seven vehicles and 21 pairs of slot and group.
using SmallLoad = std::uint64_t;
inline SmallLoad small_load(const std::vector<std::uint32_t>& counts) {
    SmallLoad load = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) load |= SmallLoad{counts[i]} << (3 * i);
    return load;
}

/// What the best of all plans have.
struct EveryPlan {
    bool is_feasible = false;
    double least_kw2 = std::numeric_limits<double>::infinity();
    std::unordered_map<SmallLoad, std::uint32_t> fewest_runs{};  ///< of feasible plans
};

/// All ways in which a vehicle can be on, as sets of slots.
inline std::vector<std::uint32_t> ways_of(const DiscreteVehicle& v) {
    std::vector<std::uint32_t> ways;
    for (std::uint32_t bits = 0; bits < (1U << v.end); ++bits)
        if (static_cast<std::uint32_t>(std::popcount(bits)) == v.needed && (bits & ((1U << v.first) - 1)) == 0)
            ways.push_back(bits);
    return ways;
}

inline std::uint32_t runs_of(std::uint32_t bits, bool was_on) {
    return static_cast<std::uint32_t>(std::popcount(bits & ~((bits << 1) | (was_on ? 1U : 0U))));
}

/// The sum of squares of a load, or nothing where it breaks a limit.
inline std::optional<double> squares_within_limits(const DiscreteProblem& problem, SmallLoad load) {
    double squares = 0.0;
    for (std::uint32_t t = 0; t < problem.slots; ++t) {
        double kw = problem.base_kw[t];
        for (std::uint32_t g = 0; g < problem.groups; ++g) {
            const std::size_t i = problem.at(t, g);
            const double group_kw = problem.power_kw * static_cast<double>((load >> (3 * i)) & 7U);
            if (group_kw > 0.0 && problem.group_base_kw[i] + group_kw > problem.group_limit_kw[i]) return std::nullopt;
            kw += group_kw;
        }
        if (kw > problem.base_kw[t] && kw > problem.limit_kw[t]) return std::nullopt;
        squares += kw * kw;
    }
    return squares;
}

/// Walks through the plans vehicle by vehicle and keeps, for every load that is possible so far, the fewest runs: exactly what
/// walking through all plans keeps, since runs of vehicles add up.
inline EveryPlan every_plan(const DiscreteProblem& problem) {
    std::unordered_map<SmallLoad, std::uint32_t> known{{0, 0}};
    for (const DiscreteVehicle& v : problem.vehicles) {
        std::unordered_map<SmallLoad, std::uint32_t> next;
        for (const std::uint32_t way : ways_of(v)) {
            SmallLoad added = 0;
            for (std::uint32_t t = v.first; t < v.end; ++t) added |= SmallLoad{(way >> t) & 1U} << (3 * problem.at(t, v.group));
            for (const auto& [load, runs] : known) {
                const std::uint32_t sum = runs + runs_of(way, v.was_on);
                const auto [at, is_new] = next.try_emplace(load + added, sum);
                if (!is_new) at->second = std::min(at->second, sum);
            }
        }
        known = std::move(next);
    }
    EveryPlan best;
    for (const auto& [load, runs] : known)
        if (const auto squares = squares_within_limits(problem, load)) {
            best.is_feasible = true;
            best.least_kw2 = std::min(best.least_kw2, *squares);
            best.fewest_runs.emplace(load, runs);
        }
    return best;
}

}  // namespace evsweep::test
