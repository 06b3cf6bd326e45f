/// The network of one replica in time: what is drawn now, whether the load flow knows of it, and the devices of the feeder.
#pragma once

#include <optional>
#include <vector>

#include "sim/engine/charging_power.hpp"
#include "sim/engine/devices.hpp"
#include "sim/engine/shared_site.hpp"
#include "sim/engine/step_books.hpp"

namespace evsweep {

/// The load flow is stale from the first change of an injection until it is solved anew: by an ensemble, side by side with those
/// of other replicas, or alone where relays have to act in it.
class ElectricalState {
   public:
    /// All outlive it, and so does what `load` refers to.
    ElectricalState(const ReplicaSite& site, SharedSite& shared, const ChargingPorts& ports, const ReplicaLoad& load);

    /// From now on the base load of this control step holds.
    void change_base_load(std::size_t step);
    /// The power of a charging point is not what it was.
    void change_power(ConnectorId c) {
        charging_.changed(c);
        stale_ = true;
    }
    /// A device has moved.
    void change_devices() { stale_ = true; }
    [[nodiscard]] bool is_stale() const { return stale_; }
    /// Whether the state as it was solved last has a solution.
    [[nodiscard]] bool is_solved() const { return solved_; }
    [[nodiscard]] const LoadFlowResult& result() const { return result_; }

    /// What will be asked of the load flow before it is solved again (LoadFlow::expect).
    void expect(LoadFlow::Questions questions) {
        load_flow_.expect(questions);
        totals_.reset();
    }
    /// Puts base load and charging points into the load flow.
    void assemble(const ChargingState& fleet);
    /// Whether solving takes more than one load flow, so that `solve_alone` has to be asked for it.
    [[nodiscard]] bool solves_itself() const { return devices_.solve_themselves(); }
    /// Solves here and now, with whatever relays have to do.
    void solve_alone(const ChargingState& fleet, Instant now);
    /// What has become of the load flow where somebody else has solved it.
    void take(const LoadFlowResult& result, Instant now);
    /// Powers of the load flow, of which vehicles draw `ev_kw` and generators feed in `generated_kw`; none where there is no
    /// solution.
    [[nodiscard]] std::optional<StepBooks::Held> powers(double ev_kw, double generated_kw) const;

    /// Power drawn and lost in the load flow as it was solved last, kW.
    struct Totals {
        double drawn_kw = 0.0;
        double loss_kw = 0.0;
    };
    [[nodiscard]] const Totals& totals() const;

    [[nodiscard]] LoadFlow& load_flow() { return load_flow_; }
    [[nodiscard]] const LoadFlow& load_flow() const { return load_flow_; }
    [[nodiscard]] Devices& devices() { return devices_; }

   private:
    void note(const LoadFlowResult& result);

    SharedSite& shared_;
    ReplicaLoad load_;
    std::optional<BasePower> own_base_;  ///< where the replica's load is not that of the profiles, which the thread shares
    ChargingPower charging_;
    LoadFlow load_flow_;
    Devices devices_;
    std::size_t base_step_ = 0;  ///< whose base load holds
    bool base_is_new_ = true;    ///< since the last load flow
    bool stale_ = true;          ///< injections changed since the last load flow
    bool solved_ = false;
    LoadFlowResult result_{};
    mutable std::optional<Totals> totals_;  ///< once somebody has asked
};

}  // namespace evsweep
