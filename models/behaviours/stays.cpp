#include "behaviours/stays.hpp"

#include <algorithm>
#include <tuple>

namespace evsweep {

Stays::Stays(Population& population, std::size_t connectors, std::size_t days)
    : population_(population),
      first_connector_(population.connectors.size()),
      first_vehicle_(population.vehicles.size()),
      first_session_(population.sessions.size()),
      occupied_until_(connectors, Instant::min()) {
    population.sessions.reserve(first_session_ + connectors * days);
}

void Stays::add(std::size_t i, const Stay& stay) {
    if (stay.unplug <= stay.plug_in || stay.plug_in < occupied_until_[i]) {
        ++population_.dropped_sessions;
        return;
    }
    occupied_until_[i] = stay.unplug;
    population_.sessions.push_back({ConnectorId(first_connector_ + i), VehicleId(first_vehicle_ + i), stay.plug_in, stay.unplug,
                                    stay.stated_departure, stay.initial_soc, stay.target_soc});
}

void Stays::finish() {
    const auto earlier = [](const Session& a, const Session& b) {
        return std::tie(a.plug_in, a.connector) < std::tie(b.plug_in, b.connector);
    };
    auto& sessions = population_.sessions;
    const auto middle = sessions.begin() + static_cast<std::ptrdiff_t>(first_session_);
    std::sort(middle, sessions.end(), earlier);
    std::inplace_merge(sessions.begin(), middle, sessions.end(), earlier);
}

}  // namespace evsweep
