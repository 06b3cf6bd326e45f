#include "sim/engine/place_hops.hpp"

#include <algorithm>
#include <limits>

namespace evsweep {

namespace {

constexpr auto far = std::numeric_limits<std::uint32_t>::max();

/// Neighbours of every bus in the tree.
std::vector<std::vector<std::uint32_t>> tree_of(const Feeder& feeder) {
    std::vector<std::vector<std::uint32_t>> next(feeder.branches() + 1);
    for (std::size_t b = 0; b < feeder.branches(); ++b) {
        const std::size_t parent = feeder.branch(BranchId(b)).parent.index();
        next[b + 1].push_back(static_cast<std::uint32_t>(parent));
        next[parent].push_back(static_cast<std::uint32_t>(b + 1));
    }
    return next;
}

/// Steps from one bus to all, where only buses with places count as a step: entering a bus with a place takes one. The way to
/// another bus in a tree is the only one, but a fork without a place is passed freely, so that all places around it are one
/// step apart; a place in the way is stepped on.
std::vector<std::uint32_t> steps_from(std::uint32_t start, const std::vector<std::vector<std::uint32_t>>& next,
                                      const std::vector<std::uint8_t>& has_place) {
    std::vector<std::uint32_t> steps(next.size(), far);
    std::vector<std::uint32_t> open{start};
    steps[start] = 0;
    while (!open.empty()) {
        const std::uint32_t bus = open.back();
        open.pop_back();
        for (const std::uint32_t to : next[bus]) {
            if (steps[to] != far) continue;
            steps[to] = steps[bus] + has_place[to];
            open.push_back(to);
        }
    }
    return steps;
}

}  // namespace

std::vector<std::uint32_t> place_hops(const Feeder& feeder, std::span<const BusId> bus_of_place) {
    const auto next = tree_of(feeder);
    std::vector<std::uint8_t> has_place(next.size(), 0);
    for (const BusId bus : bus_of_place) has_place[bus.index()] = 1;
    const std::size_t n = bus_of_place.size();
    std::vector<std::uint32_t> hops(n * n);
    for (std::size_t from = 0; from < n; ++from) {
        const auto steps = steps_from(static_cast<std::uint32_t>(bus_of_place[from].index()), next, has_place);
        for (std::size_t to = 0; to < n; ++to) hops[from * n + to] = steps[bus_of_place[to].index()];
    }
    return hops;
}

}  // namespace evsweep
