/// Base load at the places of a network, worked out once per control step for all replicas that ask for it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/engine/base_demand.hpp"
#include "sim/network/load_flow.hpp"

namespace evsweep {

/// Remembers the step that was asked for last. Belongs to one thread.
class BasePower {
   public:
    /// `demand` outlives it.
    BasePower(const BaseDemand& demand, const SweptNetwork& network);

    /// Power drawn by loads during `step`; the reference tells another step's after the next call.
    [[nodiscard]] const PortPower& at(std::size_t step);

   private:
    /// A load's equal part at one of its places, at nominal power.
    struct Part {
        std::uint32_t place = 0;
        std::uint32_t load = 0;
        double p_kw = 0.0;
        double q_kvar = 0.0;
    };
    const BaseDemand& demand_;
    std::vector<Part> parts_;
    PortPower power_;
    std::optional<std::size_t> step_;
};

}  // namespace evsweep
