/// Base load at the places of a network, worked out once per control step for all that ask for it: the replicas of a thread, or,
/// where each has a load of its own, one of them.
#pragma once

#include <cstddef>
#include <optional>

#include "sim/engine/replica_load.hpp"
#include "sim/network/sweep/load_flow.hpp"

namespace evsweep {

/// Remembers the step that was asked for last. Belongs to one thread.
class BasePower {
   public:
    /// `network`, and what `load` refers to, outlive it.
    BasePower(const ReplicaLoad& load, const SweptNetwork& network);

    /// Power drawn by loads during `step`; the next call overwrites it.
    [[nodiscard]] const PortPower& at(std::size_t step);

   private:
    ReplicaLoad load_;
    const SweptNetwork& network_;
    PortPower power_;
    std::optional<std::size_t> step_;
};

}  // namespace evsweep
