/// Random feeders with every kind of line, transformer and load.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "unit/network/descriptions.hpp"
#include "unit/network/unbalanced_reference.hpp"

namespace evsweep::testing {

using Coils = std::vector<Terminals>;

inline constexpr auto A = Conductor::a, B = Conductor::b, C = Conductor::c, S1 = Conductor::s1, S2 = Conductor::s2;
inline const Coils wye{{A, {}}, {B, {}}, {C, {}}};
inline const Coils delta{{A, B}, {B, C}, {C, A}};

/// Grows a feeder bus by bus from a seed.
class Garden {
   public:
    using Complex = std::complex<double>;

    explicit Garden(std::uint64_t seed) : engine_(seed) {
        d.buses = {phases("0", 12470.0, {A, B, C})};
        d.sources = {{"0", PerUnit(1.02), Degrees(20.0), {}, {}}};
        for (const auto& e : {0, 1, 2, 3, 4, 5, 6, 7, 8})
            d.sources[0].series_ohm.push_back(e % 4 == 0 ? Complex(0.05, 0.3) : Complex(0.01, 0.1));
    }

    double draw(double low, double high) { return std::uniform_real_distribution<double>(low, high)(engine_); }
    std::size_t pick(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(engine_); }
    static BusRow phases(const std::string& id, double volts, std::vector<Conductor> conductors) {
        BusRow row = bus(id, volts);
        row.conductors = std::move(conductors);
        return row;
    }

    /// A coupled line with charging.
    BranchRow cable(const std::string& from, const std::string& to, const std::vector<Conductor>& wires, double volts) {
        BranchRow row = line(from, to);
        row.conductors = wires;
        row.series_ohm.clear();
        const double scale = volts * volts / 12470.0 / 12470.0;
        for (std::size_t i = 0; i < wires.size(); ++i)
            for (std::size_t j = 0; j < wires.size(); ++j) {
                const Complex mutual(0.05 + 0.01 * static_cast<double>(i + j), 0.15 + 0.02 * static_cast<double>(i * j));
                row.series_ohm.push_back(scale * (i == j ? Complex(0.3, 0.6 + 0.1 * static_cast<double>(i)) : mutual));
                row.shunt_s.push_back(Complex(0.0, i == j ? 6e-6 : -1e-6) / scale);
            }
        return row;
    }

    void grow_line(const BusRow& above) {
        std::vector<Conductor> wires;
        for (const Conductor c : above.conductors)
            if (draw(0, 1) < 0.7) wires.push_back(c);
        if (wires.empty()) wires = above.conductors;
        d.branches.push_back(cable(above.id, next(), wires, above.nominal.value()));
        if (draw(0, 1) < 0.3) std::swap(d.branches.back().from, d.branches.back().to);
        zone_[next()] = zone_[above.id];
        d.buses.push_back(phases(next(), above.nominal.value(), wires));
    }

    void grow_transformer(const BusRow& above, const Coils& high, const Coils& low, double volts,
                          const std::vector<Conductor>& below) {
        TransformerRow t;
        t.id = "T" + next();
        const auto across = [](const Terminals& coil, double nominal) {
            return coil.plus && coil.minus ? nominal : nominal / std::sqrt(3.0);
        };
        t.windings = {{above.id, high, Volts(across(high.front(), above.nominal.value())), 0.005, 1.0, {}},
                      {next(), low, Volts(across(low.front(), volts)), 0.006, draw(0.95, 1.05), {}}};
        t.rated = KilovoltAmperes(2000.0);
        t.reactance = {0.06};
        t.no_load_loss = 0.002;
        t.magnetising_current = 0.01;
        t.stray = 1e-4;
        d.transformers.push_back(t);
        zone_[next()] = ++zones_;
        if (low.front().minus) floating_.insert(zones_);
        d.buses.push_back(phases(next(), volts, below));
    }

    void grow_center_tap(const BusRow& above) {
        TransformerRow t;
        t.id = "T" + next();
        const Conductor primary = above.conductors[pick(above.conductors.size())];
        t.windings = {{above.id, {{primary, {}}}, Volts(above.nominal.value() / std::sqrt(3.0)), 0.006, 1.0, {}},
                      {next(), {{S1, {}}}, Volts(120.0), 0.012, 1.0, {}},
                      {next(), {{{}, S2}}, Volts(120.0), 0.012, 1.0, {}}};
        t.rated = KilovoltAmperes(50.0);
        t.reactance = {0.0204, 0.0204, 0.0136};
        t.no_load_loss = 0.002;
        t.magnetising_current = 0.005;
        d.transformers.push_back(t);
        zone_[next()] = ++zones_;
        d.buses.push_back(phases(next(), 240.0, {S1, S2}));
    }

    void grow() {
        const BusRow above = d.buses[pick(d.buses.size())];
        const bool whole = above.conductors.size() == 3;
        const bool split = above.conductors.front() == S1;
        const double kind = draw(0, 1);
        if (split || kind < 0.5) return grow_line(above);
        const bool floats = floating_.count(zone_[above.id]) > 0;  // no current finds its way through a grounded wye
        if (!whole) return above.nominal.value() > 1000.0 && !floats ? grow_center_tap(above) : grow_line(above);
        const double low = above.nominal.value() > 5000.0 ? 4160.0 : above.nominal.value();
        switch (pick(floats ? 3 : 6)) {
            case 0:
                return grow_transformer(above, delta, wye, low, {A, B, C});
            case 1:
                return grow_transformer(above, delta, delta, low, {A, B, C});
            case 2:
                return grow_transformer(above, {{A, B}, {C, B}}, {{A, B}, {C, B}}, low, {A, B, C});  // open delta
            case 3:
                return grow_transformer(above, wye, wye, low, {A, B, C});
            case 4:
                return grow_transformer(above, wye, delta, low, {A, B, C});
            default:
                return grow_transformer(above, {{A, {}}, {B, {}}}, {{A, B}, {B, C}}, low, {A, B, C});  // open wye - open delta
        }
    }

    /// Loads of every kind between whatever conductors there are.
    void load_up(double kw) {
        for (const BusRow& row : d.buses) {
            const bool split = row.conductors.front() == S1;
            const double base = DenseFeeder::base(row);
            const bool floats = floating_.count(zone_[row.id]) > 0;  // there is no way back through the earth
            if (floats && row.conductors.size() == 1) continue;
            LoadRow l = load(row.id, draw(0.2, 1.0) * (split ? 5.0 : kw), draw(0.0, 0.5) * (split ? 5.0 : kw));
            l.terminals = {{row.conductors[pick(row.conductors.size())], {}}};
            if ((draw(0, 1) < 0.5 || floats) && row.conductors.size() > 1) l.terminals = {{row.conductors[0], row.conductors[1]}};
            if (row.conductors.size() == 3 && draw(0, 1) < 0.5) l.terminals = delta;
            l.rated = Volts(l.terminals.front().minus ? base * (split ? 2.0 : std::sqrt(3.0)) : base);
            const double kind = draw(0, 1);
            if (kind < 0.3) l.response.active = {0.4, 0.3, 0.3}, l.response.reactive = {1.0, 0.0, 0.0};
            if (kind > 0.8) l.response.active = {0, 0, 0, 1.0, 0.8}, l.response.reactive = {0, 0, 0, 1.0, 2.3};
            d.loads.push_back(l);
            if (draw(0, 1) > 0.2 || split || floats) continue;
            ShuntRow c = shunt("C" + row.id, row.id, 0.0, -kw);
            c.terminals = {{row.conductors.front(), {}}};
            c.rated = Volts(base);
            d.shunts.push_back(c);
        }
    }

    /// Lines that close loops between buses of one zone.
    void mesh(std::size_t loops) {
        for (int attempts = 0; attempts < 200 && loops > 0; ++attempts) {
            const BusRow& one = d.buses[pick(d.buses.size())];
            const BusRow& two = d.buses[pick(d.buses.size())];
            if (one.id == two.id || zone_[one.id] != zone_[two.id] || one.conductors.front() == S1) continue;
            std::vector<Conductor> common;
            for (const Conductor c : one.conductors)
                if (std::count(two.conductors.begin(), two.conductors.end(), c) > 0) common.push_back(c);
            if (common.empty()) continue;
            BranchRow row = cable(one.id, two.id, common, one.nominal.value());
            row.id = "tie" + std::to_string(loops--);
            d.branches.push_back(row);
        }
    }

    std::string next() const { return std::to_string(d.buses.size()); }
    FeederDescription d;

   private:
    std::mt19937_64 engine_;
    std::map<std::string, int> zone_;
    std::set<int> floating_;  ///< zones behind ungrounded windings
    int zones_ = 0;
};

}  // namespace evsweep::testing
