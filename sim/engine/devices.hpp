/// Tap changers and capacitors of one replica in time: they settle at the start, then act at instants of their own.
#pragma once

#include <optional>
#include <vector>

#include "evsweep/scenario.hpp"
#include "sim/network/device_control_load_flow.hpp"

namespace evsweep {

/// The relays of a replica's load flow. Whenever the network is solved they look at it; when one is due, the replica
/// lets it act and solves again.
class Devices {
   public:
    /// The load flow outlives it; it is solved for the power that it holds.
    Devices(const Scenario& scenario, LoadFlow& load_flow);

    /// Whether the devices have to find their places before anything else: that takes several load flows.
    [[nodiscard]] bool have_to_settle() const { return !started_ && settles_; }
    /// Solves; the first time, the devices settle if the scenario says so. Relays look at what was found.
    LoadFlowResult solve(Instant now);
    /// The same where somebody else has solved the load flow.
    void look_at(const LoadFlowResult& result, Instant now);
    /// Whether the first solution was found with relays that still wanted to move.
    [[nodiscard]] bool hunts_at_start() const { return start_.status == SettleStatus::hunting; }

    /// When a relay next wants to act or its clock strikes; always later than `now`. None where nobody acts.
    [[nodiscard]] std::optional<Instant> next(Instant now) const;
    /// Relays that are due act; the load flow is stale if any moved.
    [[nodiscard]] std::vector<DeviceMove> act(Instant now);

   private:
    DeviceSettings settings_;
    Calendar calendar_;
    ControlledLoadFlow network_;
    DeviceControl control_;
    bool started_ = false;
    bool settles_;
    bool acts_;
    Settled start_{};
};

}  // namespace evsweep
