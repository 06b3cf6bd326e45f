/// What plug-ins are told of a study when they are made, and the outputs that all its replicas share.
#pragma once

#include <memory>
#include <vector>

#include "sim/study/load_study.hpp"

namespace evsweep {

/// The outputs of a study, made for its grid; shared by all replicas.
struct StudyOutputs {
    std::vector<std::uint8_t> base_outside_band;   ///< by control step
    std::vector<std::unique_ptr<Output>> outputs;  ///< as Scenario::outputs
};

[[nodiscard]] Controller::Context controller_context(const LoadedStudy& study, const Configured<Controller>& configured,
                                                     const Population& population, ReplicaId replica);
[[nodiscard]] Output::Context output_context(const LoadedStudy& study, const Population& population,
                                             std::span<const std::uint8_t> base_outside_band);

/// Makes all outputs anew, for `outputs.base_outside_band` as it stands. `sample` is the fleet of any replica.
void make_outputs(const LoadedStudy& study, const Population& sample, StudyOutputs& outputs);

}  // namespace evsweep
