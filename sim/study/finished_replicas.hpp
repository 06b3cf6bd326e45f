/// Replicas that were run before, for a study that need not run them again.
#pragma once

#include <optional>
#include <vector>

#include "sim/study/run_ensemble.hpp"

namespace evsweep {

class FinishedReplicas {
   public:
    virtual ~FinishedReplicas() = default;
    /// Replicas `first` to `first` + `count` - 1, each once; none where one of them is not there. For several threads.
    [[nodiscard]] virtual std::optional<std::vector<ReplicaRun>> take(ReplicaId first, std::size_t count) = 0;
};

}  // namespace evsweep
