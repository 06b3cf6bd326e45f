#include "sim/network/build/supply_voltages.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "evsweep/connections.hpp"

namespace evsweep {

namespace {

constexpr std::size_t kinds_of_conductors = 7;  // without the earth

/// Whether a shunt earths what it hangs on: no capacitor, and more than the stray admittance that keeps a delta from floating.
bool earths(const ShuntRow& shunt) {
    constexpr double most_stray_kva = 0.01;
    const bool is_capacitor = shunt.q.value() < 0.0 && !(shunt.p.value() > 0.0);
    return !is_capacitor && std::hypot(shunt.p.value(), shunt.q.value()) > most_stray_kva;
}

/// The pairs of terminals at a bus with these conductors.
std::vector<Terminals> judged_at(const std::vector<Conductor>& wires, bool floats) {
    const auto between = delta(wires);
    const bool to_neutral = has_conductor(wires, Conductor::n);
    return floats && !to_neutral && !between.empty() ? between : star(wires, wires);
}

}  // namespace

EarthReference::EarthReference(const FeederDescription& description, const CheckedRows& rows, Source source)
    : up_(description.buses.size() * kinds_of_conductors + 1) {
    std::iota(up_.begin(), up_.end(), std::size_t{0});
    if (rows.source && (rows.source->is_earthed || source == Source::holds)) {
        const std::size_t at = rows.bus.at(rows.source->bus);
        for (const Conductor c : description.buses[at].conductors) join(node(at, c), up_.size() - 1);
    }
    for (const ClosedRow& row : rows.closed) join(row, rows);
    for (const ShuntRow& shunt : description.shunts) {
        const auto bus = rows.bus.find(shunt.bus);
        if (!earths(shunt) || bus == rows.bus.end()) continue;
        for (const Terminals& ends : shunt.terminals) join(bus->second, ends);
    }
    for (std::size_t node = 0; node < up_.size(); ++node) up_[node] = root_of(node);
}

std::size_t EarthReference::node(std::size_t bus, Conductor conductor) {
    return bus * kinds_of_conductors + static_cast<std::size_t>(conductor);
}

/// Shortens the way of those it passes.
std::size_t EarthReference::root_of(std::size_t node) {
    while (up_[node] != node) node = up_[node] = up_[up_[node]];
    return node;
}

/// The larger number leads, so that the earth always does.
void EarthReference::join(std::size_t a, std::size_t b) {
    a = root_of(a);
    b = root_of(b);
    up_[std::min(a, b)] = std::max(a, b);
}

void EarthReference::join(std::size_t bus, const Terminals& ends) {
    const auto end = [&](const std::optional<Conductor>& wire) { return wire ? node(bus, *wire) : up_.size() - 1; };
    join(end(ends.plus), end(ends.minus));
}

void EarthReference::join(const ClosedRow& row, const CheckedRows& rows) {
    if (row.transformer) {
        for (const WindingRow& winding : row.transformer->windings)
            for (const Terminals& coil : winding.coils) join(rows.bus.at(winding.bus), coil);
        return;
    }
    const auto& above = row.branch->conductors;
    const auto& below = row.branch->to_conductors.empty() ? above : row.branch->to_conductors;
    const auto end = [&](std::size_t bus, Conductor wire) { return wire == Conductor::earth ? up_.size() - 1 : node(bus, wire); };
    for (std::size_t i = 0; i < std::min(above.size(), below.size()); ++i) join(end(row.from, above[i]), end(row.to, below[i]));
}

bool EarthReference::is_earthed(std::size_t bus, Conductor conductor) const {
    return up_[node(bus, conductor)] == up_.size() - 1;
}

std::vector<SupplyVoltage> supply_voltages(const FeederSite& site, const std::vector<bool>& is_earthed) {
    std::vector<SupplyVoltage> found;
    for (std::uint32_t bus = 0; bus < site.bus.size(); ++bus) {
        const std::uint32_t first = site.first_conductor[bus];
        const std::uint32_t last = site.first_conductor[bus + 1];
        const std::vector<Conductor> wires(site.conductor.begin() + first, site.conductor.begin() + last);
        const bool floats =
            std::none_of(is_earthed.begin() + first, is_earthed.begin() + last, [](bool earthed) { return earthed; });
        const auto place = [&](Conductor wire) {
            return first + static_cast<std::uint32_t>(std::find(wires.begin(), wires.end(), wire) - wires.begin());
        };
        for (const Terminals& ends : judged_at(wires, floats)) {
            SupplyVoltage seen{bus, place(*ends.plus), {}, nominal_across(Volts(site.nominal_v[bus]), ends).value()};
            if (ends.minus) seen.minus = place(*ends.minus);
            found.push_back(seen);
        }
    }
    return found;
}

}  // namespace evsweep
