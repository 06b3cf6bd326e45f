/// The text of ColumnLoops, for whatever instruction set the file is compiled for that includes it. Nothing in it may be shared
/// with the rest of the program, which must not hold a wide instruction: packs are types of their own for every set.
#pragma once

#include <cstddef>
#include <experimental/simd>

#include "outputs/column_extremes.hpp"

namespace evsweep::element {
namespace {

using Pack = std::experimental::native_simd<double>;
constexpr auto as_it_lies = std::experimental::element_aligned;

/// The lower, or higher, of both; NaN is no value. `min` and `max` of packs do not say what they make of it.
inline Pack lower(Pack so_far, const Pack& now) {
    where(now < so_far, so_far) = now;
    return so_far;
}
inline Pack higher(Pack so_far, const Pack& now) {
    where(now > so_far, so_far) = now;
    return so_far;
}
inline void keep_lower(double* lowest, const Pack& now) { lower(Pack(lowest, as_it_lies), now).copy_to(lowest, as_it_lies); }
inline void keep_higher(double* highest, const Pack& now) { higher(Pack(highest, as_it_lies), now).copy_to(highest, as_it_lies); }
inline void keep_lower(double* lowest, double now) { *lowest = now < *lowest ? now : *lowest; }
inline void keep_higher(double* highest, double now) { *highest = now > *highest ? now : *highest; }

inline void keep_range(const double* now, std::size_t size, double* lowest, double* highest, double& least, double& most) {
    constexpr std::size_t width = Pack::size();
    Pack low(__builtin_huge_val()), high(-__builtin_huge_val());
    std::size_t i = 0;
    for (; i + 2 * width <= size; i += 2 * width) {
        const Pack a(now + i, as_it_lies), b(now + i + width, as_it_lies);
        keep_lower(lowest + i, a);
        keep_lower(lowest + i + width, b);
        keep_higher(highest + i, a);
        keep_higher(highest + i + width, b);
        low = lower(lower(low, a), b);
        high = higher(higher(high, a), b);
    }
    least = hmin(low);
    most = hmax(high);
    for (; i < size; ++i) {
        keep_lower(lowest + i, now[i]);
        keep_higher(highest + i, now[i]);
        keep_lower(&least, now[i]);
        keep_higher(&most, now[i]);
    }
}

inline double keep_highest(const double* now, const double* factor, std::size_t size, double* highest) {
    constexpr std::size_t width = Pack::size();
    Pack high(0.0);
    std::size_t i = 0;
    for (; i + 2 * width <= size; i += 2 * width) {
        const Pack a = Pack(now + i, as_it_lies) * Pack(factor + i, as_it_lies);
        const Pack b = Pack(now + i + width, as_it_lies) * Pack(factor + i + width, as_it_lies);
        keep_higher(highest + i, a);
        keep_higher(highest + i + width, b);
        high = higher(higher(high, a), b);
    }
    double most = hmax(high);
    for (; i < size; ++i) {
        const double product = now[i] * factor[i];
        keep_higher(highest + i, product);
        keep_higher(&most, product);
    }
    return most;
}

}  // namespace
}  // namespace evsweep::element
