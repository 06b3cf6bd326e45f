// Questions
//   What does one linearisation of the forecast grid cost, load flow included, as a planning controller asks for it?
//     CIGRE MV: chargers at eight buses, 24 steps of a day one after the other. The bar is 50 us.
//     IEEE 123: a charger at every load, as it is wired.
//   How much of it is the exact load flow (`linearise/load_flow`: flat start, 1e-12 pu)?
// Last numbers: README.md.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "feeders.hpp"
#include "sim/engine/planning_grid.hpp"

namespace {

using namespace evsweep;
using namespace evsweep::bench;

Connectors one_at_each(const Feeder& feeder, std::size_t most) {
    Connectors connectors;
    for (const SiteLoad& load : feeder.site().loads) {
        if (connectors.size() == most) break;
        if (std::find(connectors.bus.begin(), connectors.bus.end(), load.bus) != connectors.bus.end()) continue;
        connectors.bus.push_back(load.bus);
        connectors.wiring.push_back(feeder.is_balanced() ? Wiring{} : Wiring(load.terminals));
    }
    return connectors;
}

void linearise(benchmark::State& state, const char* file, std::size_t most) {
    const Feeder& feeder = feeder_of(file);
    Scenario scenario;
    scenario.time.step = std::chrono::hours(1);
    const BaseDemand base(scenario, feeder);
    const Connectors connectors = one_at_each(feeder, most);
    const ChargingNetwork network(feeder, places_of(connectors));
    const ChargingPorts ports(network, connectors);
    PlanningGrid grid(scenario, base, ports);
    const std::vector<double> p(grid.places(), 10.0), q(grid.places(), -3.0);
    LinearGrid rows;
    std::size_t hour = 0;
    for (auto _ : state) {
        if (!grid.linearise(Instant(std::chrono::hours(hour++ % 24)), p, q, rows)) state.SkipWithError("no solution");
        benchmark::DoNotOptimize(rows.voltage.per_kw.data());
    }
    state.counters["places"] = static_cast<double>(grid.places());
    state.counters["rows"] = static_cast<double>(grid.voltages().size() + grid.loadings().size());
}

void exact_alone(benchmark::State& state, const char* file) {
    const Feeder& feeder = feeder_of(file);
    const auto network = std::make_shared<SweptNetwork>(feeder, DrawingPlaces::at(feeder, {}), feeder.folded());
    LoadFlow flow(network, {.tolerance_pu = 1e-12});
    for (const LoadPoint& load : feeder.loads()) flow.power().add(load, 1.0, network->places());
    for (auto _ : state) {
        flow.restart();
        benchmark::DoNotOptimize(flow.solve());
    }
}

BENCHMARK_CAPTURE(linearise, cigre_mv, "feeders/cigre_mv.yaml", 8)->Name("linearise/cigre_mv");
BENCHMARK_CAPTURE(linearise, ieee123, "feeders/ieee123.yaml", 1000)->Name("linearise/ieee123");
BENCHMARK_CAPTURE(exact_alone, cigre_mv, "feeders/cigre_mv.yaml")->Name("linearise/load_flow/cigre_mv");
BENCHMARK_CAPTURE(exact_alone, ieee123, "feeders/ieee123.yaml")->Name("linearise/load_flow/ieee123");

}  // namespace
