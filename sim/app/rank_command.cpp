#include "sim/app/rank_command.hpp"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <thread>

#include "sim/app/say.hpp"
#include "sim/mpi/rank_server.hpp"
#include "sim/study/checkpoint.hpp"
#include "sim/study/memory_there.hpp"

namespace evsweep {

namespace {

/// Processors that this process may use: launchers bind ranks to some of them.
int processors_allowed() {
    cpu_set_t set;
    CPU_ZERO(&set);
    const int all = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    return sched_getaffinity(0, sizeof set, &set) == 0 ? std::clamp(CPU_COUNT(&set), 1, all) : all;
}

/// Threads of one rank: as the scenario says, or its share of the processors of its machine.
int threads_of_rank(const LoadedStudy& study, int ranks_here) {
    if (study.scenario.study.threads > 0) return study.scenario.study.threads;
    const int all = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    return std::max(1, std::min(processors_allowed(), all / std::max(1, ranks_here)));
}

[[noreturn]] void end_without_first_rank() { std::_Exit(static_cast<int>(ExitStatus::failed)); }

std::string reason_in_silence() {
    const std::string text = said_in_silence();
    return text.empty() ? "it does not say why" : text;
}

/// What a rank does that is not the first; what it would report reaches people through the first.
int help(const RunOptions& options, InterruptWatch& watch, std::unique_ptr<Post> post) {
    RankServer server(std::move(post), end_without_first_rank);
    const int invalid = static_cast<int>(ExitStatus::invalid_input), failed = static_cast<int>(ExitStatus::failed);
    try {
        auto study = study_of_run(options);
        if (!study) return server.decline(reason_in_silence(), invalid);
        const auto threads = static_cast<std::size_t>(threads_of_rank(*study, server.ranks_here()));
        const InterruptWatch::Grace grace(watch);
        return server.serve(*study, threads, grace.stop());
    } catch (const ScenarioError& error) {
        report(error.issues());
        return server.decline(reason_in_silence(), invalid);
    } catch (const NotEnoughMemory& error) {
        return server.decline(error.what(), failed);
    } catch (const std::bad_alloc&) {
        return server.decline("it has not enough memory", failed);
    }
}

}  // namespace

void name_mpi_library(Provenance& provenance) {
    if (const std::string mpi = mpi_library(); !mpi.empty()) provenance.libraries.emplace_back("MPI", mpi);
}

bool agree_with(RankWorkers& ranks, LoadedStudy& study) {
    const int threads = threads_of_rank(study, ranks.ranks_here());
    if (threads > processors_allowed())
        report(fmt::format(
            "evsweep: warning: a rank has {} threads and may use {} of the processors; start it with mpirun --bind-to none",
            threads, processors_allowed()));
    study.scenario.study.threads = threads;
    const auto problems = ranks.gather(study_identity(study));
    for (const std::string& problem : problems) report("evsweep: " + problem);
    if (!problems.empty())
        refuse("the ranks do not agree",
               "give all machines the same program and files; where their processors differ, name an "
               "instruction set that all have with --instruction-set");
    return problems.empty();
}

ExitStatus run_in_ranks(const RunOptions& options, InterruptWatch& watch, const Launch& launch) {
    if (options.profile)
        return refuse("--profile: tells of one process, and there are " + std::to_string(launch.size),
                      "leave it out, or start one process");
    auto opened = Post::open(launch);
    if (!opened.post) return refuse("run " + opened.obstacle);
    if (!launch.is_first()) return static_cast<ExitStatus>(help(options, watch, std::move(opened.post)));
    RankWorkers ranks(std::move(opened.post));
    const ExitStatus status = run_here(options, watch, &ranks);
    for (const std::string& note : ranks.notes()) report("evsweep: " + note);
    ranks.end(static_cast<int>(status));
    return status;
}

}  // namespace evsweep
