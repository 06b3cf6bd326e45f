#include "sim/statistics/run_layout.hpp"

#include <numeric>

namespace evsweep {

namespace {

/// The first of the youngest runs that are merged together. Levels never rise from older to younger runs.
std::size_t first_to_merge(const RunLayout& layout) {
    std::size_t first = layout.held - 2;
    while (first > 0 && layout.level[first - 1] == layout.level[first]) --first;
    return first;
}

void merge_youngest(RunLayout& layout) {
    layout.merged_from = first_to_merge(layout);
    layout.merged = layout.held - layout.merged_from;
    auto* const weights = layout.weight.data() + layout.merged_from;
    const std::uint64_t sum = std::accumulate(weights, weights + layout.merged, std::uint64_t{0});
    // An even sum has no middle place: alternating between the two lets errors of several merges cancel.
    layout.offset = layout.below <= layout.above ? sum / 2 : (sum - 1) / 2;
    layout.below += layout.offset;
    layout.above += sum - 1 - layout.offset;
    *weights = sum;
    ++layout.level[layout.merged_from];
    layout.held = layout.merged_from + 1;
}

}  // namespace

RunLayout with_another_run(RunLayout layout) {
    layout.merged = 0;
    if (layout.held == RunLayout::most) merge_youngest(layout);
    layout.weight[layout.held] = 1;
    layout.level[layout.held] = 0;
    ++layout.held;
    return layout;
}

}  // namespace evsweep
