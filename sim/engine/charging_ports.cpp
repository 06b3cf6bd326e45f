#include "sim/engine/charging_ports.hpp"

#include <cmath>
#include <map>
#include <utility>

#include "evsweep/connections.hpp"
#include "evsweep/contracts.hpp"

namespace evsweep {
namespace {

/// What an unsaid wiring means at this bus.
Wiring usual_wiring(const FeederSite& site, BusId bus) {
    const auto first = site.conductor.begin();
    const std::vector<Conductor> wires(first + site.first_conductor[bus.index()], first + site.first_conductor[bus.index() + 1]);
    if (has_conductor(wires, Conductor::s1) && has_conductor(wires, Conductor::s2)) return {{Conductor::s1, Conductor::s2}};
    return star(wires, wires);
}

}  // namespace

ChargingPorts::ChargingPorts(const Feeder& feeder, const Connectors& connectors)
    : bus_(connectors.bus), wiring_(connectors.wiring), earth_(static_cast<std::uint32_t>(feeder.conductors())) {
    std::vector<Pairs> wires;
    for (std::size_t c = 0; c < connectors.size(); ++c) wires.push_back(pairs_of(feeder, connectors, c));
    find_metering_points(wires);
    find_places(find_network(feeder));
}

bool ChargingPorts::serve(const Connectors& connectors) const { return bus_ == connectors.bus && wiring_ == connectors.wiring; }

ChargingPorts::Pairs ChargingPorts::pairs_of(const Feeder& feeder, const Connectors& connectors, std::size_t c) const {
    const BusId bus = connectors.bus[c];
    const bool said = c < connectors.wiring.size() && !connectors.wiring[c].empty();
    const auto conductor = [&](const std::optional<Conductor>& wire) {
        if (!wire) return earth_;
        const auto found = feeder.find_conductor(bus, *wire);
        EVSWEEP_EXPECTS(found, "a charging point is wired to conductors of its bus");
        return static_cast<std::uint32_t>(found->index());
    };
    Pairs pairs;
    for (const Terminals& wires : said ? connectors.wiring[c] : usual_wiring(feeder.site(), bus)) {
        EVSWEEP_EXPECTS(wires.plus, "a charging point begins at a conductor");
        const double nominal_v = nominal_across(Volts(feeder.site().nominal_v[bus.index()]), wires).value();
        const std::uint32_t plus = conductor(wires.plus);
        pairs.push_back({plus, conductor(wires.minus), nominal_v / feeder.site().base_v[plus]});
    }
    return pairs;
}

void ChargingPorts::find_metering_points(const std::vector<Pairs>& wires) {
    std::map<Pairs, std::uint32_t> known;
    for (const Pairs& pairs : wires) {
        const auto [point, is_new] = known.try_emplace(pairs, static_cast<std::uint32_t>(points_.size()));
        if (is_new) points_.push_back(pairs);
        point_.push_back(point->second);
    }
}

/// Chargers between a conductor and earth draw there plainly; each other pair of conductors is a port. Returns their places.
ChargingPorts::PlaceOfWires ChargingPorts::find_network(const Feeder& feeder) {
    std::vector<std::uint32_t> plain;
    std::vector<Port> extra;
    PlaceOfWires place;
    for (const Pairs& pairs : points_) {
        for (const Pair& pair : pairs) {
            if (!place.try_emplace({pair.plus, pair.minus}, static_cast<std::uint32_t>(feeder.ports() + extra.size())).second)
                continue;
            if (pair.minus == earth_)
                plain.push_back(pair.plus);
            else
                extra.push_back({pair.plus, pair.minus, pair.nominal_pu, 0});
        }
    }
    network_ = std::make_shared<SweptNetwork>(feeder, DrawingPlaces::at(feeder, plain, std::move(extra)), feeder.folded());
    for (auto& [wires, port] : place) port = network_->places().find(wires.second == earth_ ? wires.first : port).value();
    return place;
}

void ChargingPorts::find_places(const PlaceOfWires& place_of) {
    std::vector<std::vector<std::uint32_t>> places_of_point;
    for (Pairs& pairs : points_) {
        places_of_point.emplace_back();
        for (Pair& pair : pairs) {
            places_of_point.back().push_back(place_of.at({pair.plus, pair.minus}));
            pair.plus = network_->here(pair.plus);
            pair.minus = network_->here(pair.minus);
        }
    }
    std::vector<std::vector<Share>> shares(network_->places().size());
    first_place_.push_back(0);
    for (std::size_t c = 0; c < point_.size(); ++c) {
        const auto& own = places_of_point[point_[c]];
        place_.insert(place_.end(), own.begin(), own.end());
        first_place_.push_back(static_cast<std::uint32_t>(place_.size()));
        for (const std::uint32_t place : own) shares[place].push_back({ConnectorId(c), 1.0 / static_cast<double>(own.size())});
    }
    first_share_.push_back(0);
    for (const auto& here : shares) {
        share_.insert(share_.end(), here.begin(), here.end());
        first_share_.push_back(static_cast<std::uint32_t>(share_.size()));
    }
}

double ChargingPorts::voltage_pu(std::size_t point, const LoadFlow& flow) const {
    double sum = 0.0;
    for (const Pair& pair : points_[point]) {
        const LoadFlow::Complex across = flow.swept_voltage(pair.plus) - flow.swept_voltage(pair.minus);  // 0 V at the earth
        sum += std::sqrt(std::norm(across)) / pair.nominal_pu;
    }
    return sum / static_cast<double>(points_[point].size());
}

}  // namespace evsweep
