#include "sim/network/relays/device_control.hpp"

#include <algorithm>

namespace evsweep {

namespace {

/// The earlier of two instants that may not be.
std::optional<Instant> earlier(std::optional<Instant> a, std::optional<Instant> b) {
    if (!a || !b) return a ? a : b;
    return std::min(*a, *b);
}

template <class Relay>
std::optional<Instant> due_of(const Relay& relay) {
    return relay.due();
}
std::optional<Instant> due_of(const InjectionRelay& relay) {
    return std::visit([](const auto& one) { return one.due(); }, relay);
}

template <class Relays>
std::vector<std::size_t> with_plans(const Relays& relays) {
    std::vector<std::size_t> list;
    for (std::size_t r = 0; r < relays.size(); ++r)
        if (due_of(relays[r])) list.push_back(r);
    return list;
}

}  // namespace

void DeviceControl::look(const ControlledNetwork& network, Instant now, Pace pace) {
    for (std::size_t r = 0; r < regulators_.size(); ++r) regulators_[r].look(network.see_regulator(r), now);
    for (std::size_t c = 0; c < capacitors_.size(); ++c) capacitors_[c].look(network.see_capacitor(c, now), now, pace);
    for (std::size_t i = 0; i < injections_.size(); ++i)
        std::visit([&](auto& relay) { relay.look(network.see_injection(i), now); }, injections_[i]);
}

InjectionPower DeviceControl::wanted(std::size_t control, const InjectionPower& available) const {
    return std::visit([&](const auto& relay) { return relay.wanted(available); }, injections_[control]);
}

void DeviceControl::put_injections(ControlledNetwork& network) const {
    for (std::size_t i = 0; i < injections_.size(); ++i) network.set_injection(i, wanted(i, network.see_injection(i).available));
}

std::optional<Instant> DeviceControl::due() const {
    std::optional<Instant> first;
    for (const RegulatorRelay& relay : regulators_) first = earlier(first, relay.due());
    for (const CapacitorRelay& relay : capacitors_) first = earlier(first, relay.due());
    for (const InjectionRelay& relay : injections_) first = earlier(first, due_of(relay));
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
    act_injections(network, at, pace, moves);
    return moves;
}

/// Those that follow curves act one by one; those that hold voltages act together, for each changes what the others see.
void DeviceControl::act_injections(ControlledNetwork& network, Instant at, Pace pace, std::vector<DeviceMove>& moves) {
    std::vector<HoldingGroup::Member> holding;
    std::vector<std::size_t> acting;
    for (std::size_t i = 0; i < injections_.size(); ++i) {
        if (due_of(injections_[i]) != at) continue;
        acting.push_back(i);
        if (auto* hold = std::get_if<HoldRelay>(&injections_[i]))
            holding.push_back({i, hold});
        else
            std::get<InverterRelay>(injections_[i]).act(at, pace);
    }
    std::vector<InjectionPower> before;
    for (const std::size_t i : acting) {
        const InjectionReading seen = network.see_injection(i);
        before.push_back(seen.present);
        if (!std::holds_alternative<HoldRelay>(injections_[i])) network.set_injection(i, wanted(i, seen.available));
    }
    if (!holding.empty()) holding_.act(network, holding);
    for (std::size_t k = 0; k < acting.size(); ++k) {
        const InjectionPower now = network.see_injection(acting[k]).present;
        if (now != before[k]) moves.push_back({DeviceMove::What::injection, acting[k], 0, now.q_kvar});
    }
}

bool DeviceControl::act_injections_at_once(ControlledNetwork& network, Instant now) {
    std::optional<Instant> first;
    for (const InjectionRelay& relay : injections_) first = earlier(first, due_of(relay));
    std::vector<DeviceMove> moves;
    if (first && *first <= now) act_injections(network, *first, Pace::real_time(), moves);
    return !moves.empty();
}

void DeviceControl::drop_plans() {
    for (RegulatorRelay& relay : regulators_) relay.drop_plans();
    for (CapacitorRelay& relay : capacitors_) relay.drop_plans();
    for (InjectionRelay& relay : injections_) std::visit([](auto& one) { one.drop_plans(); }, relay);
}

void DeviceControl::count_as_discharged() {
    for (CapacitorRelay& relay : capacitors_) relay.count_as_discharged();
}

int DeviceControl::solves() const {
    int most = 1;
    for (const InjectionRelay& relay : injections_)
        if (const auto* inverter = std::get_if<InverterRelay>(&relay)) most = std::max(most, inverter->solves());
    return most;
}

namespace {

/// Rounds until no relay has a plan; whether the network is settled then.
SettleStatus settle_once(DeviceControl& control, ControlledNetwork& network, const SettleOptions& options, Settled& result) {
    for (int round = 1;; ++round) {
        ++result.rounds;
        if (!network.solve()) return SettleStatus::unsolved;
        control.look(network, options.now, Pace::settling(options.share));
        const auto due = control.due();
        if (!due) return SettleStatus::settled;
        if (round >= options.max_rounds) return SettleStatus::hunting;
        result.moves += static_cast<int>(control.act(network, *due, Pace::settling(options.share)).size());
    }
}

}  // namespace

Settled settle(DeviceControl& control, ControlledNetwork& network, const SettleOptions& options) {
    Settled result;
    const int before = control.load_flows();
    for (int solve = 0; solve < control.solves() && result.status == SettleStatus::settled; ++solve) {
        control.drop_plans();
        control.count_as_discharged();
        control.put_injections(network);
        result.status = settle_once(control, network, options, result);
    }
    if (result.status == SettleStatus::hunting) {
        result.regulators = with_plans(control.regulators());
        result.capacitors = with_plans(control.capacitors());
        result.injections = with_plans(control.injections());
    }
    control.drop_plans();
    control.count_as_discharged();
    result.load_flows = result.rounds + control.load_flows() - before;
    return result;
}

}  // namespace evsweep
