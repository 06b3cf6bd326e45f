#include "sim/network/build/link_builder.hpp"

#include <algorithm>
#include <cmath>

#include "evsweep/connections.hpp"

namespace evsweep {
namespace {

using Index = Eigen::Index;
using Complex = std::complex<double>;

/// Volts of 1 pu over the square of it: 1 kVA per conductor.
double base_ohm(double volts) { return volts * volts / 1000.0; }

Block square(const std::vector<Complex>& values, double scale) {
    const auto n = static_cast<Index>(std::lround(std::sqrt(static_cast<double>(values.size()))));
    Block block(n, n);
    for (Index e = 0; e < n * n; ++e) block.data()[e] = values[static_cast<std::size_t>(e)] * scale;
    return block;
}

/// 1 where row i stands for conductor i of the list; the row of one that ends at the earth is empty.
Block selection(const BusRow& bus, const std::vector<Conductor>& conductors) {
    Block rows = Block::Zero(static_cast<Index>(conductors.size()), static_cast<Index>(bus.conductors.size()));
    for (std::size_t i = 0; i < conductors.size(); ++i)
        if (conductors[i] != Conductor::earth) rows(static_cast<Index>(i), *place_of(bus, conductors[i])) = 1.0;
    return rows;
}

Block scattered(const Block& block, const BusRow& bus, const std::vector<Conductor>& conductors) {
    const Block rows = selection(bus, conductors);
    return rows.transpose() * block * rows;
}

}  // namespace

double base_volts(const BusRow& bus) {
    const auto has = [&](Conductor c) { return place_of(bus, c).has_value(); };
    if (has(Conductor::balanced)) return bus.nominal.value();
    return bus.nominal.value() / (has(Conductor::s1) || has(Conductor::s2) ? 2.0 : std::sqrt(3.0));
}

std::optional<int> place_of(const BusRow& bus, Conductor conductor) {
    const auto found = std::find(bus.conductors.begin(), bus.conductors.end(), conductor);
    if (found == bus.conductors.end()) return std::nullopt;
    return static_cast<int>(found - bus.conductors.begin());
}

double rated_pu(const BusRow& bus, const Terminals& terminals, Volts rated) {
    return (rated.value() > 0.0 ? rated : nominal_across(bus.nominal, terminals)).value() / base_volts(bus);
}

CoilEnds ends_of(const BusRow& bus, const Terminals& terminals) {
    CoilEnds ends;
    if (terminals.plus) ends.plus = *place_of(bus, *terminals.plus);
    if (terminals.minus) ends.minus = *place_of(bus, *terminals.minus);
    return ends;
}

CoilEquations equations_of(const BranchRow& row, const LinkEnds& ends) {
    const std::vector<Conductor>& from = row.conductors;
    const std::vector<Conductor>& to = row.to_conductors.empty() ? row.conductors : row.to_conductors;
    const BusRow& from_bus = ends.parent_is_from ? ends.parent : ends.child;
    const BusRow& to_bus = ends.parent_is_from ? ends.child : ends.parent;
    // V_to = V_from / tap - Z j in volts of the `to` side, whose base is the frame of the rows.
    const double volts = base_volts(to_bus);
    CoilEquations e;
    Block at_from = selection(from_bus, from);
    if (row.kind == BranchKind::transformer)
        at_from /= row.tap;  // nominal ratios are no ratio in per unit
    else
        at_from *= base_volts(from_bus) / volts;
    const Block at_to = selection(to_bus, to);
    e.m = ends.parent_is_from ? at_to : at_from;
    e.n = ends.parent_is_from ? at_from : at_to;
    e.z = square(row.series_ohm, 1.0 / base_ohm(volts));
    if (row.shunt_s.empty() || std::all_of(row.shunt_s.begin(), row.shunt_s.end(), [](Complex y) { return y == 0.0; })) return e;
    const Block half = square(row.shunt_s, 0.5 * base_ohm(volts));
    Block shunt_from = scattered(half, from_bus, from) / (row.tap * row.tap);
    const Block shunt_to = scattered(half, to_bus, to);
    e.shunt_child = ends.parent_is_from ? shunt_to : shunt_from;
    e.shunt_parent = ends.parent_is_from ? shunt_from : shunt_to;
    return e;
}

LinkTransformer transformer_of(const TransformerRow& row, const LinkEnds& ends, std::size_t first_tap) {
    LinkTransformer t;
    t.child_conductors = ends.child.conductors.size();
    t.parent_conductors = ends.parent.conductors.size();
    for (std::size_t w = 0; w < row.windings.size(); ++w) {
        const WindingRow& winding = row.windings[w];
        const bool at_child = winding.bus == ends.child.id;
        const BusRow& bus = at_child ? ends.child : ends.parent;
        LinkWinding link{at_child, {}, winding.rated.value() / base_volts(bus), first_tap + w, !bus.is_inside_transformer};
        for (const Terminals& coil : winding.coils) link.coils.push_back(ends_of(bus, coil));
        t.windings.push_back(std::move(link));
    }
    const double coil_kva = row.rated.value() / static_cast<double>(row.windings.front().coils.size());
    const auto r = [&](std::size_t w) { return row.windings[w].resistance; };
    const auto& x = row.reactance;
    if (row.windings.size() == 2) {
        t.leakage.resize(1, 1);
        t.leakage(0, 0) = Complex(r(0) + r(1), x[0]) / coil_kva;
    } else {
        t.leakage.resize(2, 2);
        t.leakage(0, 0) = Complex(r(0) + r(1), x[0]) / coil_kva;
        t.leakage(1, 1) = Complex(r(0) + r(2), x[1]) / coil_kva;
        t.leakage(0, 1) = t.leakage(1, 0) = Complex(r(0), 0.5 * (x[0] + x[1] - x[2])) / coil_kva;
    }
    t.magnetising = Complex(row.no_load_loss, -row.magnetising_current) * coil_kva;
    t.stray = row.stray * coil_kva;
    return t;
}

Block shunt_admittance(const ShuntRow& row, const BusRow& bus) {
    const auto n = static_cast<Index>(bus.conductors.size());
    Block y = Block::Zero(n, n);
    const Complex part = Complex(row.p.value(), -row.q.value()) / static_cast<double>(row.terminals.size());
    for (const Terminals& terminals : row.terminals) {
        const CoilEnds ends = ends_of(bus, terminals);
        const double rated = rated_pu(bus, terminals, row.rated);
        add_between(y, ends, part / (rated * rated));
    }
    return y;
}

}  // namespace evsweep
