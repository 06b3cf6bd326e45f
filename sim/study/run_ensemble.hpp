/// A few replicas at a time under every controller of a study, with everything their outputs recorded.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/engine/profile.hpp"
#include "sim/engine/replica.hpp"
#include "sim/study/study_outputs.hpp"
#include "sim/study/study_result.hpp"

namespace evsweep {

/// One replica under one alternative.
struct ControllerRun {
    std::vector<std::optional<Recorded>> recorded;  ///< as Scenario::outputs; none where an output left the replica out
    ReplicaOutcome outcome;
    std::vector<ReadSignal> reads;
    std::vector<Counter> counters;  ///< what the parties counted
    std::vector<Remark> remarks;    ///< what they have to say
};

/// One replica under all alternatives, in scenario order; under fewer of them if it failed.
struct ReplicaRun {
    ReplicaId replica;
    std::vector<ControllerRun> controllers;
    std::optional<ReplicaFailure> failure;
    std::uint64_t fleet = 0;  ///< fingerprint of what was drawn
};

/// What a run without vehicles is called where it fails.
inline constexpr std::string_view base_run_name = "base (the feeder without vehicles)";

/// Meets every replica under every alternative before it runs, e.g. to add a recorder that outlives the run.
using ReplicaVisitor = std::function<void(Replica&)>;

/// The feeder without vehicles and with the load of its profiles, before anything random, with those agents of the scenario that
/// do without what controllers publish. Also finds the steps in which it leaves the voltage band by itself
/// (StudyOutputs::base_outside). Throws Stopped once that was requested.
[[nodiscard]] ControllerRun run_base(const LoadedStudy& study, StudyOutputs& outputs, const StopRequest& stop = {});

/// Draws the fleets of replicas `first` to `first` + `count` - 1 once and runs them, side by side, under one alternative after
/// the other; before that without vehicles, where they differ without them, too, and an output or a party reads when they leave
/// the band. A replica that fails, or throws, goes no further, and does not touch the others; nothing it throws gets out
/// but Stopped, once that was requested. `visitor` does not meet the runs without vehicles. What a replica records does not
/// depend on the replicas beside it.
[[nodiscard]] std::vector<ReplicaRun> run_ensemble(const LoadedStudy& study, const StudyOutputs& outputs, ReplicaId first,
                                                   std::size_t count, Stopwatch& watch, const StopRequest& stop = {},
                                                   const ReplicaVisitor& visitor = {});
/// The same of any replicas, in this order.
[[nodiscard]] std::vector<ReplicaRun> run_ensemble(const LoadedStudy& study, const StudyOutputs& outputs,
                                                   const std::vector<ReplicaId>& replicas, Stopwatch& watch,
                                                   const StopRequest& stop = {}, const ReplicaVisitor& visitor = {});

}  // namespace evsweep
