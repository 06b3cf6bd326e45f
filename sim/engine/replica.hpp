/// One replica under one alternative: the event loop that ties fleet, network, parties and recording together.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/engine/event_queue.hpp"
#include "sim/engine/parties.hpp"
#include "sim/engine/recording.hpp"
#include "sim/engine/world.hpp"

namespace evsweep {

/// How a replica ended.
struct ReplicaOutcome {
    std::vector<Unsolved> unsolved;
    EnergyLedger ledger;
    std::vector<MessageCount> messages;
    std::optional<ActuationNumbers> actuation;  ///< none: commands are followed at once
    std::optional<std::string> failure;         ///< why its numbers must not be used
};

/// Owns all that changes in one run. Build it, run it once: go on, have the load flow that it names solved, go on.
class Replica {
   public:
    /// `shared`, `population`, `parties` and recorders outlive the replica.
    Replica(const ReplicaSite& site, SharedSite& shared, const Population& population, PartySet& parties, Rng rng);
    Replica(const Replica&) = delete;

    /// Fleet and network as they are now, for who looks at more than signals tell. What is seen never changes what happens.
    [[nodiscard]] const World& world() const { return world_; }
    /// Where recorders are added, before it runs.
    [[nodiscard]] ReplicaRecording& recording() { return recording_; }
    /// What a party that plans for arrivals knows of the fleet's stays; before it runs. Outlives the replica.
    void expect_stays(const Population& fleet);
    /// By control step, whether the feeder with this replica's load and without its vehicles is outside its band, where that is
    /// not the same in all replicas (ReplicaSite::base_outside); before it runs. Outlives the replica.
    void know_base(std::span<const std::uint8_t> outside);

    /// Goes on until a load flow has to be solved, and returns it; null at the horizon, or where the replica has failed: a wrong
    /// setpoint or an open ledger ends as `failure`, never as an exception.
    [[nodiscard]] LoadFlow* run_to_load_flow();
    /// Whether that load flow is solved already, and only to be asked many questions (LoadFlow::expect) that are better
    /// answered for all replicas at once.
    [[nodiscard]] bool has_solution() const { return !world_.network.is_stale(); }
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
    void hand_over(const Event& event);
    void give_up(const Event& event);
    void plug_in(const Event& event);
    void cross(const Event& event);
    void change_base_load(const Event& event);
    void change_availability(const Event& event);
    void actuate(const Event& event);
    void move_devices(const Event& event);
    void deliver(const Event& event);
    void measure(const Event& event);
    void act(const Event& event);
    void record(const Event& event);
    void sample(const Event& event);
    void finish();

    void begin_stay(SessionId id);
    void end_stay(ConnectorId c, StayOutcome outcome);
    void leave_unserved(SessionId id);
    void settle(std::uint32_t queue);
    [[nodiscard]] std::optional<SessionId> swappable(std::uint32_t queue) const;

    void solve_alone();
    void take_solution();
    void plan_devices();

    const ReplicaSite& site_;
    World world_;
    Parties parties_;
    ReplicaRecording recording_;
    EventQueue queue_;
    std::optional<Event> pending_;  ///< the event that is at hand
    std::optional<std::string> failure_;
    bool finished_ = false;
    bool asked_ = false;                 ///< for a load flow, for the event at hand
    std::optional<Instant> devices_at_;  ///< an action of relays already planned
    std::uint32_t devices_stamp_ = 0;    ///< which plan is the valid one
};

}  // namespace evsweep
