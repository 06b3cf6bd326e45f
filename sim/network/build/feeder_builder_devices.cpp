// What draws at the buses of a feeder, and what its customers see: loads, shunts and supplies.
#include "sim/network/build/feeder_builder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "evsweep/connections.hpp"
#include "sim/network/build/supply_voltages.hpp"

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

/// Works out what a relay looks at where its row leaves that open.
void FeederBuilder::add_injection_control(InjectionControlRow row) {
    const auto load = std::find_if(description_.loads.begin(), description_.loads.end(),
                                   [&](const LoadRow& other) { return other.id == row.load; });
    if (load == description_.loads.end()) return;  // reported by the checks
    if (row.watched.empty())
        for (const Terminals& across : load->terminals) row.watched.push_back({load->bus, across, load->rated});
    for (WatchedVoltage& seen : row.watched)
        if (!(seen.rated.value() > 0.0))
            seen.rated = nominal_across(description_.buses[rows_.bus.at(seen.bus)].nominal, seen.across);
    feeder_.injection_controls_.push_back(std::move(row));
}

void FeederBuilder::find_supplies() {
    const EarthReference held(description_, rows_, EarthReference::Source::holds);
    const EarthReference reference(description_, rows_, EarthReference::Source::as_described);
    find_held_by_loads(held);
    FeederSite& site = feeder_.site_;
    std::vector<bool> is_earthed;
    for (std::size_t c = 0; c < site.conductor.size(); ++c) {
        const std::size_t bus = node_[site.bus_of_conductor[c]];
        is_earthed.push_back(reference.is_earthed(bus, site.conductor[c]));
        model_->floats.push_back(held.is_earthed(bus, site.conductor[c]) ? 0 : 1);
    }
    site.supply = supply_voltages(site, is_earthed);
    // The end of a loop is its true bus once more, but may lack the wires that voltages there are judged against.
    // Nothing stands where the windings of a transformer meet.
    std::erase_if(site.supply, [&](const SupplyVoltage& seen) {
        if (row_of(seen.bus).is_inside_transformer) return true;
        if (!end_of_[seen.bus] || seen.minus) return false;
        return !is_earthed[seen.plus] || place_of(row_of(sweep_bus_[node_[seen.bus]]), Conductor::n).has_value();
    });
}

/// Metal that nothing earths, with loads from it to earth: one warning for each piece, at its first load.
void FeederBuilder::find_held_by_loads(const EarthReference& reference) {
    std::map<std::size_t, std::vector<const LoadRow*>> loads_of;  // by piece of metal
    for (const LoadRow& row : description_.loads) {
        const std::size_t bus = rows_.bus.at(row.bus);
        std::set<std::size_t> pieces;
        for (const Terminals& ends : row.terminals) {
            const bool plus_floats = ends.plus && !reference.is_earthed(bus, *ends.plus);
            const bool minus_floats = ends.minus && !reference.is_earthed(bus, *ends.minus);
            if (plus_floats != minus_floats) pieces.insert(reference.piece_of(bus, plus_floats ? *ends.plus : *ends.minus));
        }
        for (const std::size_t piece : pieces) loads_of[piece].push_back(&row);
    }
    if (loads_of.empty()) return;
    const FeederSite& site = feeder_.site_;
    for (std::size_t c = 0; c < site.conductor.size(); ++c) {
        const std::size_t piece = reference.piece_of(node_[site.bus_of_conductor[c]], site.conductor[c]);
        model_->held_by_loads.push_back(loads_of.count(piece) > 0 ? 1 : 0);
    }
    for (const auto& [piece, loads] : loads_of) {
        const std::string others = loads.size() > 1 ? fmt::format(", with {} more", loads.size() - 1) : "";
        issues_.warning(loads.front()->at, "load " + loads.front()->id,
                        fmt::format("draws to earth at bus {}{}, where no winding or line is earthed: these loads and stray "
                                    "admittances alone decide the voltages to earth there",
                                    loads.front()->bus, others),
                        "connect it between phases (a delta), or earth the winding, if that is not meant");
    }
}

}  // namespace evsweep
