/// Feeders and powers for the benchmarks: read once, drawn beforehand.
#pragma once

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "evsweep/feeder_format.hpp"
#include "evsweep/plugins.hpp"
#include "places.hpp"
#include "sim/network/feeder.hpp"
#include "sim/network/sweep/load_flow.hpp"

namespace evsweep::bench {

inline FeederDescription read_description(const std::string& file) {
    const std::filesystem::path path = test::source_dir() / "scenarios" / file;
    std::ifstream stream(path);
    const SourceText text{path, {std::istreambuf_iterator<char>(stream), {}}};
    Issues issues;
    Reader reader{issues};
    const auto format = plugins<FeederFormat>().at("evsweep").configure(Node::make_map({}), "", reader)->make({});
    auto description = format->read(text, issues);
    if (!description) throw std::runtime_error("cannot read " + path.string());
    return std::move(*description);
}

/// A feeder of the folder `scenarios`.
inline const Feeder& feeder_of(const std::string& file) {
    static std::map<std::string, Feeder> known;
    const auto found = known.find(file);
    if (found != known.end()) return found->second;
    Issues issues;
    auto feeder = build_feeder(read_description(file), {}, issues);
    if (!feeder) throw std::runtime_error("cannot build " + file);
    return known.emplace(file, std::move(*feeder)).first->second;
}

/// By conductor: whether a load may draw there.
inline std::vector<std::uint8_t> drawing(const Feeder& feeder) {
    std::vector<std::uint8_t> draws(feeder.conductors() + 1, 0);  // the last is the earth
    for (const LoadPoint& load : feeder.loads())
        for (const std::uint32_t port : load.ports) {
            if (port < feeder.conductors()) {
                draws[port] = 1;
                continue;
            }
            const Port& between = feeder.load_ports()[port - feeder.conductors()];
            draws[between.plus] = draws[between.minus] = 1;
        }
    draws.pop_back();
    return draws;
}

/// Nominal loads, each times a factor of its own.
template <class Factor>
PortPower scaled_power(const Feeder& feeder, Factor&& factor) {
    PortPower power(feeder.ports());
    for (const LoadPoint& load : feeder.loads()) power.add(load, factor());
    return power;
}

/// Fresh loads every time: nominal times U(0.3, 1.5) per load.
inline std::vector<PortPower> random_powers(const Feeder& feeder, std::size_t count) {
    std::mt19937_64 engine(1);
    std::uniform_real_distribution<double> scale(0.3, 1.5);
    std::vector<PortPower> powers;
    for (std::size_t i = 0; i < count; ++i) powers.push_back(scaled_power(feeder, [&] { return scale(engine); }));
    return powers;
}

/// A day by the minute: all loads follow the evening and each of them jitters by 5 % from one minute to the next.
inline std::vector<PortPower> minutes_of_a_day(const Feeder& feeder, std::size_t count) {
    std::mt19937_64 engine(2);
    std::normal_distribution<double> jitter(0.0, 0.05);
    std::vector<PortPower> powers;
    for (std::size_t i = 0; i < count; ++i) {
        const double level = 0.7 + 0.3 * std::sin(2.0 * 3.141592653589793 * static_cast<double>(i) / 1440.0);
        powers.push_back(scaled_power(feeder, [&] { return level * (1.0 + jitter(engine)); }));
    }
    return powers;
}

}  // namespace evsweep::bench
