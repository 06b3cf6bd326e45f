/// Columns of single load flows into packs and back: blocks of as many rows as lanes, transposed in registers.
#pragma once

#include <cstddef>
#include <cstring>
#include <utility>

namespace evsweep::lanes {

/// A pack as the compiler's own vector type, for its shuffles.
template <std::size_t W>
struct Block {
    typedef double Row __attribute__((vector_size(W * sizeof(double))));
    Row row[W];  // std::array would lose the attribute

    [[gnu::always_inline]] void load(std::size_t r, const double* from) { std::memcpy(&row[r], from, sizeof(Row)); }
    [[gnu::always_inline]] void store(std::size_t r, double* to) const { std::memcpy(to, &row[r], sizeof(Row)); }

    /// Exchanges, in every pair of rows `Step` apart, the elements that belong into the other (Eklundh 1972).
    template <std::size_t Step, std::size_t... E>
    [[gnu::always_inline]] void exchange(std::index_sequence<E...>) {
        for (std::size_t r = 0; r < W; ++r) {
            if ((r & Step) != 0) continue;
            const Row a = row[r];
            const Row b = row[r + Step];
            row[r] = __builtin_shufflevector(a, b, ((E & Step) == 0 ? E : W + E - Step)...);
            row[r + Step] = __builtin_shufflevector(a, b, ((E & Step) == 0 ? E + Step : W + E)...);
        }
    }
    [[gnu::always_inline]] void transpose() {
        constexpr auto elements = std::make_index_sequence<W>{};
        if constexpr (W > 1) exchange<1>(elements);
        if constexpr (W > 2) exchange<2>(elements);
        if constexpr (W > 4) exchange<4>(elements);
    }
};

/// packed[row][lane] = from[lane][row]. The pack's type, not its width, makes this and `unpack` one instruction set's own.
template <class Lane>
inline void pack(const double* const* from, std::size_t rows, double* packed) {
    constexpr std::size_t W = Lane::size();
    std::size_t row = 0;
    for (; row + W <= rows; row += W) {
        Block<W> block;
        for (std::size_t l = 0; l < W; ++l) block.load(l, from[l] + row);
        block.transpose();
        for (std::size_t r = 0; r < W; ++r) block.store(r, packed + (row + r) * W);
    }
    for (; row < rows; ++row)
        for (std::size_t l = 0; l < W; ++l) packed[row * W + l] = from[l][row];
}

/// to[lane][row] = packed[row][lane], for the first `lanes` lanes.
template <class Lane>
inline void unpack(const double* packed, std::size_t rows, std::size_t lanes, double* const* to) {
    constexpr std::size_t W = Lane::size();
    std::size_t row = 0;
    for (; row + W <= rows; row += W) {
        Block<W> block;
        for (std::size_t r = 0; r < W; ++r) block.load(r, packed + (row + r) * W);
        block.transpose();
        for (std::size_t l = 0; l < W; ++l)
            if (l < lanes) block.store(l, to[l] + row);
    }
    for (; row < rows; ++row)
        for (std::size_t l = 0; l < lanes; ++l) to[l][row] = packed[row * W + l];
}

}  // namespace evsweep::lanes
