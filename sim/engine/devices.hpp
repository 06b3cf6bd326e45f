/// Tap changers, capacitors and controlled injections of one replica in time: they settle at the start, then act at instants of
/// their own, or, where an injection has no delay, in every load flow.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "evsweep/scenario.hpp"
#include "sim/engine/replica_load.hpp"
#include "sim/network/relays/device_control_load_flow.hpp"

namespace evsweep {

/// The relays of a replica's load flow. Whenever the network is solved they look at it; when one is due, the replica
/// lets it act and solves again.
class Devices {
   public:
    /// The load flow outlives it; it is solved for the power that it holds.
    Devices(const Scenario& scenario, LoadFlow& load_flow);

    /// Whether the devices have to find their places before anything else: that takes several load flows.
    [[nodiscard]] bool have_to_settle() const { return !started_ && settles_; }
    /// Whether a load flow takes more than solving: then `solve` has to be asked for it.
    [[nodiscard]] bool solve_themselves() const { return have_to_settle() || (acts_ && has_injections_); }
    /// What loads draw in a control step: `base`, with what controlled injections give in place of their loads' own power. To be
    /// put into the load flow before the next solve; the reference holds until this is asked again.
    [[nodiscard]] const PortPower& with_injections(const PortPower& base, const ReplicaLoad& load, std::size_t step);
    [[nodiscard]] bool has_injections() const { return has_injections_; }
    /// Solves; the first time, the devices settle if the scenario says so. Relays look at what was found.
    LoadFlowResult solve(Instant now);
    /// The same where somebody else has solved the load flow.
    void look_at(const LoadFlowResult& result, Instant now);
    /// Whether a solution since this was asked last was found with relays that still wanted to move at once.
    [[nodiscard]] bool take_hunting() { return std::exchange(hunts_, false); }

    /// When a relay next wants to act or its clock strikes; always later than `now`. None where nobody acts.
    [[nodiscard]] std::optional<Instant> next(Instant now) const;
    /// Relays that are due act; the load flow is stale if any moved.
    [[nodiscard]] std::vector<DeviceMove> act(Instant now);

   private:
    void let_injections_act(Instant now);

    DeviceSettings settings_;
    Calendar calendar_;
    ControlledLoadFlow network_;
    DeviceControl control_;
    bool started_ = false;
    bool settles_;
    bool acts_;
    bool has_injections_;
    bool hunts_ = false;
    std::optional<PortPower> own_;  ///< base load with injections
};

}  // namespace evsweep
