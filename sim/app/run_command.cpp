#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <stop_token>

#include "sim/app/commands.hpp"
#include "sim/app/interrupt.hpp"
#include "sim/app/progress.hpp"
#include "sim/app/result_path.hpp"
#include "sim/app/say.hpp"
#include "sim/app/solve_request.hpp"
#include "sim/study/comparison.hpp"
#include "sim/study/load_flow_batch.hpp"
#include "sim/study/load_study.hpp"
#include "sim/study/memory_estimate.hpp"
#include "sim/study/memory_there.hpp"
#include "sim/study/study.hpp"
#include "sim/study/study_profile.hpp"
#include "sim/study/troubles.hpp"
#include "sim/study/write_results.hpp"

namespace evsweep {

namespace {

std::vector<std::string> overrides_of(const RunOptions& options) {
    std::vector<std::string> overrides = options.set;
    if (!options.replicas.empty()) overrides.push_back("study.replicas=" + options.replicas);
    if (!options.threads.empty()) overrides.push_back("study.threads=" + options.threads);
    if (!options.seed.empty()) overrides.push_back("study.seed=" + options.seed);
    return overrides;
}

/// The first few failures one by one; all of them are in the result file.
void tell_failures(const StudyResult& result) {
    constexpr std::size_t few = 5;
    for (std::size_t i = 0; i < std::min(few, result.failures.size()); ++i) {
        const ReplicaFailure& failure = result.failures[i];
        const std::string under = failure.controller.empty() ? "" : " under " + failure.controller;
        fmt::print(stderr, "evsweep: replica {} of seed {} failed{}: {}\n", failure.replica.index(), result.seed, under,
                   failure.what);
    }
}

/// What the user should know besides the table; decides the exit status.
ExitStatus conclude(const StudyResult& result, const std::filesystem::path& file, bool quiet) {
    if (!quiet) {
        say(comparison_table(result));
        if (result.profile) say("\n" + profile_table(*result.profile, result.provenance.instruction_set));
        say("\nResults: " + file.string());
    }
    tell_failures(result);
    if (result.interrupted) {
        fmt::print(stderr, "evsweep: interrupted; {} of {} replicas are finished and kept in {}\n", result.replicas.size(),
                   result.planned, file.string());
        return ExitStatus::interrupted;
    }
    if (const auto problem = dead_end(result)) return fail(*problem);
    if (result.failures.empty()) return ExitStatus::success;
    return fail(fmt::format("{} of {} replicas failed; the others are kept", result.failures.size(), result.planned));
}

}  // namespace

ExitStatus run_command(const RunOptions& options) {
    Issues issues;
    const auto study = load_study(options.scenario, overrides_of(options), issues);
    const auto instruction_set = choose_instruction_set(options.instruction_set, at_flag("--instruction-set"), issues);
    tell(issues);
    if (!study || !instruction_set) return ExitStatus::invalid_input;
    use_instruction_set(*instruction_set);
    const StudyShape shape = shape_of(*study, {});
    if (const auto shortage = memory_shortage(estimate_memory(*study, shape), shape, memory_there(shape.threads + 1)))
        return fail(*shortage);
    const auto file = result_path(options.scenario, options.out);
    if (const auto obstacle = obstacle_to_writing(file)) return refuse("--out: " + *obstacle, "name another folder or file");

    std::stop_source stop;
    const InterruptWatch watch(stop);
    ProgressReporter reporter(options.quiet ? ProgressReporter::Style::none : ProgressReporter::style_of_stderr());
    StudyResult result = run_study(*study, {.stop = stop.get_token(),
                                            .progress = [&reporter](const Progress& progress) { reporter.report(progress); },
                                            .profile = options.profile});
    if (result.interrupted && result.replicas.empty()) {
        fmt::print(stderr, "evsweep: interrupted before any replica was finished; nothing was written\n");
        return ExitStatus::interrupted;
    }
    const auto finished = std::chrono::steady_clock::now();
    if (const auto error = write_results(result, file)) return fail(*error);
    if (result.profile) result.profile = with_writing(*result.profile, std::chrono::steady_clock::now() - finished);
    return conclude(result, file, options.quiet);
}

}  // namespace evsweep
