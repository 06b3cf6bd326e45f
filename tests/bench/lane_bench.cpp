// Questions
//   How many load flows does one core solve per second side by side, a lane each: fresh random loads (nominal times U(0.3, 1.5)
//   per load, drawn beforehand), flat start, 1e-8 pu, copying powers in and voltages out included? For each instruction set,
//   on the whole network and on the reduced one; and as the ratio to one load flow after the other (`scalar`) in the same run.
//   Bars with AVX-512: 1.6 million/s on 33 buses and 3 million/s on CIGRE MV, each 3 times scalar; European LV reduced 200,000/s;
//   ieee123 and 8500 nodes whole 3 times scalar.
// items_per_second is load flows per second, `sweeps` their mean number. Last numbers: README.md.
#include <benchmark/benchmark.h>

#include <memory>
#include <vector>

#include "sim/network/sweep/lane_solver.hpp"
#include "swept.hpp"

namespace {

using namespace evsweep;
using namespace evsweep::bench;

void report(benchmark::State& state, std::size_t solved, double sweeps, const SweptNetwork& network) {
    state.SetItemsProcessed(static_cast<std::int64_t>(solved));
    state.counters["sweeps"] = sweeps / static_cast<double>(solved);
    state.counters["swept"] = static_cast<double>(network.conductors());
}

void lanes(benchmark::State& state, const char* file, Network kind, InstructionSet set) {
    if (!is_available(set)) return state.SkipWithError("not on this machine");
    const Feeder& feeder = feeder_of(file);
    const auto network = network_of(feeder, kind);
    const std::size_t count = feeder.conductors() > 5000 ? 64 : 1024;
    const auto powers = random_powers_at(feeder, network->places(), count);
    LaneSolver solver(set);
    std::vector<LoadFlow> flows;
    for (std::size_t l = 0; l < solver.lanes(); ++l) flows.emplace_back(network);
    std::vector<LoadFlow*> pointers;
    for (LoadFlow& flow : flows) pointers.push_back(&flow);
    std::vector<LoadFlowResult> results(flows.size());
    std::size_t next = 0;
    double sweeps = 0.0;
    for (auto _ : state) {
        for (LoadFlow& flow : flows) {
            flow.restart();
            flow.power() = powers[next++ % powers.size()];
        }
        solver.solve(pointers, results);
        for (const LoadFlowResult& result : results) {
            if (result.status != LoadFlowStatus::converged) state.SkipWithError("no solution");
            sweeps += result.iterations;
        }
        benchmark::DoNotOptimize(flows.front().source_kw());
    }
    report(state, next, sweeps, *network);
}

void scalar(benchmark::State& state, const char* file, Network kind) {
    const Feeder& feeder = feeder_of(file);
    const auto network = network_of(feeder, kind);
    const auto powers = random_powers_at(feeder, network->places(), feeder.conductors() > 5000 ? 64 : 1024);
    LoadFlow flow(network);
    std::size_t next = 0;
    double sweeps = 0.0;
    for (auto _ : state) {
        flow.restart();
        const LoadFlowResult result = flow.solve(powers[next++ % powers.size()]);
        if (result.status != LoadFlowStatus::converged) state.SkipWithError("no solution");
        sweeps += result.iterations;
        benchmark::DoNotOptimize(flow.source_kw());
    }
    report(state, next, sweeps, *network);
}

const bool registered = [] {
    for (const auto& [name, file] : swept_feeders) {
        for (const auto& [label, kind] : {std::pair("whole", Network::whole), std::pair("reduced", Network::reduced)}) {
            const std::string under = std::string("lanes/") + name + "/" + label + "/";
            benchmark::RegisterBenchmark((under + "scalar").c_str(), scalar, file, kind);
            for (const auto& [set_name, set] : names_of(InstructionSet{}))
                benchmark::RegisterBenchmark((under + set_name).c_str(), lanes, file, kind, set);
        }
    }
    return true;
}();

}  // namespace
