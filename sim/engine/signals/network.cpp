// Signals of the network, as of its latest load flow.
#include <limits>
#include <vector>

#include "sim/engine/provided_signal.hpp"

namespace evsweep {

namespace {

SignalReader voltage(const World& world) {
    return [pu = std::vector<double>(world.ports.metering_points())](World& w) mutable {
        for (std::size_t point = 0; point < pu.size(); ++point) pu[point] = w.ports.voltage_pu(point, w.network.load_flow());
        return std::span<const double>(pu);
    };
}

std::span<const std::uint32_t> metering_point(const World& world) { return world.ports.metering_point(); }

SignalReader head_kw(const World&) {
    return reader_of_number([](World& w) { return w.network.load_flow().source_kw(); });
}
SignalReader head_kvar(const World&) {
    return reader_of_number([](World& w) { return w.network.load_flow().source_kvar(); });
}
SignalReader load_kw(const World&) {
    return reader_of_number([](World& w) {
        return w.network.totals().drawn_kw - (w.fleet.charging_kw() - w.fleet.discharging_kw()) + w.generators.generated_kw();
    });
}
SignalReader loss_kw(const World&) {
    return reader_of_number([](World& w) { return w.network.totals().loss_kw; });
}

template <std::span<const double> (LoadFlow::*column)() const>
SignalReader column_of(const World&) {
    return [](World& w) { return (w.network.load_flow().*column)(); };
}

SignalReader unbalance(const World& world) {
    return [factor = std::vector<double>(world.site.feeder.buses(), std::numeric_limits<double>::quiet_NaN())](World& w) mutable {
        if (!w.site.feeder.is_balanced()) w.shared.unbalance.fill_unbalance(w.network.load_flow(), factor);
        return std::span<const double>(factor);
    };
}
SignalReader neutral_current(const World& world) {
    return [amperes = std::vector<double>(world.site.feeder.branches())](World& w) mutable {
        if (!w.site.feeder.is_balanced()) w.shared.unbalance.fill_neutral_currents(w.network.load_flow(), amperes);
        return std::span<const double>(amperes);
    };
}

bool provide_voltage() {
    provide(signals::voltage, Origin::network, voltage);
    provided_signals().at(signals::voltage.name).row_of_connector = metering_point;
    return true;
}

const bool registered[] = {
    provide_voltage(),
    provide(signals::feeder_head, Origin::network, head_kw),
    provide(signals::feeder_head_reactive, Origin::network, head_kvar),
    provide(signals::load_power, Origin::network, load_kw),
    provide(signals::loss_power, Origin::network, loss_kw),
    provide(signals::supply_voltage, Origin::network, column_of<&LoadFlow::supply_pu>),
    provide(signals::earth_voltage, Origin::network, column_of<&LoadFlow::voltage_pu>),
    provide(signals::conductor_current, Origin::network, column_of<&LoadFlow::current_a>),
    provide(signals::unbalance, Origin::network, unbalance),
    provide(signals::neutral_current, Origin::network, neutral_current),
};

}  // namespace

}  // namespace evsweep
