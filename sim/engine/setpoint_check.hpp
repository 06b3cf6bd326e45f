/// Whether a charging point can follow the setpoint that a controller gave it. A setpoint is never clipped, so a faulty
/// controller cannot look good.
#pragma once

#include "evsweep/controller.hpp"
#include "sim/fleet/charging_state.hpp"

namespace evsweep {

/// Throws SetpointError where the connector's setpoint is outside its limits, off its steps or beyond its apparent power.
void check_setpoint(const Population& population, const ChargingState& fleet, const SetpointTable& setpoints, ConnectorId c,
                    Instant now);

/// Throws SetpointError of a connector that the controller does not decide.
[[noreturn]] void throw_foreign_setpoint(ConnectorId c, Instant now);

}  // namespace evsweep
