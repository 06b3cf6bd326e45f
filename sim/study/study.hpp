/// A study: many replicas times all controllers over threads, put together in replica order.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>

#include "sim/study/load_study.hpp"
#include "sim/study/study_result.hpp"

namespace evsweep {

class Checkpoint;
class FinishedReplicas;
class RemoteWorkers;
struct ReplicaRun;

/// Replicas `first` to `end` - 1.
struct ReplicaRange {
    std::size_t first = 0, end = 0;
};

struct Progress {
    int finished = 0;
    int planned = 0;
    double seconds = 0.0;  ///< since the start
    int at_most = 0;       ///< of a study that stops by itself, whose plan may grow up to this; 0: the plan is final
};

struct StudyOptions {
    int threads = 0;         ///< 0: what the scenario says, or one per core
    std::stop_token stop{};  ///< asks to end within a control step or a piece of a plan; what is finished counts
    std::function<void(const Progress&)> progress{};  ///< called after every replica, in their order, by one thread at a time
    std::size_t ensemble_width = 0;                   ///< replicas side by side; 0: as many as gain, with work for every thread
    bool profile = false;                             ///< measure where the time goes
    std::optional<ReplicaId> only{};                  ///< one replica of the study instead of all
    std::optional<ReplicaRange> range{};              ///< these replicas of the study instead of all; not with `study.stop`
    Checkpoint* checkpoint = nullptr;                 ///< where finished replicas go meanwhile, and come from; may be null
    FinishedReplicas* finished = nullptr;             ///< where others come from that need not be run; may be null
    RemoteWorkers* remote = nullptr;                  ///< other processes that run ensembles, too; may be null
    std::function<void(std::vector<ReplicaRun>&)> keep{};    ///< sees all replicas, in their order, by one thread at a time
    std::filesystem::path scratch_folder{};                  ///< for numbers that memory is not to hold; empty: as ScratchFile
    std::size_t scratch_block = NumberScratch::usual_block;  ///< replicas whose numbers are in memory at most
};

/// Runs all replicas; of a study with `stop` stage by stage, as many as that takes (StageRule). The result does not depend on the
/// number of threads or on the width of ensembles, to the last bit, and memory does not grow with the number of replicas: their
/// numbers go to a temporary file (NumberColumn). Replicas that fail are listed in `failures` and left out of every comparison.
/// Throws FileError where that file takes no more; what is finished is in the checkpoint then.
[[nodiscard]] StudyResult run_study(const LoadedStudy& study, const StudyOptions& options);

}  // namespace evsweep
