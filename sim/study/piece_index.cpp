#include "sim/study/piece_index.hpp"

#include <algorithm>

namespace evsweep {

void PieceIndex::add(std::uint32_t replica, std::uint32_t piece) {
    const auto next = std::upper_bound(stretches_.begin(), stretches_.end(), replica,
                                       [](std::uint32_t r, const Stretch& stretch) { return r < stretch.first; });
    const bool has_one_before = next != stretches_.begin();
    if (has_one_before && replica < (next - 1)->end) return;
    ++replicas_;
    if (has_one_before && (next - 1)->end == replica && (next - 1)->piece == piece)
        ++(next - 1)->end;
    else
        stretches_.insert(next, {replica, replica + 1, piece});
}

std::optional<std::uint32_t> PieceIndex::piece_of(std::uint32_t replica) const {
    const auto next = std::upper_bound(stretches_.begin(), stretches_.end(), replica,
                                       [](std::uint32_t r, const Stretch& stretch) { return r < stretch.first; });
    if (next == stretches_.begin() || replica >= (next - 1)->end) return std::nullopt;
    return (next - 1)->piece;
}

}  // namespace evsweep
