/// Other processes that run ensembles of the same study for this one.
#pragma once

#include <cstddef>
#include <optional>
#include <stop_token>
#include <vector>

#include "sim/study/run_ensemble.hpp"

namespace evsweep {

/// Each of its threads is spoken for by `proxies` threads here, which wait while it works: the next ensemble is there when the
/// one before is done.
class RemoteWorkers {
   public:
    static constexpr std::size_t proxies = 2;

    virtual ~RemoteWorkers() = default;
    /// Threads of all other processes.
    [[nodiscard]] virtual std::size_t threads() const = 0;
    /// The ensemble of replicas `first` to `first` + `count` - 1, run by a thread's process (`thread` < `threads`); none where
    /// that process runs nothing any more. Waits without taking processor time. Throws Stopped when a stop is requested.
    [[nodiscard]] virtual std::optional<std::vector<ReplicaRun>> run(std::size_t thread, ReplicaId first, std::size_t count,
                                                                     const std::stop_token& stop) = 0;
};

}  // namespace evsweep
