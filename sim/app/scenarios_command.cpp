// `evsweep solve --scenarios`: very many load flows of one feeder at random loads.
#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "evsweep/rng.hpp"
#include "evsweep/version.hpp"
#include "sim/app/commands.hpp"
#include "sim/app/say.hpp"
#include "sim/app/solve_request.hpp"
#include "sim/record/new_file.hpp"
#include "sim/report/scenarios_report.hpp"
#include "sim/study/load_study.hpp"
#include "sim/study/many_load_flows.hpp"

namespace evsweep {

namespace {

struct ScenariosRequest {
    SolveRequest solve;
    std::size_t scenarios = 1;
    double low = 0.3, high = 1.5;
    std::uint64_t seed = 1;
    int threads = 1;
    std::optional<InstructionSet> set;
};

constexpr int most_scenarios = 10'000'000;  // some 60 bytes each
constexpr int most_threads = 1024;

/// The flags as numbers; what is wrong with them goes to `issues`.
ScenariosRequest read_request(const SolveOptions& options, Issues& issues) {
    ScenariosRequest request;
    request.solve = read_solve_request(options, issues);
    request.scenarios = static_cast<std::size_t>(
        read_flag<int>("--scenarios", options.scenarios, between(1, most_scenarios), issues).value_or(1));
    if (!options.seed.empty()) request.seed = read_flag<std::uint64_t>("--seed", options.seed, at_least(0), issues).value_or(1);
    if (!options.threads.empty())
        request.threads = read_flag<int>("--threads", options.threads, between(0, most_threads), issues).value_or(1);
    if (options.threads.empty() || request.threads == 0)
        request.threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    request.set = choose_instruction_set(options.instruction_set, at_flag("--instruction-set"), issues);
    if (options.spread.empty()) return request;
    const auto low = read_flag<double>("--spread", options.spread.front(), between(-100.0, 100.0), issues);
    const auto high = read_flag<double>("--spread", options.spread.back(), between(-100.0, 100.0), issues);
    if (!low || !high) return request;
    if (*low > *high)
        issues.error(at_flag("--spread"), "", number_text(*low) + " is above " + number_text(*high), "the lower one comes first");
    request.low = *low;
    request.high = *high;
    return request;
}

/// Taps and steps of all scenarios: where relays come to rest at nominal load, or as the file has them.
std::optional<DeviceState> find_devices(const Feeder& feeder, const ScenariosRequest& request, std::optional<Settled>& settled) {
    if (!has_relays(feeder) || !request.solve.settles) return feeder.initial_devices();
    LoadFlow flow(feeder, request.solve.flow);
    const SolvedFeeder solved = solve_nominal(flow, request.solve);
    settled = solved.settled;
    const bool rests = solved.result.status == LoadFlowStatus::converged && settled && settled->status == SettleStatus::settled;
    return rests ? std::optional(flow.devices()) : std::nullopt;
}

/// Taps may stand still from one scenario to the next, power that follows the voltage may not.
void refuse_injection_controls(const Feeder& feeder, Issues& issues) {
    if (feeder.injection_controls().empty()) return;
    const InjectionControlRow& first = feeder.injection_controls().front();
    const std::size_t others = feeder.injection_controls().size() - 1;
    issues.error(first.at, "injection control " + first.id,
                 (others > 0 ? fmt::format("and {} more follow", others) : std::string("follows")) +
                     " the voltage, which random scenarios cannot yet",
                 "give --controls as-given: then all inject what the file says, times the factor of each");
}

/// A scenario's loads are drawn from the seed, its number and the place of each load in the file, whatever else is solved.
ManyLoadFlows::Powers random_loads(const Feeder& feeder, const ScenariosRequest& request) {
    return [&feeder, &request](std::size_t scenario, std::span<double> p_kw, std::span<double> q_kvar) {
        Rng(request.seed, static_cast<std::uint32_t>(scenario)).uniforms(Purpose("scenario loads"), 0, 0, p_kw);
        for (std::size_t load = 0; load < p_kw.size(); ++load) {
            const double factor = request.low + (request.high - request.low) * p_kw[load];
            p_kw[load] = feeder.loads()[load].p_kw * factor;
            q_kvar[load] = feeder.loads()[load].q_kvar * factor;
        }
    };
}

ExitStatus tell_scenarios(const SolvedScenarios& solved, const SolveOptions& options) {
    say(scenarios_report(solved));
    if (options.csv) {
        const auto file = *options.csv / "scenarios.csv";
        const auto origin =
            fmt::format("feeder {}; {} load flows, loads U({}, {}) times nominal, seed {}, tolerance {} pu; evsweep {}",
                        options.feeder.string(), solved.result.size(), number_text(solved.low), number_text(solved.high),
                        solved.seed, number_text(solved.tolerance_pu), version);
        try {
            write_scenarios(solved, origin, file);
        } catch (const FileError& error) {
            return fail(error.what());
        }
        say("table            " + file.string());
    }
    if (solved.count(BatchStatus::converged) > 0) return ExitStatus::success;
    return fail("none of the load flows has a solution");
}

}  // namespace

ExitStatus solve_scenarios_command(const SolveOptions& options) {
    Issues issues;
    const ScenariosRequest request = read_request(options, issues);
    const auto feeder = load_feeder(request.solve.choice, issues);
    if (feeder && feeder->loads().empty()) issues.error(at_flag("--scenarios"), "", "the feeder has no loads to draw at random");
    if (feeder && request.solve.settles) refuse_injection_controls(*feeder, issues);
    report(issues);
    if (!feeder || issues.has_errors()) return ExitStatus::invalid_input;
    if (options.csv)
        if (const auto obstacle = obstacle_to_writing(*options.csv / "scenarios.csv"))
            return refuse("--csv: " + *obstacle, "name another folder");
    std::optional<Settled> settled;
    const auto devices = find_devices(*feeder, request, settled);
    if (!devices) return fail("the controls find no rest at nominal load; take them as they are with --controls as-given");

    ManyLoadFlows batch(network_of_loads(*feeder, *devices), request.solve.flow, *request.set, request.threads);
    BatchResult result;
    const auto start = std::chrono::steady_clock::now();
    batch.solve(request.scenarios, random_loads(*feeder, request), BatchDetail::extremes, result);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    const SolvedScenarios solved{*feeder,
                                 result,
                                 request.low,
                                 request.high,
                                 request.seed,
                                 request.solve.flow.tolerance_pu,
                                 name_of(batch.instruction_set()),
                                 batch.lanes(),
                                 request.threads,
                                 took.count(),
                                 settled};
    return tell_scenarios(solved, options);
}

}  // namespace evsweep
