/// Columns of several load flows into packs and back.
#pragma once

#include <cstddef>
#include <span>
#include <type_traits>

namespace evsweep {

namespace transpose_detail {

template <std::size_t Width>
inline void pack(const double* const* from, std::span<double> packed) {
    const std::size_t rows = packed.size() / Width;
    for (std::size_t row = 0; row < rows; ++row)
        for (std::size_t l = 0; l < Width; ++l) packed[row * Width + l] = from[l][row];
}

template <std::size_t Width>
inline void unpack(std::span<const double> packed, std::size_t lanes, double* const* to) {
    const std::size_t rows = packed.size() / Width;
    for (std::size_t l = 0; l < lanes; ++l) {
        double* column = to[l];
        for (std::size_t row = 0; row < rows; ++row) column[row] = packed[row * Width + l];
    }
}

/// Calls `use` with the width as a constant.
template <class Use>
inline void by_width(std::size_t width, Use&& use) {
    switch (width) {
        case 8:
            return use(std::integral_constant<std::size_t, 8>{});
        case 4:
            return use(std::integral_constant<std::size_t, 4>{});
        case 2:
            return use(std::integral_constant<std::size_t, 2>{});
        default:
            return use(std::integral_constant<std::size_t, 1>{});
    }
}

}  // namespace transpose_detail

/// packed[row][lane] = from[lane][row]; `width` lanes.
inline void pack_lanes(const double* const* from, std::size_t width, std::span<double> packed) {
    transpose_detail::by_width(width, [&](auto w) { transpose_detail::pack<w()>(from, packed); });
}

/// to[lane][row] = packed[row][lane] for the first `lanes` of `width`.
inline void unpack_lanes(std::span<const double> packed, std::size_t width, std::size_t lanes, double* const* to) {
    transpose_detail::by_width(width, [&](auto w) { transpose_detail::unpack<w()>(packed, lanes, to); });
}

}  // namespace evsweep
