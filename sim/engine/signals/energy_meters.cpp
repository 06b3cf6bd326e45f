// Energy meters of groups.
#include "evsweep/energy_meters.hpp"

#include <algorithm>
#include <vector>

#include "sim/engine/provided_signal.hpp"

namespace evsweep {

namespace {

template <void (ChargingState::*put)(Instant, std::span<double>) const,
          void (GeneratorState::*add)(Instant, std::span<double>) const>
SignalReader by_group(const World& world) {
    return [of_connector = std::vector<double>(world.population.connectors.size()),
            of_group = std::vector<double>(world.site.scenario.population.size())](World& w) mutable {
        (w.fleet.*put)(w.now, of_connector);
        (w.generators.*add)(w.now, of_connector);
        std::fill(of_group.begin(), of_group.end(), 0.0);
        const auto& group = w.population.connectors.group;
        for (std::size_t c = 0; c < group.size(); ++c) of_group[group[c]] += of_connector[c];
        return std::span<const double>(of_group);
    };
}

const bool registered[] = {
    provide(signals::group_energy, Origin::batteries, by_group<&ChargingState::put_net_kwh, &GeneratorState::add_net_kwh>),
    provide(signals::group_reactive_energy, Origin::batteries,
            by_group<&ChargingState::put_net_kvarh, &GeneratorState::add_net_kvarh>),
};

}  // namespace

}  // namespace evsweep
