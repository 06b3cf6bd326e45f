#include <algorithm>
#include <cmath>

#include "sim/network/relays/device_control.hpp"

namespace evsweep {

namespace {

/// A voltage that is off by no more is held: what a load flow of the usual tolerance leaves open.
constexpr double content_pu = 1e-8;

}  // namespace

HoldRelay::HoldRelay(const InjectionControlRow& row, InjectionPower initial)
    : law_(std::get<HoldVoltage>(row.law)),
      voltage_(row.voltage),
      delay_(row.delay),
      q_kvar_(std::clamp(initial.q_kvar, law_.q_min.value(), law_.q_max.value())) {}

void HoldRelay::see(const InjectionReading& seen) { seen_pu_ = of_several(voltage_, seen.voltage_pu); }

void HoldRelay::look(const InjectionReading& seen, Instant now) {
    see(seen);
    if (!(residual_pu() > content_pu))
        act_at_.reset();
    else if (!act_at_)
        act_at_ = now + delay_;
}

HoldRelay::State HoldRelay::state() const {
    if (q_kvar_ >= law_.q_max.value()) return State::at_maximum;
    return q_kvar_ <= law_.q_min.value() ? State::at_minimum : State::free;
}

double HoldRelay::residual_pu() const {
    const double off = seen_pu_ - law_.set.value();
    if (off > 0.0 && q_kvar_ <= law_.q_min.value()) return 0.0;
    if (off < 0.0 && q_kvar_ >= law_.q_max.value()) return 0.0;
    return std::abs(off);
}

InjectionRelay make_injection_relay(const InjectionControlRow& row, InjectionPower initial) {
    if (std::holds_alternative<HoldVoltage>(row.law)) return HoldRelay(row, initial);
    return InverterRelay(row, initial);
}

}  // namespace evsweep
