/// What `evsweep solve` prints of a solved feeder: what a planner asks first, by phase where phases differ.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/network/relays/device_control.hpp"
#include "sim/network/sweep/load_flow.hpp"
#include "sim/report/injection_report.hpp"

namespace evsweep {

/// A load flow that has been solved, and how its devices came to where they are.
struct SolvedFeeder {
    const LoadFlow& flow;
    LoadFlowResult result{};
    double tolerance_pu = 1e-8;
    std::optional<Settled> settled{};  ///< none: taps and steps are as the file gives them
    std::vector<InjectionOutcome> injections{};
};

/// The report, a fact a line.
[[nodiscard]] std::string solve_report(const SolvedFeeder& solved);

/// The first lines of a report: the feeder and its size.
[[nodiscard]] std::string feeder_text(const Feeder& feeder);

/// Where loads see a voltage, for people: "18", "611, phase c" (to earth), "611, a-n", "611, a-b".
[[nodiscard]] std::string place_text(const FeederSite& site, const SupplyVoltage& seen);

/// The relays that still wanted to move, by their names in the file.
[[nodiscard]] std::string restless(const Feeder& feeder, const Settled& settled);

}  // namespace evsweep
