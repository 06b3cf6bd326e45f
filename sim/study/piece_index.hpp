/// Which piece of a checkpoint has which replica, in a few bytes however many replicas there are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace evsweep {

/// Pieces mostly hold consecutive replicas, so stretches of these are what is kept.
class PieceIndex {
   public:
    /// A replica that another piece has already stays there.
    void add(std::uint32_t replica, std::uint32_t piece);
    [[nodiscard]] std::optional<std::uint32_t> piece_of(std::uint32_t replica) const;
    [[nodiscard]] std::size_t replicas() const { return replicas_; }

   private:
    struct Stretch {
        std::uint32_t first = 0, end = 0, piece = 0;
    };
    std::vector<Stretch> stretches_;  ///< ascending, apart from one another
    std::size_t replicas_ = 0;
};

}  // namespace evsweep
