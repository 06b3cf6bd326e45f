#include "sim/engine/devices.hpp"

#include <chrono>

namespace evsweep {

namespace {

/// What is called for without any delay is done this much later, so that time goes on whatever relays want.
constexpr Duration least_delay = std::chrono::seconds(1);
/// Of injections that act at once, in one load flow.
constexpr int most_rounds = 100;

}  // namespace

Devices::Devices(const Scenario& scenario, LoadFlow& load_flow)
    : settings_(scenario.devices),
      calendar_(scenario.time.start),
      network_(load_flow, calendar_),
      control_(make_device_control(load_flow.feeder())),
      settles_(settings_.start == DeviceStart::settled && !control_.empty()),
      acts_(settings_.control == DeviceControls::on && !control_.empty()),
      has_injections_(!control_.injections().empty()) {}

LoadFlowResult Devices::solve(Instant now) {
    if (have_to_settle())
        hunts_ = settle(control_, network_, {.now = now}).status == SettleStatus::hunting;
    else
        network_.solve();
    look_at(network_.result(), now);
    if (acts_ && has_injections_) let_injections_act(now);
    return network_.result();
}

/// Until none of those without a delay wants to move any more.
void Devices::let_injections_act(Instant now) {
    const auto is_solved = [this] { return network_.result().status == LoadFlowStatus::converged; };
    for (int round = 0; is_solved() && control_.act_injections_at_once(network_, now); ++round) {
        network_.solve();
        look_at(network_.result(), now);
        if (round < most_rounds) continue;
        hunts_ = true;
        return;
    }
}

const PortPower& Devices::with_injections(const PortPower& base, const ReplicaLoad& load, std::size_t step) {
    if (!has_injections_) return base;
    own_ = base;
    const bool is_frozen = !settles_ && !acts_;
    for (std::size_t i = 0; i < control_.injections().size(); ++i) {
        const std::size_t of = network_.injection_load(i);
        const LoadPoint& row = network_.feeder().loads()[of];
        const InjectionPower available{-row.p_kw * load.scale(step, of), -row.q_kvar * load.q_scale(step, of)};
        const bool is_as_given = is_frozen && std::holds_alternative<HoldRelay>(control_.injections()[i]);
        network_.replace_injection(i, available, is_as_given ? available : control_.wanted(i, available), *own_);
    }
    return *own_;
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
