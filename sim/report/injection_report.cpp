#include "sim/report/injection_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/report/solve_tables.hpp"
#include "sim/study/csv_text.hpp"

namespace evsweep {

namespace {

constexpr std::size_t most_lines = 24;
constexpr double held_within_pu = 1e-6;

std::string state_text(const InjectionOutcome& outcome) {
    if (!outcome.set_pu) return "";
    switch (outcome.state) {
        case HoldRelay::State::free:
            return std::abs(outcome.voltage_pu - *outcome.set_pu) < held_within_pu ? "held" : "not held";
        case HoldRelay::State::at_minimum:
            return "at its lowest reactive power";
        case HoldRelay::State::at_maximum:
            return "at its highest reactive power";
    }
    return "";
}

/// Farther from its curve than anybody reads.
bool is_away(const InjectionOutcome& outcome) {
    constexpr double shown = 1e-3;
    return std::abs(outcome.away.p_kw) > shown || std::abs(outcome.away.q_kvar) > shown;
}

std::string away_text(const InjectionPower& away) {
    const std::string kvar = fmt::format("{:.3f} kvar", std::abs(away.q_kvar));
    if (std::abs(away.p_kw) <= std::abs(away.q_kvar) * 1e-3) return kvar + " from its curve";
    return fmt::format("{} and {:.3f} kW from its curves", kvar, std::abs(away.p_kw));
}

/// One line about all inverters that did not reach their curves.
std::string stopped_text(const Feeder& feeder, std::span<const InjectionOutcome> outcomes) {
    std::size_t stopped = 0, farthest = 0;
    const auto size = [&](std::size_t i) { return std::max(std::abs(outcomes[i].away.p_kw), std::abs(outcomes[i].away.q_kvar)); };
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        if (outcomes[i].set_pu || !is_away(outcomes[i])) continue;
        if (stopped++ == 0 || size(i) > size(farthest)) farthest = i;
    }
    if (stopped == 0) return "";
    return fmt::format(
        "                 {} of {} stopped away from their curves, {} most ({}), as OpenDSS does; smaller tolerances of\n"
        "                 their controls (VoltageChangeTolerance, VarChangeTolerance) lead to the curves themselves\n",
        stopped, outcomes.size(), feeder.injection_controls()[farthest].id, away_text(outcomes[farthest].away));
}

std::string line_of(const InjectionControlRow& row, const InjectionOutcome& outcome) {
    std::string text = fmt::format("injection        {:12.4f} kW  {:12.4f} kvar  {} at {:.6f} pu", outcome.given.p_kw + 0.0,
                                   outcome.given.q_kvar + 0.0, row.id, outcome.voltage_pu);
    if (!outcome.set_pu) return text + (is_away(outcome) ? fmt::format(", stopped {}\n", away_text(outcome.away)) : "\n");
    const std::string state = state_text(outcome);
    if (state == "held") return text + ", held\n";
    return text + fmt::format(", {}; it would hold {:.6f} pu\n", state, *outcome.set_pu);
}

}  // namespace

std::vector<InjectionOutcome> injection_outcomes(const DeviceControl& control, const ControlledLoadFlow& network, Acts acts) {
    std::vector<InjectionOutcome> outcomes;
    for (std::size_t i = 0; i < control.injections().size(); ++i) {
        const InjectionReading seen = network.see_injection(i);
        InjectionOutcome& outcome = outcomes.emplace_back();
        outcome.given = seen.present;
        outcome.voltage_pu = of_several(network.voltage_that_counts(i), seen.voltage_pu);
        const auto* hold = std::get_if<HoldRelay>(&control.injections()[i]);
        if (acts == Acts::no) continue;
        if (!hold) {
            outcome.away = std::get<InverterRelay>(control.injections()[i]).away();
            continue;
        }
        outcome.set_pu = hold->law().set.value();
        outcome.state = hold->state();
    }
    return outcomes;
}

std::string injections_text(const Feeder& feeder, std::span<const InjectionOutcome> outcomes) {
    std::string text;
    std::size_t lines = 0, left_out = 0;
    const auto& rows = feeder.injection_controls();
    for (const bool limited : {true, false}) {  // those at a limit first, so that long lists do not hide them
        for (std::size_t i = 0; i < outcomes.size(); ++i) {
            if ((outcomes[i].set_pu && outcomes[i].state != HoldRelay::State::free) != limited) continue;
            if (lines++ < most_lines)
                text += line_of(rows[i], outcomes[i]);
            else
                ++left_out;
        }
    }
    if (left_out > 0) text += fmt::format("                 and {} more injections, see --csv\n", left_out);
    return text + stopped_text(feeder, outcomes);
}

std::string injection_table(const Feeder& feeder, std::span<const InjectionOutcome> outcomes) {
    std::string text = "control,load,p_kw,q_kvar,voltage_pu,set_pu,state\n";
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        const InjectionControlRow& row = feeder.injection_controls()[i];
        const InjectionOutcome& outcome = outcomes[i];
        text += fmt::format("{},{},{:.9f},{:.9f},{:.12f},{},{}\n", csv_field(row.id), csv_field(row.load), outcome.given.p_kw,
                            outcome.given.q_kvar, outcome.voltage_pu,
                            outcome.set_pu ? fmt::format("{:.12f}", *outcome.set_pu) : "", state_text(outcome));
    }
    return text;
}

}  // namespace evsweep
