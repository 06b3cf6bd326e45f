#include "sim/study/study.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <mutex>
#include <thread>

#include "sim/study/assemble.hpp"
#include "sim/study/run_replica.hpp"

namespace evsweep {

namespace {

using Clock = std::chrono::steady_clock;

/// A replica must never take the study down: what it throws becomes its failure.
ReplicaRun run_guarded(const LoadedStudy& study, const StudyOutputs& outputs, ReplicaId replica) {
    ReplicaRun run;
    try {
        run = run_replica(study, outputs, replica);
    } catch (const std::bad_alloc&) {
        run.failure = ReplicaFailure{replica, "", "out of memory; ask for fewer threads or coarser outputs"};
    } catch (const std::exception& error) {
        run.failure = ReplicaFailure{replica, "", std::string("internal error: ") + error.what()};
    }
    return run;
}

int thread_count(const LoadedStudy& study, const StudyOptions& options) {
    if (options.threads > 0) return options.threads;
    if (study.scenario.study.threads > 0) return study.scenario.study.threads;
    return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

/// Hands replicas out one by one; each lands in the slot of its number, so the order of finishing does not matter.
class ReplicaPool {
   public:
    ReplicaPool(const LoadedStudy& study, const StudyOutputs& outputs, const StudyOptions& options)
        : study_(study), outputs_(outputs), options_(options), slots_(static_cast<std::size_t>(study.scenario.study.replicas)) {}

    ReplicaRuns run(int threads) {
        {
            std::vector<std::jthread> workers;
            for (int i = 0; i < threads; ++i) workers.emplace_back([this] { work(); });
        }
        return std::move(slots_);
    }

   private:
    void work() {
        for (std::size_t r = next_++; r < slots_.size() && !options_.stop.stop_requested(); r = next_++) {
            slots_[r] = run_guarded(study_, outputs_, ReplicaId(r));
            tell_progress();
        }
    }

    void tell_progress() {
        if (!options_.progress) return;
        const std::scoped_lock lock(mutex_);
        options_.progress(
            {++finished_, static_cast<int>(slots_.size()), std::chrono::duration<double>(Clock::now() - start_).count()});
    }

    const LoadedStudy& study_;
    const StudyOutputs& outputs_;
    const StudyOptions& options_;
    ReplicaRuns slots_;
    std::atomic<std::size_t> next_{0};
    std::mutex mutex_;
    int finished_ = 0;
    Clock::time_point start_ = Clock::now();
};

}  // namespace

StudyResult run_study(const LoadedStudy& study, const StudyOptions& options) {
    const auto start = Clock::now();
    StudyOutputs outputs;
    const ControllerRun base = run_base(study, outputs);
    const int threads = thread_count(study, options);
    ReplicaRuns runs = ReplicaPool(study, outputs, options).run(threads);
    StudyResult result = assemble(study, outputs, base, std::move(runs));
    result.interrupted = options.stop.stop_requested() &&
                         result.replicas.size() + result.failures.size() < static_cast<std::size_t>(result.planned);
    result.provenance.threads = threads;
    result.provenance.wall_seconds = std::chrono::duration<double>(Clock::now() - start).count();
    return result;
}

}  // namespace evsweep
