#include "sim/study/run_replica.hpp"

namespace evsweep {

namespace {

/// Stands in where there are no vehicles to control.
class NoControl final : public Controller {
   public:
    [[nodiscard]] Needs needs() const override { return {}; }
    [[nodiscard]] Cadence cadence() const override { return {}; }
    void decide(const Observation&, Setpoints&) override {}
};

/// Notes the steps in which any bus is outside the voltage band, or there is no voltage to speak of.
class BandWatch final : public Recorder {
   public:
    BandWatch(const FeederSite& feeder, const Limits& limits, std::vector<std::uint8_t>& outside)
        : feeder_(feeder), min_pu_(limits.voltage_min.value()), max_pu_(limits.voltage_max.value()), outside_(outside) {}
    void at(const Snapshot& s) override {
        bool is_outside = !s.solved;
        for (std::size_t c = 0; c < s.voltage_pu.size() && !is_outside; ++c)
            is_outside = (s.voltage_pu[c] < min_pu_ || s.voltage_pu[c] > max_pu_) && feeder_.conductor[c] != Conductor::n;
        outside_.push_back(is_outside);
    }
    [[nodiscard]] std::vector<std::vector<double>> finish() override { return {}; }

   private:
    const FeederSite& feeder_;
    double min_pu_, max_pu_;
    std::vector<std::uint8_t>& outside_;
};

/// Runs one replica with the recorders of all outputs attached, and `extra` where given.
ControllerRun run(const LoadedStudy& study, const StudyOutputs& outputs, const Population& population, Controller& controller,
                  ReplicaId replica, Recorder* extra = nullptr) {
    const ReplicaSite site{study.scenario, *study.feeder, *study.base};
    Replica engine(site, population, controller, Rng(study.scenario.study.seed, static_cast<std::uint32_t>(replica.index())));
    std::vector<std::unique_ptr<Recorder>> recorders;
    for (const auto& output : outputs.outputs) {
        recorders.push_back(output->start({replica, &population}));
        if (!recorders.back()) continue;
        engine.record_with(*recorders.back(), output->wants_events());
        if (output->wants_unbalance()) engine.show_unbalance();
    }
    if (extra) engine.record_with(*extra, false);
    ControllerRun result;
    result.outcome = engine.run();
    for (const auto& recorder : recorders) result.recorded.push_back(recorder ? recorder->finish() : Recorded{});
    return result;
}

std::vector<std::string> names_of_needs(const Needs& needs) {
    std::vector<std::string> names;
    for (Need n : {Need::state_of_charge, Need::session, Need::voltage, Need::feeder_head, Need::base_demand, Need::price})
        if (needs.contains(n)) names.emplace_back(name_of(n));
    return names;
}

void make_outputs(const LoadedStudy& study, const Population& population, StudyOutputs& outputs) {
    outputs.outputs.clear();
    const auto context = output_context(study, population, outputs.base_outside_band);
    for (const auto& configured : study.scenario.outputs) outputs.outputs.push_back(configured.make(context));
}

}  // namespace

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
    context.base_outside_band = base_outside_band;
    return context;
}

ControllerRun run_base(const LoadedStudy& study, StudyOutputs& outputs) {
    outputs.base_outside_band.clear();
    const Population sample = study.draw(ReplicaId(0));
    make_outputs(study, sample, outputs);
    std::vector<std::uint8_t> outside;
    BandWatch watch(study.feeder->site(), study.scenario.limits, outside);
    Population nobody;
    nobody.zones = sample.zones;
    NoControl control;
    ControllerRun base = run(study, outputs, nobody, control, ReplicaId(0), &watch);
    outputs.base_outside_band = std::move(outside);
    make_outputs(study, sample, outputs);
    return base;
}

ReplicaRun run_replica(const LoadedStudy& study, const StudyOutputs& outputs, ReplicaId replica) {
    ReplicaRun all;
    const Population population = study.draw(replica);
    for (const auto& configured : study.scenario.controllers) {
        const auto controller = configured.make(controller_context(study, configured, population, replica));
        all.controllers.push_back(run(study, outputs, population, *controller, replica));
        auto& latest = all.controllers.back();
        latest.needs = names_of_needs(controller->needs());
        latest.counters = controller->counters();
        if (!latest.outcome.failure) continue;
        all.failure = ReplicaFailure{replica, configured.label, *latest.outcome.failure};
        break;
    }
    return all;
}

}  // namespace evsweep
