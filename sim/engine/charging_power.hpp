/// What all chargers of a replica draw, by place; only what changes is summed anew.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/engine/charging_ports.hpp"
#include "sim/fleet/charging_state.hpp"

namespace evsweep {

/// Sums are taken over all chargers of a place in one order, never corrected by differences, so that nothing drifts and the way
/// to a state leaves no trace in it.
class ChargingPower {
   public:
    /// `ports` outlives it.
    explicit ChargingPower(const ChargingPorts& ports);

    /// Notes that a charger's power is not what it was.
    void changed(ConnectorId c) {
        for (const std::uint32_t place : ports_.places(c)) {
            if (marked_[place] != 0) continue;
            marked_[place] = 1;
            changed_.push_back(place);
        }
    }
    /// Sets `power` to `base` plus the chargers' at the places that have changed, or, where the base is new, at all.
    enum class Base { known, is_new };
    void put(const ChargingState& fleet, const PortPower& base, Base which, PortPower& power);

   private:
    const ChargingPorts& ports_;
    PortPower sum_;
    std::vector<std::uint8_t> marked_;    ///< by place
    std::vector<std::uint32_t> changed_;  ///< places
};

}  // namespace evsweep
