// Questions
//   How many load flows per second and core does the public batch interface solve, each with fresh random loads (nominal times
//     U(0.3, 1.5) per load, drawn beforehand) from a flat start to 1e-8 pu? The bar is 1.6 million for the 33-bus feeder with
//     AVX-512.
//       batch/powers      status, source and lost power of each     batch/voltages     and all voltages
// items_per_second is load flows per second, `sweeps` the mean number of sweeps. Last numbers: README.md.
#include <benchmark/benchmark.h>

#include <filesystem>
#include <random>
#include <vector>

#include "evsweep/batch_load_flow.hpp"
#include "places.hpp"

namespace {

using namespace evsweep;

/// [scenario][load]
struct Powers {
    Powers(std::span<const BatchLoad> loads, std::size_t scenarios) {
        std::mt19937_64 engine(1);
        std::uniform_real_distribution<double> scale(0.3, 1.5);
        for (std::size_t s = 0; s < scenarios; ++s)
            for (const BatchLoad& load : loads) {
                const double factor = scale(engine);
                p_kw.push_back(load.p_kw * factor);
                q_kvar.push_back(load.q_kvar * factor);
            }
    }
    std::vector<double> p_kw, q_kvar;
};

void batch(benchmark::State& state, const std::string& file, BatchDetail detail, const std::string& instruction_set) {
    Issues issues;
    BatchOptions options;
    options.instruction_set = instruction_set;
    auto flows = BatchLoadFlow::open(test::source_dir() / "scenarios" / file, options, issues);
    if (!flows) return state.SkipWithError("no such feeder or instruction set");
    constexpr std::size_t scenarios = 1024;
    const Powers powers(flows->loads(), scenarios);
    BatchResult result;
    double sweeps = 0.0;
    for (auto _ : state) {
        flows->solve(powers.p_kw, powers.q_kvar, detail, result);
        benchmark::DoNotOptimize(result.loss_kw.data());
        for (const int n : result.sweeps) sweeps += n;
        for (const BatchStatus status : result.status)
            if (status != BatchStatus::converged) state.SkipWithError("no solution");
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(scenarios));
    state.counters["sweeps"] = sweeps / static_cast<double>(state.iterations() * static_cast<std::int64_t>(scenarios));
}

const bool registered = [] {
    const auto ask = [](const std::string& name, const std::string& file, BatchDetail detail, const std::string& set) {
        benchmark::RegisterBenchmark(("batch/" + name).c_str(), batch, file, detail, set);
    };
    for (const std::string& set : available_instruction_sets()) {
        ask("powers/ieee33/" + set, "ieee33/feeder.yaml", BatchDetail::powers, set);
        ask("voltages/ieee33/" + set, "ieee33/feeder.yaml", BatchDetail::voltages, set);
    }
    const std::string best;
    ask("powers/ieee123", "feeders/ieee123.yaml", BatchDetail::powers, best);
    ask("powers/european_lv", "feeders/european_lv.yaml", BatchDetail::powers, best);
    ask("voltages/european_lv", "feeders/european_lv.yaml", BatchDetail::voltages, best);
    return true;
}();

}  // namespace
