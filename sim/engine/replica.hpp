/// One replica under one controller: the event loop that ties fleet, load flow, metering, control and recording.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "evsweep/output.hpp"
#include "evsweep/scenario.hpp"
#include "sim/engine/base_power.hpp"
#include "sim/engine/charging_ports.hpp"
#include "sim/engine/charging_power.hpp"
#include "sim/engine/devices.hpp"
#include "sim/engine/event_queue.hpp"
#include "sim/engine/ledger.hpp"
#include "sim/engine/metering.hpp"
#include "sim/engine/planning_grid.hpp"
#include "sim/engine/profile.hpp"
#include "sim/engine/step_books.hpp"
#include "sim/fleet/charging_state.hpp"
#include "sim/network/sweep/load_flow.hpp"
#include "sim/network/unbalance.hpp"

namespace evsweep {

/// What all replicas of a study share; outlives them.
struct ReplicaSite {
    const Scenario& scenario;
    const Feeder& feeder;
    const BaseDemand& base;
    const ChargingNetwork& network;
    StopRequest stop{};  ///< once it is made, replicas are given up at their next event, by throwing Stopped
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

/// What replicas of one thread share: the base load in the network, how the grid looks to those who plan, and the clock.
struct ReplicaCompany {
    ReplicaCompany(const ReplicaSite& of, Stopwatch& stopwatch)
        : site(of), base(of.base, *of.network.swept()), unbalance(of.feeder), watch(stopwatch) {}
    /// Where these connectors draw; those of replicas whose charging points stand alike are made once.
    [[nodiscard]] const ChargingPorts& ports_of(const Connectors& connectors) {
        for (const auto& known : ports)
            if (known->serve(connectors)) return *known;
        ports.push_back(std::make_unique<ChargingPorts>(site.network, connectors));
        return *ports.back();
    }
    /// The grid for whoever charges at `of_replica`; made when somebody first plans.
    [[nodiscard]] PlanningGrid& planning_grid(const ChargingPorts& of_replica) {
        if (!grid) grid = std::make_unique<PlanningGrid>(site.scenario, site.base, of_replica, site.stop);
        grid->serve(of_replica);
        return *grid;
    }
    const ReplicaSite& site;
    std::vector<std::unique_ptr<const ChargingPorts>> ports;
    BasePower base;
    UnbalanceReader unbalance;
    Stopwatch& watch;
    std::unique_ptr<PlanningGrid> grid;
};

/// Owns all that changes in one run. Build it, run it once: go on, have the load flow that it names solved, go on.
class Replica {
   public:
    /// `company`, `population`, `controller` and `recorders` outlive the replica.
    Replica(const ReplicaSite& site, ReplicaCompany& company, const Population& population, Controller& controller, Rng rng);

    /// Adds a recorder; before it runs. Recorders with `wants_events` get every event.
    void record_with(Recorder& recorder, bool wants_events);

    /// Snapshots tell unbalance and neutral currents; before it runs. Nothing happens on a balanced feeder.
    void show_unbalance();

    /// What a controller that plans for arrivals is told of the fleet's stays; before it runs. Outlives the replica.
    void foretell(const Population& fleet);

    /// Goes on until a load flow has to be solved, and tells which; null at the horizon, or where the replica has failed: a wrong
    /// setpoint or an open ledger ends as `failure`, never as an exception.
    [[nodiscard]] LoadFlow* run_to_load_flow();
    /// Whether that load flow is solved already, and only to be asked many questions (LoadFlow::expect) that are better
    /// answered for all replicas at once.
    [[nodiscard]] bool has_solution() const { return !stale_; }
    /// What has become of that load flow, where it had no solution.
    void take(const LoadFlowResult& result);
    /// How it ended. Once.
    [[nodiscard]] ReplicaOutcome outcome();

   private:
    void schedule_sessions();
    void schedule_step(std::size_t step);
    [[nodiscard]] LoadFlow* next_load_flow();
    [[nodiscard]] bool is_solution_missing();
    [[nodiscard]] std::optional<Event> next_event();
    void handle(const Event& event);

    struct Handler;
    static const Handler handlers[phases];
    void unplug(const Event& event);
    void plug_in(const Event& event);
    void cross(const Event& event);
    void change_base_load(const Event& event);
    void move_devices(const Event& event);
    void measure(const Event& event);
    void decide(const Event& event);
    void record(const Event& event);
    void finish();

    void advance_fleet();
    void ask_for_decision(Instant at);
    void show_columns();
    void show_grid();
    void apply_setpoints();
    void solve_alone();
    void look_at(const LoadFlowResult& result);
    void change_power(ConnectorId c);
    void hold_powers();
    void plan_devices();
    void assemble_power();
    void book_step(Instant end);
    [[nodiscard]] Snapshot snapshot();
    [[nodiscard]] std::span<const double> soc_now();
    void tell(EventKind kind, std::optional<ConnectorId> connector);
    void tell(const DeviceMove& move);

    const ReplicaSite& site_;
    ReplicaCompany& company_;
    const ChargingPorts& ports_;
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
    ChargingPower charging_;
    LoadFlow load_flow_;
    Metering metering_;
    EnergyLedger ledger_;
    EventQueue queue_;
    Setpoints setpoints_;
    Observation seen_;
    std::vector<double> point_voltage_;  ///< by metering point, as of the last reading

    std::optional<Event> pending_;  ///< the event that is at hand
    std::optional<std::string> failure_;
    bool finished_ = false;
    std::size_t base_step_ = 0;  ///< whose base load holds
    bool base_is_new_ = true;    ///< since the last load flow
    Instant now_{};
    std::size_t step_ = 0;               ///< of the control grid: the step that contains now_
    std::optional<Instant> decided_at_;  ///< the latest decision
    bool stale_ = true;                  ///< injections changed since the last load flow
    bool looked_ = false;                ///< at the fleet, for the event at hand
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
