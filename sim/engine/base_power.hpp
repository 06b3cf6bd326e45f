/// Base load at the places of a network, worked out once per control step for all replicas that ask for it.
#pragma once

#include <cstddef>
#include <optional>

#include "sim/engine/base_demand.hpp"
#include "sim/network/sweep/load_flow.hpp"

namespace evsweep {

/// Remembers the step that was asked for last. Belongs to one thread.
class BasePower {
   public:
    /// Both outlive it.
    BasePower(const BaseDemand& demand, const SweptNetwork& network);

    /// Power drawn by loads during `step`; the next call overwrites it.
    [[nodiscard]] const PortPower& at(std::size_t step);

   private:
    const BaseDemand& demand_;
    const SweptNetwork& network_;
    PortPower power_;
    std::optional<std::size_t> step_;
};

}  // namespace evsweep
