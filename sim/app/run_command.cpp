#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <stop_token>
#include <utility>

#include "sim/app/commands.hpp"
#include "sim/app/progress.hpp"
#include "sim/app/result_path.hpp"
#include "sim/app/result_target.hpp"
#include "sim/app/say.hpp"
#include "sim/app/solve_request.hpp"
#include "sim/app/study_source.hpp"
#include "sim/report/comparison.hpp"
#include "sim/report/warnings.hpp"
#include "sim/study/load_study.hpp"
#include "sim/study/many_load_flows.hpp"
#include "sim/study/memory_estimate.hpp"
#include "sim/study/memory_there.hpp"
#include "sim/study/study.hpp"
#include "sim/study/study_profile.hpp"

namespace evsweep {

namespace {

std::vector<std::string> overrides_of(const RunOptions& options) {
    std::vector<std::string> overrides = options.set;
    if (!options.replicas.empty()) overrides.push_back("study.replicas=" + options.replicas);
    if (!options.threads.empty()) overrides.push_back("study.threads=" + options.threads);
    if (!options.seed.empty()) overrides.push_back("study.seed=" + options.seed);
    return overrides;
}

/// The file after which the result is named: that of another run, `again`, is not the file that it is run from.
std::filesystem::path name_of_result(const std::filesystem::path& from) {
    return from.extension() == ".h5" ? from.stem().concat("-again.yaml") : from;
}

/// The first few failures one by one; all of them are in the result file.
void tell_failures(const StudyResult& result) {
    constexpr std::size_t few = 5;
    for (std::size_t i = 0; i < std::min(few, result.failures.size()); ++i) {
        const ReplicaFailure& failure = result.failures[i];
        const std::string under = failure.controller.empty() ? "" : " under " + failure.controller;
        fail(fmt::format("replica {} of seed {} failed{}: {}", failure.replica.index(), result.seed, under, failure.what));
    }
}

/// The table, on which nothing that went wrong with the file has any bearing; even quiet runs print it where it is all there is.
void say_result(const StudyResult& result, const PlacedResult& placed, bool quiet) {
    if (quiet && placed.file) return;
    say(comparison_table(result));
    if (result.profile) say("\n" + profile_table(*result.profile, result.provenance.instruction_set));
    if (placed.file) say("\nResults: " + placed.file->string());
}

/// What the user should know besides the table; decides the exit status.
ExitStatus conclude(const StudyResult& result, const PlacedResult& placed) {
    for (const std::string& note : placed.notes) fail(note);
    tell_failures(result);
    if (result.interrupted)
        fail(fmt::format("interrupted; {} of {} replicas are finished{}", result.replicas.size(), result.planned,
                         placed.file ? " and kept in " + placed.file->string() : ""));
    if (placed.is_at_fault) return ExitStatus::failed;
    if (result.interrupted) return ExitStatus::interrupted;
    if (const auto problem = dead_end(result)) return fail(*problem);
    if (result.failures.empty()) return ExitStatus::success;
    return fail(fmt::format("{} of {} replicas failed; the others are kept", result.failures.size(), result.planned));
}

/// The study's result, with the time that writing took where it was asked for.
struct Written {
    StudyResult result;
    PlacedResult placed;
};

StudyResult run_with_progress(const LoadedStudy& study, const RunOptions& options, std::stop_token stop) {
    const auto style = options.quiet ? ProgressReporter::Style::none : ProgressReporter::style_of_stderr();
    ProgressReporter reporter(style, study.scenario.study.replicas);
    return run_study(study, {.stop = std::move(stop),
                             .progress = [&reporter](const Progress& progress) { reporter.report(progress); },
                             .profile = options.profile});
}

Written run_and_write(const LoadedStudy& study, const RunOptions& options, const ResultTarget& target, std::stop_token stop) {
    Written written{run_with_progress(study, options, std::move(stop)), {}};
    if (written.result.interrupted && written.result.replicas.empty()) return written;
    const auto finished = std::chrono::steady_clock::now();
    written.placed = target.place(written.result);
    if (auto& profile = written.result.profile) profile = with_writing(*profile, std::chrono::steady_clock::now() - finished);
    return written;
}

}  // namespace

ExitStatus run_command(const RunOptions& options, InterruptWatch& watch) {
    const auto source = study_source(options.scenario, overrides_of(options));
    if (!source) return ExitStatus::invalid_input;
    Issues issues(source->files);
    const auto study = load_study(source->scenario, source->overrides, issues);
    const auto instruction_set =
        choose_instruction_set(options.instruction_set.empty() ? source->instruction_set : options.instruction_set,
                               at_flag("--instruction-set"), issues);
    if (source->doubt) issues.warning({std::make_shared<const std::string>(options.scenario.string())}, "", *source->doubt);
    report(issues);
    if (!study || !instruction_set) return ExitStatus::invalid_input;
    use_instruction_set(*instruction_set);
    if (const auto wrong = wrong_ending(options.out)) return refuse("--out: " + *wrong, "end it in .h5, or in / for a folder");
    const ResultTarget target(result_path(name_of_result(options.scenario), options.out),
                              options.force ? ResultTarget::Overwrites::anything : ResultTarget::Overwrites::interrupted);
    if (const auto obstacle = target.obstacle()) return refuse("--out: " + *obstacle);
    const StudyShape shape = shape_of(*study, {});
    if (const auto shortage = memory_shortage(estimate_memory(*study, shape), shape, memory_there(shape.threads + 1)))
        return fail(*shortage);

    std::optional<Written> written;
    {
        const InterruptWatch::Grace grace(watch);
        written = run_and_write(*study, options, target, grace.stop());
    }
    if (written->result.interrupted && written->result.replicas.empty()) {
        fail("interrupted before any replica was finished; nothing was written");
        return ExitStatus::interrupted;
    }
    say_result(written->result, written->placed, options.quiet);
    return conclude(written->result, written->placed);
}

}  // namespace evsweep
