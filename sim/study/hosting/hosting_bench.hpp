/// Runs replicas of one scenario at other values, and says which limits they broke.
#pragma once

#include <cstddef>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <tuple>
#include <vector>

#include "sim/study/hosting/hosting_plan.hpp"
#include "sim/study/study_outputs.hpp"
#include "sim/study/study_result.hpp"

namespace evsweep {

struct ReplicaRun;

/// What one replica says of one limit.
struct LimitOutcome {
    bool is_broken = false;
    bool is_judged = true;
    double where = std::numeric_limits<double>::quiet_NaN();    ///< HostingLimit::names
    double worst_h = std::numeric_limits<double>::quiet_NaN();  ///< since the start
};

/// One replica of a job: by HostingPlan::limits; nothing where it failed.
struct HostingOutcome {
    std::size_t replica = 0;
    std::vector<LimitOutcome> limits{};
    std::optional<ReplicaFailure> failure{};
};

/// Some replicas of one controller at one level.
struct HostingJob {
    std::size_t controller = 0;  ///< Scenario::controllers
    std::size_t level = 0;
    const std::string* bus = nullptr;  ///< all that is varied stands there; null: as the scenario says
    std::vector<std::size_t> replicas{};
};

/// A level that could not be loaded although the lowest and the highest could.
struct HostingLevelFault {
    Issues issues;
    std::string value;
};

class HostingBench {
   public:
    /// `plan` outlives it.
    HostingBench(const HostingPlan& plan, int threads, std::stop_token stop);

    /// Runs all jobs; outcomes by job, in the order of their replicas, which threads do not change. Throws Stopped once that was
    /// requested, and HostingLevelFault.
    [[nodiscard]] std::vector<std::vector<HostingOutcome>> run(const std::vector<HostingJob>& jobs);

   private:
    /// A controller's study at a level.
    struct Prepared {
        LoadedStudy study;
        StudyOutputs outputs;
    };
    using Key = std::tuple<std::string, std::size_t, std::size_t>;  ///< bus, level, controller
    using LoadedKey = std::pair<std::string, std::size_t>;
    [[nodiscard]] const Prepared& prepared(const HostingJob& job);
    [[nodiscard]] const LoadedStudy& loaded(const LoadedKey& key, const std::string* bus);
    [[nodiscard]] HostingOutcome outcome_of(const Prepared& prepared, ReplicaRun& run) const;

    const HostingPlan& plan_;
    std::size_t threads_;
    std::stop_token stop_;
    std::map<LoadedKey, LoadedStudy> loaded_;
    std::map<Key, std::unique_ptr<Prepared>> prepared_;
};

}  // namespace evsweep
