#include "sim/engine/charging_ports.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace evsweep {

ChargingPorts::ChargingPorts(const ChargingNetwork& network, const Connectors& connectors)
    : network_(network), bus_(connectors.bus), wiring_(connectors.wiring) {
    find_metering_points(connectors);
    find_places();
}

bool ChargingPorts::serve(const Connectors& connectors) const { return bus_ == connectors.bus && wiring_ == connectors.wiring; }

void ChargingPorts::find_metering_points(const Connectors& connectors) {
    std::map<std::size_t, std::uint32_t> known;
    for (std::size_t c = 0; c < connectors.size(); ++c) {
        const std::size_t of_network = network_.find(connectors.place(ConnectorId(c)));
        const auto [point, is_new] = known.try_emplace(of_network, static_cast<std::uint32_t>(points_.size()));
        if (is_new) points_.push_back(of_network);
        point_.push_back(point->second);
    }
}

void ChargingPorts::find_places() {
    std::vector<std::vector<Share>> shares(network_.swept()->places().size());
    first_place_.push_back(0);
    for (std::size_t c = 0; c < point_.size(); ++c) {
        const auto& pairs = network_.metering_point(points_[point_[c]]);
        for (const ChargingNetwork::Pair& pair : pairs) {
            place_.push_back(pair.place);
            shares[pair.place].push_back({ConnectorId(c), 1.0 / static_cast<double>(pairs.size())});
        }
        first_place_.push_back(static_cast<std::uint32_t>(place_.size()));
    }
    first_share_.push_back(0);
    for (const auto& here : shares) {
        share_.insert(share_.end(), here.begin(), here.end());
        first_share_.push_back(static_cast<std::uint32_t>(share_.size()));
    }
}

BusId ChargingPorts::bus_of_point(std::size_t point) const {
    const auto first = std::find(point_.begin(), point_.end(), static_cast<std::uint32_t>(point));
    return bus_[static_cast<std::size_t>(first - point_.begin())];
}

double ChargingPorts::voltage_pu(std::size_t point, const LoadFlow& flow) const {
    double sum = 0.0;
    const auto& pairs = network_.metering_point(points_[point]);
    for (const ChargingNetwork::Pair& pair : pairs) {
        const LoadFlow::Complex across = flow.swept_voltage(pair.plus) - flow.swept_voltage(pair.minus);  // 0 V at the earth
        sum += std::sqrt(std::norm(across)) / pair.nominal_pu;
    }
    return sum / static_cast<double>(pairs.size());
}

}  // namespace evsweep
