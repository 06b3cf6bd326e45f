/// What a search for hosting capacities found: per controller and limit a value with its interval, what binds there, and curves.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "sim/config/hosting.hpp"
#include "sim/study/study_result.hpp"

namespace evsweep {

/// How often a limit is broken at one level: all replicas were run there.
struct HostingShare {
    std::size_t level = 0;
    std::size_t broken = 0;
    Estimate share{};  ///< with the interval of Clopper and Pearson
};

/// What is broken at the smallest level beyond a capacity: what most of the replicas say that break the limit there.
struct HostingBinding {
    std::string kind;               ///< of limit: of a joint one that which was broken first
    std::string element;            ///< where it was worst; empty: not known
    double share = 0.0;             ///< of these replicas that say so
    std::size_t replicas = 0;       ///< that break the limit
    std::array<double, 3> hours{};  ///< of the wall clock, when it was worst: 5 %, half, 95 %; NaN: not known
};

/// A capacity of one controller for one limit, as levels.
struct HostingCapacity {
    std::ptrdiff_t estimate = -1;               ///< -1: the lowest level is beyond it
    std::optional<std::ptrdiff_t> low{};        ///< none: open
    std::optional<std::ptrdiff_t> high{};       ///< none: there is no interval
    std::optional<HostingShare> at{}, above{};  ///< at the estimate, and one level above it; none beyond the range
    std::optional<HostingBinding> binding{};    ///< none where the highest level holds
    std::optional<std::size_t> next{};          ///< the next limit: HostingResult::limits
    std::size_t contradicting = 0;              ///< replicas that broke the limit at a level and kept it at a higher one
    bool has_moved = false;      ///< the search had to go on from whole levels, as runs contradicted what it had concluded
    std::size_t not_judged = 0;  ///< runs in which the output did not judge the limit
    std::vector<std::int32_t> broken, kept;  ///< by level: replicas of which it is known, by their runs or by other levels
};

struct HostingRun {
    std::string controller;
    std::size_t replicas = 0;                 ///< that were run
    std::size_t levels = 0;                   ///< at which any was
    std::optional<ReplicaFailure> failure{};  ///< then its capacities are not known
    std::size_t failed_level = 0;
    std::vector<HostingCapacity> capacities{};  ///< as HostingResult::limits
    std::vector<HostingCapacity> places{};      ///< as HostingResult::place_buses: for the one limit of places
};

struct HostingResult {
    StudyResult study{};  ///< what a result says of its study before any replica has run
    HostingLevels levels{}, place_levels{};
    std::vector<std::string> limits{}, meanings{};
    std::vector<std::string> not_judged{};  ///< kinds of limits that nothing of this feeder could be held against
    double at_most = 0.0, confidence = 0.95;
    std::size_t replicas = 0, replicas_for_low_end = 0;
    bool is_one_day = false;
    std::vector<HostingRun> runs{};
    std::vector<std::string> place_buses{};
    std::string place_limit;
    std::size_t place_replicas = 0;
    bool is_interrupted = false;

    /// Replicas that were run, and that running all at every level would take.
    [[nodiscard]] std::size_t replicas_run() const {
        std::size_t sum = 0;
        for (const HostingRun& run : runs) sum += run.replicas;
        return sum;
    }
    [[nodiscard]] std::size_t replicas_of_all_levels() const {
        return runs.size() * (levels.count * replicas + place_buses.size() * place_levels.count * place_replicas);
    }
};

}  // namespace evsweep
