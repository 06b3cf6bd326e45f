// Signals of vehicles and their charging points.
#include <algorithm>
#include <vector>

#include "sim/engine/provided_signal.hpp"

namespace evsweep {

namespace {

/// A column that the fleet keeps.
template <std::span<const double> (ChargingState::*column)() const>
SignalReader column_of(const World&) {
    return [](World& w) { return (w.fleet.*column)(); };
}

SignalReader state_of_charge(const World&) {
    return [](World& w) {
        w.fleet.refresh_soc(w.now);
        return w.fleet.soc();
    };
}

SignalReader group_power(const World& world) {
    return [kw = std::vector<double>(world.site.scenario.population.size())](World& w) mutable {
        std::fill(kw.begin(), kw.end(), 0.0);
        const auto& group = w.population.connectors.group;
        const auto p_kw = w.fleet.p_kw();
        for (std::size_t c = 0; c < group.size(); ++c) kw[group[c]] += p_kw[c];
        return std::span<const double>(kw);
    };
}

template <void (ChargingState::*put)(Instant, std::span<double>) const>
SignalReader energy_of_stays(const World& world) {
    return [kwh = std::vector<double>(world.population.connectors.size())](World& w) mutable {
        (w.fleet.*put)(w.now, kwh);
        return std::span<const double>(kwh);
    };
}

SignalReader charging(const World&) {
    return reader_of_number([](World& w) { return w.fleet.charging_kw(); });
}
SignalReader discharging(const World&) {
    return reader_of_number([](World& w) { return w.fleet.discharging_kw(); });
}
SignalReader fleet_kvar(const World&) {
    return reader_of_number([](World& w) { return w.fleet.ev_kvar(); });
}
SignalReader connected(const World&) {
    return reader_of_number([](World& w) { return static_cast<double>(w.fleet.plugged_in().size()); });
}

SignalReader waiting(const World&) {
    return [](World& w) { return w.queues.waiting_by_group(); };
}

using enum Origin;
const bool registered[] = {
    provide(signals::state_of_charge, batteries, state_of_charge),
    provide_column(signals::target_soc, given, column_of<&ChargingState::target_soc>),
    provide_column(signals::stated_departure, given, column_of<&ChargingState::stated_departure_ms>),
    provide_column(signals::reserve_soc, given, column_of<&ChargingState::reserve_soc>),
    provide_column(signals::capacity, given, column_of<&ChargingState::capacity_kwh>),
    provide_column(signals::stored_per_drawn, given, column_of<&ChargingState::stored_per_drawn>),
    provide_column(signals::drawn_per_returned, given, column_of<&ChargingState::drawn_per_returned>),
    provide_column(signals::taper_knee, given, column_of<&ChargingState::taper_knee>),
    provide_column(signals::taper_end, given, column_of<&ChargingState::taper_end>),
    provide_column(signals::power, batteries, column_of<&ChargingState::p_kw>),
    provide_column(signals::reactive_power, given, column_of<&ChargingState::q_kvar>),
    provide(signals::drawn_energy, batteries, energy_of_stays<&ChargingState::put_drawn_kwh>),
    provide(signals::returned_energy, batteries, energy_of_stays<&ChargingState::put_returned_kwh>),
    provide(signals::group_power, batteries, group_power),
    provide(signals::charging_power, batteries, charging),
    provide(signals::discharging_power, batteries, discharging),
    provide(signals::fleet_reactive_power, given, fleet_kvar),
    provide(signals::vehicles_connected, given, connected),
    provide(signals::vehicles_waiting, given, waiting),
};

}  // namespace

}  // namespace evsweep
