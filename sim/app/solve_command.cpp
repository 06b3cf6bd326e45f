#include <fmt/format.h>

#include "evsweep/version.hpp"
#include "sim/app/commands.hpp"
#include "sim/app/result_path.hpp"
#include "sim/app/say.hpp"
#include "sim/app/solve_report.hpp"
#include "sim/app/solve_tables.hpp"
#include "sim/network/device_control_load_flow.hpp"
#include "sim/study/load_study.hpp"

namespace evsweep {

namespace {

/// A number given to a flag; problems are told at the flag's name.
std::optional<double> number_of(const std::string& flag, const std::string& text, Range range, Issues& issues) {
    const Position at{std::make_shared<const std::string>(flag)};
    Reader reader{issues, {}};
    const auto number = read_number(Node::make_scalar(text, at), "", reader);
    if (!number || range.contains(*number)) return number;
    issues.error(at, "", number_text(*number) + " is out of range", "must be " + range.text());
    return std::nullopt;
}

struct Request {
    FeederChoice choice;
    LoadFlowOptions flow;
    bool settles = true;
};

/// Whether tap changers and capacitors may move.
bool may_settle(const std::string& controls, Issues& issues) {
    if (controls.empty() || controls == "settle") return true;
    if (controls != "as-given")
        issues.error({std::make_shared<const std::string>("--controls")}, "", "unknown choice '" + controls + "'",
                     "settle or as-given");
    return false;
}

/// The flags as numbers; what is wrong with them goes to `issues`.
Request read_request(const SolveOptions& options, Issues& issues) {
    Request request;
    request.choice.file.path = options.feeder;
    request.choice.file.at = {std::make_shared<const std::string>(options.feeder.string())};
    request.choice.format = options.format;
    if (!options.tolerance.empty())
        request.flow.tolerance_pu = number_of("--tolerance", options.tolerance, above_up_to(0.0, 0.1), issues).value_or(1e-8);
    if (!options.source_voltage.empty())
        if (const auto voltage = number_of("--source-voltage", options.source_voltage, between(0.5, 1.5), issues))
            request.choice.source_voltage = PerUnit(*voltage);
    request.settles = may_settle(options.controls, issues);
    return request;
}

/// Every load at its nominal power, whatever its profile.
PortPower nominal_power(const Feeder& feeder) {
    PortPower power(feeder.ports());
    for (const LoadPoint& load : feeder.loads()) power.add(load, 1.0);
    return power;
}

/// Solves once, or until the feeder's relays are content.
SolvedFeeder solve(LoadFlow& flow, const Request& request) {
    const Feeder& feeder = flow.feeder();
    SolvedFeeder solved{flow, {}, request.flow.tolerance_pu, {}};
    const PortPower power = nominal_power(feeder);
    DeviceControl control = make_device_control(feeder);
    if (control.empty() || !request.settles) {
        solved.result = flow.solve(power);
        return solved;
    }
    ControlledLoadFlow network(flow, power, Calendar());
    solved.settled = settle(control, network, {});
    solved.result = network.result();
    return solved;
}

std::string origin(const SolveOptions& options, const SolvedFeeder& solved) {
    const char* devices = solved.settled ? ", controls settled" : "";
    return fmt::format("feeder {}; load flow at nominal load{}, tolerance {} pu; evsweep {}", options.feeder.string(), devices,
                       number_text(solved.tolerance_pu), version);
}

}  // namespace

ExitStatus solve_command(const SolveOptions& options) {
    Issues issues;
    const Request request = read_request(options, issues);
    const auto feeder = load_feeder(request.choice, issues);
    tell(issues);
    if (!feeder || issues.has_errors()) return ExitStatus::invalid_input;
    if (options.csv)
        if (const auto obstacle = obstacle_to_writing(*options.csv / "bus_voltages.csv"))
            return refuse("--csv: " + *obstacle, "name another folder");

    LoadFlow flow(*feeder, request.flow);
    const SolvedFeeder solved = solve(flow, request);
    if (solved.result.status != LoadFlowStatus::converged)
        return fail(fmt::format("the load flow {} after {} iterations; worst at bus {}", name_of(solved.result.status),
                                solved.result.iterations, feeder->site().bus[solved.result.worst_bus.index()]));
    say(solve_report(solved));
    if (options.csv) {
        const auto written = write_tables(*feeder, flow, origin(options, solved), *options.csv);
        if (written.problem) return fail(*written.problem);
        say(written.text);
    }
    if (!solved.settled || solved.settled->status == SettleStatus::settled) return ExitStatus::success;
    return fail("the controls found no rest: " + restless(*feeder, *solved.settled) +
                " still want to move; what is told above is their last state");
}

}  // namespace evsweep
