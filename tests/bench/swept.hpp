/// The networks that benchmarks sweep in lanes, and random loads at their places.
#pragma once

#include <memory>
#include <utility>

#include "feeders.hpp"

namespace evsweep::bench {

/// Name and file.
inline constexpr std::pair<const char*, const char*> swept_feeders[] = {{"ieee33", "ieee33/feeder.yaml"},
                                                                        {"cigre_mv", "feeders/cigre_mv.yaml"},
                                                                        {"european_lv", "feeders/european_lv.yaml"},
                                                                        {"ieee123", "feeders/ieee123.yaml"},
                                                                        {"ieee8500", "ieee8500/feeder.yaml"}};

enum class Network { whole, reduced };

/// All of the network, or what is left of it where only loads may draw power.
inline std::shared_ptr<const SweptNetwork> network_of(const Feeder& feeder, Network kind) {
    auto places = kind == Network::whole ? DrawingPlaces::everywhere(feeder) : DrawingPlaces::at(feeder, {});
    return std::make_shared<const SweptNetwork>(feeder, std::move(places), feeder.folded());
}

/// Fresh loads for each of many load flows: nominal times U(0.3, 1.5) per load.
inline std::vector<PortPower> random_powers_at(const Feeder& feeder, const DrawingPlaces& places, std::size_t count) {
    std::mt19937_64 engine(1);
    std::uniform_real_distribution<double> scale(0.3, 1.5);
    std::vector<PortPower> powers;
    for (std::size_t i = 0; i < count; ++i) {
        powers.emplace_back(places.size());
        for (const LoadPoint& load : feeder.loads()) powers.back().add(load, scale(engine), places);
    }
    return powers;
}

}  // namespace evsweep::bench
