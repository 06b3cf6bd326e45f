#include "sim/network/device_control.hpp"

namespace evsweep {

InverterRelay::InverterRelay(const InjectionControlRow& row, InjectionPower initial) : row_(row), given_(initial) {}

void InverterRelay::look(const InjectionReading&, Instant) {}

std::optional<Instant> InverterRelay::due() const { return act_at_; }

void InverterRelay::act(Instant, Pace) { act_at_.reset(); }

void InverterRelay::drop_plans() { act_at_.reset(); }

InjectionPower InverterRelay::wanted(const InjectionPower&) const { return given_; }

}  // namespace evsweep
