#include "sim/network/hold_voltages.hpp"

#include "sim/network/device_control.hpp"

namespace evsweep {

void HoldingGroup::act(ControlledNetwork&, std::span<const Member>) {}

}  // namespace evsweep
