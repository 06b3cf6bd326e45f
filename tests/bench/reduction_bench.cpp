// Questions
//   What does leaving out conductors at which nothing can be drawn save? One backward and one forward sweep of the whole
//     network (reduction/whole) and of the reduced one (reduction/reduced), scalar, with currents drawn where the loads are; and
//     finding the rest afterwards (reduction/recover), which only results of every bus ask for.
//   What does a move of a tap cost with it (reduction/build)? The bar is 2 ms for 8,500 nodes.
// `nodes` are the conductors swept. Last numbers: README.md.
#include <benchmark/benchmark.h>

#include <vector>

#include "feeders.hpp"
#include "sim/network/sweep/network_model.hpp"
#include "sim/network/sweep/reduced_network.hpp"

namespace {

using namespace evsweep;
using namespace evsweep::bench;

struct Columns {
    explicit Columns(std::size_t conductors) : v_re(conductors + 1), v_im(v_re), i_re(v_re), i_im(v_re) {}
    SweepState<double> state() { return {v_re, v_im, i_re, i_im}; }
    AlignedVector<double> v_re, v_im, i_re, i_im;
};

void sweep_once(benchmark::State& state, const SweepNetwork& net, std::size_t conductors) {
    Columns columns(conductors);
    for (auto _ : state) {
        std::fill(columns.i_re.begin(), columns.i_re.end(), 1.0);
        std::fill(columns.i_im.begin(), columns.i_im.end(), 0.5);
        backward(net, columns.state());
        benchmark::DoNotOptimize(forward(net, columns.state()));
    }
    state.counters["nodes"] = static_cast<double>(conductors);
    state.counters["runs"] = static_cast<double>(net.runs.size());
}

void whole(benchmark::State& state, const char* file) {
    const Feeder& feeder = feeder_of(file);
    sweep_once(state, feeder.folded()->sweep(), feeder.conductors());
}

void reduced(benchmark::State& state, const char* file) {
    const Feeder& feeder = feeder_of(file);
    const ReducedNetwork network(feeder.model(), *feeder.folded(), drawing(feeder));
    sweep_once(state, network.sweep(), network.conductors());
}

void recover_rest(benchmark::State& state, const char* file) {
    const Feeder& feeder = feeder_of(file);
    const ReducedNetwork network(feeder.model(), *feeder.folded(), drawing(feeder));
    Columns known(network.conductors());
    Columns all(feeder.conductors());
    const SweepNetwork full = feeder.folded()->sweep();
    for (auto _ : state) {
        recover(full, network.recovery(), known.state(), all.state());
        benchmark::DoNotOptimize(all.v_re.data());
        benchmark::ClobberMemory();
    }
}

void build(benchmark::State& state, const char* file) {
    const Feeder& feeder = feeder_of(file);
    const std::vector<std::uint8_t> draws = drawing(feeder);
    for (auto _ : state) benchmark::DoNotOptimize(ReducedNetwork(feeder.model(), *feeder.folded(), draws).conductors());
}

const char* const files[] = {"feeders/ieee13.yaml", "feeders/ieee37.yaml", "feeders/ieee123.yaml", "feeders/european_lv.yaml",
                             "ieee8500/feeder.yaml"};

const bool registered = [] {
    const auto ask = [](const std::string& question, auto* run) {
        for (const char* file : files) benchmark::RegisterBenchmark((question + "/" + file).c_str(), run, file);
    };
    ask("reduction/whole", whole);
    ask("reduction/reduced", reduced);
    ask("reduction/recover", recover_rest);
    ask("reduction/build", build);
    return true;
}();

}  // namespace
