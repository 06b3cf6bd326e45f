/// The published instances of discrete charging, from the folder of reference data beside the project, and what is known of them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "places.hpp"
#include "solvers/discrete_charging/discrete_problem.hpp"
#include "tests/validation/reference_tables.hpp"

namespace evsweep::test {

/// A row of the reference table.
struct DiscreteReference {
    std::string name;
    std::uint64_t needed;
    double uncontrolled_peak_kw, uncontrolled_deviation_kw;
    double squared_load_kw2;
    double peak_kw, deviation_kw;
    std::uint32_t group_slots_at_limit, slots_at_limit;
    std::uint32_t runs_of_vertex;                 ///< of a vertex of the linear programme
    std::uint32_t runs_from_file, runs_from_own;  ///< at the most, after 60 sweeps
};

inline const std::vector<DiscreteReference> discrete_references{
    {"ev40_1", 282, 291.10, 75.531, 1088129.509400, 153.00, 12.9839, 10, 4, 237, 42, 46},
    {"ev40_2", 319, 323.51, 82.637, 1151776.477400, 153.00, 12.5857, 10, 4, 240, 43, 46},
    {"ev40_3", 293, 297.70, 77.112, 1106474.605400, 153.00, 12.6326, 10, 4, 233, 44, 46},
    {"ev200_1", 1530, 1376.98, 369.356, 24448548.882100, 685.92, 52.3326, 20, 8, 1154, 250, 250},
};

inline std::filesystem::path instance_file(const std::string& instance, const std::string& what) {
    return shared_dir() / "data/s13" / (instance + "_" + what + ".csv");
}

/// None, with a warning, where the data is absent.
inline std::optional<DiscreteProblem> reference_problem(const std::string& instance) {
    if (!std::filesystem::exists(instance_file(instance, "vehicles"))) {
        WARN("skipped: no " << instance_file(instance, "vehicles"));
        return std::nullopt;
    }
    const auto base = validation::table(instance_file(instance, "base"));
    std::uint32_t groups = 0;
    while (base.front().count("cap_" + std::to_string(groups + 1) + "_kw") > 0) ++groups;
    auto problem = DiscreteProblem::of(static_cast<std::uint32_t>(base.size()), groups, 6.6);
    for (std::uint32_t t = 0; t < problem.slots; ++t) {
        problem.limit_kw[t] = validation::number(base[t], "cap_feeder_kw");
        for (std::uint32_t g = 0; g < groups; ++g) {
            problem.group_base_kw[problem.at(t, g)] = validation::number(base[t], "base_" + std::to_string(g + 1) + "_kw");
            problem.group_limit_kw[problem.at(t, g)] = validation::number(base[t], "cap_" + std::to_string(g + 1) + "_kw");
            problem.base_kw[t] += problem.group_base_kw[problem.at(t, g)];
        }
    }
    const auto whole = [](const validation::Row& row, const char* name) {
        return static_cast<std::uint32_t>(std::stoul(row.at(name)));
    };
    for (const auto& row : validation::table(instance_file(instance, "vehicles")))
        problem.vehicles.push_back({.group = whole(row, "transformer") - 1,
                                    .first = whole(row, "first_slot"),
                                    .end = whole(row, "end_slot"),
                                    .needed = whole(row, "slots_needed")});
    return problem;
}

/// Vehicles on by slot and group of the reference's optimum, [slot][group].
inline std::vector<std::uint32_t> reference_load(const std::string& instance, const DiscreteProblem& problem) {
    std::vector<std::uint32_t> counts;
    for (const auto& row : validation::table(instance_file(instance, "stage1_on")))
        for (std::uint32_t g = 0; g < problem.groups; ++g)
            counts.push_back(static_cast<std::uint32_t>(std::stoul(row.at("on_" + std::to_string(g + 1)))));
    return counts;
}

}  // namespace evsweep::test
