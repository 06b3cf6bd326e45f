#include "sim/network/build/three_bus_transformers.hpp"

#include <array>
#include <cmath>
#include <set>
#include <string>
#include <utility>

namespace evsweep {
namespace {

constexpr std::array one_per_core{Conductor::a, Conductor::b, Conductor::c};
constexpr double inner_volts = 1000.0;  ///< of a coil at its rated voltage; any would do

std::string part_id(const std::string& transformer, std::size_t winding) {
    return winding == 0 ? transformer : transformer + ":" + std::to_string(winding + 1);
}

BusRow inner_bus(const TransformerRow& row) {
    BusRow bus;
    bus.id = row.id + " inside";
    bus.nominal = Volts(inner_volts * std::sqrt(3.0));
    bus.conductors.assign(one_per_core.begin(), one_per_core.begin() + std::ssize(row.windings.front().coils));
    bus.at = row.at;
    bus.is_inside_transformer = true;
    return bus;
}

/// Winding `w` and the star's leg to it.
TransformerRow part_of(const TransformerRow& row, std::size_t w, const BusRow& inside) {
    TransformerRow part = row;
    part.id = part_id(row.id, w);
    WindingRow star;
    star.bus = inside.id;
    for (const Conductor core : inside.conductors) star.coils.push_back({core, {}});
    star.rated = Volts(inner_volts);
    part.windings = {star, row.windings[w]};
    if (w == 0) std::swap(part.windings[0], part.windings[1]);  // power comes in there
    const auto& [x12, x13, x23] = std::array{row.reactance[0], row.reactance[1], row.reactance[2]};
    part.reactance = {std::array{x12 + x13 - x23, x12 + x23 - x13, x13 + x23 - x12}[w] / 2.0};
    if (w != 1) part.no_load_loss = part.magnetising_current = 0.0;  // they stand across the second winding
    return part;
}

}  // namespace

bool is_at_three_buses(const TransformerRow& row) {
    std::set<std::string> buses;
    for (const WindingRow& winding : row.windings) buses.insert(winding.bus);
    return buses.size() == 3;
}

FeederDescription with_inner_buses(const FeederDescription& description, Issues& issues) {
    FeederDescription apart = description;
    apart.transformers.clear();
    std::set<std::string> divided;
    for (const TransformerRow& row : description.transformers) {
        if (!is_at_three_buses(row) || !row.closed) {
            apart.transformers.push_back(row);
            continue;
        }
        divided.insert(row.id);
        apart.buses.push_back(inner_bus(row));
        for (std::size_t w = 0; w < row.windings.size(); ++w) apart.transformers.push_back(part_of(row, w, apart.buses.back()));
    }
    for (RegulatorRow& relay : apart.regulators) {
        if (divided.count(relay.transformer) == 0) continue;
        if (relay.tap_winding.value_or(relay.winding) != relay.winding)
            issues.error(relay.at, "regulator " + relay.id,
                         "moves another winding than it sees, which is not supported at a transformer of three buses",
                         "let it move the winding that it sees");
        relay.transformer = part_id(relay.transformer, relay.winding);
        relay.winding = relay.winding == 0 ? 0 : 1;
        relay.tap_winding.reset();
    }
    for (CapacitorControlRow& relay : apart.capacitor_controls)
        if (relay.at_to_end && divided.count(relay.element) > 0) relay.element = part_id(relay.element, 1);
    return apart;
}

}  // namespace evsweep
