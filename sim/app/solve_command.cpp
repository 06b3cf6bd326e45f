#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "evsweep/version.hpp"
#include "sim/app/commands.hpp"
#include "sim/app/result_path.hpp"
#include "sim/app/say.hpp"
#include "sim/app/solve_tables.hpp"
#include "sim/engine/base_demand.hpp"
#include "sim/network/load_flow.hpp"
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
};

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
    return request;
}

/// Every load at its nominal power: the first step of a day without profiles.
PortPower nominal_power(const Feeder& feeder) {
    PortPower power(feeder.ports());
    Scenario nominal;
    nominal.time.duration = nominal.time.step;
    BaseDemand(nominal, feeder).fill(0, power);
    return power;
}

/// The branch nearest to its rating, or, where none has one, the branch with the largest current.
std::string loading_text(const Feeder& feeder, const LoadFlow& flow) {
    const FeederSite& site = feeder.site();
    const auto current = flow.current_a();
    if (feeder.branches() == 0) return "no branch";
    const auto& rating = site.rating_a;
    const bool rated = std::any_of(site.rating_a.begin(), site.rating_a.end(), [](double a) { return std::isfinite(a); });
    const auto load = [&](std::size_t i) { return rated ? current[i] / rating[i] : current[i]; };
    std::size_t worst = site.first_conductor[1];
    for (std::size_t i = worst; i < current.size(); ++i)
        if (load(i) > load(worst)) worst = i;
    const auto amperes = fmt::format("{}: {:.2f} A", site.branch[site.bus_of_conductor[worst] - 1], current[worst]);
    if (!rated) return amperes + " (no branch has a rating)";
    return amperes + fmt::format(" of {:.2f} A ({:.1f} %)", rating[worst], 100.0 * load(worst));
}

std::string report(const Feeder& feeder, const LoadFlow& flow, const LoadFlowResult& result, const LoadFlowOptions& options) {
    const auto voltage = flow.voltage_pu();
    const auto [lowest, highest] = std::minmax_element(voltage.begin(), voltage.end());
    const auto where = [&](auto at) {
        return feeder.site().conductor_name(ConductorId(static_cast<std::size_t>(at - voltage.begin())));
    };
    double p = 0.0;
    double q = 0.0;
    for (const LoadPoint& load : feeder.loads()) p += load.p_kw, q += load.q_kvar;
    std::string text = fmt::format("feeder           {}\n", feeder.name().empty() ? "without a name" : feeder.name());
    text += fmt::format("                 {} buses, {} branches, source at bus {}\n", feeder.buses(), feeder.branches(),
                        feeder.site().bus.front());
    text += fmt::format("load flow        {} in {} iterations, tolerance {} pu\n", name_of(result.status), result.iterations,
                        number_text(options.tolerance_pu));
    text += fmt::format("nominal load     {:12.4f} kW  {:12.4f} kvar\n", p, q);
    text += fmt::format("drawn            {:12.4f} kW  {:12.4f} kvar  (loads and shunts at the solved voltages)\n",
                        flow.drawn_kw(), flow.drawn_kvar());
    text += fmt::format("losses           {:12.4f} kW  {:12.4f} kvar\n", flow.loss_kw(), flow.loss_kvar());
    text += fmt::format("source           {:12.4f} kW  {:12.4f} kvar\n", flow.source_kw(), flow.source_kvar());
    text += fmt::format("lowest voltage   {:12.6f} pu  at bus {}\n", *lowest, where(lowest));
    text += fmt::format("highest voltage  {:12.6f} pu  at bus {}\n", *highest, where(highest));
    return text + fmt::format("most loaded      {}", loading_text(feeder, flow));
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
    const LoadFlowResult result = flow.solve(nominal_power(*feeder));
    if (result.status != LoadFlowStatus::converged)
        return fail(fmt::format("the load flow {} after {} iterations; worst at bus {}", name_of(result.status),
                                result.iterations, feeder->site().bus[result.worst_bus.index()]));
    say(report(*feeder, flow, result, request.flow));
    if (!options.csv) return ExitStatus::success;
    const auto origin = fmt::format("feeder {}; load flow at nominal load, tolerance {} pu; evsweep {}", options.feeder.string(),
                                    number_text(request.flow.tolerance_pu), version);
    if (const auto problem = write_tables(*feeder, flow, origin, *options.csv)) return fail(*problem);
    say(fmt::format("tables           {}, {}", (*options.csv / "bus_voltages.csv").string(),
                    (*options.csv / "branch_flows.csv").string()));
    return ExitStatus::success;
}

}  // namespace evsweep
