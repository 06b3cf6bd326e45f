#include "sim/app/injection_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/app/solve_tables.hpp"

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

std::string line_of(const InjectionControlRow& row, const InjectionOutcome& outcome) {
    std::string text = fmt::format("injection        {:12.4f} kW  {:12.4f} kvar  {} at {:.6f} pu", outcome.given.p_kw + 0.0,
                                   outcome.given.q_kvar + 0.0, row.id, outcome.voltage_pu);
    if (!outcome.set_pu) return text + "\n";
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
        outcome.voltage_pu = voltage_of(network.voltage_that_counts(i), seen.voltage_pu);
        const auto* hold = std::get_if<HoldRelay>(&control.injections()[i]);
        if (!hold || acts == Acts::no) continue;
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
    return text;
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
