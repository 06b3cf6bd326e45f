#include "sim/study/study_outputs.hpp"

namespace evsweep {

Controller::Context controller_context(const LoadedStudy& study, const Configured<Controller>& configured,
                                       const Population& population, ReplicaId replica) {
    Controller::Context context;
    context.label = configured.label;
    context.connectors = &population.connectors;
    context.step = study.scenario.time.step;
    context.calendar = study.scenario.time.start;
    context.accounting = study.scenario.study.accounting;
    context.rng = Rng(study.scenario.study.seed, static_cast<std::uint32_t>(replica.index()));
    return context;
}

Output::Context output_context(const LoadedStudy& study, const Population& population,
                               std::span<const std::uint8_t> base_outside_band) {
    const auto& scenario = study.scenario;
    Output::Context context;
    context.calendar = scenario.time.start;
    context.step = scenario.time.step;
    context.horizon = scenario.time.duration;
    context.measure_from = Instant(scenario.time.warm_up);
    context.feeder = &study.feeder->site();
    context.zones = population.zones;
    context.connectors = population.connectors.size();
    context.voltage_min_pu = scenario.limits.voltage_min.value();
    context.voltage_max_pu = scenario.limits.voltage_max.value();
    context.voltage_tolerance_pu = scenario.limits.voltage_tolerance_pu();
    context.loading_tolerance = scenario.limits.loading_tolerance();
    context.base_outside_band = base_outside_band;
    return context;
}

void make_outputs(const LoadedStudy& study, const Population& sample, StudyOutputs& outputs) {
    outputs.outputs.clear();
    const auto context = output_context(study, sample, outputs.base_outside_band);
    for (const auto& configured : study.scenario.outputs) outputs.outputs.push_back(configured.make(context));
}

}  // namespace evsweep
