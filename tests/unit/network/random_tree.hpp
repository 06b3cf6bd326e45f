/// Random feeders that hold whatever a description can hold: how a tree of lines and transformers grows.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "evsweep/feeder_description.hpp"
#include "unit/network/random_dice.hpp"

namespace evsweep::testing {

class RandomTree {
   public:
    using Complex = std::complex<double>;
    using Coils = std::vector<Terminals>;
    using Wires = std::vector<Conductor>;
    using enum Conductor;

    explicit RandomTree(std::uint64_t seed) : dice(seed) {
        is_balanced = dice.chance(0.08);
        start();
        const std::size_t buses = 2 + dice.pick(13);
        while (d.buses.size() < buses) grow();
    }

    FeederDescription d;
    std::map<std::string, Spot> spot;
    Dice dice;
    bool is_balanced = false;

    static bool has(const BusRow& bus, Conductor c) {
        return std::find(bus.conductors.begin(), bus.conductors.end(), c) != bus.conductors.end();
    }
    static Wires phases_of(const BusRow& bus) {
        Wires wires = bus.conductors;
        std::erase(wires, n);
        return wires;
    }
    [[nodiscard]] const BusRow& bus(const std::string& id) const {
        return *std::find_if(d.buses.begin(), d.buses.end(), [&](const BusRow& row) { return row.id == id; });
    }
    static double coil_volts(const Terminals& coil, double nominal) {
        const bool is_leg = (coil.plus && *coil.plus >= s1) || (coil.minus && *coil.minus >= s1);
        if (is_leg) return nominal / 2.0;
        return coil.plus && coil.minus && *coil.minus != n ? nominal : nominal / std::sqrt(3.0);
    }

   protected:
    void start() {
        const std::vector<Wires> sets{{a, b, c}, {a, b, c}, {a, b, c}, {a, b, c}, {a, b, c, n}, {c, a, b}, {a, b}, {b}};
        BusRow first;
        first.id = "0";
        first.nominal = Volts(dice.among<double>({12470.0, 4160.0, 34500.0}));
        first.conductors = is_balanced ? Wires{balanced} : dice.among(sets);
        d.buses = {first};
        spot["0"] = {};
        SourceRow source;
        source.bus = "0";
        source.voltage = PerUnit(dice.draw(0.97, 1.05));
        source.angle = Degrees(dice.draw(-60.0, 60.0));
        const std::size_t size = first.conductors.size();
        if (dice.chance(0.7)) source.series_ohm = matrix(size, impedance_base("0") * dice.draw(0.002, 0.03));
        if (!is_balanced && !has(first, n) && dice.chance(0.3))
            for (const Conductor wire : first.conductors) {
                const double turn = wire == b ? -120.0 : wire == c ? 120.0 : 0.0;
                source.voltages.emplace_back(dice.draw(0.96, 1.05));
                source.angles.emplace_back(turn + dice.draw(-3.0, 3.0));
                source.voltage = source.voltages.front();
                if (dice.chance(0.5)) source.series_ohm.clear();
            }
        d.sources = {source};
    }

    /// Ohm at which the power of a place would be lost altogether.
    double impedance_base(const std::string& at) {
        const double volts = bus(at).nominal.value();
        return volts * volts / (1000.0 * spot.at(at).kva);
    }
    std::string next_id() const { return std::to_string(d.buses.size()); }

    /// A symmetric matrix of coupled conductors, passive.
    std::vector<Complex> matrix(std::size_t size, double ohm) {
        std::vector<Complex> z(size * size);
        const Complex mutual = ohm * Complex(dice.draw(0.05, 0.2), dice.draw(0.1, 0.4));
        for (std::size_t i = 0; i < size; ++i)
            for (std::size_t j = 0; j <= i; ++j)
                z[i * size + j] = z[j * size + i] = i == j ? mutual + ohm * Complex(dice.draw(0.2, 0.6), dice.draw(0.4, 0.8))
                                                           : mutual * Complex(1.0, 0.1 * dice.draw(-1.0, 1.0));
        return z;
    }

    /// A line with the impedance of its place; `from` and `to` are its conductors there.
    BranchRow wire(const std::string& from, const std::string& to, const Wires& at_from, const Wires& at_to) {
        BranchRow row;
        row.id = "L" + std::to_string(d.branches.size()) + "_" + from + "_" + to;
        row.from = from;
        row.to = to;
        row.conductors = at_from;
        if (at_to != at_from || dice.chance(0.2)) row.to_conductors = at_to;
        const double base = impedance_base(from);
        row.series_ohm = matrix(at_from.size(), base * dice.draw(0.002, 0.03));
        if (dice.chance(0.1)) {
            row.kind = BranchKind::switch_;
            row.series_ohm.assign(row.series_ohm.size(), 0.0);
        } else if (dice.chance(0.5)) {
            const double siemens = dice.draw(2e-4, 5e-3) / base;
            for (std::size_t i = 0; i < at_from.size(); ++i)
                for (std::size_t j = 0; j < at_from.size(); ++j)
                    row.shunt_s.push_back(i == j ? siemens * Complex(0.01, 1.0) : siemens * Complex(0.0, -0.15));
        }
        if (dice.chance(0.3)) {  // drawn against the power
            std::swap(row.from, row.to);
            if (!row.to_conductors.empty()) std::swap(row.conductors, row.to_conductors);
        }
        return row;
    }

    void add_bus(double volts, const Wires& wires, const Spot& where) {
        BusRow row;
        row.id = next_id();
        row.nominal = Volts(volts);
        row.conductors = wires;
        d.buses.push_back(row);
        spot[row.id] = where;
    }

    Wires some_of(const Wires& wires) {
        Wires some;
        for (const Conductor wire : wires)
            if (dice.chance(0.75)) some.push_back(wire);
        return some.empty() ? wires : some;
    }

    void grow_line(const BusRow& above) {
        Wires wires = some_of(above.conductors);
        if (wires == Wires{n}) wires = above.conductors;
        const bool is_phased = above.conductors.front() != balanced && above.conductors.front() < s1;
        Wires from = wires, to = wires;
        if (is_phased && dice.chance(0.1)) {  // a neutral begins or ends, or a shield is earthed at both ends
            const bool has_n = std::find(wires.begin(), wires.end(), n) != wires.end();
            if (has_n) {
                std::replace(to.begin(), to.end(), n, earth);
            } else {
                from.push_back(earth);
                to.push_back(dice.chance(0.5) ? n : earth);
            }
        }
        BranchRow row = wire(above.id, next_id(), from, to);
        if (row.kind == BranchKind::switch_)
            row.conductors = to = wires, row.to_conductors.clear(), row.series_ohm.assign(wires.size() * wires.size(), 0.0);
        const Spot where = spot.at(above.id);
        std::erase(to, earth);
        if (dice.chance(0.15)) std::reverse(to.begin(), to.end());  // buses may list their conductors in any order
        add_bus(above.nominal.value(), to, where);
        d.branches.push_back(row);
    }

    TransformerRow transformer(double kva) {
        TransformerRow t;
        t.id = "T" + next_id();
        t.rated = KilovoltAmperes(kva * dice.draw(0.8, 1.5));
        t.reactance = {dice.draw(0.01, 0.08)};
        t.no_load_loss = dice.chance(0.7) ? dice.draw(0.0, 0.004) : 0.0;
        t.magnetising_current = dice.chance(0.7) ? dice.draw(0.0, 0.02) : 0.0;
        t.stray = dice.among<double>({1e-6, 1e-5, 1e-4});
        return t;
    }
    WindingRow winding(const std::string& at, const Coils& coils, double nominal) {
        WindingRow w;
        w.bus = at;
        w.coils = coils;
        w.rated = Volts(coil_volts(coils.front(), nominal));
        w.resistance = dice.draw(0.001, 0.01);
        w.tap = dice.chance(0.4) ? dice.draw(0.96, 1.04) : 1.0;
        w.taps = {0.9, 1.1, dice.among<int>({8, 16, 32})};
        return w;
    }

    double lower_volts(double volts) {
        std::vector<double> levels{volts};
        for (const double level : {12470.0, 4160.0, 480.0, 208.0})
            if (level < volts) levels.push_back(level);
        return dice.among(levels);
    }

    /// Windings of three phases: what they join above and below, and whether the lower side floats.
    struct Group {
        Coils high, low;
        Wires below;
        bool floats;
    };
    std::vector<Group> groups(const BusRow& above) const {
        const auto earth_of = [&](const BusRow& row) { return has(row, n) ? std::optional(n) : std::nullopt; };
        const auto e = earth_of(above);
        const Coils star{{a, e}, {b, e}, {c, e}}, low_star{{a, {}}, {b, {}}, {c, {}}}, ring{{a, b}, {b, c}, {c, a}};
        const Coils back{{a, c}, {b, a}, {c, b}}, open{{a, b}, {c, b}};
        const Wires abc{a, b, c};
        std::vector<Group> all{
            {ring, low_star, abc, false}, {back, low_star, abc, false}, {ring, ring, abc, true}, {open, open, abc, true}};
        if (spot.at(above.id).floats) return all;
        all.push_back({star, low_star, abc, false});
        all.push_back({star, {{b, {}}, {c, {}}, {a, {}}}, abc, false});
        all.push_back({star, ring, abc, true});
        all.push_back({{{a, e}, {b, e}}, {{a, b}, {b, c}}, abc, true});
        all.push_back({{{a, e}, {c, e}}, {{a, {}}, {c, {}}}, {a, c}, false});
        all.push_back({star, {{a, n}, {b, n}, {c, n}}, {a, b, c, n}, false});
        return all;
    }

    void grow_three_phase(const BusRow& above) {
        const Group g = dice.among(groups(above));
        const double volts = lower_volts(above.nominal.value());
        const Spot at = spot.at(above.id);
        const double kva = at.kva * dice.draw(0.3, 0.9);
        const std::string low = next_id();
        TransformerRow t = transformer(kva);
        t.windings = {winding(above.id, g.high, above.nominal.value()), winding(low, g.low, volts)};
        const bool has_star_below = !g.floats && g.high.size() == g.low.size() && !g.low.front().minus;
        if (has_star_below && dice.chance(0.08)) {
            t.reactance = {0.0};
            for (WindingRow& w : t.windings) w.resistance = 0.0;
        }
        if (dice.chance(0.3)) std::swap(t.windings[0], t.windings[1]);  // given from below
        add_bus(volts, g.below, {++zones_, g.floats, kva});
        if (has_star_below && g.high.size() == 3 && dice.chance(0.3)) return add_bank(t);
        d.transformers.push_back(t);
        if (std::find(g.below.begin(), g.below.end(), n) != g.below.end()) earth_neutral(low);
    }

    /// The same as units of one phase.
    void add_bank(const TransformerRow& t) {
        for (std::size_t i = 0; i < t.windings.front().coils.size(); ++i) {
            TransformerRow unit = t;
            unit.id += std::string(1, static_cast<char>('a' + i));
            unit.rated = t.rated / static_cast<double>(t.windings.front().coils.size());
            for (WindingRow& w : unit.windings) w.coils = {w.coils[i]};
            for (WindingRow& w : unit.windings)
                if (dice.chance(0.3)) w.tap = dice.draw(0.97, 1.03);
            d.transformers.push_back(unit);
        }
    }

    void earth_neutral(const std::string& at) {
        ShuntRow s;
        s.id = "earth" + at;
        s.bus = at;
        s.terminals = {{n, {}}};
        s.p = Kilowatts(spot.at(at).kva * dice.draw(0.5, 20.0));
        d.shunts.push_back(s);
    }

    void grow_one_phase(const BusRow& above) {
        const Wires wires = phases_of(above);
        const Spot at = spot.at(above.id);
        const bool is_between = wires.size() > 1 && (at.floats || dice.chance(0.4));
        if (at.floats && !is_between) return grow_line(above);
        const Conductor first = dice.among(wires);
        Terminals primary{first, has(above, n) ? std::optional(n) : std::nullopt};
        if (is_between) primary.minus = wires.front() == first ? wires.back() : wires.front();
        const double kva = at.kva * dice.draw(0.05, 0.3);
        TransformerRow t = transformer(kva);
        t.windings = {winding(above.id, {primary}, above.nominal.value())};
        const std::string low = next_id();
        if (dice.chance(0.7)) {  // centre-tapped
            t.windings.push_back(winding(low, {{s1, {}}}, 240.0));
            t.windings.push_back(winding(low, {{{}, s2}}, 240.0));
            t.reactance = {dice.draw(0.015, 0.03), dice.draw(0.015, 0.03), dice.draw(0.008, 0.02)};
            add_bus(240.0, {s1, s2}, {++zones_, false, kva});
        } else {
            const double volts = lower_volts(above.nominal.value());
            t.windings.push_back(winding(low, {{first, {}}}, volts));
            add_bus(volts, {first}, {++zones_, false, kva});
        }
        d.transformers.push_back(t);
    }

    void grow_three_buses(const BusRow& above) {
        const std::vector<Group> all = groups(above);
        std::vector<Group> whole;
        for (const Group& g : all)
            if (g.high.size() == 3 && g.below.size() == 3) whole.push_back(g);
        const Group first = dice.among(whole);
        std::vector<Group> same;  // as seen from above
        for (const Group& g : whole)
            if (g.high == first.high) same.push_back(g);
        const Group second = dice.among(same);
        const Spot at = spot.at(above.id);
        const double kva = at.kva * dice.draw(0.3, 0.8);
        TransformerRow t = transformer(kva);
        t.windings = {winding(above.id, first.high, above.nominal.value())};
        for (const Group& g : {first, second}) {
            const double volts = lower_volts(above.nominal.value());
            t.windings.push_back(winding(next_id(), g.low, volts));
            add_bus(volts, g.below, {++zones_, g.floats, 0.5 * kva});
        }
        t.reactance = {dice.draw(0.04, 0.1), dice.draw(0.04, 0.15), dice.draw(0.02, 0.1)};
        if (dice.chance(0.3)) std::swap(t.windings[0], t.windings[2]), std::swap(t.reactance[0], t.reactance[2]);
        d.transformers.push_back(t);
    }

    void grow_balanced_transformer(const BusRow& above) {
        const double volts = lower_volts(above.nominal.value());
        const Spot at = spot.at(above.id);
        const double kva = at.kva * dice.draw(0.3, 0.9);
        add_bus(volts, {balanced}, {++zones_, false, kva});
        BranchRow row = wire(above.id, d.buses.back().id, {balanced}, {balanced});
        row.kind = BranchKind::transformer;
        const double ohm = std::pow(bus(row.to).nominal.value(), 2) / (1000.0 * kva);
        row.series_ohm = {ohm * Complex(dice.draw(0.002, 0.02), dice.draw(0.01, 0.06))};
        for (Complex& y : row.shunt_s) y = Complex(1e-3, 5e-3) / ohm;
        row.to_conductors.clear();
        row.tap = dice.draw(0.95, 1.05);
        row.shift = Degrees(dice.among<double>({0.0, 30.0, -30.0, 150.0}));
        d.branches.push_back(row);
    }

    void grow() {
        const std::size_t last = d.buses.size() - 1;
        const BusRow above = dice.chance(0.5) ? d.buses[last] : d.buses[dice.pick(d.buses.size())];
        const Spot at = spot.at(above.id);
        const bool is_split = above.conductors.front() >= s1;
        if (is_balanced && dice.chance(0.3) && at.kva > 50.0) return grow_balanced_transformer(above);
        if (is_balanced || is_split || dice.chance(0.5) || at.kva < 50.0) return grow_line(above);
        const bool whole = has(above, a) && has(above, b) && has(above, c);
        if (!whole || dice.chance(0.25)) return grow_one_phase(above);
        if (dice.chance(0.25)) return grow_three_buses(above);
        grow_three_phase(above);
    }

    std::size_t zones_ = 0;
};

}  // namespace evsweep::testing
