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
    std::vector<std::unique_ptr<Output>> outputs;  ///< as Scenario::outputs; where replicas are cut into parts, of the first part
    std::vector<std::vector<std::unique_ptr<Output>>> later_parts{};  ///< the same of each other part (`study.batch_length`)
    std::vector<OutputDeclarations> declared;                         ///< as `outputs`
    std::vector<std::uint8_t> base_outside;                           ///< by control step; empty before the run without vehicles
    SignalNames read;                                                 ///< by any output or party

    [[nodiscard]] std::size_t parts() const { return 1 + later_parts.size(); }
    [[nodiscard]] const std::vector<std::unique_ptr<Output>>& of_part(std::size_t part) const {
        return part == 0 ? outputs : later_parts[part - 1];
    }
};

/// Makes all outputs. `sample` is the fleet of any replica.
[[nodiscard]] StudyOutputs make_outputs(const LoadedStudy& study, const Population& sample);
/// Parts that the measured time of a replica is cut into; 1: none.
[[nodiscard]] std::size_t parts_of(const Scenario& scenario);
/// When a part begins, and, of the number of parts, when the last one ends.
[[nodiscard]] Instant begin_of_part(const Scenario& scenario, std::size_t part);
/// Makes one output for a part, which may throw ContractViolation with what is wrong about its parameters.
[[nodiscard]] std::unique_ptr<Output> make_output(const LoadedStudy& study, const Configured<Output>& configured,
                                                  const Population& sample, StudyOutputs& outputs, OutputDeclarations& declared,
                                                  std::size_t part = 0);
/// All signals that outputs can record.
[[nodiscard]] std::vector<RecordableSignal> recordable_signals(const LoadedStudy& study, const Population& sample);

/// What the replicas of a study share, as long as both live.
[[nodiscard]] ReplicaSite site_of(const LoadedStudy& study, const StudyOutputs& outputs, const StopRequest& stop = {});
/// The same for what needs no outputs.
[[nodiscard]] ReplicaSite site_of(const LoadedStudy& study);

/// The random numbers of a replica.
[[nodiscard]] Rng rng_of(const LoadedStudy& study, ReplicaId replica);

}  // namespace evsweep
