/// Columns of single load flows into packs and back: blocks of as many rows as lanes, transposed in registers.
#pragma once

#include <cstddef>
#include <utility>

namespace evsweep::lanes {

/// A pack as the compiler's own vector type, for its shuffles, and the same at any place of a column.
template <std::size_t W>
struct PackOf {
    typedef double Row __attribute__((vector_size(W * sizeof(double))));
    typedef double Anywhere __attribute__((vector_size(W * sizeof(double)), aligned(alignof(double)), may_alias));
};

/// As many rows as lanes. Loops are written out by the compiler (folds), so that rows stay in registers.
template <std::size_t W>
struct Block {
    using Row = typename PackOf<W>::Row;
    using Anywhere = typename PackOf<W>::Anywhere;
    static constexpr auto all = std::make_index_sequence<W>{};
    Row row[W];  // std::array would lose the attribute

    template <class PlaceOf, std::size_t... R>
    [[gnu::always_inline]] void load(PlaceOf&& place_of, std::index_sequence<R...>) {
        ((row[R] = *reinterpret_cast<const Anywhere*>(place_of(R))), ...);
    }
    template <class PlaceOf, std::size_t... R>
    [[gnu::always_inline]] void store(std::size_t rows, PlaceOf&& place_of, std::index_sequence<R...>) const {
        ((R < rows ? void(*reinterpret_cast<Anywhere*>(place_of(R)) = row[R]) : void()), ...);
    }

    /// Exchanges, in a pair of rows `Step` apart, the elements that belong into the other (Eklundh 1972).
    template <std::size_t Step, std::size_t... E>
    [[gnu::always_inline]] static void exchange(Row& upper, Row& lower, std::index_sequence<E...>) {
        const Row a = upper;
        const Row b = lower;
        upper = __builtin_shufflevector(a, b, ((E & Step) == 0 ? E : W + E - Step)...);
        lower = __builtin_shufflevector(a, b, ((E & Step) == 0 ? E + Step : W + E)...);
    }
    template <std::size_t Step, std::size_t... R>
    [[gnu::always_inline]] void exchange_all(std::index_sequence<R...>) {
        (((R & Step) == 0 ? exchange<Step>(row[R], row[(R + Step) % W], all) : void()), ...);
    }
    [[gnu::always_inline]] void transpose() {
        if constexpr (W > 1) exchange_all<1>(all);
        if constexpr (W > 2) exchange_all<2>(all);
        if constexpr (W > 4) exchange_all<4>(all);
    }
};

/// packed[row][lane] = from[lane][row]. The pack's type, not its width, makes this and `unpack` one instruction set's own.
template <class Lane>
inline void pack(const double* const* from, std::size_t rows, double* packed) {
    constexpr std::size_t W = Lane::size();
    std::size_t row = 0;
    for (; row + W <= rows; row += W) {
        Block<W> block;
        block.load([&](std::size_t l) { return from[l] + row; }, Block<W>::all);
        block.transpose();
        block.store(
            W, [&](std::size_t r) { return packed + (row + r) * W; }, Block<W>::all);
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
        block.load([&](std::size_t r) { return packed + (row + r) * W; }, Block<W>::all);
        block.transpose();
        block.store(
            lanes, [&](std::size_t l) { return to[l] + row; }, Block<W>::all);
    }
    for (; row < rows; ++row)
        for (std::size_t l = 0; l < lanes; ++l) to[l][row] = packed[row * W + l];
}

}  // namespace evsweep::lanes
