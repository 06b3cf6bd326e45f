/// Hosting capacity: the largest value of a scenario at which limits are broken on few enough days, found by stochastic search.
#pragma once

#include <functional>
#include <stop_token>

#include "sim/study/hosting/hosting_bench.hpp"
#include "sim/study/hosting/hosting_result.hpp"

namespace evsweep {

struct HostingProgress {
    std::size_t replicas = 0;    ///< run so far
    std::size_t found = 0;       ///< capacities
    std::size_t capacities = 0;  ///< that are asked for
    std::string value;           ///< that is tried now
};

struct HostingOptions {
    int threads = 0;  ///< 0: what the scenario says, or one per core
    std::stop_token stop{};
    std::function<void(const HostingProgress&)> progress{};
};

/// Searches for all capacities of a plan. The result does not depend on the number of threads. A controller of which a replica
/// fails has no capacities; the others have theirs. Throws Stopped once that was requested, and HostingLevelFault.
[[nodiscard]] HostingResult find_hosting(const HostingPlan& plan, const HostingOptions& options);

}  // namespace evsweep
