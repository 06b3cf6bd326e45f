#include "sim/engine/devices.hpp"

#include <chrono>

namespace evsweep {

namespace {

/// What is called for without any delay is done this much later, so that time goes on whatever relays want.
constexpr Duration least_delay = std::chrono::seconds(1);

}  // namespace

Devices::Devices(const Scenario& scenario, LoadFlow& load_flow)
    : settings_(scenario.devices),
      calendar_(scenario.time.start),
      network_(load_flow, calendar_),
      control_(make_device_control(load_flow.feeder())),
      settles_(settings_.start == DeviceStart::settled && !control_.empty()),
      acts_(settings_.control == DeviceControls::on && !control_.empty()) {}

LoadFlowResult Devices::solve(Instant now) {
    if (have_to_settle())
        start_ = settle(control_, network_, {.now = now});
    else
        network_.solve();
    look_at(network_.result(), now);
    return network_.result();
}

void Devices::look_at(const LoadFlowResult& result, Instant now) {
    started_ = true;
    network_.take(result);
    if (!acts_) return;
    if (result.status == LoadFlowStatus::converged)
        control_.look(network_, now);
    else
        control_.drop_plans();
}

std::optional<Instant> Devices::next(Instant now) const {
    if (!acts_) return std::nullopt;
    auto at = control_.due();
    if (at && *at <= now) at = now + least_delay;
    const auto hour = control_.next_hour(calendar_, now);
    return hour && (!at || *hour < *at) ? hour : at;
}

std::vector<DeviceMove> Devices::act(Instant now) {
    if (network_.result().status != LoadFlowStatus::converged) return {};
    control_.look(network_, now);
    std::vector<DeviceMove> done;
    for (auto due = control_.due(); due && *due <= now; due = control_.due()) {
        const auto moves = control_.act(network_, *due, Pace::real_time());
        done.insert(done.end(), moves.begin(), moves.end());
        if (!moves.empty()) break;  // what is due next must see what this has changed
    }
    if (done.empty()) control_.look(network_, now);  // a relay may have turned round
    return done;
}

}  // namespace evsweep
