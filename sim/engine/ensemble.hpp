/// Several replicas of one scenario and alternative, stepped together so that one load flow serves them all.
#pragma once

#include <memory>
#include <vector>

#include "sim/engine/replica.hpp"
#include "sim/network/sweep/lane_solver.hpp"

namespace evsweep {

/// A lane of the load flow is a replica. Sessions, thresholds and relays stay exact and each replica's own: replicas go
/// on alone until they need a solution, then all that wait are solved at once. What a replica finds does not depend
/// on the others, on their number or on its place among them, to the last bit. Belongs to one thread; run it once.
class Ensemble {
   public:
    /// More than this many replicas at once gain nothing.
    static constexpr std::size_t useful_width = most_lanes;

    /// `site` and `watch` outlive it. Time is counted as events, load flow, control and recording.
    Ensemble(const ReplicaSite& site, Stopwatch& watch) : site_(site), watch_(watch), shared_(site, watch) {}

    /// One more replica; the reference holds until the ensemble is gone. `population` and `parties` outlive it.
    Replica& add(const Population& population, PartySet& parties, Rng rng);

    /// Runs all to the horizon; outcomes in the order of `add`. A replica that fails stops alone. Throws
    /// Stopped, within a control step, once that was requested (ReplicaSite::stop).
    [[nodiscard]] std::vector<ReplicaOutcome> run();

   private:
    [[nodiscard]] bool advance_all();

    const ReplicaSite& site_;
    Stopwatch& watch_;
    SharedSite shared_;
    std::vector<std::unique_ptr<Replica>> replicas_;
    LaneSolver solver_;
    std::vector<Replica*> waiting_;
    std::vector<LoadFlow*> flows_;   ///< of those
    std::vector<LoadFlow*> solved_;  ///< that only have to answer questions
    std::vector<LoadFlowResult> results_;
};

}  // namespace evsweep
