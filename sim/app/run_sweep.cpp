#include "sim/app/run_sweep.hpp"

#include <fmt/format.h>

#include <memory>
#include <stop_token>
#include <utility>

#include "sim/app/progress.hpp"
#include "sim/app/replica_choice.hpp"
#include "sim/app/result_path.hpp"
#include "sim/app/result_target.hpp"
#include "sim/app/run_parts.hpp"
#include "sim/app/say.hpp"
#include "sim/app/solve_request.hpp"
#include "sim/record/file_error.hpp"
#include "sim/report/sweep_table.hpp"
#include "sim/report/warnings.hpp"
#include "sim/study/checkpoint.hpp"
#include "sim/study/many_load_flows.hpp"
#include "sim/study/memory_there.hpp"
#include "sim/study/study.hpp"
#include "sim/study/sweep/assemble_sweep.hpp"
#include "sim/study/sweep/sweep_folder.hpp"
#include "sim/study/sweep/sweep_points.hpp"
#include "sim/study/sweep/write_sweep.hpp"
#include "sim/study/write_results.hpp"

namespace evsweep {

namespace fs = std::filesystem;

namespace {

/// What stays the same while the points are run.
struct RunOfPoints {
    const RunOptions& options;
    const CheckedSweep& sweep;
    SweepFolder& folder;
    Duration every{};  ///< time between checkpoints; zero: none

    [[nodiscard]] std::string name_of(std::size_t point) const {
        return fmt::format("point {} of {} ({})", point + 1, sweep.points.size(), sweep.sweep.label_of(point));
    }
};

/// How a point ended.
enum class PointEnd { finished, stopped, failed };

std::unique_ptr<Checkpoint> checkpoint_of(const RunOfPoints& run, std::size_t point, const LoadedStudy& study) {
    if (run.every == Duration::zero()) return nullptr;
    const fs::path folder = Checkpoint::folder_of(run.folder.file_of(point));
    auto opened = Checkpoint::open(folder, study_identity(study), Checkpoint::Start::go_on, run.every);
    if (!opened.checkpoint) fail(opened.obstacle);
    return std::move(opened.checkpoint);
}

/// The study of a point as it was when it was checked; none (reported) where a file has changed since.
std::optional<LoadedStudy> load_again(const RunOfPoints& run, std::size_t point) {
    Issues issues(run.sweep.files());
    auto study = run.sweep.load(point, issues);
    if (study && study_identity(*study) == run.sweep.points[point].identity) return study;
    if (!study) report(issues);
    fail(run.name_of(point) +
         ": its files have changed since the sweep was begun; undo the change and run the same command again");
    return std::nullopt;
}

PointEnd run_point(const RunOfPoints& run, std::size_t point, const std::stop_token& stop) {
    const auto study = load_again(run, point);
    if (!study) return PointEnd::failed;
    run.folder.begin(point, run.sweep.points[point].identity);
    const auto checkpoint = checkpoint_of(run, point, *study);
    if (!checkpoint && run.every > Duration::zero()) return PointEnd::failed;
    if (!run.options.quiet) report(run.name_of(point));
    ProgressReporter reporter(run.options.quiet ? ProgressReporter::Style::none : ProgressReporter::style_of_stderr(),
                              study->scenario.study.replicas);
    const StudyResult result = run_study(
        *study,
        {.stop = stop, .progress = [&reporter](const Progress& p) { reporter.report(p); }, .checkpoint = checkpoint.get()});
    if (checkpoint)
        for (const std::string& note : checkpoint->notes()) fail(note);
    if (result.interrupted) return PointEnd::stopped;
    if (const auto problem = write_results(result, run.folder.file_of(point))) {
        fail(*problem);
        return PointEnd::failed;
    }
    if (checkpoint) checkpoint->discard();
    return PointEnd::finished;
}

/// Runs what is not finished yet.
PointEnd run_points(const RunOfPoints& run, const std::stop_token& stop) {
    for (std::size_t point = 0; point < run.sweep.points.size(); ++point) {
        if (!run.sweep.points[point].problem.empty() || run.folder.is_finished(point)) continue;
        if (stop.stop_requested()) return PointEnd::stopped;
        try {
            if (const PointEnd end = run_point(run, point, stop); end != PointEnd::finished) return end;
        } catch (const FileError& error) {
            fail(error.what());
            return PointEnd::failed;
        }
    }
    return PointEnd::finished;
}

/// Says what is there of a sweep that did not come to its end.
ExitStatus say_how_to_go_on(const RunOfPoints& run, PointEnd end) {
    const std::string kept =
        fmt::format("{} of {} points are finished and kept in {}; run the same command again to go on from there",
                    run.folder.finished(run.sweep), run.sweep.points.size(), run.folder.folder().string());
    fail((end == PointEnd::stopped ? "interrupted; " : "") + kept);
    return end == PointEnd::stopped ? ExitStatus::interrupted : ExitStatus::failed;
}

/// What makes a sweep one that failed, a sentence each.
class Faults {
   public:
    /// Of a point that was run.
    void look_at(const RunOfPoints& run, std::size_t point, const StudyResult& result) {
        failed_ += result.failures.size();
        if (const auto problem = dead_end(result)) fail(run.name_of(point) + ": " + *problem), has_dead_end_ = true;
        if (result.failures.empty()) return;
        const ReplicaFailure& failure = result.failures.front();
        fail(fmt::format("{}: {} of {} replicas failed; the first with `evsweep run {} --point {} --only-replica {}`",
                         run.name_of(point), result.failures.size(), result.planned, run.options.scenario.string(), point,
                         failure.replica.index()));
    }

    [[nodiscard]] ExitStatus conclude(const RunOfPoints& run, const PlacedResult& placed) const {
        for (const std::string& note : placed.notes) fail(note);
        for (const std::string& line : run.sweep.told_problems()) fail(line);
        const bool is_left_out = !run.sweep.told_problems().empty();
        if (failed_ > 0) fail(fmt::format("{} replicas failed; the others are kept", failed_));
        return placed.is_at_fault || is_left_out || has_dead_end_ || failed_ > 0 ? ExitStatus::failed : ExitStatus::success;
    }

   private:
    std::size_t failed_ = 0;
    bool has_dead_end_ = false;
};

/// Puts the points together, writes the file and prints the table.
ExitStatus finish(const RunOfPoints& run, const ResultTarget& target) {
    Faults faults;
    SweepResult result;
    PlacedResult placed;
    try {
        result = assemble_sweep(
            run.sweep, [&](std::size_t point) { return run.folder.file_of(point); },
            [&](std::size_t point, const StudyResult& of_point) { faults.look_at(run, point, of_point); });
        placed = target.place([&result](const fs::path& path) { return sweep_bytes(result, path); });
    } catch (const FileError& error) {
        fail(error.what());
        return say_how_to_go_on(run, PointEnd::failed);
    }
    if (!run.options.quiet || !placed.file) say(sweep_table(result));
    if (!run.options.quiet && placed.file) say("\nResults: " + placed.file->string());
    if (run.options.keep_points)
        report("the results of the points stay in " + run.folder.folder().string());
    else if (placed.file)
        run.folder.discard();
    return faults.conclude(run, placed);
}

/// What a sweep cannot be run with.
std::optional<std::string> unfit_flag(const RunOptions& options) {
    if (!options.only_replica.empty())
        return "--only-replica: a sweep has a replica of that number at each point; say which with --point";
    if (is_part(options)) return "--replicas-from, --to: are of one study; take one point of the sweep with --point";
    if (options.profile) return "--profile: is of one study; take one point of the sweep with --point";
    if (options.force && options.resume) return "--resume: --force drops what it would go on from; leave one of them out";
    return std::nullopt;
}

/// The checked sweep with the instruction set in use that its numbers depend on; none (reported) where something is wrong.
std::optional<CheckedSweep> prepare_sweep(const StudySource& source, const Sweep& sweep, const std::string& instruction_set) {
    constexpr std::size_t many = 50;
    if (sweep.points() >= many) report_in_passing(fmt::format("reading {} points\n", sweep.points()));
    Issues issues(source.files);
    const auto set = choose_instruction_set(instruction_set.empty() ? source.instruction_set : instruction_set,
                                            at_flag("--instruction-set"), issues);
    if (set) use_instruction_set(*set);
    if (source.doubt) issues.warning({}, "", *source.doubt);
    auto checked = check_points(source.scenario, source.overrides, sweep, issues);
    report(issues);
    return set ? std::move(checked) : std::nullopt;
}

/// Why the point that takes most does not fit.
std::optional<std::string> shortage_of(const CheckedSweep& checked) {
    const std::size_t largest = checked.largest();
    const PointOutlook& point = checked.points[largest];
    const auto shortage = memory_shortage(point.memory, point.shape, memory_there(point.shape.threads + 1));
    return shortage ? std::optional(checked.sweep.label_of(largest) + ": " + *shortage) : std::nullopt;
}

}  // namespace

FoundSweep find_sweep(const StudySource& source) {
    Issues issues(std::make_shared<InputFiles>(*source.files));
    FoundSweep found{read_sweep(source.scenario, source.overrides, issues), false};
    report(issues);
    found.is_wrong = issues.has_errors();
    return found;
}

ExitStatus run_sweep(const RunOptions& options, const StudySource& source, const Sweep& sweep, InterruptWatch& watch) {
    if (const auto unfit = unfit_flag(options)) return refuse(*unfit);
    if (const auto wrong = wrong_ending(options.out)) return refuse("--out: " + *wrong, "end it in .h5, or in / for a folder");
    const auto every = checkpoint_period(options.checkpoint);
    const auto checked = every ? prepare_sweep(source, sweep, options.instruction_set) : std::nullopt;
    if (!checked) return ExitStatus::invalid_input;
    const fs::path file = result_path(name_of_result(options), options.out);
    const ResultTarget target(file, options.force ? ResultTarget::Overwrites::anything : ResultTarget::Overwrites::interrupted);
    if (const auto obstacle = target.obstacle()) return refuse("--out: " + *obstacle);
    if (const auto shortage = shortage_of(*checked)) return fail(*shortage);
    SweepFolder folder(SweepFolder::folder_of(file));
    if (const auto obstacle = folder.open(*checked, options.force ? SweepFolder::Start::replace : SweepFolder::Start::go_on))
        return refuse(*obstacle);
    if (options.resume && !folder.had_anything()) {
        folder.discard();
        return refuse("--resume: there is nothing to go on from in '" + folder.folder().string() + "'",
                      "run the sweep without --resume");
    }
    const RunOfPoints run{options, *checked, folder, *every};
    if (const std::size_t found = folder.finished(*checked); found > 0 && !options.quiet)
        report(fmt::format("going on from {} finished points in {}", found, folder.folder().string()));
    PointEnd end = PointEnd::finished;
    {
        const InterruptWatch::Grace grace(watch);
        end = run_points(run, grace.stop());
    }
    return end == PointEnd::finished ? finish(run, target) : say_how_to_go_on(run, end);
}

ExitStatus check_sweep(const fs::path& file, const StudySource& source, const Sweep& sweep) {
    const auto checked = prepare_sweep(source, sweep, {});
    if (!checked) return ExitStatus::invalid_input;
    int replicas = 0;
    for (const PointOutlook& point : checked->points) replicas += point.replicas;
    std::string axes, controllers;
    for (const SweepAxis& axis : sweep.axes)
        axes += fmt::format("{}{} ({})", axes.empty() ? "" : " x ", axis.name, axis.values.size());
    for (const std::string& label : checked->controllers()) controllers += (controllers.empty() ? "" : ", ") + label;
    const std::size_t left_out = checked->told_problems().size();
    say(fmt::format("{}: {}: {} points, {}; at most {} replicas in all, of {}", file.string(),
                    left_out == 0 ? "good" : "good but for what is left out", checked->points.size(), axes, replicas,
                    controllers));
    for (const std::string& line : checked->told_problems()) fail(file.string() + ": " + line);
    const std::size_t largest = checked->largest();
    say(fmt::format("{}: memory of the largest point ({}): {}", file.string(), sweep.label_of(largest),
                    to_text(checked->points[largest].memory)));
    const auto shortage = shortage_of(*checked);
    if (shortage) return fail(file.string() + ": " + *shortage);
    return left_out == 0 ? ExitStatus::success : ExitStatus::failed;
}

}  // namespace evsweep
