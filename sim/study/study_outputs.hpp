/// The outputs of a study with all that they have declared, and the site that its replicas share.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "sim/engine/party_set.hpp"
#include "sim/study/load_study.hpp"

namespace evsweep {

using SignalNames = std::set<std::string, std::less<>>;

/// The outputs of a study, made for its grid; shared by all replicas.
struct StudyOutputs {
    std::vector<RecordableSignal> signals;         ///< all that the simulator and the parties of any alternative publish
    std::vector<Fraction> levels;                  ///< that outputs watch stays for
    std::vector<std::unique_ptr<Output>> outputs;  ///< as Scenario::outputs
    std::vector<OutputDeclarations> declared;      ///< as `outputs`
    std::vector<std::uint8_t> base_outside;        ///< by control step; empty before the run without vehicles
    SignalNames read;                              ///< by any output or party
};

/// Makes all outputs. `sample` is the fleet of any replica.
[[nodiscard]] StudyOutputs make_outputs(const LoadedStudy& study, const Population& sample);
/// Makes one output, which may throw ContractViolation with what is wrong about its parameters.
[[nodiscard]] std::unique_ptr<Output> make_output(const LoadedStudy& study, const Configured<Output>& configured,
                                                  const Population& sample, StudyOutputs& outputs, OutputDeclarations& declared);
/// All signals that outputs can record.
[[nodiscard]] std::vector<RecordableSignal> recordable_signals(const LoadedStudy& study, const Population& sample);

/// What the replicas of a study share, as long as both live.
[[nodiscard]] ReplicaSite site_of(const LoadedStudy& study, const StudyOutputs& outputs, const StopRequest& stop = {});
/// The same for what needs no outputs.
[[nodiscard]] ReplicaSite site_of(const LoadedStudy& study);

/// The random numbers of a replica.
[[nodiscard]] Rng rng_of(const LoadedStudy& study, ReplicaId replica);

}  // namespace evsweep
