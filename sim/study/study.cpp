#include "sim/study/study.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <system_error>
#include <thread>

#include "sim/engine/ensemble.hpp"
#include "sim/study/checkpoint.hpp"
#include "sim/study/element_estimates.hpp"
#include "sim/study/fold_study.hpp"
#include "sim/study/headlines.hpp"
#include "sim/study/in_order.hpp"
#include "sim/study/run_ensemble.hpp"
#include "sim/study/study_profile.hpp"
#include "sim/study/study_shape.hpp"

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

/// All threads of a study: each takes the next ensemble, runs it, and puts it together with the others in replica order.
class WorkerPool {
   public:
    WorkerPool(const LoadedStudy& study, const StudyOutputs& outputs, const StudyOptions& options, const StudyShape& shape)
        : study_(study),
          outputs_(outputs),
          options_(options),
          first_(shape.first),
          replicas_(shape.replicas),
          width_(shape.width),
          profiles_(shape.threads),
          fold_(study, outputs),
          stop_(options.stop),
          work_(shape.ensembles(), StudyShape::ensembles_ahead * shape.threads, options.stop,
                [this](std::vector<ReplicaRun> runs) { put_together(std::move(runs)); }) {}

    void run() {
        {
            std::vector<std::jthread> workers;
            try {
                for (RunProfile& profile : profiles_) workers.emplace_back([this, &profile] { work(profile); });
            } catch (const std::system_error&) {  // fewer threads give the same numbers
                if (workers.empty()) work(profiles_.front());
            }
        }
        work_.rethrow();
    }

    [[nodiscard]] StudyFold& fold() { return fold_; }
    [[nodiscard]] RunProfile profile() const {
        RunProfile total;
        for (const RunProfile& of_thread : profiles_) total += of_thread;
        return total;
    }

   private:
    void work(RunProfile& profile) {
        Stopwatch watch(options_.profile ? &profile : nullptr, Activity::waiting);
        try {
            while (const auto number = work_.take()) {
                run(*number, watch);
                watch.switch_to(Activity::waiting);
            }
        } catch (...) {
            work_.abandon(std::current_exception());
        }
    }

    /// Runs one ensemble; where a stop is requested meanwhile, it is as if it had never been begun.
    void run(std::size_t number, Stopwatch& watch) {
        const std::size_t first = number * width_;
        try {
            auto runs = finished_or_run(ReplicaId(first_ + first), std::min(width_, replicas_ - first), watch);
            watch.switch_to(Activity::recording);
            work_.put(number, std::move(runs));
        } catch (const Stopped&) {
            work_.drop(number);
        }
    }

    /// What an earlier run has finished is taken from there, where it is all of the ensemble.
    [[nodiscard]] std::vector<ReplicaRun> finished_or_run(ReplicaId first, std::size_t count, Stopwatch& watch) {
        if (options_.checkpoint)
            if (auto finished = options_.checkpoint->take(first, count)) return std::move(*finished);
        return run_ensemble(study_, outputs_, first, count, watch, stop_);
    }

    void put_together(std::vector<ReplicaRun> runs) {
        if (options_.checkpoint) options_.checkpoint->add(runs);
        for (ReplicaRun& run : runs) {
            fold_.add(std::move(run));
            ++finished_;
            if (options_.progress)
                options_.progress({static_cast<int>(finished_), static_cast<int>(replicas_), seconds_since(start_)});
        }
    }

    const LoadedStudy& study_;
    const StudyOutputs& outputs_;
    const StudyOptions& options_;
    const std::size_t first_;
    const std::size_t replicas_;
    const std::size_t width_;
    const Clock::time_point start_ = Clock::now();
    std::vector<RunProfile> profiles_;  ///< by thread
    StudyFold fold_;
    std::size_t finished_ = 0;
    const StopRequest stop_;
    InOrder<std::vector<ReplicaRun>> work_;
};

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
    const StudyShape shape = shape_of(study, options);
    WorkerPool pool(study, outputs, options, shape);
    pool.run();
    if (options.checkpoint && options.stop.stop_requested()) options.checkpoint->flush();
    RunProfile total = pool.profile();
    Stopwatch watch(options.profile ? &total : nullptr, Activity::recording);
    StudyResult result = pool.fold().finish(std::move(base));
    choose_headlines(result);
    estimate_elements(result);
    watch.switch_to(Activity::recording);
    result.interrupted = options.stop.stop_requested() &&
                         result.replicas.size() + result.failures.size() < static_cast<std::size_t>(result.planned);
    result.provenance.threads = static_cast<int>(shape.threads);
    result.provenance.wall_seconds = seconds_since(start);
    if (options.profile) result.profile = profile_of(total, study, result.provenance.wall_seconds);
    return result;
}

}  // namespace evsweep
