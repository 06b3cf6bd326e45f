// Questions
//   What can a core do at most, in flops (multiplications with additions) and in divisions per second, by instruction set?
//       peak/multiply_add     peak/divide
//   How many load flows per second would that be, if a core did the arithmetic of `lanes/...` (lane_bench.cpp) and nothing else,
//   neither loads nor stores nor waiting for a parent's voltage? `floor/FEEDER/NETWORK/SET` answers, in the items_per_second of
//   lanes/FEEDER/NETWORK/SET; `flops`, `divisions` and `roots` of a load flow are counted by a lane that goes through the same
//   kernels, `per_node` are flops per conductor and sweep. Last numbers: README.md.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <ctime>
#include <map>
#include <stdexcept>
#include <vector>

#include "sim/network/sweep/instruction_set.hpp"
#include "sim/network/sweep/iterate.hpp"
#include "swept.hpp"
#include "tests/bench/counting_lane.hpp"
#include "tests/bench/peak_kernel.hpp"

namespace evsweep::bench {

extern const PeakKernel peak_kernel_baseline;
#ifdef EVSWEEP_X86_KERNELS
extern const PeakKernel peak_kernel_avx2;
extern const PeakKernel peak_kernel_avx512;
#endif

namespace {

const PeakKernel& peak_kernel([[maybe_unused]] InstructionSet set) {
#ifdef EVSWEEP_X86_KERNELS
    if (set == InstructionSet::avx2) return peak_kernel_avx2;
    if (set == InstructionSet::avx512) return peak_kernel_avx512;
#endif
    return peak_kernel_baseline;
}

using Chains = double (*)(std::size_t rounds);

/// Operations on doubles per second of processor time, the best of a few.
double rate_of(const PeakKernel& kernel, Chains chains) {
    constexpr std::size_t rounds = 200'000;
    double fastest = 0.0;
    for (int k = 0; k < 10; ++k) {
        const std::clock_t start = std::clock();
        benchmark::DoNotOptimize(chains(rounds));
        const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
        fastest = std::max(fastest, static_cast<double>(rounds * kernel.operations) / seconds);
    }
    return fastest;
}

struct Peak {
    double flops_per_s = 0.0;
    double divisions_per_s = 0.0;
};

/// Measured once.
const Peak& peak_of(InstructionSet set) {
    static std::map<InstructionSet, Peak> known;
    const auto found = known.find(set);
    if (found != known.end()) return found->second;
    const PeakKernel& kernel = peak_kernel(set);
    return known[set] = {2.0 * rate_of(kernel, kernel.multiply_add), rate_of(kernel, kernel.divide)};
}

/// The arithmetic of one load flow, on average.
struct Arithmetic {
    double flops = 0.0, divisions = 0.0, roots = 0.0, sweeps = 0.0;
};

/// One load flow from a flat start; returns its sweeps.
double solve_counting(const SweptNetwork& network, const PortPower& power) {
    const auto column_of = [](std::span<const double> values) { return std::vector<CountingLane>(values.begin(), values.end()); };
    auto v_re = column_of(network.flat_re());
    auto v_im = column_of(network.flat_im());
    std::vector<CountingLane> i_re(v_re.size()), i_im(v_re.size());
    const auto p = column_of(power.p.raw());
    const auto q = column_of(power.q.raw());
    const SweepProblem& problem = network.problem();
    std::vector<CountingLane> loop_re(problem.loops.ends.size()), loop_im(loop_re);
    std::vector<CountingLane> trial(trial_rows(problem.loops.ends.size(), network.conductors()));
    SweepColumns<CountingLane> columns{{v_re, v_im, i_re, i_im}, p.data(),       q.data(),
                                       loop_re.data(),           loop_im.data(), trial.data()};
    const auto outcome = iterate(problem, columns);
    if (!outcome.settled) throw std::runtime_error("no solution");
    return outcome.iterations.value();
}

Arithmetic arithmetic_of(const Feeder& feeder, const SweptNetwork& network) {
    const auto powers = random_powers_at(feeder, network.places(), feeder.conductors() > 5000 ? 8 : 128);
    const Operations before = CountingLane::done();
    Arithmetic mean;
    for (const PortPower& power : powers) mean.sweeps += solve_counting(network, power);
    const Operations after = CountingLane::done();
    const auto count = static_cast<double>(powers.size());
    mean.flops = static_cast<double>(after.flops - before.flops) / count;
    mean.divisions = static_cast<double>(after.divisions - before.divisions) / count;
    mean.roots = static_cast<double>(after.roots - before.roots) / count;
    mean.sweeps /= count;
    return mean;
}

/// Roots take about as long as divisions.
double least_seconds(const Arithmetic& work, const Peak& peak) {
    return work.flops / peak.flops_per_s + (work.divisions + work.roots) / peak.divisions_per_s;
}

void floor_of(benchmark::State& state, const char* file, Network kind, InstructionSet set) {
    if (!is_available(set)) return state.SkipWithError("not on this machine");
    const Feeder& feeder = feeder_of(file);
    const auto network = network_of(feeder, kind);
    const Arithmetic work = arithmetic_of(feeder, *network);
    for (auto _ : state) state.SetIterationTime(least_seconds(work, peak_of(set)));
    state.SetItemsProcessed(state.iterations());
    state.counters["flops"] = work.flops;
    state.counters["divisions"] = work.divisions;
    state.counters["roots"] = work.roots;
    state.counters["per_node"] = work.flops / (work.sweeps * static_cast<double>(network->conductors()));
    state.counters["sweeps"] = work.sweeps;
}

void peak(benchmark::State& state, InstructionSet set, Chains PeakKernel::*chains, double flops_per_operation) {
    if (!is_available(set)) return state.SkipWithError("not on this machine");
    const PeakKernel& kernel = peak_kernel(set);
    constexpr std::size_t rounds = 10'000;
    for (auto _ : state) benchmark::DoNotOptimize((kernel.*chains)(rounds));
    const auto operations = static_cast<double>(state.iterations()) * static_cast<double>(rounds * kernel.operations);
    state.SetItemsProcessed(static_cast<std::int64_t>(flops_per_operation * operations));
}

const bool registered = [] {
    for (const auto& [set_name, set] : names_of(InstructionSet{})) {
        benchmark::RegisterBenchmark(("peak/multiply_add/" + set_name).c_str(), peak, set, &PeakKernel::multiply_add, 2.0);
        benchmark::RegisterBenchmark(("peak/divide/" + set_name).c_str(), peak, set, &PeakKernel::divide, 1.0);
    }
    for (const auto& [name, file] : swept_feeders)
        for (const auto& [label, kind] : {std::pair("whole", Network::whole), std::pair("reduced", Network::reduced)})
            for (const auto& [set_name, set] : names_of(InstructionSet{}))
                benchmark::RegisterBenchmark((std::string("floor/") + name + "/" + label + "/" + set_name).c_str(), floor_of,
                                             file, kind, set)
                    ->UseManualTime()
                    ->Iterations(1);
    return true;
}();

}  // namespace

}  // namespace evsweep::bench
