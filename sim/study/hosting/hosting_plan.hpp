/// A question of hosting capacity made ready to be answered: values, limits, outputs that tell them, and what stands in the way.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/config/hosting.hpp"
#include "sim/statistics/capacity_search.hpp"
#include "sim/study/load_study.hpp"

namespace evsweep {

/// A limit that outputs tell of: in which replicas it is broken, and where and when.
struct HostingLimit {
    std::string name, meaning;
    std::size_t output = 0;              ///< HostingPlan::outputs
    std::size_t event = 0;               ///< place of its variables among those of the output
    std::optional<std::size_t> where{};  ///< names[value] is the element, or the kind of limit that was broken first
    std::optional<std::size_t> worst_h{};
    bool is_joint = false;  ///< of several kinds, which `where` names
    std::vector<std::string> names{};
};

struct HostingPlan {
    std::filesystem::path file;
    std::vector<std::string> overrides{};
    std::shared_ptr<InputFiles> files{};
    HostingRequest request{};
    LoadedStudy study;  ///< at the highest value
    std::vector<Configured<Output>> outputs{};
    std::vector<HostingLimit> limits{};  ///< those that are asked for, then others that may bind
    std::size_t asked = 0;
    std::vector<std::string> not_judged{};  ///< kinds of limits that nothing of this feeder could be held against
    std::size_t replicas = 0;
    double confidence = 0.95, at_most = 0.05;
    CapacityRanks ranks{};
    bool is_one_day = false;  ///< the first replicas are the same: there is no interval
    std::vector<std::string> place_buses{};
    std::size_t place_replicas = 0, place_limit = 0;
};

/// Reads a scenario and its section `hosting`, and tries the lowest and the highest value. Nothing is returned if there was an
/// error; all of them are reported.
[[nodiscard]] std::optional<HostingPlan> plan_hosting(const std::filesystem::path& file,
                                                      const std::vector<std::string>& overrides, Issues& issues);

/// What the scenario is overridden with at a level; with a bus, for the groups to stand at this bus alone.
[[nodiscard]] std::vector<std::string> hosting_overrides(const HostingPlan& plan, std::size_t level,
                                                         const std::string* bus = nullptr);

}  // namespace evsweep
