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
    : earth_(static_cast<std::uint32_t>(feeder.conductors())) {
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> known;
    first_.push_back(0);
    for (std::size_t c = 0; c < connectors.size(); ++c) {
        const BusId bus = connectors.bus[c];
        const bool said = c < connectors.wiring.size() && !connectors.wiring[c].empty();
        const auto place = [&](const std::optional<Conductor>& wire) {
            if (!wire) return earth_;
            const auto found = feeder.find_conductor(bus, *wire);
            EVSWEEP_EXPECTS(found, "a charging point is wired to conductors of its bus");
            return static_cast<std::uint32_t>(found->index());
        };
        for (const Terminals& wires : said ? connectors.wiring[c] : usual_wiring(feeder.site(), bus)) {
            EVSWEEP_EXPECTS(wires.plus, "a charging point begins at a conductor");
            Pair pair{0, place(wires.plus), place(wires.minus), 1.0};
            const double nominal_v = nominal_across(Volts(feeder.site().nominal_v[bus.index()]), wires).value();
            pair.nominal_pu = nominal_v / feeder.site().base_v[pair.plus];
            pair.port = pair.plus;
            if (pair.minus != earth_) {
                const auto next = static_cast<std::uint32_t>(feeder.ports() + extra_.size());
                const auto [entry, is_new] = known.try_emplace({pair.plus, pair.minus}, next);
                if (is_new) extra_.push_back({pair.plus, pair.minus, pair.nominal_pu, 0});
                pair.port = entry->second;
            }
            pairs_.push_back(pair);
        }
        first_.push_back(static_cast<std::uint32_t>(pairs_.size()));
    }
}

void ChargingPorts::add_parts(std::span<const Pair> wires, double p_kw, double q_kvar, PortPower& power) {
    const double part = 1.0 / static_cast<double>(wires.size());
    for (const Pair& pair : wires) {
        power.p[pair.port] += p_kw * part;
        power.q[pair.port] += q_kvar * part;
    }
}

double ChargingPorts::mean_voltage_pu(std::span<const Pair> wires, const LoadFlow& flow) const {
    double sum = 0.0;
    for (const Pair& pair : wires) {
        if (pair.minus == earth_)
            sum += flow.voltage_pu()[pair.plus];
        else
            sum += std::abs(flow.voltage(pair.plus) - flow.voltage(pair.minus)) / pair.nominal_pu;
    }
    return sum / static_cast<double>(wires.size());
}

}  // namespace evsweep
