// Questions
//   33 buses: how many load flows does one core solve per second, each with fresh random loads (nominal times U(0.3, 1.5) per
//     load, drawn beforehand) to 1e-8 pu? The bar is 0.5 million, which tuned textbook code reaches.
//       cold      flat start every time        cold/ledger  and source, drawn and lost power and all voltages
//       warm      from the last solution       textbook     the algorithm as it is usually written, for the ratio in one run
//   unbalanced feeders: how many load flows of a time series (loads jitter by 5 % from minute to minute), warm-started,
//     fixed taps, one core, no lanes, no reduction of the network? Bars: twice OpenDSS's 5,000 (ieee123), 1,400
//     (European LV) and 50 (8500 nodes) per second.
// items_per_second is load flows per second, `sweeps` the mean number of sweeps, `ns_per_node` what a sweep costs per
// conductor: about the same for 13 and for 8,500 nodes. Last numbers: README.md.
#include <benchmark/benchmark.h>

#include <complex>
#include <vector>

#include "feeders.hpp"

namespace {

using namespace evsweep;
using namespace evsweep::bench;

enum class Start { cold, warm };
enum class After { nothing, ledger };

template <Start From, After Then>
void solve_all(benchmark::State& state, const Feeder& feeder, const std::vector<PortPower>& powers) {
    LoadFlow flow(feeder);
    std::size_t i = 0;
    double sweeps = 0.0;
    for (auto _ : state) {
        if constexpr (From == Start::cold) flow.restart();
        const LoadFlowResult result = flow.solve(powers[i++ % powers.size()]);
        if (result.status != LoadFlowStatus::converged) state.SkipWithError("no solution");
        sweeps += result.iterations;
        if constexpr (Then == After::ledger) {
            benchmark::DoNotOptimize(flow.source_kw() + flow.drawn_kw() + flow.loss_kw());
            benchmark::DoNotOptimize(flow.voltage_pu().data());
        }
        benchmark::DoNotOptimize(flow.source_kw());
    }
    state.SetItemsProcessed(state.iterations());
    state.counters["sweeps"] = sweeps / static_cast<double>(state.iterations());
    state.counters["nodes"] = static_cast<double>(feeder.conductors());
    state.counters["ns_per_node"] = benchmark::Counter(sweeps * static_cast<double>(feeder.conductors()) * 1e-9,
                                                       benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

template <Start From, After Then>
void balanced_33(benchmark::State& state) {
    const Feeder& feeder = feeder_of("ieee33/feeder.yaml");
    solve_all<From, Then>(state, feeder, random_powers(feeder, 1024));
}

void time_series(benchmark::State& state, const char* file) {
    const Feeder& feeder = feeder_of(file);
    solve_all<Start::warm, After::nothing>(state, feeder, minutes_of_a_day(feeder, 256));
}

/// The sweep as textbooks write it: a list of nodes with their children, one complex number at a time.
struct TextbookNode {
    std::size_t parent = 0;
    std::vector<std::size_t> children;
    std::complex<double> z, s, v, j;
};

std::vector<TextbookNode> textbook_nodes(const Feeder& feeder, const FeederDescription& description) {
    std::vector<TextbookNode> nodes(feeder.buses());
    for (const BranchRow& row : description.branches) {
        const auto branch = feeder.find_branch(row.id);
        if (!branch) continue;  // open
        const std::size_t k = branch->index() + 1;
        const double kilovolts = feeder.site().nominal_v[k] / 1000.0;
        nodes[k].parent = feeder.branch(*branch).parent.index();
        nodes[k].z = row.series_ohm[0] / (1000.0 * kilovolts * kilovolts);
    }
    for (std::size_t k = 1; k < nodes.size(); ++k) nodes[nodes[k].parent].children.push_back(k);
    return nodes;
}

std::complex<double> textbook_solve(std::vector<TextbookNode>& nodes) {
    for (auto& node : nodes) node.v = 1.0;
    double change = 1.0;
    while (change > 1e-8) {
        change = 0.0;
        for (std::size_t k = nodes.size(); k-- > 0;) {
            nodes[k].j = std::conj(nodes[k].s / nodes[k].v);
            for (const std::size_t child : nodes[k].children) nodes[k].j += nodes[child].j;
        }
        for (std::size_t k = 1; k < nodes.size(); ++k) {
            const std::complex<double> v = nodes[nodes[k].parent].v - nodes[k].z * nodes[k].j;
            change = std::max(change, std::abs(v - nodes[k].v));
            nodes[k].v = v;
        }
    }
    return nodes[0].j;
}

void textbook(benchmark::State& state) {
    const Feeder& feeder = feeder_of("ieee33/feeder.yaml");
    const auto powers = random_powers(feeder, 1024);
    auto nodes = textbook_nodes(feeder, read_description("ieee33/feeder.yaml"));
    std::size_t i = 0;
    for (auto _ : state) {
        const PortPower& power = powers[i++ % powers.size()];
        for (std::size_t k = 0; k < nodes.size(); ++k) nodes[k].s = {power.p[k], power.q[k]};
        benchmark::DoNotOptimize(textbook_solve(nodes));
    }
    state.SetItemsProcessed(state.iterations());
}

BENCHMARK(balanced_33<Start::cold, After::nothing>)->Name("load_flow/cold");
BENCHMARK(balanced_33<Start::cold, After::ledger>)->Name("load_flow/cold/ledger");
BENCHMARK(balanced_33<Start::warm, After::nothing>)->Name("load_flow/warm");
BENCHMARK(textbook)->Name("load_flow/textbook");
BENCHMARK_CAPTURE(time_series, ieee13, "feeders/ieee13.yaml")->Name("time_series/ieee13");
BENCHMARK_CAPTURE(time_series, ieee37, "feeders/ieee37.yaml")->Name("time_series/ieee37");
BENCHMARK_CAPTURE(time_series, ieee123, "feeders/ieee123.yaml")->Name("time_series/ieee123");
BENCHMARK_CAPTURE(time_series, european_lv, "feeders/european_lv.yaml")->Name("time_series/european_lv");
BENCHMARK_CAPTURE(time_series, ieee8500, "ieee8500/feeder.yaml")->Name("time_series/ieee8500");

}  // namespace
