/// The replica of a violation again: as it was, under the other controllers, and without somebody.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sim/study/why/explanation.hpp"

namespace evsweep {

/// Minutes in which a replica broke a kind of limit, as results count them: with steps without a solution, where these do.
[[nodiscard]] double minutes_of(const Replay& replay, LimitKind kind, Duration step);

/// Vehicles that may have to do with an instant without drawing then: plugged in and idle, or there since the last noon and gone
/// again; who asked for most first.
[[nodiscard]] std::vector<Actor> idle_vehicles(const LoadedStudy& study, const Population& population, Instant at);

/// Plans what has to be run, runs it, and enters what it finds in an explanation.
class Reruns {
   public:
    /// All outlive it. `found` has its shares.
    Reruns(const LoadedStudy& study, const Population& population, const Moment& moment, Explanation& found);

    void plan(const ExplanationOptions& options);
    [[nodiscard]] std::size_t size() const { return jobs_.size(); }
    void run(std::size_t threads);

   private:
    /// One run, and what is done with it.
    struct Job {
        std::string controller;
        std::function<void(Population&)> amend{};
        ReplayRequest request{};
        std::function<void(const Replay&)> take{};
    };
    /// Who is shown apart in the hour: a vehicle, or all of a bus.
    struct HourPart {
        std::string name;
        double push = 0.0;
        std::vector<ConnectorId> connectors;
    };
    [[nodiscard]] std::vector<HourPart> parts_of_hour() const;
    [[nodiscard]] std::vector<HourPart> buses_of_hour() const;
    void plan_hour();
    void plan_others();
    void plan_without_vehicles();
    void plan_without(ActorShare& row);
    [[nodiscard]] std::vector<std::size_t> choose(std::size_t most);
    void put_alike_last(std::vector<std::size_t>& rows) const;
    [[nodiscard]] ReplayRequest request_of_instant() const;
    [[nodiscard]] WithoutActor outcome_of(const Replay& replay) const;
    void take_hour(const Replay& replay);
    void take_decisions(const std::string& controller, const Moment& moment);
    [[nodiscard]] VehicleDecision decision_of(const Actor& actor, const std::string& controller, const Moment& moment) const;

    const LoadedStudy& study_;
    const Population& population_;
    const Moment& moment_;
    Explanation& found_;
    std::vector<Job> jobs_;
    std::vector<std::pair<std::string, Moment>> moments_;  ///< of other controllers
};

}  // namespace evsweep
