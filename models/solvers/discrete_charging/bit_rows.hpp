/// Rows of bits of equal length, for searches that take what two rows have in common.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace evsweep {

/// `rows` sets of numbers below `columns`, all empty at first.
class BitRows {
   public:
    BitRows(std::size_t rows, std::size_t columns) : words_((columns + 63) / 64), bits_(rows * words_, 0) {}

    void set(std::size_t row, std::uint32_t column) { word(row, column) |= bit(column); }
    void clear(std::size_t row, std::uint32_t column) { word(row, column) &= ~bit(column); }
    [[nodiscard]] bool has(std::size_t row, std::uint32_t column) const {
        return (bits_[row * words_ + column / 64] & bit(column)) != 0;
    }
    /// All bits of all rows; those beyond the last column are nobody's.
    void fill() {
        for (std::uint64_t& word : bits_) word = ~std::uint64_t{0};
    }
    /// `use(column)` for every bit of a row, ascending.
    template <class Use>
    void each(std::size_t row, const Use& use) const {
        for (std::size_t w = 0; w < words_; ++w) each_of(bits_[row * words_ + w], w, use);
    }
    /// Takes out of row `from_row` of `from` what this `row` has, too, and gives it to `use`, ascending.
    template <class Use>
    void take_common(std::size_t row, BitRows& from, std::size_t from_row, const Use& use) const {
        for (std::size_t w = 0; w < words_; ++w) {
            std::uint64_t& left = from.bits_[from_row * words_ + w];
            const std::uint64_t common = bits_[row * words_ + w] & left;
            left &= ~common;
            each_of(common, w, use);
        }
    }

   private:
    [[nodiscard]] static std::uint64_t bit(std::uint32_t column) { return std::uint64_t{1} << (column % 64); }
    [[nodiscard]] std::uint64_t& word(std::size_t row, std::uint32_t column) { return bits_[row * words_ + column / 64]; }
    template <class Use>
    static void each_of(std::uint64_t bits, std::size_t word, const Use& use) {
        for (; bits != 0; bits &= bits - 1)
            use(static_cast<std::uint32_t>(64 * word) + static_cast<std::uint32_t>(std::countr_zero(bits)));
    }

    std::size_t words_;
    std::vector<std::uint64_t> bits_;
};

}  // namespace evsweep
