#include "sim/study/fold_study.hpp"

#include "sim/study/describe_study.hpp"

namespace evsweep {

StudyFold::StudyFold(const LoadedStudy& study, const StudyOutputs& outputs) : study_(study), outputs_(outputs) {
    for (std::size_t c = 0; c < study.scenario.controllers.size(); ++c) runs_.emplace_back(study, outputs);
}

void StudyFold::add(ReplicaRun run) {
    if (run.failure) {
        failures_.push_back(std::move(*run.failure));
        return;
    }
    replicas_.push_back(run.replica);
    if (!first_fleet_) first_fleet_ = run.fleet;
    same_fleets_ = same_fleets_ && run.fleet == *first_fleet_;
    for (std::size_t c = 0; c < runs_.size(); ++c) runs_[c].add(run.replica, std::move(run.controllers[c]));
}

StudyResult StudyFold::finish(ControllerRun base) {
    StudyResult result = describe_study(study_, outputs_);
    result.replicas = std::move(replicas_);
    result.same_fleets = same_fleets_ && !result.replicas.empty();
    result.failures = std::move(failures_);
    for (std::size_t c = 0; c < runs_.size(); ++c) {
        RunResult run = runs_[c].finish();
        const auto& configured = study_.scenario.controllers[c];
        run.label = configured.label;
        run.type = configured.type;
        run.settings = configured.settings;
        result.controllers.push_back(std::move(run));
    }
    if (base.outcome.failure)
        result.failures.push_back({ReplicaId(0), "base (the feeder without vehicles)", *base.outcome.failure});
    RunFold base_fold(study_, outputs_);
    base_fold.add(ReplicaId(0), std::move(base));
    result.base = base_fold.finish();
    result.base.label = "base";
    result.base.type = "base";
    return result;
}

}  // namespace evsweep
