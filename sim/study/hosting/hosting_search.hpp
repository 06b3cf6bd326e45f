/// The searches of one controller: all limits at once, since a run tells of each of them.
#pragma once

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "sim/statistics/capacity_search.hpp"
#include "sim/study/hosting/hosting_bench.hpp"
#include "sim/study/hosting/hosting_result.hpp"

namespace evsweep {

/// Of one controller, with or without a bus that all stand at.
class HostingSearch {
   public:
    /// Searches for the limits in `asked` (places in HostingPlan::limits), `curve` levels besides.
    HostingSearch(const HostingPlan& plan, const HostingLevels& levels, std::size_t replicas, const CapacityRanks& ranks,
                  CapacitySearch::Ends ends, std::vector<std::size_t> asked, std::size_t curve);

    /// What to run next; none once all is found, or after a failure.
    [[nodiscard]] std::optional<CapacityRequest> next();
    void take(std::size_t level, const std::vector<HostingOutcome>& outcomes);

    [[nodiscard]] HostingCapacity capacity(std::size_t k, double start_h) const;
    [[nodiscard]] const std::optional<ReplicaFailure>& failure() const { return failure_; }
    [[nodiscard]] std::size_t failed_level() const { return failed_level_; }
    [[nodiscard]] std::size_t replicas_run() const { return outcomes_.size(); }
    [[nodiscard]] std::size_t levels_run() const;
    /// Capacities that are found already.
    [[nodiscard]] std::size_t found() const { return found_; }

   private:
    [[nodiscard]] std::optional<CapacityRequest> next_of_curve() const;
    [[nodiscard]] std::optional<HostingBinding> binding(std::size_t k, std::size_t level, double start_h) const;
    [[nodiscard]] HostingShare share_at(std::size_t k, std::size_t level) const;

    const HostingPlan& plan_;
    const HostingLevels& levels_;
    std::size_t replicas_;
    std::vector<std::size_t> asked_;
    std::vector<CapacitySearch> searches_;                                               ///< as `asked_`
    std::vector<std::size_t> curve_;                                                     ///< levels
    std::map<std::pair<std::size_t, std::size_t>, std::vector<LimitOutcome>> outcomes_;  ///< by level and replica
    std::vector<std::size_t> not_judged_;
    std::size_t found_ = 0;
    std::optional<ReplicaFailure> failure_;
    std::size_t failed_level_ = 0;
};

}  // namespace evsweep
