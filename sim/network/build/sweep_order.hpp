/// The order in which a sweep visits a feeder, found once: a spanning tree, and a depth-first search of it from the source.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace evsweep {

/// A graph given by the ends of its edges. Where edges form a loop, the one that weighs least is left out of the tree, of equals
/// the last.
struct FeederGraph {
    std::size_t nodes = 0;
    std::vector<std::pair<std::size_t, std::size_t>> edges;
    std::vector<std::size_t> weight;  ///< by edge
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
    std::vector<std::size_t> left_out;              ///< edges that close a loop, in the order of the graph
};

/// Searches the tree depth-first from `source`, edges in the given order, then from each node not reached.
[[nodiscard]] SweepOrder find_sweep_order(const FeederGraph& graph, std::size_t source);

/// The loop that an edge outside of the tree closes: from its upper node down one side, over the edge, and back up the other.
[[nodiscard]] FeederLoop loop_of(const SweepOrder& order, const FeederGraph& graph, std::size_t edge);

}  // namespace evsweep
