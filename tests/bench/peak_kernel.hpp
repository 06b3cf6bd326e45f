/// What a core can do at most, for the distance to it: chains of operations that wait for nothing but themselves.
#pragma once

#include <cstddef>

namespace evsweep::bench {

struct PeakKernel {
    /// How many operations on doubles each round is.
    std::size_t operations;
    /// x = a x + b, in registers; returns something that depends on all of it.
    double (*multiply_add)(std::size_t rounds);
    /// x = a / x.
    double (*divide)(std::size_t rounds);
};

}  // namespace evsweep::bench
