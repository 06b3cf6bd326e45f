// What draws at the buses of a feeder, and what its customers see: loads, shunts and supplies.
#include "sim/network/feeder_builder.hpp"

#include <algorithm>

#include "sim/network/supply_voltages.hpp"

namespace evsweep {

void FeederBuilder::add_load(const LoadRow& row) {
    const BusId bus = sweep_bus(row.bus);
    feeder_.site_.load_kw[bus.index()] += row.p.value();
    LoadPoint load{row.id, bus, row.p.value(), row.q.value(), {}, row.profile, feeder_.site_.bus_class[bus.index()]};
    for (const Terminals& terminals : row.terminals) load.ports.push_back(port_of(row, terminals, bus));
    feeder_.loads_.push_back(std::move(load));
    feeder_.site_.loads.push_back({row.id, bus, row.p.value(), row.terminals});
}

/// Constant power to earth is drawn at the conductor itself; everything else gets a port of its own.
std::uint32_t FeederBuilder::port_of(const LoadRow& row, const Terminals& terminals, BusId bus) {
    const BusRow& at = row_of(bus.index());
    const CoilEnds ends = ends_of(at, terminals);
    const std::uint32_t first = model_->first_conductor[bus.index()];
    const std::uint32_t earth = model_->first_conductor.back();
    if (ends.minus < 0 && row.response == VoltageResponse{}) return first + static_cast<std::uint32_t>(ends.plus);
    Port port;
    port.plus = ends.plus < 0 ? earth : first + static_cast<std::uint32_t>(ends.plus);
    port.minus = ends.minus < 0 ? earth : first + static_cast<std::uint32_t>(ends.minus);
    port.rated_pu = rated_pu(at, terminals, row.rated);
    const auto same = std::find(feeder_.laws_.begin(), feeder_.laws_.end(), row.response);
    port.law = static_cast<std::uint32_t>(same - feeder_.laws_.begin());
    if (same == feeder_.laws_.end()) feeder_.laws_.push_back(row.response);
    feeder_.load_ports_.push_back(port);
    return static_cast<std::uint32_t>(feeder_.ports() - 1);
}

void FeederBuilder::add_shunt(const ShuntRow& row) {
    const std::size_t k = sweep_bus(row.bus).index();
    model_->shunts_at[k].push_back(static_cast<std::uint32_t>(model_->shunts.size()));
    model_->shunts.push_back({static_cast<std::uint32_t>(k), shunt_admittance(row, row_of(k)), row.steps});
    model_->initial.steps_on.push_back(row.steps_on);
    feeder_.shunts_.push_back(row);
}

void FeederBuilder::find_supplies() {
    const EarthReference reference(description_, rows_);
    FeederSite& site = feeder_.site_;
    std::vector<bool> is_earthed;
    for (std::size_t c = 0; c < site.conductor.size(); ++c)
        is_earthed.push_back(reference.is_earthed(node_[site.bus_of_conductor[c]], site.conductor[c]));
    site.supply = supply_voltages(site, is_earthed);
    // The end of a loop is its true bus once more, but may lack the wires that voltages there are judged against.
    std::erase_if(site.supply, [&](const SupplyVoltage& seen) {
        if (seen.bus < order_.nodes.size() || seen.minus) return false;
        return !is_earthed[seen.plus] || place_of(row_of(loop_at_[seen.bus - order_.nodes.size()]), Conductor::n).has_value();
    });
}

}  // namespace evsweep
