#include "sim/network/device_control.hpp"

#include <algorithm>

namespace evsweep {

namespace {

/// The earlier of two instants that may not be.
std::optional<Instant> earlier(std::optional<Instant> a, std::optional<Instant> b) {
    if (!a || !b) return a ? a : b;
    return std::min(*a, *b);
}

template <class Relays>
std::vector<std::size_t> with_plans(const Relays& relays) {
    std::vector<std::size_t> list;
    for (std::size_t r = 0; r < relays.size(); ++r)
        if (relays[r].due()) list.push_back(r);
    return list;
}

}  // namespace

void DeviceControl::look(const ControlledNetwork& network, Instant now, Pace pace) {
    for (std::size_t r = 0; r < regulators_.size(); ++r) regulators_[r].look(network.see_regulator(r), now);
    for (std::size_t c = 0; c < capacitors_.size(); ++c) capacitors_[c].look(network.see_capacitor(c, now), now, pace);
}

std::optional<Instant> DeviceControl::due() const {
    std::optional<Instant> first;
    for (const RegulatorRelay& relay : regulators_) first = earlier(first, relay.due());
    for (const CapacitorRelay& relay : capacitors_) first = earlier(first, relay.due());
    return first;
}

std::optional<Instant> DeviceControl::next_hour(const Calendar& calendar, Instant now) const {
    std::optional<Instant> first;
    for (const CapacitorRelay& relay : capacitors_) first = earlier(first, relay.next_hour(calendar, now));
    return first;
}

std::vector<DeviceMove> DeviceControl::act(ControlledNetwork& network, Instant at, Pace pace) {
    std::vector<DeviceMove> moves;
    for (std::size_t r = 0; r < regulators_.size(); ++r) {
        if (regulators_[r].due() != at) continue;
        const TapMove move = regulators_[r].act(at, pace);
        if (move.steps == 0) continue;
        network.set_tap(r, move.tap);
        moves.push_back({DeviceMove::What::tap, r, move.steps, move.tap});
    }
    for (std::size_t c = 0; c < capacitors_.size(); ++c) {
        if (capacitors_[c].due() != at) continue;
        const int steps = capacitors_[c].act(at, pace);
        if (steps == 0) continue;
        network.set_steps(c, capacitors_[c].steps_on());
        moves.push_back({DeviceMove::What::capacitor, c, steps, static_cast<double>(capacitors_[c].steps_on())});
    }
    return moves;
}

void DeviceControl::drop_plans() {
    for (RegulatorRelay& relay : regulators_) relay.drop_plans();
    for (CapacitorRelay& relay : capacitors_) relay.drop_plans();
}

void DeviceControl::count_as_discharged() {
    for (CapacitorRelay& relay : capacitors_) relay.count_as_discharged();
}

Settled settle(DeviceControl& control, ControlledNetwork& network, const SettleOptions& options) {
    Settled result;
    control.drop_plans();
    control.count_as_discharged();
    while (true) {
        ++result.rounds;
        if (!network.solve()) {
            result.status = SettleStatus::unsolved;
            break;
        }
        control.look(network, options.now, Pace::settling(options.share));
        const auto due = control.due();
        if (!due) break;
        if (result.rounds >= options.max_rounds) {
            result.status = SettleStatus::hunting;
            result.regulators = with_plans(control.regulators());
            result.capacitors = with_plans(control.capacitors());
            break;
        }
        result.moves += static_cast<int>(control.act(network, *due, Pace::settling(options.share)).size());
    }
    control.drop_plans();
    control.count_as_discharged();
    return result;
}

}  // namespace evsweep
