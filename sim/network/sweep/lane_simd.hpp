/// The widest pack of doubles of the instruction set that this is compiled for, as a lane of the kernels. A call would send packs
/// through memory, hence the attributes.
#pragma once

#include <bit>
#include <experimental/simd>
#ifdef __AVX512F__
#include <immintrin.h>
#endif

#include "sim/network/sweep/lane.hpp"

namespace evsweep {

/// Its type names the instruction set, so that templates over it are never mixed up with another's.
using SimdLane = std::experimental::native_simd<double>;

template <>
struct Lanes<SimdLane> {
    using Lane = SimdLane;
    using Mask = Lane::mask_type;
    static constexpr std::size_t width = Lane::size();

    [[gnu::always_inline]] static Mask all() { return Mask(true); }
    [[gnu::always_inline]] static bool any(Mask m) { return std::experimental::any_of(m); }
    [[gnu::always_inline]] static Lane larger(Lane a, Lane b) { return pick(a < b, b, a); }
    [[gnu::always_inline]] static Lane pick(Mask m, Lane yes, Lane no) {
#ifdef __AVX512F__  // clang 14 drops assignments through where() under masks of bits
        static_assert(sizeof(Mask) == sizeof(__mmask8) && sizeof(Lane) == sizeof(__m512d));
        const auto picked =
            _mm512_mask_blend_pd(std::bit_cast<__mmask8>(m), std::bit_cast<__m512d>(no), std::bit_cast<__m512d>(yes));
        return std::bit_cast<Lane>(picked);
#else
        std::experimental::where(m, no) = yes;
        return no;
#endif
    }
    [[gnu::always_inline]] static Lane keep(Mask active, Lane now, Lane before) { return pick(active, now, before); }
    [[gnu::always_inline]] static Mask finite(Lane x) { return x - x == 0.0; }
    [[gnu::always_inline]] static Lane root(Lane x) { return std::experimental::sqrt(x); }
    template <class Function>
    static Lane each(Lane x, Function&& function) {
        for (std::size_t l = 0; l < width; ++l) x[l] = function(static_cast<double>(x[l]));
        return x;
    }
};

}  // namespace evsweep
