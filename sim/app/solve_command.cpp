#include <fmt/format.h>

#include "evsweep/version.hpp"
#include "sim/app/commands.hpp"
#include "sim/app/say.hpp"
#include "sim/app/solve_request.hpp"
#include "sim/record/new_file.hpp"
#include "sim/report/solve_report.hpp"
#include "sim/report/solve_tables.hpp"
#include "sim/study/load_study.hpp"

namespace evsweep {

namespace {

std::string origin(const SolveOptions& options, const SolvedFeeder& solved) {
    const char* devices = solved.settled ? ", controls settled" : "";
    return fmt::format("feeder {}; load flow at nominal load{}, tolerance {} pu; evsweep {}", options.feeder.string(), devices,
                       number_text(solved.tolerance_pu), version);
}

/// Flags that mean nothing for a single load flow.
void refuse_scenario_flags(const SolveOptions& options, Issues& issues) {
    const auto refuse_flag = [&](const std::string& flag, bool is_given) {
        if (is_given) issues.error(at_flag(flag), "", "is about random scenarios", "say how many: --scenarios N");
    };
    refuse_flag("--seed", !options.seed.empty());
    refuse_flag("--spread", !options.spread.empty());
    refuse_flag("--threads", !options.threads.empty());
    refuse_flag("--instruction-set", !options.instruction_set.empty());
}

std::string failure_text(const Feeder& feeder, const LoadFlowResult& result) {
    const std::string& bus = feeder.site().bus[result.worst_bus.index()];
    if (result.highest_share)
        return fmt::format(
            "the load flow collapsed: the feeder carries at most {:.2f} % of this load; then the lowest voltage is at bus {}",
            100.0 * *result.highest_share, bus);
    if (result.status == LoadFlowStatus::collapsed)
        return fmt::format("the load flow collapsed: the voltage at bus {} is below the limit of a collapse", bus);
    return fmt::format("the load flow diverged after {} iterations; worst at bus {}", result.iterations, bus);
}

}  // namespace

ExitStatus solve_command(const SolveOptions& options) {
    if (!options.scenarios.empty()) return solve_scenarios_command(options);
    Issues issues;
    const SolveRequest request = read_solve_request(options, issues);
    refuse_scenario_flags(options, issues);
    const auto feeder = load_feeder(request.choice, issues);
    report(issues);
    if (!feeder || issues.has_errors()) return ExitStatus::invalid_input;
    if (options.csv)
        for (const auto& file : table_files(*feeder, *options.csv))
            if (const auto obstacle = obstacle_to_writing(file)) return refuse("--csv: " + *obstacle, "name another folder");

    LoadFlow flow(*feeder, request.flow);
    const SolvedFeeder solved = solve_nominal(flow, request);
    if (solved.result.status != LoadFlowStatus::converged) return fail(failure_text(*feeder, solved.result));
    say(solve_report(solved));
    if (options.csv) {
        const auto written = write_tables(solved, origin(options, solved), *options.csv);
        if (written.problem) return fail(*written.problem);
        say(written.text);
    }
    if (!solved.settled || solved.settled->status == SettleStatus::settled) return ExitStatus::success;
    return fail("the controls found no rest: " + restless(*feeder, *solved.settled) +
                " still want to move; what is printed above is their last state");
}

}  // namespace evsweep
