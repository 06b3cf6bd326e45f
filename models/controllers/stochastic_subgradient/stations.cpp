#include "controllers/stochastic_subgradient/stations.hpp"

#include <map>

#include "evsweep/connections.hpp"

namespace evsweep {

namespace {

std::string station_name(ConnectorId c, const Connectors& connectors, const std::vector<std::string>* buses) {
    const std::size_t bus = connectors.bus[c.index()].index();
    std::string name = buses ? (*buses)[bus] : std::to_string(bus);
    const Wiring wiring = connectors.place(c).wiring;
    if (!wiring.empty()) name += '.';
    for (const Terminals& wires : wiring) name += name_of(wires);
    if (c.index() < connectors.group.size()) name += '.' + connectors.groups[connectors.group[c.index()]];
    return name;
}

}  // namespace

std::vector<Station> stations_of(const std::vector<ConnectorId>& own, const Connectors& connectors,
                                 const std::vector<std::string>* buses) {
    std::vector<Station> stations;
    std::map<std::string, std::size_t> place_of;
    for (const ConnectorId c : own) {
        const std::string name = station_name(c, connectors, buses);
        const auto [place, is_new] = place_of.emplace(name, stations.size());
        if (is_new) stations.push_back({name, {}, 0.0});
        Station& station = stations[place->second];
        station.connectors.push_back(c);
        station.rated_kvar += connectors.apparent_rating[c.index()];
    }
    return stations;
}

}  // namespace evsweep
