/// One replica under one controller: the event loop that ties fleet, load flow, metering, control and recording.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "evsweep/output.hpp"
#include "evsweep/scenario.hpp"
#include "sim/engine/base_demand.hpp"
#include "sim/engine/charging_ports.hpp"
#include "sim/engine/devices.hpp"
#include "sim/engine/event_queue.hpp"
#include "sim/engine/ledger.hpp"
#include "sim/engine/metering.hpp"
#include "sim/engine/step_books.hpp"
#include "sim/fleet/charging_state.hpp"
#include "sim/network/load_flow.hpp"

namespace evsweep {

/// What all replicas of a study share; outlives them.
struct ReplicaSite {
    const Scenario& scenario;
    const Feeder& feeder;
    const BaseDemand& base;
};

/// A control step without a load-flow solution.
struct Unsolved {
    Instant at{};
    LoadFlowResult result{};
};

/// How a replica ended.
struct ReplicaOutcome {
    std::vector<Unsolved> unsolved;
    EnergyLedger ledger;
    std::optional<std::string> failure;  ///< why its numbers must not be used
};

/// Owns all that changes in one run. Build it, run it once.
class Replica {
   public:
    /// `population`, `controller` and `recorders` outlive the replica. Recorders with `wants_events` get every event.
    Replica(const ReplicaSite& site, const Population& population, Controller& controller, Rng rng);

    /// Adds a recorder; before `run`.
    void record_with(Recorder& recorder, bool wants_events);

    /// Snapshots tell unbalance and neutral currents; before `run`. Nothing happens on a balanced feeder.
    void show_unbalance();

    /// Runs to the horizon. A wrong setpoint or an open ledger ends as `failure`, never as an exception.
    [[nodiscard]] ReplicaOutcome run();

   private:
    void schedule_sessions();
    void schedule_step(std::size_t step);
    void run_to_horizon();
    [[nodiscard]] std::optional<Event> next_event();
    void handle(const Event& event);

    void unplug(const Event& event);
    void plug_in(const Event& event);
    void cross(const Event& event);
    void move_devices(const Event& event);
    void measure();
    void decide();
    void record();
    void finish();

    void advance_fleet();
    void ask_for_decision(Instant at);
    void show_columns();
    void apply_setpoints();
    void check_setpoint(ConnectorId c) const;
    void solve_if_stale();
    void hold_powers();
    void plan_devices();
    void assemble_power();
    void book_step(Instant end);
    [[nodiscard]] Snapshot snapshot();
    void tell(EventKind kind, std::optional<ConnectorId> connector);
    void tell(const DeviceMove& move);

    const ReplicaSite& site_;
    const Population& population_;
    Controller& controller_;
    const Needs needs_;
    const Cadence cadence_;
    const bool sees_network_;
    const bool wants_currents_;
    bool wants_unbalance_ = false;
    std::vector<Recorder*> recorders_;
    std::vector<Recorder*> event_recorders_;

    ChargingState fleet_;
    ChargingPorts ports_;
    LoadFlow load_flow_;
    Metering metering_;
    EnergyLedger ledger_;
    EventQueue queue_;
    Setpoints setpoints_;
    Observation seen_;
    PortPower base_power_;
    PortPower power_;
    std::vector<double> connector_voltage_;  ///< by connector, as of the last reading

    Instant now_{};
    std::size_t step_ = 0;                ///< of the control grid: the step that contains now_
    std::optional<Instant> decision_at_;  ///< a decision already planned
    bool stale_ = true;                   ///< injections changed since the last load flow
    bool solved_ = false;
    LoadFlowResult last_result_{};
    std::vector<ConnectorId> arrived_, left_, halted_;
    std::vector<Unsolved> unsolved_;
    std::vector<double> unbalance_, neutral_a_;  ///< of the latest snapshot, where wanted
    StepBooks books_;
    Devices devices_;
    std::optional<Instant> devices_at_;  ///< an action of relays already planned
    std::uint32_t devices_stamp_ = 0;    ///< which plan is the valid one
};

}  // namespace evsweep
