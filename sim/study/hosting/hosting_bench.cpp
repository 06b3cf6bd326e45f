#include "sim/study/hosting/hosting_bench.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <system_error>
#include <thread>
#include <utility>

#include "sim/engine/ensemble.hpp"
#include "sim/study/in_order.hpp"
#include "sim/study/run_ensemble.hpp"

namespace evsweep {

namespace {

/// Levels whose studies wait in memory to be run again; reading one takes as long as some replicas.
constexpr std::size_t most_kept_levels = 32;

/// An ensemble of a job.
struct HostingPiece {
    std::size_t job = 0;
    std::vector<ReplicaId> replicas;
};

std::vector<HostingPiece> pieces_of(const std::vector<HostingJob>& jobs, std::size_t threads) {
    std::size_t total = 0;
    for (const HostingJob& job : jobs) total += job.replicas.size();
    const std::size_t width = std::clamp<std::size_t>((total + threads - 1) / threads, 1, Ensemble::useful_width);
    std::vector<HostingPiece> pieces;
    for (std::size_t j = 0; j < jobs.size(); ++j) {
        const auto& replicas = jobs[j].replicas;
        for (std::size_t first = 0; first < replicas.size(); first += width) {
            pieces.push_back({j, {}});
            for (std::size_t i = first; i < std::min(first + width, replicas.size()); ++i)
                pieces.back().replicas.emplace_back(replicas[i]);
        }
    }
    return pieces;
}

std::size_t threads_of_hosting(const LoadedStudy& study, int threads) {
    if (threads > 0) return static_cast<std::size_t>(threads);
    if (study.scenario.study.threads > 0) return static_cast<std::size_t>(study.scenario.study.threads);
    return std::max(1U, std::thread::hardware_concurrency());
}

double number_at(const std::vector<std::optional<std::vector<double>>>& arrays, std::optional<std::size_t> variable) {
    const double unknown = std::numeric_limits<double>::quiet_NaN();
    if (!variable || *variable >= arrays.size()) return unknown;
    const auto& array = arrays[*variable];
    return array && !array->empty() ? array->front() : unknown;
}

}  // namespace

HostingBench::HostingBench(const HostingPlan& plan, int threads, std::stop_token stop)
    : plan_(plan), threads_(threads_of_hosting(plan.study, threads)), stop_(std::move(stop)) {}

const LoadedStudy& HostingBench::loaded(const LoadedKey& key, const std::string* bus) {
    const auto known = loaded_.find(key);
    if (known != loaded_.end()) return known->second;
    Issues issues(plan_.files);
    auto study = load_study(plan_.file, hosting_overrides(plan_, key.second, bus), issues);
    if (!study)
        throw HostingLevelFault{std::move(issues), (bus ? *plan_.request.place_levels : plan_.request.levels).text(key.second)};
    study->scenario.outputs = plan_.outputs;
    return loaded_.emplace(key, std::move(*study)).first->second;
}

const HostingBench::Prepared& HostingBench::prepared(const HostingJob& job) {
    const LoadedKey level{job.bus ? *job.bus : std::string(), job.level};
    const Key key{level.first, level.second, job.controller};
    auto& entry = prepared_[key];
    if (entry) return *entry;
    auto made = std::make_unique<Prepared>(Prepared{loaded(level, job.bus), {}});
    made->study.scenario.controllers = {made->study.scenario.controllers.at(job.controller)};
    made->outputs = make_outputs(made->study, made->study.draw(ReplicaId(0)));
    // Whether the feeder without vehicles leaves its band is asked for by few.
    if (made->outputs.read.count(signals::outside_band_without_vehicles.name) > 0)
        (void)run_base(made->study, made->outputs, StopRequest(stop_));
    entry = std::move(made);
    return *entry;
}

HostingOutcome HostingBench::outcome_of(const Prepared& prepared, ReplicaRun& run) const {
    HostingOutcome outcome{run.replica.index(), {}, run.failure};
    if (run.failure || run.controllers.empty()) return outcome;
    auto& recorded = run.controllers.front().recorded;
    for (const HostingLimit& limit : plan_.limits) {
        LimitOutcome& of_limit = outcome.limits.emplace_back();
        if (limit.output >= recorded.size() || limit.output >= prepared.outputs.outputs.size() || !recorded[limit.output])
            continue;
        const auto& arrays = recorded[limit.output]->arrays();
        const double event = number_at(arrays, limit.event);
        of_limit.is_judged = !std::isnan(event);
        of_limit.is_broken = event > 0.0;
        if (!of_limit.is_broken) continue;
        of_limit.where = number_at(arrays, limit.where);
        of_limit.worst_h = number_at(arrays, limit.worst_h);
    }
    return outcome;
}

std::vector<std::vector<HostingOutcome>> HostingBench::run(const std::vector<HostingJob>& jobs) {
    if (loaded_.size() > most_kept_levels) {
        prepared_.clear();
        loaded_.clear();
    }
    std::vector<const Prepared*> studies;
    for (const HostingJob& job : jobs) {
        StopRequest(stop_).obey();
        studies.push_back(&prepared(job));
    }
    const std::vector<HostingPiece> pieces = pieces_of(jobs, threads_);
    std::vector<std::vector<HostingOutcome>> outcomes(jobs.size());
    std::size_t next = 0;
    InOrder<std::vector<HostingOutcome>> work(pieces.size(), pieces.size() + 1, stop_, [&](std::vector<HostingOutcome> done) {
        auto& of_job = outcomes[pieces[next++].job];
        for (HostingOutcome& outcome : done) of_job.push_back(std::move(outcome));
    });
    const auto run_pieces = [&] {
        Stopwatch unwatched;
        try {
            while (const auto number = work.take()) {
                const HostingPiece& piece = pieces[*number];
                const Prepared& study = *studies[piece.job];
                auto runs = run_ensemble(study.study, study.outputs, piece.replicas, unwatched, StopRequest(stop_));
                std::vector<HostingOutcome> done;
                for (ReplicaRun& one : runs) done.push_back(outcome_of(study, one));
                work.put(*number, std::move(done));
            }
        } catch (...) {
            work.abandon(std::current_exception());
        }
    };
    {
        std::vector<std::jthread> workers;
        try {
            for (std::size_t t = 0; t < std::min(threads_, pieces.size()); ++t) workers.emplace_back(run_pieces);
        } catch (const std::system_error&) {  // fewer threads give the same numbers
            if (workers.empty()) run_pieces();
        }
    }
    work.rethrow();
    StopRequest(stop_).obey();
    return outcomes;
}

}  // namespace evsweep
