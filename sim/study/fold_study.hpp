/// Puts the replicas of a study together as they come: numbers in replica order, and bands.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/study/fold_run.hpp"

namespace evsweep {

class StudyFold {
   public:
    /// `study` and `outputs` outlive it; `base` is the feeder without vehicles. Numbers go to `scratch`, where there is one.
    StudyFold(const LoadedStudy& study, const StudyOutputs& outputs, ControllerRun base,
              const std::shared_ptr<NumberScratch>& scratch = {});
    /// The next replica, in ascending order. One that failed is kept in `failures` and left out of everything else. Throws
    /// FileError where the scratch file takes no more.
    void add(ReplicaRun run);
    /// The result but for wall time, threads and profile. Call it once.
    [[nodiscard]] StudyResult finish();

    /// Replicas that have come, those that failed included.
    [[nodiscard]] std::size_t replicas() const { return finished_ + failures_.size(); }
    /// As much of the result as estimates of one number take (StudyEstimates): its values so far under every controller.
    [[nodiscard]] StudyResult so_far(const std::string& output, const std::string& variable) const;

   private:
    const LoadedStudy& study_;
    const StudyOutputs& outputs_;
    std::vector<RunFold> runs_;  ///< as Scenario::controllers
    RunFold base_;
    std::optional<std::string> base_failure_;
    std::vector<ReplicaId> replicas_;           ///< or parts of them
    std::size_t finished_ = 0;                  ///< replicas
    std::optional<std::uint64_t> first_fleet_;  ///< fingerprint, of the first replica that was finished
    bool same_fleets_ = true;                   ///< as far as replicas have come
    std::vector<ReplicaFailure> failures_;
};

}  // namespace evsweep
