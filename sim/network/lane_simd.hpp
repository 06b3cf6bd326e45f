/// The widest pack of doubles of the instruction set that this is compiled for, as a lane of the kernels.
#pragma once

#include <experimental/simd>

#include "sim/network/lane.hpp"

namespace evsweep {

/// Its type names the instruction set, so that templates over it are never mixed up with another's.
using SimdLane = std::experimental::native_simd<double>;

template <>
struct Lanes<SimdLane> {
    using Lane = SimdLane;
    using Mask = Lane::mask_type;
    static constexpr std::size_t width = Lane::size();

    static Mask all() { return Mask(true); }
    static bool any(Mask m) { return std::experimental::any_of(m); }
    static Lane larger(Lane a, Lane b) { return pick(a < b, b, a); }
    static Lane pick(Mask m, Lane yes, Lane no) {
        std::experimental::where(m, no) = yes;
        return no;
    }
    static Lane keep(Mask active, Lane now, Lane before) { return pick(active, now, before); }
    static Mask finite(Lane x) { return x - x == 0.0; }
    static Mask outside(Lane x, double low, double high) { return x < low || x > high; }
    static Lane root(Lane x) { return std::experimental::sqrt(x); }
    template <class Exact>
    static Lane replace(Mask m, Lane x, Lane at, Exact&& exact) {
        for (std::size_t l = 0; l < width; ++l)
            if (m[l]) x[l] = exact(static_cast<double>(at[l]));
        return x;
    }
};

}  // namespace evsweep
