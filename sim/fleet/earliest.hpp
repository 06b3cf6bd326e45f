/// Which of many rows comes first, where each row's instant may change often and the first is asked for between changes.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "evsweep/column.hpp"

namespace evsweep {

/// One instant per row, in whole ms; infinite: never. Rows stand in blocks whose first instants are remembered: a change is two
/// stores at the most, and a question looks through the blocks whose first has changed since the last one. Nothing is ever
/// outdated, and equal instants go by row number, whatever their history.
class Earliest {
   public:
    static constexpr double never = std::numeric_limits<double>::infinity();

    explicit Earliest(std::size_t rows)
        : at_ms_((rows + block - 1) / block * block, never),
          first_ms_(at_ms_.size() / block, never),
          stale_(first_ms_.size(), 0) {}

    [[nodiscard]] double at_ms(std::size_t row) const { return at_ms_[row]; }
    void set(std::size_t row, double at_ms) {
        const double earlier = std::min(at_ms, at_ms_[row]);
        at_ms_[row] = at_ms;
        if (earlier > first_ms_[row / block]) return;  // neither was nor becomes the first of its block
        stale_[row / block] = 1;
        is_stale_ = true;
    }

    /// The first instant of all rows; `never` if there is none.
    [[nodiscard]] double first_ms() const {
        if (is_stale_) look_again();
        return earliest_ms_;
    }
    /// The lowest row with the first instant. Not if that is `never`.
    [[nodiscard]] std::size_t first_row() const {
        const double first = first_ms();
        const auto b = static_cast<std::size_t>(std::find(first_ms_.begin(), first_ms_.end(), first) - first_ms_.begin());
        const auto begin = at_ms_.begin() + static_cast<std::ptrdiff_t>(b * block);
        return static_cast<std::size_t>(std::find(begin, at_ms_.end(), first) - at_ms_.begin());
    }

   private:
    static constexpr std::size_t block = 64;

    void look_again() const {
        earliest_ms_ = never;
        for (std::size_t b = 0; b < first_ms_.size(); ++b) {
            if (stale_[b] != 0) first_ms_[b] = first_of(b);
            stale_[b] = 0;
            earliest_ms_ = std::min(earliest_ms_, first_ms_[b]);
        }
        is_stale_ = false;
    }
    /// Four minima side by side, which SIMD registers hold without any permission to reorder.
    [[nodiscard]] double first_of(std::size_t b) const {
        const double* at = at_ms_.data() + b * block;
        std::array<double, 4> first{at[0], at[1], at[2], at[3]};
        for (std::size_t j = 4; j < block; j += 4)
            for (std::size_t k = 0; k < 4; ++k) first[k] = at[j + k] < first[k] ? at[j + k] : first[k];
        return std::min(std::min(first[0], first[1]), std::min(first[2], first[3]));
    }

    AlignedVector<double> at_ms_;  ///< by row, filled up to whole blocks
    mutable std::vector<double> first_ms_;
    mutable std::vector<std::uint8_t> stale_;  ///< by block: its first has changed since it was looked through
    mutable double earliest_ms_ = never;
    mutable bool is_stale_ = false;
};

}  // namespace evsweep
