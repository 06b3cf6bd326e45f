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
    }

   private:
    /// Two buses of one zone that have these conductors.
    std::optional<std::pair<std::string, std::string>> two_of_a_zone() {
        for (int attempt = 0; attempt < 30; ++attempt) {
            const BusRow& one = dice.among(d.buses);
            const BusRow& two = dice.among(d.buses);
            if (one.id == two.id || spot.at(one.id).zone != spot.at(two.id).zone) continue;
            if (spot.at(one.id).meets || spot.at(two.id).meets) continue;
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
        Spot where = spot.at(buses->first);
        where.meets = true;
        const std::string id = next_id();
        BranchRow left = wire(buses->first, id, {one}, {one}), right = wire(buses->second, id, {two}, {two});
        left.shunt_s.clear();
        right.shunt_s.clear();
        right.id += "r";
        add_bus(bus(buses->first).nominal.value(), {one, two}, where);
        d.branches.push_back(left);
        d.branches.push_back(right);
        if (dice.chance(0.6)) grow_line(BusRow(d.buses.back()));
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
        if (wires == Wires{n} || spot.at(twin.from).meets || spot.at(twin.to).meets) return;
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
