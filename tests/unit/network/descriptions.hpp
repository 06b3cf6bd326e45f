/// Small feeders for the tests of the network, put together row by row.
#pragma once

#include <catch2/catch.hpp>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "evsweep/feeder_description.hpp"
#include "sim/network/feeder.hpp"
#include "sim/network/sweep/load_flow.hpp"

namespace evsweep::testing {

inline BusRow bus(std::string id, double volts = 1000.0) {
    BusRow row;
    row.id = std::move(id);
    row.nominal = Volts(volts);
    return row;
}

inline BranchRow line(std::string from, std::string to, std::complex<double> z = {1.0, 1.0}) {
    BranchRow row;
    row.id = "L" + from + "_" + to;
    row.from = std::move(from);
    row.to = std::move(to);
    row.series_ohm = {z};
    return row;
}

inline LoadRow load(std::string bus, double p_kw, double q_kvar = 0.0) {
    LoadRow row;
    row.id = "D" + bus;
    row.bus = std::move(bus);
    row.p = Kilowatts(p_kw);
    row.q = Kilovars(q_kvar);
    return row;
}

/// Shares of constant impedance and current; the rest is constant power.
inline void set_zip(LoadRow& row, double z, double i) {
    row.response.active = row.response.reactive = {.z = z, .i = i, .p = 1.0 - z - i};
}

inline ShuntRow shunt(std::string id, std::string bus, double p_kw, double q_kvar) {
    ShuntRow row;
    row.id = std::move(id);
    row.bus = std::move(bus);
    row.p = Kilowatts(p_kw);
    row.q = Kilovars(q_kvar);
    return row;
}

/// Gives every row the phases a, b and c instead of their balanced equivalent. Matrices are the test's business.
inline void make_three_phase(FeederDescription& feeder) {
    const std::vector<Conductor> abc{Conductor::a, Conductor::b, Conductor::c};
    const std::vector<Terminals> wye{{Conductor::a, {}}, {Conductor::b, {}}, {Conductor::c, {}}};
    for (BusRow& row : feeder.buses) row.conductors = abc;
    for (BranchRow& row : feeder.branches) row.conductors = abc;
    for (LoadRow& row : feeder.loads) row.terminals = wye;
    for (ShuntRow& row : feeder.shunts) row.terminals = wye;
}

/// Buses "1" to "n" of 1 kV with bus 1 as source and no branch.
inline FeederDescription buses(int n) {
    FeederDescription feeder;
    for (int i = 1; i <= n; ++i) feeder.buses.push_back(bus(std::to_string(i)));
    feeder.sources.push_back({"1", PerUnit(1.0), Degrees(0.0), {}, {}});
    return feeder;
}

/// A random radial feeder on 20 kV, with line charging, shunts, ZIP loads and transformers with taps and phase shifts
/// where `plain` is false; the loading falls with size so that a solution exists.
inline FeederDescription random_feeder(std::size_t n, std::uint64_t seed, bool plain) {
    std::mt19937_64 engine(seed);
    const auto draw = [&](double low, double high) { return std::uniform_real_distribution<double>(low, high)(engine); };
    FeederDescription feeder;
    const double size = 4000.0 / static_cast<double>(n);
    for (std::size_t i = 0; i < n; ++i) {
        const std::string id = std::to_string(i);
        feeder.buses.push_back(bus(id, 20000.0));
        LoadRow row = load(id, draw(-0.3, 1.0) * size, draw(-0.2, 0.6) * size);
        if (!plain) {
            const double z = draw(0.0, 0.5);
            const double current = draw(0.0, 0.5);
            set_zip(row, z, current);
            if (i % 7 == 3) {
                const double p = draw(0, 0.1) * size;
                feeder.shunts.push_back(shunt("S" + id, id, p, -draw(0, 0.5) * size));
            }
        }
        feeder.loads.push_back(row);
        if (i == 0) continue;
        // Near parents make deep feeders; a far one starts a lateral.
        const std::size_t parent = draw(0, 1) < 0.7 ? i - 1 : static_cast<std::size_t>(draw(0, static_cast<double>(i)));
        BranchRow branch = line(std::to_string(parent), id, {draw(0.05, 0.5), draw(0.05, 0.5)});
        if (!plain) {
            if (draw(0, 1) < 0.3) std::swap(branch.from, branch.to);  // drawn against the flow
            branch.shunt_s = {{draw(0, 1e-6), draw(0, 5e-5)}};
            if (i % 11 == 5) {
                branch.kind = BranchKind::transformer;
                branch.tap = draw(0.95, 1.05);
                branch.shift = Degrees(draw(0, 1) < 0.5 ? 30.0 : -30.0);
            }
        }
        feeder.branches.push_back(branch);
    }
    feeder.sources.push_back({"0", PerUnit(1.02), Degrees(10.0), {}, {}});
    return feeder;
}

inline Feeder built(const FeederDescription& description, const BuildOptions& options = {}) {
    Issues issues;
    auto feeder = build_feeder(description, options, issues);
    for (const Issue& issue : issues.list()) UNSCOPED_INFO(to_text(issue));
    REQUIRE(feeder);
    return std::move(*feeder);
}

/// All loads as they are in the feeder.
inline PortPower nominal_power(const Feeder& feeder, double scale = 1.0) {
    PortPower power(feeder.ports());
    for (const LoadPoint& l : feeder.loads()) power.add(l, scale);
    return power;
}

}  // namespace evsweep::testing
