#include "sim/app/solve_request.hpp"

#include "sim/network/relays/device_control_load_flow.hpp"

namespace evsweep {

namespace {

bool may_settle(const std::string& controls, Issues& issues) {
    if (controls.empty() || controls == "settle") return true;
    if (controls != "as-given")
        issues.error(at_flag("--controls"), "", "unknown choice '" + controls + "'", "settle or as-given");
    return false;
}

/// Every load at its nominal power, whatever its profile.
PortPower nominal_power(const Feeder& feeder) {
    PortPower power(feeder.ports());
    for (const LoadPoint& load : feeder.loads()) power.add(load, 1.0);
    return power;
}

}  // namespace

SolveRequest read_solve_request(const SolveOptions& options, Issues& issues) {
    SolveRequest request;
    request.choice.file.path = options.feeder;
    request.choice.file.at = {std::make_shared<const std::string>(options.feeder.string())};
    request.choice.format = options.format;
    if (!options.tolerance.empty())
        request.flow.tolerance_pu =
            read_flag<double>("--tolerance", options.tolerance, above_up_to(0.0, 0.1), issues).value_or(1e-8);
    if (!options.source_voltage.empty())
        if (const auto voltage = read_flag<double>("--source-voltage", options.source_voltage, between(0.5, 1.5), issues))
            request.choice.source_voltage = PerUnit(*voltage);
    request.settles = may_settle(options.controls, issues);
    return request;
}

SolvedFeeder solve_nominal(LoadFlow& flow, const SolveRequest& request) {
    const Feeder& feeder = flow.feeder();
    SolvedFeeder solved{flow, {}, request.flow.tolerance_pu, {}};
    flow.draw(nominal_power(feeder));
    DeviceControl control = make_device_control(feeder);
    ControlledLoadFlow network(flow, Calendar());
    if (control.empty() || !request.settles) {
        control.put_injections(network);  // limits of a device are no control
        static_cast<void>(network.solve());
    } else {
        solved.settled = settle(control, network, {});
    }
    solved.result = network.result();
    if (solved.result.status == LoadFlowStatus::converged)
        solved.injections = injection_outcomes(control, network, solved.settled ? Acts::yes : Acts::no);
    return solved;
}

}  // namespace evsweep
