/// Puts the replicas of a study together as they come: numbers in replica order, and bands.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/study/fold_run.hpp"

namespace evsweep {

class StudyFold {
   public:
    /// `study` and `outputs` outlive it.
    StudyFold(const LoadedStudy& study, const StudyOutputs& outputs);
    /// The next replica, in ascending order. One that failed is kept in `failures` and left out of everything else.
    void add(ReplicaRun run);
    /// The result but for wall time, threads and profile. Call it once.
    [[nodiscard]] StudyResult finish(ControllerRun base);

   private:
    const LoadedStudy& study_;
    const StudyOutputs& outputs_;
    std::vector<RunFold> runs_;  ///< as Scenario::controllers
    std::vector<ReplicaId> replicas_;
    std::optional<std::uint64_t> first_fleet_;  ///< fingerprint, of the first replica that was finished
    bool same_fleets_ = true;                   ///< as far as replicas have come
    std::vector<ReplicaFailure> failures_;
};

}  // namespace evsweep
