/// Feeders with places to draw from, for the tests of linearised load flows.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/network/sweep/linear_load_flow.hpp"
#include "tests/bench/feeders.hpp"
#include "unit/network/unbalanced_garden.hpp"

namespace evsweep::testing {

inline constexpr LoadFlowOptions exact{.tolerance_pu = 1e-12, .max_iterations = 400, .collapse_pu = 0.1};

/// An operating point, and what may change there.
struct LinearCase {
    std::shared_ptr<const SweptNetwork> network;
    std::vector<std::vector<std::uint32_t>> columns;  ///< places of the load flow that draw together
    PortPower power;                                  ///< at the operating point
    double step = 1.0;                                ///< kW or kvar by which differences are taken
};

/// Loads as in the file times `scale`. Of every `nth` load its own ports draw together, and a charger of constant power does so
/// where the first of them is; of a feeder with three phases one charger more draws from all of the last bus.
inline LinearCase at_loads(const Feeder& feeder, std::size_t nth, double step, double scale = 1.0) {
    std::vector<Port> extra;
    for (std::size_t l = 0; l < feeder.loads().size(); l += nth) {
        const std::uint32_t port = feeder.loads()[l].ports.front();
        const auto earth = static_cast<std::uint32_t>(feeder.conductors());
        Port charger{port, earth, 1.0, 0};
        if (port >= feeder.conductors()) charger = feeder.load_ports()[port - feeder.conductors()];
        extra.push_back(charger);
    }
    const auto network = std::make_shared<SweptNetwork>(feeder, DrawingPlaces::at(feeder, {}, extra), feeder.folded());
    LinearCase c{network, {}, PortPower(network->places().size()), step};
    for (const LoadPoint& load : feeder.loads()) c.power.add(load, scale, network->places());
    for (std::size_t l = 0; l < feeder.loads().size(); l += nth) {
        std::vector<std::uint32_t> together;
        for (const std::uint32_t port : feeder.loads()[l].ports) together.push_back(network->places().find(port).value());
        c.columns.push_back(together);
        c.columns.push_back({static_cast<std::uint32_t>(network->places().size() - extra.size() + l / nth)});
        c.power.p[c.columns.back().front()] = 5.0 * step;  // a charger that is at work
    }
    return c;
}

/// Every `nth` conductor by itself, and all of the last bus together.
inline LinearCase everywhere(const Feeder& feeder, std::size_t nth, double step, double scale = 1.0) {
    const auto network = std::make_shared<SweptNetwork>(feeder, DrawingPlaces::everywhere(feeder), feeder.folded());
    LinearCase c{network, {}, nominal_power(feeder, scale), step};
    for (std::uint32_t k = 0; k < feeder.conductors(); k += static_cast<std::uint32_t>(nth))
        if (feeder.site().conductor[k] != Conductor::n) c.columns.push_back({k});
    c.columns.emplace_back();
    for (std::uint32_t k = feeder.site().first_conductor[feeder.buses() - 1]; k < feeder.conductors(); ++k)
        c.columns.back().push_back(k);
    return c;
}

}  // namespace evsweep::testing
