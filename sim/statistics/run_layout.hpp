/// What a quantile summary of fixed size does with its sorted runs when another one comes, and what that costs in ranks.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace evsweep {

/// The runs of a summary, oldest first. All hold the same number of values; a value stands for `weight` values that came in.
/// Merging runs (COLLAPSE of Manku, Rajagopalan and Lindsay 1998) lays their values in order, each as often as it weighs,
/// and keeps those at the places `offset`, `offset` + W, `offset` + 2 W, ... with W the sum of the weights: again one run, of
/// weight W. For any x, the weight of all kept values below x then differs from the number of values below x by -`offset` to
/// W - 1 - `offset`: with x behind r = q W + s places, 0 <= s < W, q values are kept where s <= `offset`, and else q + 1.
struct RunLayout {
    static constexpr std::size_t most = 4;

    std::array<std::uint64_t, most> weight{};
    std::array<std::uint32_t, most> level{};  ///< how often the values of the run have been thinned out
    std::size_t held = 0;                     ///< runs
    std::size_t merged_from = 0;              ///< where room was made for the latest run: this place and all behind it became one
    std::size_t merged = 0;                   ///< number of runs that became one; 0: there was room
    std::uint64_t offset = 0;                 ///< of that merge
    std::uint64_t below = 0;                  ///< ranks by which counts may have become too small, over all merges
    std::uint64_t above = 0;                  ///< and too large

    /// No rank is off by more.
    [[nodiscard]] std::uint64_t rank_error() const { return below > above ? below : above; }
};

/// The layout with one more run. Where all places are taken, the runs of the lowest level become one before; a run that is
/// alone on its level joins the next level. A summary's layout is thus a function of how many runs have come.
[[nodiscard]] RunLayout with_another_run(RunLayout layout);

}  // namespace evsweep
