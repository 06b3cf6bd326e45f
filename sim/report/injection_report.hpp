/// What became of injections that follow the voltage in a solved load flow: lines of the report, and a table.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/network/relays/device_control_load_flow.hpp"

namespace evsweep {

/// Where one injection control came to rest.
struct InjectionOutcome {
    InjectionPower given{};          ///< to the network, at the rated voltage of its load
    double voltage_pu = 0.0;         ///< that its relay sees
    std::optional<double> set_pu{};  ///< of one that holds a voltage
    HoldRelay::State state = HoldRelay::State::free;
    InjectionPower away{};  ///< what the curves of an inverter call for beyond what it gives, where it has stopped
};

/// By injection control of the feeder. `network` is solved, with relays that acted or did not.
enum class Acts { no, yes };
[[nodiscard]] std::vector<InjectionOutcome> injection_outcomes(const DeviceControl& control, const ControlledLoadFlow& network,
                                                               Acts acts);

/// A line each, and a warning line where limits bind.
[[nodiscard]] std::string injections_text(const Feeder& feeder, std::span<const InjectionOutcome> outcomes);

/// The rows of `injections.csv`, with their heading.
[[nodiscard]] std::string injection_table(const Feeder& feeder, std::span<const InjectionOutcome> outcomes);

}  // namespace evsweep
