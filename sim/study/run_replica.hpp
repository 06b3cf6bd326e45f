/// One replica under every controller of a study, with everything its outputs recorded.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sim/engine/replica.hpp"
#include "sim/study/load_study.hpp"
#include "sim/study/study_result.hpp"

namespace evsweep {

/// The outputs of a study, made for its grid; shared by all replicas.
struct StudyOutputs {
    std::vector<std::uint8_t> base_outside_band;   ///< by control step
    std::vector<std::unique_ptr<Output>> outputs;  ///< as Scenario::outputs
};

/// What one output recorded: one array per variable; empty where it left the replica out.
using Recorded = std::vector<std::vector<double>>;

/// One replica under one controller.
struct ControllerRun {
    std::vector<Recorded> recorded;  ///< as Scenario::outputs
    ReplicaOutcome outcome;
    std::vector<std::string> needs;
    std::vector<Counter> counters;  ///< what the controller counted
};

/// One replica under all controllers, in scenario order.
struct ReplicaRun {
    std::vector<ControllerRun> controllers;
    std::optional<ReplicaFailure> failure;
};

[[nodiscard]] Controller::Context controller_context(const LoadedStudy& study, const Configured<Controller>& configured,
                                                     const Population& population, ReplicaId replica);
[[nodiscard]] Output::Context output_context(const LoadedStudy& study, const Population& population,
                                             std::span<const std::uint8_t> base_outside_band);

/// The feeder without vehicles. Also finds the steps in which it leaves the voltage band by itself.
[[nodiscard]] ControllerRun run_base(const LoadedStudy& study, StudyOutputs& outputs);

/// Draws the fleet of `replica` once and runs it under every controller; stops at the first failure.
[[nodiscard]] ReplicaRun run_replica(const LoadedStudy& study, const StudyOutputs& outputs, ReplicaId replica);

}  // namespace evsweep
