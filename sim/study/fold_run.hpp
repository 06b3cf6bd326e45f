/// All replicas under one alternative, put together as they come and then forgotten.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "sim/study/run_ensemble.hpp"
#include "sim/study/running_bands.hpp"
#include "sim/study/study_result.hpp"

namespace evsweep {

/// Replicas come in ascending order. What is kept of each is one number per variable, and the traces of chosen replicas; series
/// go into bands. Memory does not grow otherwise, and with a scratch file not by the numbers either. `add` throws FileError where
/// that takes no more. The parts of a replica count as replicas, in what outputs record of them.
class RunFold {
   public:
    /// `study` and `outputs` outlive it. Numbers go to `scratch`, which may be null: they stay in memory.
    RunFold(const LoadedStudy& study, const StudyOutputs& outputs, std::shared_ptr<NumberScratch> scratch);
    void add(ReplicaId replica, ControllerRun run);
    /// The numbers per replica as far as they have come, and series still without their bands.
    [[nodiscard]] const RunResult& so_far() const { return result_; }
    /// The result but for the controller's label, type and settings. Call it once.
    [[nodiscard]] RunResult finish();

   private:
    void add_outputs(ReplicaId replica, std::span<std::optional<Recorded>> recorded);
    void add_ledger(const EnergyLedger& ledger);
    void add_counts(const ControllerRun& run);
    void add_unsolved(ReplicaId replica, const std::vector<Unsolved>& unsolved);
    void add_remarks(ReplicaId replica, std::vector<Remark>& remarks);

    const LoadedStudy& study_;
    const std::size_t parts_;
    const std::shared_ptr<NumberScratch> scratch_;
    RunResult result_;                 ///< variables: of all outputs, of the ledger, then counters once they are known
    std::vector<RunningBands> bands_;  ///< by variable of outputs; without series where it has no bands
    std::size_t first_of_ledger_;
    std::size_t first_counter_;
};

}  // namespace evsweep
