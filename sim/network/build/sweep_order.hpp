/// The order in which a sweep visits a feeder, found once by a depth-first search from the source.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace evsweep {

/// A graph given by the ends of its edges.
struct FeederGraph {
    std::size_t nodes = 0;
    std::vector<std::pair<std::size_t, std::size_t>> edges;
};

/// A closed path, as nodes and as the edges between them; the last edge leads back to the first node.
struct FeederLoop {
    std::vector<std::size_t> nodes;
    std::vector<std::size_t> edges;
};

/// What the search found, in the order of discovery.
struct SweepOrder {
    std::vector<std::size_t> nodes;                 ///< reachable from the source, parent before child
    std::vector<std::size_t> feeding_edge;          ///< of each node by node number; meaningless for roots
    std::vector<std::size_t> parent;                ///< of each node by node number; its own for roots
    std::vector<std::vector<std::size_t>> islands;  ///< nodes of each part that the source does not reach
    std::vector<FeederLoop> loops;                  ///< one per edge that closes a loop, at most `max_loops`
    std::size_t loop_count = 0;
};

/// Loops beyond these are counted but not traced: a meshed file would fill pages.
inline constexpr std::size_t max_loops = 10;

/// Searches depth-first from `source`, edges in the given order, then from each node not reached.
[[nodiscard]] SweepOrder find_sweep_order(const FeederGraph& graph, std::size_t source);

}  // namespace evsweep
