/// Small feeders for the tests of the network, put together row by row.
#pragma once

#include <catch2/catch.hpp>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "evsweep/feeder_description.hpp"
#include "sim/network/feeder.hpp"
#include "sim/network/load_flow.hpp"

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

/// Buses "1" to "n" of 1 kV with bus 1 as source and no branch.
inline FeederDescription buses(int n) {
    FeederDescription feeder;
    for (int i = 1; i <= n; ++i) feeder.buses.push_back(bus(std::to_string(i)));
    feeder.sources.push_back({"1", PerUnit(1.0), Degrees(0.0), {}});
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
            row.share_z = draw(0.0, 0.5);
            row.share_i = draw(0.0, 0.5);
            row.share_p = 1.0 - row.share_z - row.share_i;
            if (i % 7 == 3)
                feeder.shunts.push_back({"S" + id, id, Kilowatts(draw(0, 0.1) * size), Kilovars(-draw(0, 0.5) * size), {}});
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
    feeder.sources.push_back({"0", PerUnit(1.02), Degrees(10.0), {}});
    return feeder;
}

inline Feeder built(const FeederDescription& description, const BuildOptions& options = {}) {
    Issues issues;
    auto feeder = build_feeder(description, options, issues);
    for (const Issue& issue : issues.list()) UNSCOPED_INFO(to_text(issue));
    REQUIRE(feeder);
    return std::move(*feeder);
}

/// All loads as they are in the feeder, equally on all phases.
inline BusPower nominal_power(const Feeder& feeder, double scale = 1.0) {
    BusPower power(feeder.conductors());
    const std::size_t phases = feeder.phases();
    for (const LoadPoint& l : feeder.loads()) {
        for (std::size_t c = l.bus.index() * phases; c < (l.bus.index() + 1) * phases; ++c) {
            const double p = scale * l.p_kw / static_cast<double>(phases);
            const double q = scale * l.q_kvar / static_cast<double>(phases);
            power.p[c] += l.share_p * p, power.q[c] += l.share_p * q;
            power.p_current[c] += l.share_i * p, power.q_current[c] += l.share_i * q;
            power.p_impedance[c] += l.share_z * p, power.q_impedance[c] += l.share_z * q;
        }
    }
    return power;
}

}  // namespace evsweep::testing
