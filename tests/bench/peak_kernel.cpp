// Compiled once for each instruction set with the flags of the lanes' kernels; EVSWEEP_PEAK_KERNEL names what this object offers.
#include "tests/bench/peak_kernel.hpp"

#include <array>

#include "sim/network/sweep/lane_simd.hpp"

namespace evsweep::bench {

namespace {

/// More than latency times units, few enough for sixteen registers.
constexpr std::size_t chains = 12;

template <class Step>
[[gnu::always_inline]] inline double run(std::size_t rounds, Step step) {
    std::array<SimdLane, chains> chain;
    for (std::size_t c = 0; c < chains; ++c) chain[c] = 1.0 + 0.01 * static_cast<double>(c);
    for (std::size_t r = 0; r < rounds; ++r)
        for (SimdLane& x : chain) x = step(x);
    SimdLane sum = 0.0;
    for (const SimdLane& x : chain) sum = sum + x;
    return sum[0] + sum[SimdLane::size() - 1];
}

double multiply_add(std::size_t rounds) {
    return run(rounds, [](SimdLane x) { return x * 0.999999 + 1e-6; });
}

double divide(std::size_t rounds) {
    return run(rounds, [](SimdLane x) { return 1.7 / x; });
}

}  // namespace

extern const PeakKernel EVSWEEP_PEAK_KERNEL;
const PeakKernel EVSWEEP_PEAK_KERNEL{chains * SimdLane::size(), multiply_add, divide};

}  // namespace evsweep::bench
