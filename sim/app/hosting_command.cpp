#include "sim/app/hosting_command.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "evsweep/stop.hpp"
#include "sim/app/result_path.hpp"
#include "sim/app/result_target.hpp"
#include "sim/app/say.hpp"
#include "sim/app/solve_request.hpp"
#include "sim/app/study_source.hpp"
#include "sim/report/hosting_table.hpp"
#include "sim/study/hosting/hosting.hpp"
#include "sim/study/hosting/write_hosting.hpp"
#include "sim/study/many_load_flows.hpp"
#include "sim/study/memory_estimate.hpp"
#include "sim/study/memory_there.hpp"

namespace evsweep {

namespace {

using HostingClock = std::chrono::steady_clock;

std::vector<std::string> overrides_of_hosting(const HostingCommandOptions& options) {
    std::vector<std::string> overrides = options.set;
    if (!options.replicas.empty()) overrides.push_back("hosting.replicas=" + options.replicas);
    if (!options.threads.empty()) overrides.push_back("study.threads=" + options.threads);
    if (!options.seed.empty()) overrides.push_back("study.seed=" + options.seed);
    return overrides;
}

/// results/NAME-hosting.h5, so that it does not stand where a run of the same scenario has its result.
std::filesystem::path hosting_result_name(const std::filesystem::path& scenario) {
    return scenario.parent_path() / scenario.stem().concat("-hosting.yaml");
}

/// A line every few seconds.
class HostingReporter {
   public:
    explicit HostingReporter(bool quiet) : quiet_(quiet) {}
    void report(const HostingProgress& progress) {
        constexpr auto every = std::chrono::seconds(5);
        const auto now = HostingClock::now();
        if (quiet_ || now - told_at_ < every) return;
        told_at_ = now;
        report_in_passing(fmt::format("{} of {} capacities found, {} replicas so far, now at {}\n", progress.found,
                                      progress.capacities, progress.replicas, progress.value));
    }

   private:
    bool quiet_;
    HostingClock::time_point told_at_ = HostingClock::now();
};

/// The result; none where it was stopped, or (reported) where a value could not be loaded.
std::optional<HostingResult> searched(const HostingPlan& plan, const HostingCommandOptions& options, InterruptWatch& watch,
                                      ExitStatus& status) {
    HostingReporter reporter(options.quiet);
    std::size_t replicas = 0;
    const auto start = HostingClock::now();
    try {
        const InterruptWatch::Grace grace(watch);
        HostingResult result =
            find_hosting(plan, {.threads = 0, .stop = grace.stop(), .progress = [&](const HostingProgress& progress) {
                                    replicas = progress.replicas;
                                    reporter.report(progress);
                                }});
        result.study.provenance.wall_seconds = std::chrono::duration<double>(HostingClock::now() - start).count();
        return result;
    } catch (const Stopped&) {
        fail(
            fmt::format("interrupted after {} replicas: no capacity is told before all are found, and nothing was written; run "
                        "the command again, with fewer hosting.replicas if it takes too long",
                        replicas));
        status = ExitStatus::interrupted;
    } catch (const HostingLevelFault& fault) {
        report(fault.issues);
        status =
            fail(fmt::format("the scenario is good at the ends of the range and not at {}; nothing was written", fault.value));
    }
    return std::nullopt;
}

/// Why there is not enough memory for the largest fleet, if so.
std::optional<std::string> shortage_of_hosting(const HostingPlan& plan) {
    LoadedStudy study = plan.study;
    study.scenario.outputs = plan.outputs;
    const StudyShape shape = shape_of(study, {});
    return memory_shortage(estimate_memory(study, shape), shape, memory_there(shape.threads + 1));
}

/// What the user should know besides the table; decides the exit status.
ExitStatus conclude_hosting(const HostingResult& result, const PlacedResult& placed, const HostingCommandOptions& options) {
    for (const std::string& note : placed.notes) fail(note);
    bool has_failed = false;
    for (const HostingRun& run : result.runs) {
        if (!run.failure) continue;
        has_failed = true;
        std::string words;
        for (const std::string& assignment : result.levels.overrides(run.failed_level)) words += " --set \"" + assignment + "\"";
        fail(fmt::format(
            "replica {} of seed {} failed under {}: {}; run just that replica with `evsweep run {} --only-replica {}{}`",
            run.failure->replica.index(), result.study.seed, run.controller, run.failure->what, options.scenario.string(),
            run.failure->replica.index(), words));
    }
    return placed.is_at_fault || has_failed ? ExitStatus::failed : ExitStatus::success;
}

}  // namespace

ExitStatus hosting_command(const HostingCommandOptions& options, InterruptWatch& watch) {
    const auto source = study_source(options.scenario, overrides_of_hosting(options));
    if (!source) return ExitStatus::invalid_input;
    Issues issues(source->files);
    const auto plan = plan_hosting(source->scenario, source->overrides, issues);
    const auto instruction_set =
        choose_instruction_set(options.instruction_set.empty() ? source->instruction_set : options.instruction_set,
                               at_flag("--instruction-set"), issues);
    if (source->doubt) issues.warning({std::make_shared<const std::string>(options.scenario.string())}, "", *source->doubt);
    report(issues);
    if (!plan || !instruction_set) return ExitStatus::invalid_input;
    use_instruction_set(*instruction_set);
    if (const auto wrong = wrong_ending(options.out)) return refuse("--out: " + *wrong, "end it in .h5, or in / for a folder");
    const ResultTarget target(result_path(hosting_result_name(options.scenario), options.out),
                              options.force ? ResultTarget::Overwrites::anything : ResultTarget::Overwrites::interrupted);
    if (const auto obstacle = target.obstacle()) return refuse("--out: " + *obstacle);
    if (const auto shortage = shortage_of_hosting(*plan)) return fail(*shortage);

    auto status = ExitStatus::failed;
    const auto result = searched(*plan, options, watch, status);
    if (!result) return status;
    const PlacedResult placed = target.place([&](const std::filesystem::path& path) { return hosting_bytes(*result, path); });
    if (!options.quiet || !placed.file) say(hosting_table(*result));
    if (!options.quiet && placed.file) say("\nResults: " + placed.file->string());
    return conclude_hosting(*result, placed, options);
}

}  // namespace evsweep
