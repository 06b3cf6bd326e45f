#include "sim/study/study.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <memory>
#include <system_error>
#include <thread>

#include "sim/engine/ensemble.hpp"
#include "sim/study/checkpoint.hpp"
#include "sim/study/element_estimates.hpp"
#include "sim/study/finished_replicas.hpp"
#include "sim/study/fold_study.hpp"
#include "sim/study/headlines.hpp"
#include "sim/study/in_order.hpp"
#include "sim/study/remote_workers.hpp"
#include "sim/study/run_ensemble.hpp"
#include "sim/study/study_profile.hpp"
#include "sim/study/study_shape.hpp"
#include "sim/study/study_stop.hpp"

namespace evsweep {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// Of a study that was stopped before its first replica.
StudyResult nothing_finished(const LoadedStudy& study) {
    StudyResult result;
    result.planned = study.scenario.study.replicas;
    result.interrupted = true;
    return result;
}

StudyProfile profile_of(RunProfile total, const LoadedStudy& study, double wall_seconds) {
    StudyProfile profile;
    for (const auto& configured : study.scenario.controllers) profile.controllers.push_back(configured.label);
    total.controllers.resize(profile.controllers.size());
    profile.total = std::move(total);
    profile.wall_seconds = wall_seconds;
    profile.peak_memory_mb = peak_memory_mb();
    return profile;
}

/// What the stages of a study share.
struct StudyRun {
    const LoadedStudy& study;
    const StudyOutputs& outputs;
    const StudyOptions& options;
    const Clock::time_point start;
    StudyFold fold;
    std::size_t finished = 0;  ///< replicas
    int at_most = 0;           ///< as Progress
};

/// All threads of a stage: each takes the next ensemble, runs it, and puts it together with the others in replica order.
class WorkerPool {
   public:
    WorkerPool(StudyRun& run, const StudyShape& shape)
        : run_(run),
          shape_(shape),
          profiles_(shape.threads),
          stop_(run.options.stop),
          work_(shape.ensembles(), StudyShape::ensembles_ahead * (shape.threads + shape.remote), run.options.stop,
                [this](std::vector<ReplicaRun> runs) { put_together(std::move(runs)); }) {}

    void run() {
        {
            std::vector<std::jthread> workers;
            try {
                for (std::size_t t = 0; t < shape_.threads; ++t) workers.emplace_back([this, t] { work(profiles_[t]); });
                for (std::size_t p = 0; p < RemoteWorkers::proxies * shape_.remote; ++p)
                    workers.emplace_back([this, p] { wait_for(p / RemoteWorkers::proxies); });
            } catch (const std::system_error&) {  // fewer threads give the same numbers
                if (workers.empty()) work(profiles_.front());
            }
        }
        work_.rethrow();
    }

    [[nodiscard]] RunProfile profile() const {
        RunProfile total;
        for (const RunProfile& of_thread : profiles_) total += of_thread;
        return total;
    }

   private:
    using Make = std::function<std::vector<ReplicaRun>(ReplicaId first, std::size_t count)>;

    void work(RunProfile& profile) {
        Stopwatch watch(run_.options.profile ? &profile : nullptr, Activity::waiting);
        constexpr bool is_gone = false;
        run_ensembles(watch, is_gone, [&](ReplicaId first, std::size_t count) { return run_here(first, count, watch); });
    }

    /// Hands ensembles to a thread of another process until that is gone; what it has not finished then is run here.
    void wait_for(std::size_t remote_thread) {
        Stopwatch watch(nullptr, Activity::waiting);
        bool is_gone = false;
        run_ensembles(watch, is_gone, [&](ReplicaId first, std::size_t count) {
            auto runs = run_.options.remote->run(remote_thread, first, count, run_.options.stop);
            is_gone = !runs;
            return runs ? std::move(*runs) : run_here(first, count, watch);
        });
    }

    [[nodiscard]] std::vector<ReplicaRun> run_here(ReplicaId first, std::size_t count, Stopwatch& watch) const {
        return run_ensemble(run_.study, run_.outputs, first, count, watch, stop_);
    }

    void run_ensembles(Stopwatch& watch, const bool& is_over, const Make& make) {
        try {
            while (!is_over) {
                const auto number = work_.take();
                if (!number) return;
                run(*number, watch, make);
                watch.switch_to(Activity::waiting);
            }
        } catch (...) {
            work_.abandon(std::current_exception());
        }
    }

    /// Runs one ensemble; where a stop is requested meanwhile, it is as if it had never been begun.
    void run(std::size_t number, Stopwatch& watch, const Make& make) {
        const ReplicaId first(shape_.first + number * shape_.width);
        const std::size_t count = std::min(shape_.width, shape_.replicas - number * shape_.width);
        try {
            auto runs = finished_before(first, count);
            if (!runs) runs = make(first, count);
            watch.switch_to(Activity::recording);
            work_.put(number, std::move(*runs));
        } catch (const Stopped&) {
            work_.drop(number);
        }
    }

    /// What an earlier run has finished, where it is all of the ensemble.
    [[nodiscard]] std::optional<std::vector<ReplicaRun>> finished_before(ReplicaId first, std::size_t count) {
        if (run_.options.finished)
            if (auto finished = run_.options.finished->take(first, count)) return finished;
        return run_.options.checkpoint ? run_.options.checkpoint->take(first, count) : std::nullopt;
    }

    void put_together(std::vector<ReplicaRun> runs) {
        if (run_.options.checkpoint) run_.options.checkpoint->add(runs);
        if (run_.options.keep) run_.options.keep(runs);
        for (ReplicaRun& run : runs) {
            run_.fold.add(std::move(run));
            ++run_.finished;
            if (run_.options.progress)
                run_.options.progress(
                    {static_cast<int>(run_.finished), static_cast<int>(planned()), seconds_since(run_.start), run_.at_most});
        }
    }

    /// Replicas of this stage and of those before.
    [[nodiscard]] std::size_t planned() const {
        return run_.options.only || run_.options.range ? shape_.replicas : shape_.first + shape_.replicas;
    }

    StudyRun& run_;
    const StudyShape shape_;
    std::vector<RunProfile> profiles_;  ///< by thread
    const StopRequest stop_;
    InOrder<std::vector<ReplicaRun>> work_;
};

/// What running the stages came to.
struct Stages {
    RunProfile profile{};
    std::size_t threads = 0;
    std::size_t planned = 0;  ///< replicas that were to be run in the end
};

/// Where what is finished does not fit onto the disk, it is in the checkpoint at least.
void run_keeping_finished(WorkerPool& stage, Checkpoint* checkpoint) {
    try {
        stage.run();
    } catch (const FileError&) {
        if (checkpoint) checkpoint->flush();
        throw;
    }
}

/// Runs one stage, and with `stop` as many as that asks for. Without all of its replicas a stage decides nothing.
Stages run_stages(StudyRun& run, StudyStop* stop) {
    StudyShape shape = stop ? shape_of_stage(run.study, run.options, 0, stop->planned()) : shape_of(run.study, run.options);
    Stages stages;
    stages.threads = shape.threads + shape.remote;
    if (stop) run.at_most = static_cast<int>(stop->most());
    while (true) {
        WorkerPool stage(run, shape);
        run_keeping_finished(stage, run.options.checkpoint);
        stages.profile += stage.profile();
        stages.planned = shape.first + shape.replicas;
        if (!stop || run.fold.replicas() < stages.planned) return stages;
        stages.planned = stop->plan(run.fold);
        if (stages.planned == run.fold.replicas()) return stages;
        shape = shape_of_stage(run.study, run.options, run.fold.replicas(), stages.planned);
    }
}

/// All replicas put together.
StudyResult finished(StudyRun& run, const StudyStop* stop, std::size_t planned) {
    std::optional<StopOutcome> outcome;
    if (stop) outcome = stop->outcome(run.fold);
    StudyResult result = run.fold.finish();
    if (stop) result.planned = static_cast<int>(planned);
    if (run.options.range) result.planned = static_cast<int>(run.options.range->end - run.options.range->first);
    result.stop = std::move(outcome);
    choose_headlines(result);
    estimate_elements(result);
    result.interrupted = run.options.stop.stop_requested() && result.replicas.size() / result.parts + result.failures.size() <
                                                                  static_cast<std::size_t>(result.planned_replicas());
    return result;
}

}  // namespace

StudyResult run_study(const LoadedStudy& study, const StudyOptions& options) {
    const auto start = Clock::now();
    StudyOutputs outputs = make_outputs(study, study.draw(ReplicaId(0)));
    ControllerRun base;
    try {
        base = run_base(study, outputs, StopRequest(options.stop));
    } catch (const Stopped&) {
        return nothing_finished(study);
    }
    std::optional<StudyStop> stop;
    if (study.stop && !options.only) stop.emplace(study);
    const auto scratch = std::make_shared<NumberScratch>(options.scratch_folder, options.scratch_block);
    StudyRun run{study, outputs, options, Clock::now(), {study, outputs, std::move(base), scratch}, 0, 0};
    Stages stages = run_stages(run, stop ? &*stop : nullptr);
    if (options.checkpoint && options.stop.stop_requested()) options.checkpoint->flush();
    Stopwatch watch(options.profile ? &stages.profile : nullptr, Activity::recording);
    StudyResult result = finished(run, stop ? &*stop : nullptr, stages.planned);
    watch.switch_to(Activity::recording);
    result.provenance.threads = static_cast<int>(stages.threads);
    result.provenance.wall_seconds = seconds_since(start);
    if (options.profile) result.profile = profile_of(stages.profile, study, result.provenance.wall_seconds);
    return result;
}

}  // namespace evsweep
