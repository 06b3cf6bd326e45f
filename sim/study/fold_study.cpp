#include "sim/study/fold_study.hpp"

#include "sim/study/describe_study.hpp"
#include "sim/study/study_estimates.hpp"

namespace evsweep {

namespace {

/// The run with nothing but one of its numbers.
RunResult only(const RunResult& run, const std::string& output, const std::string& variable) {
    RunResult one;
    if (const VariableResult* found = find_numbers(run, output, variable)) one.variables.push_back(*found);
    return one;
}

}  // namespace

StudyFold::StudyFold(const LoadedStudy& study, const StudyOutputs& outputs, ControllerRun base,
                     const std::shared_ptr<NumberScratch>& scratch)
    : study_(study), outputs_(outputs), base_(study, outputs, nullptr), base_failure_(base.outcome.failure) {
    base_.add(ReplicaId(0), std::move(base));
    for (std::size_t c = 0; c < study.scenario.controllers.size(); ++c) runs_.emplace_back(study, outputs, scratch);
}

void StudyFold::add(ReplicaRun run) {
    if (run.failure) {
        failures_.push_back(std::move(*run.failure));
        return;
    }
    ++finished_;
    for (std::size_t part = 0; part < outputs_.parts(); ++part)
        replicas_.emplace_back(run.replica.index() * outputs_.parts() + part);
    if (!first_fleet_) first_fleet_ = run.fleet;
    same_fleets_ = same_fleets_ && run.fleet == *first_fleet_;
    for (std::size_t c = 0; c < runs_.size(); ++c) runs_[c].add(run.replica, std::move(run.controllers[c]));
}

StudyResult StudyFold::finish() {
    StudyResult result = describe_study(study_, outputs_);
    result.replicas = std::move(replicas_);
    result.same_fleets = same_fleets_ && finished_ > 0 && outputs_.parts() == 1;
    result.failures = std::move(failures_);
    for (std::size_t c = 0; c < runs_.size(); ++c) {
        RunResult run = runs_[c].finish();
        const auto& configured = study_.scenario.controllers[c];
        run.label = configured.label;
        run.type = configured.type;
        run.settings = configured.settings;
        result.controllers.push_back(std::move(run));
    }
    if (base_failure_) result.failures.push_back({ReplicaId(0), std::string(base_run_name), *base_failure_});
    result.base = base_.finish();
    result.base.label = "base";
    result.base.type = "base";
    return result;
}

StudyResult StudyFold::so_far(const std::string& output, const std::string& variable) const {
    StudyResult result;
    result.replicas = replicas_;
    result.same_fleets = same_fleets_ && !replicas_.empty();
    result.base = only(base_.so_far(), output, variable);
    for (std::size_t c = 0; c < runs_.size(); ++c) {
        result.same_fleets = result.same_fleets && has_equal_replicas(runs_[c].so_far());
        result.controllers.push_back(only(runs_[c].so_far(), output, variable));
        result.controllers.back().label = study_.scenario.controllers[c].label;
    }
    return result;
}

}  // namespace evsweep
