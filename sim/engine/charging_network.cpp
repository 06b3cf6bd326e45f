#include "sim/engine/charging_network.hpp"

#include <optional>

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

ChargingNetwork::ChargingNetwork(const Feeder& feeder, const std::vector<ChargingPlace>& places)
    : feeder_(feeder), earth_(static_cast<std::uint32_t>(feeder.conductors())) {
    std::vector<std::vector<Wires>> wires;
    for (const ChargingPlace& place : places) {
        std::vector<Wires> of_place = wires_of(place);
        if (known_.try_emplace(of_place, wires.size()).second) wires.push_back(std::move(of_place));
    }
    const PlaceOfWires place_of = make_network(wires);
    for (const auto& of_point : wires) {
        points_.emplace_back();
        for (const Wires& pair : of_point)
            points_.back().push_back(
                {swept_->here(pair.plus), swept_->here(pair.minus), pair.nominal_pu, place_of.at({pair.plus, pair.minus})});
    }
}

std::size_t ChargingNetwork::find(const ChargingPlace& place) const {
    const auto found = known_.find(wires_of(place));
    EVSWEEP_EXPECTS(found != known_.end(), "a charging point stands where its behaviour said that it may");
    return found->second;
}

std::vector<ChargingNetwork::Wires> ChargingNetwork::wires_of(const ChargingPlace& place) const {
    const FeederSite& site = feeder_.site();
    const auto conductor = [&](const std::optional<Conductor>& wire) {
        if (!wire) return earth_;
        const auto found = feeder_.find_conductor(place.bus, *wire);
        EVSWEEP_EXPECTS(found, "a charging point is wired to conductors of its bus");
        return static_cast<std::uint32_t>(found->index());
    };
    std::vector<Wires> list;
    for (Terminals wires : place.wiring.empty() ? usual_wiring(site, place.bus) : place.wiring) {
        if (!wires.plus) std::swap(wires.plus, wires.minus);  // from earth to a leg is from the leg to earth
        EVSWEEP_EXPECTS(wires.plus, "a charging point begins or ends at a conductor");
        const double nominal_v = nominal_across(Volts(site.nominal_v[place.bus.index()]), wires).value();
        const std::uint32_t plus = conductor(wires.plus);
        list.push_back({plus, conductor(wires.minus), nominal_v / site.base_v[plus]});
    }
    return list;
}

/// Chargers between a conductor and earth draw there plainly; each other pair of conductors is a port. Returns their places.
ChargingNetwork::PlaceOfWires ChargingNetwork::make_network(const std::vector<std::vector<Wires>>& wires) {
    std::vector<std::uint32_t> plain;
    std::vector<Port> extra;
    PlaceOfWires place;
    for (const auto& of_point : wires) {
        for (const Wires& pair : of_point) {
            const auto next = static_cast<std::uint32_t>(feeder_.ports() + extra.size());
            if (!place.try_emplace({pair.plus, pair.minus}, next).second) continue;
            if (pair.minus == earth_)
                plain.push_back(pair.plus);
            else
                extra.push_back({pair.plus, pair.minus, pair.nominal_pu, 0});
        }
    }
    swept_ = std::make_shared<SweptNetwork>(feeder_, DrawingPlaces::at(feeder_, plain, std::move(extra)), feeder_.folded());
    for (auto& [pair, port] : place) port = swept_->places().find(pair.second == earth_ ? pair.first : port).value();
    return place;
}

std::vector<ChargingPlace> places_of(const Connectors& connectors) {
    std::vector<ChargingPlace> places;
    for (std::size_t c = 0; c < connectors.size(); ++c) places.push_back(connectors.place(ConnectorId(c)));
    return places;
}

}  // namespace evsweep
