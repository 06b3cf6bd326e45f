#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

#include "sim/app/commands.hpp"
#include "sim/app/progress.hpp"
#include "sim/app/rank_command.hpp"
#include "sim/app/replica_choice.hpp"
#include "sim/app/result_path.hpp"
#include "sim/app/result_target.hpp"
#include "sim/app/run_parts.hpp"
#include "sim/app/run_sweep.hpp"
#include "sim/app/say.hpp"
#include "sim/app/solve_request.hpp"
#include "sim/app/study_source.hpp"
#include "sim/base/units.hpp"
#include "sim/report/comparison.hpp"
#include "sim/report/warnings.hpp"
#include "sim/study/checkpoint.hpp"
#include "sim/study/load_study.hpp"
#include "sim/study/many_load_flows.hpp"
#include "sim/study/memory_estimate.hpp"
#include "sim/study/memory_there.hpp"
#include "sim/study/part.hpp"
#include "sim/study/study.hpp"
#include "sim/study/study_profile.hpp"

namespace evsweep {

namespace fs = std::filesystem;

namespace {

/// The first few failures one by one, and how to look into the first; all of them are in the result file.
void tell_failures(const StudyResult& result, const RunOptions& options) {
    constexpr std::size_t few = 5;
    for (std::size_t i = 0; i < std::min(few, result.failures.size()); ++i) {
        const ReplicaFailure& failure = result.failures[i];
        const std::string under = failure.controller.empty() ? "" : " under " + failure.controller;
        fail(fmt::format("replica {} of seed {} failed{}: {}", failure.replica.index(), result.seed, under, failure.what));
    }
    if (!result.failures.empty() && options.only_replica.empty() && result.planned_replicas() > 1)
        fail(fmt::format("run just that replica with `evsweep run {}{} --only-replica {}`", options.scenario.string(),
                         options.point.empty() ? "" : " --point " + options.point, result.failures.front().replica.index()));
}

/// The table, on which nothing that went wrong with the file has any bearing; even quiet runs print it where it is all there is.
void say_result(const StudyResult& result, const PlacedResult& placed, bool quiet) {
    if (quiet && placed.file) return;
    say(comparison_table(result));
    if (result.profile) say("\n" + profile_table(*result.profile, result.provenance.instruction_set));
    if (placed.file) say("\nResults: " + placed.file->string());
}

/// What the user should know besides the table; decides the exit status.
ExitStatus conclude(const StudyResult& result, const PlacedResult& placed, const Checkpoint* checkpoint,
                    const RunOptions& options) {
    for (const std::string& note : placed.notes) fail(note);
    if (checkpoint)
        for (const std::string& note : checkpoint->notes()) fail(note);
    tell_failures(result, options);
    if (result.interrupted)
        fail(fmt::format("interrupted; {} of {} replicas are finished{}{}", result.replicas.size(), result.planned,
                         placed.file ? " and kept in " + placed.file->string() : "",
                         checkpoint && checkpoint->kept() > 0 ? "; run the same command again to go on from there" : ""));
    if (placed.is_at_fault) return ExitStatus::failed;
    if (result.interrupted) return ExitStatus::interrupted;
    if (const auto problem = dead_end(result)) return fail(*problem);
    if (result.failures.empty()) return ExitStatus::success;
    return fail(fmt::format("{} of {} replicas failed; the others are kept", result.failures.size(), result.planned_replicas()));
}

/// A study whose numbers found no room on the disk.
ExitStatus no_room(const FileError& error, const Checkpoint* checkpoint) {
    fail(error.what());
    if (checkpoint)
        for (const std::string& note : checkpoint->notes()) fail(note);
    if (!checkpoint || checkpoint->kept() == 0) return fail("no finished replicas were kept");
    return fail(fmt::format("{} finished replicas are kept in {}; run the same command again to go on from there",
                            checkpoint->kept(), checkpoint->folder().string()));
}

/// The study's result, with the time that writing took where it was asked for.
struct Written {
    StudyResult result;
    PlacedResult placed;
};

/// What a run goes on from and leaves behind on its way.
struct RunPlan {
    fs::path folder;  ///< of the result
    std::optional<ReplicaId> only;
    std::unique_ptr<Checkpoint> checkpoint;
    std::optional<ReplicaRange> range;
    std::unique_ptr<PartWriter> part;  ///< of `range`
    RankWorkers* ranks = nullptr;      ///< that help; may be null
};

StudyOptions study_options(const RunOptions& options, const RunPlan& plan) {
    StudyOptions of_study;
    of_study.profile = options.profile;
    of_study.only = plan.only;
    of_study.range = plan.range;
    of_study.checkpoint = plan.checkpoint.get();
    of_study.remote = plan.ranks;
    of_study.scratch_folder = plan.folder;
    if (plan.part) of_study.keep = [part = plan.part.get()](std::vector<ReplicaRun>& runs) { part->add(runs); };
    return of_study;
}

/// What a part says of itself in its file.
PartOfStudy part_of_study(const LoadedStudy& study, const ReplicaRange& range, PartWriter& writer) {
    PartOfStudy part;
    part.first = static_cast<std::uint32_t>(range.first);
    part.end = static_cast<std::uint32_t>(range.end);
    part.of = static_cast<std::uint32_t>(study.scenario.study.replicas);
    part.identity = study_identity(study);
    part.pieces = writer.finish();
    return part;
}

StudyResult run_with_progress(const LoadedStudy& study, const RunOptions& options, const RunPlan& plan, std::stop_token stop) {
    const auto style = options.quiet ? ProgressReporter::Style::none : ProgressReporter::style_of_stderr();
    StudyOptions of_study = study_options(options, plan);
    const StudyShape shape = shape_of(study, of_study);
    ProgressReporter reporter(style, plan.only || plan.range ? static_cast<int>(shape.replicas) : study.scenario.study.replicas);
    of_study.stop = std::move(stop);
    of_study.progress = [&reporter](const Progress& progress) { reporter.report(progress); };
    StudyResult result = run_study(study, of_study);
    if (plan.ranks) result.provenance.ranks = plan.ranks->ranks();
    name_mpi_library(result.provenance);
    if (plan.part) result.part = part_of_study(study, *plan.range, *plan.part);
    return result;
}

Written run_and_write(const LoadedStudy& study, const RunOptions& options, const RunPlan& plan, const ResultTarget& target,
                      std::stop_token stop) {
    Written written{run_with_progress(study, options, plan, std::move(stop)), {}};
    if (written.result.interrupted && written.result.replicas.empty()) return written;
    const auto finished = std::chrono::steady_clock::now();
    written.placed = target.place(written.result, plan.part ? &plan.part->scratch() : nullptr);
    if (auto& profile = written.result.profile) profile = with_writing(*profile, std::chrono::steady_clock::now() - finished);
    if (plan.checkpoint && !written.result.interrupted && written.placed.file) plan.checkpoint->discard();
    return written;
}

/// What the run begins with; the exit status where it may not.
std::optional<ExitStatus> prepare(const LoadedStudy& study, const RunOptions& options, const fs::path& result, RunPlan& plan) {
    if (!options.only_replica.empty()) {
        plan.only = replica_asked(study, options.only_replica);
        if (is_part(options))
            return refuse("--only-replica: is no part of a study with --replicas-from or --to", "leave one of them out");
        if (options.resume)
            return refuse("--resume: there is nothing to go on from with --only-replica", "leave one of them out");
        return plan.only ? std::nullopt : std::optional(ExitStatus::invalid_input);
    }
    if (is_part(options)) {
        plan.range = range_asked(study, options);
        if (!plan.range) return ExitStatus::invalid_input;
        plan.part = std::make_unique<PartWriter>(plan.folder);
    }
    const auto every = checkpoint_period(options.checkpoint);
    if (!every) return ExitStatus::invalid_input;
    if (*every == Duration::zero()) {
        if (options.resume) return refuse("--resume: --checkpoint none keeps and reads no checkpoints", "leave one of them out");
        return std::nullopt;
    }
    const auto start = options.force ? Checkpoint::Start::replace : Checkpoint::Start::go_on;
    if (options.force && options.resume)
        return refuse("--resume: --force drops what it would go on from", "leave one of them out");
    auto opened = Checkpoint::open(Checkpoint::folder_of(result), study_identity(study), start, *every);
    if (!opened.checkpoint) return refuse(opened.obstacle);
    plan.checkpoint = std::move(opened.checkpoint);
    const std::size_t found = plan.checkpoint->found();
    if (options.resume && found == 0)
        return refuse("--resume: there is nothing to go on from in '" + plan.checkpoint->folder().string() + "'",
                      "run the study without --resume");
    if (found > 0 && !options.quiet)
        report(fmt::format("going on from {} finished replicas in {}", found, plan.checkpoint->folder().string()));
    return std::nullopt;
}

std::optional<LoadedStudy> study_of(const StudySource& source, const RunOptions& options) {
    Issues issues(source.files);
    auto study = load_study(source.scenario, source.overrides, issues);
    const auto instruction_set = choose_instruction_set(
        options.instruction_set.empty() ? source.instruction_set : options.instruction_set, at_flag("--instruction-set"), issues);
    if (source.doubt) issues.warning({std::make_shared<const std::string>(options.scenario.string())}, "", *source.doubt);
    report(issues);
    if (!study || !instruction_set) return std::nullopt;
    use_instruction_set(*instruction_set);
    return study;
}

ExitStatus run_study_here(LoadedStudy& study, const RunOptions& options, InterruptWatch& watch, RankWorkers* ranks) {
    if (const auto wrong = wrong_ending(options.out)) return refuse("--out: " + *wrong, "end it in .h5, or in / for a folder");
    const fs::path result = result_path(name_of_result(options), options.out);
    const ResultTarget target(result, options.force ? ResultTarget::Overwrites::anything : ResultTarget::Overwrites::interrupted);
    if (const auto obstacle = target.obstacle()) return refuse("--out: " + *obstacle);
    if (ranks && !agree_with(*ranks, study)) return ExitStatus::invalid_input;
    RunPlan plan;
    plan.folder = result.has_parent_path() ? result.parent_path() : fs::path(".");
    plan.ranks = ranks;
    const StudyShape shape = shape_of(study, study_options(options, plan));
    if (const auto shortage = memory_shortage(estimate_memory(study, shape), shape, memory_there(shape.threads + 1)))
        return fail(*shortage);

    if (const auto status = prepare(study, options, result, plan)) return *status;
    std::optional<Written> written;
    try {
        const InterruptWatch::Grace grace(watch);
        written = run_and_write(study, options, plan, target, grace.stop());
    } catch (const FileError& error) {
        return no_room(error, plan.checkpoint.get());
    }
    if (written->result.interrupted && written->result.replicas.empty()) {
        fail("interrupted before any replica was finished; nothing was written");
        return ExitStatus::interrupted;
    }
    say_result(written->result, written->placed, options.quiet);
    return conclude(written->result, written->placed, plan.checkpoint.get(), options);
}

}  // namespace

std::optional<LoadedStudy> study_of_run(const RunOptions& options) {
    const auto source = study_source(options.scenario, overrides_of(options));
    return source ? study_of(*source, options) : std::nullopt;
}

ExitStatus run_command(const RunOptions& options, InterruptWatch& watch) {
    const auto launch = launch_of_this_process();
    if (launch && launch->has_mpi) return run_in_ranks(options, watch, *launch);
    if (launch && launch->is_first() && !is_part(options))
        report(fmt::format(
            "evsweep: warning: started as {} tasks that know nothing of one another, and each runs the whole study; for "
            "one run of all tasks start them with mpirun, or with srun --mpi=pmix",
            launch->size));
    return run_here(options, watch, nullptr);
}

ExitStatus run_here(const RunOptions& options, InterruptWatch& watch, RankWorkers* ranks) {
    const auto source = study_source(options.scenario, overrides_of(options));
    if (!source) return ExitStatus::invalid_input;
    const FoundSweep found = find_sweep(*source);
    if (found.is_wrong) return ExitStatus::invalid_input;
    if (found.sweep && ranks)
        return refuse("a sweep is run by one process, and this is one of several",
                      "start it without mpirun, or run one point in several processes with --point");
    if (found.sweep) return run_sweep(options, *source, *found.sweep, watch);
    if (options.keep_points) return refuse("--keep-points: there is no sweep, or one point of it", "leave it out");
    auto study = study_of(*source, options);
    return study ? run_study_here(*study, options, watch, ranks) : ExitStatus::invalid_input;
}

}  // namespace evsweep
