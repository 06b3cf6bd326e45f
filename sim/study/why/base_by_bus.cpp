#include "sim/study/why/base_by_bus.hpp"

#include <cmath>

namespace evsweep {

std::vector<BusId> bus_of_places(const SweptNetwork& network) {
    const FeederSite& site = network.feeder().site();
    const DrawingPlaces& places = network.places();
    const auto bus_of = [&](std::uint32_t conductor) { return BusId(site.bus_of_conductor[conductor]); };
    std::vector<BusId> buses;
    for (const std::uint32_t conductor : places.conductors) buses.push_back(bus_of(conductor));
    for (const Port& port : network.feeder().load_ports()) buses.push_back(bus_of(port.plus));
    for (const Port& port : places.extra) buses.push_back(bus_of(port.plus));
    return buses;
}

std::vector<double> base_by_place(const ChargingPorts& ports, std::span<const double> port, std::span<const double> connector) {
    std::vector<double> base(port.begin(), port.end());
    if (connector.empty()) return base;
    for (std::size_t place = 0; place < base.size(); ++place) {
        double drawn = 0.0;
        for (const ChargingPorts::Share& share : ports.drawing_at(place))
            drawn += share.part * connector[share.connector.index()];
        base[place] -= drawn;
        constexpr double rounding = 1e-12;
        if (std::abs(base[place]) <= rounding * std::abs(port[place])) base[place] = 0.0;  // a sum taken apart again
    }
    return base;
}

std::vector<double> base_by_bus(const ChargingPorts& ports, std::span<const double> port, std::span<const double> connector) {
    const SweptNetwork& network = *ports.network();
    const std::vector<BusId> bus = bus_of_places(network);
    const std::vector<double> by_place = base_by_place(ports, port, connector);
    std::vector<double> sum(network.feeder().buses(), 0.0);
    for (std::size_t place = 0; place < by_place.size(); ++place) sum[bus[place].index()] += by_place[place];
    return sum;
}

}  // namespace evsweep
