/// Random feeders that hold whatever a description can hold: what makes a network of the tree. Devices are in random_devices.hpp.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "unit/network/random_tree.hpp"

namespace evsweep::testing {

class RandomCircuit : public RandomTree {
   public:
    explicit RandomCircuit(std::uint64_t seed) : RandomTree(seed) {
        if (!is_balanced && dice.chance(0.25)) meet();
        if (dice.chance(0.35)) mesh(1 + dice.pick(3));
        if (dice.chance(0.3)) add_twin();
        if (dice.chance(0.3)) add_open();
        Dice others(seed + 1'000'000);  // of its own, so that the rest of a seed's circuit does not depend on it
        std::swap(dice, others);
        if (!is_balanced && dice.chance(0.25)) reroute();
        std::swap(dice, others);
    }

   private:
    /// Two buses of one zone that have these conductors.
    std::optional<std::pair<std::string, std::string>> two_of_a_zone() {
        for (int attempt = 0; attempt < 30; ++attempt) {
            const BusRow& one = dice.among(d.buses);
            const BusRow& two = dice.among(d.buses);
            if (one.id == two.id || spot.at(one.id).zone != spot.at(two.id).zone) continue;
            return std::pair(one.id, two.id);
        }
        return std::nullopt;
    }

    /// A bus whose phases arrive from two buses, and one or two below it.
    void meet() {
        const auto buses = two_of_a_zone();
        if (!buses) return;
        const Wires first = phases_of(bus(buses->first)), second = phases_of(bus(buses->second));
        const Conductor one = dice.among(first);
        Wires others = second;
        std::erase(others, one);
        if (others.empty() || one >= s1) return;
        const Conductor two = dice.among(others);
        const Spot where = spot.at(buses->first);
        const std::string id = next_id();
        BranchRow left = wire(buses->first, id, {one}, {one}), right = wire(buses->second, id, {two}, {two});
        right.id += "r";
        add_bus(bus(buses->first).nominal.value(), {one, two}, where);
        d.branches.push_back(left);
        d.branches.push_back(right);
        if (dice.chance(0.6)) grow_line(BusRow(d.buses.back()));
    }

    /// One phase comes to the lower end of a line, or to a bus below it, from elsewhere than the others: between the two it runs
    /// against them.
    void reroute() {
        for (int attempt = 0; attempt < 30; ++attempt) {
            if (d.branches.empty()) return;
            const std::size_t at = dice.pick(d.branches.size());
            const BranchRow cut = d.branches[at];
            Wires phases = cut.conductors;
            std::erase_if(phases, [](Conductor wire) { return wire == n || wire == earth; });
            if (cut.kind != BranchKind::line || !cut.to_conductors.empty() || phases.size() < 2) continue;
            const Conductor phase = dice.among(phases);
            const auto below = reached(std::stoul(cut.from) > std::stoul(cut.to) ? cut.from : cut.to, phase, at);
            const std::string& to = dice.among(below);
            const BusRow& from = dice.among(d.buses);
            if (!has(from, phase) || spot.at(from.id).zone != spot.at(to).zone || spot.at(from.id).kva < spot.at(to).kva)
                continue;
            if (std::find(below.begin(), below.end(), from.id) != below.end()) continue;
            BranchRow other = wire(from.id, to, {phase}, {phase});
            other.id += "p";
            drop(d.branches[at], phase);
            d.branches.push_back(other);
            return;
        }
    }

    /// Buses to which a phase leads from one of them over lines, but for one line.
    std::vector<std::string> reached(const std::string& from, Conductor phase, std::size_t without) const {
        std::vector<std::string> found{from};
        for (std::size_t next = 0; next < found.size(); ++next)
            for (std::size_t i = 0; i < d.branches.size(); ++i) {
                const BranchRow& row = d.branches[i];
                const bool is_at = row.from == found[next] || row.to == found[next];
                const auto& wires = row.conductors;
                if (i == without || !is_at || std::find(wires.begin(), wires.end(), phase) == wires.end()) continue;
                const std::string& far_end = row.from == found[next] ? row.to : row.from;
                if (std::find(found.begin(), found.end(), far_end) == found.end()) found.push_back(far_end);
            }
        return found;
    }

    static void drop(BranchRow& row, Conductor phase) {
        const auto place =
            static_cast<std::size_t>(std::find(row.conductors.begin(), row.conductors.end(), phase) - row.conductors.begin());
        const std::size_t size = row.conductors.size();
        for (auto* matrix : {&row.series_ohm, &row.shunt_s}) {
            std::vector<Complex> rest;
            for (std::size_t e = 0; e < matrix->size(); ++e)
                if (e / size != place && e % size != place) rest.push_back((*matrix)[e]);
            *matrix = rest;
        }
        std::erase(row.conductors, phase);
    }

    void mesh(std::size_t loops) {
        for (; loops > 0; --loops) {
            const auto ends = two_of_a_zone();
            if (!ends) return;
            Wires common;
            for (const Conductor wire : bus(ends->first).conductors)
                if (has(bus(ends->second), wire)) common.push_back(wire);
            if (common.empty() || common == Wires{n}) continue;
            BranchRow row = wire(ends->first, ends->second, common, common);
            if (row.kind == BranchKind::switch_) continue;  // no impedance may be in the whole loop
            d.branches.push_back(row);
        }
    }

    /// A line beside another, drawn either way, perhaps of fewer conductors.
    void add_twin() {
        if (d.branches.empty()) return;
        BranchRow twin = dice.among(d.branches);
        if (twin.kind != BranchKind::line || !twin.to_conductors.empty()) return;
        std::erase(twin.conductors, earth);
        const Wires wires = some_of(twin.conductors);
        if (wires == Wires{n}) return;
        BranchRow row = wire(twin.from, twin.to, wires, wires);
        if (row.kind == BranchKind::line) d.branches.push_back(row);
    }

    void add_open() {
        if (d.branches.empty()) return;
        BranchRow row = dice.among(d.branches);
        row.id += "open";
        row.closed = false;
        d.branches.push_back(row);
        if (d.transformers.empty()) return;
        TransformerRow t = dice.among(d.transformers);
        t.id += "open";
        t.closed = false;
        d.transformers.push_back(t);
    }
};

}  // namespace evsweep::testing
