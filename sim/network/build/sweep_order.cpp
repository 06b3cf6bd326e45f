#include "sim/network/build/sweep_order.hpp"

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/undirected_dfs.hpp>
#include <boost/pending/disjoint_sets.hpp>

#include <algorithm>
#include <numeric>

namespace evsweep {
namespace {

using EdgeIndex = boost::property<boost::edge_index_t, std::size_t>;
using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS, boost::no_property, EdgeIndex>;
using Vertex = boost::graph_traits<Graph>::vertex_descriptor;
using Edge = boost::graph_traits<Graph>::edge_descriptor;

/// Collects the order; Boost copies visitors, so it only points at what it fills.
class OrderVisitor : public boost::default_dfs_visitor {
   public:
    explicit OrderVisitor(SweepOrder& order) : order_(&order) {}

    void start_vertex(Vertex root, const Graph&) {
        if (!order_->nodes.empty()) order_->islands.emplace_back();
        order_->parent[root] = root;
    }
    void discover_vertex(Vertex v, const Graph&) {
        (order_->islands.empty() ? order_->nodes : order_->islands.back()).push_back(v);
    }
    void tree_edge(Edge e, const Graph& graph) {
        order_->parent[boost::target(e, graph)] = boost::source(e, graph);
        order_->feeding_edge[boost::target(e, graph)] = boost::get(boost::edge_index, graph, e);
    }

   private:
    SweepOrder* order_;
};

/// By edge: whether it is in the tree (or the trees of islands) of the greatest weight (Kruskal 1956).
std::vector<bool> heaviest_tree(const FeederGraph& feeder) {
    std::vector<std::size_t> by_weight(feeder.edges.size());
    std::iota(by_weight.begin(), by_weight.end(), std::size_t{0});
    std::stable_sort(by_weight.begin(), by_weight.end(),
                     [&](std::size_t one, std::size_t other) { return feeder.weight[one] > feeder.weight[other]; });
    std::vector<std::size_t> rank(feeder.nodes, 0);
    std::vector<std::size_t> above(feeder.nodes);
    std::iota(above.begin(), above.end(), std::size_t{0});
    boost::disjoint_sets<std::size_t*, std::size_t*> parts(rank.data(), above.data());
    std::vector<bool> is_in_tree(feeder.edges.size(), false);
    for (const std::size_t e : by_weight) {
        const std::size_t one = parts.find_set(feeder.edges[e].first);
        const std::size_t other = parts.find_set(feeder.edges[e].second);
        if (one == other) continue;
        parts.link(one, other);
        is_in_tree[e] = true;
    }
    return is_in_tree;
}

/// The nodes from one up to its root.
std::vector<std::size_t> way_up(const SweepOrder& order, std::size_t node) {
    std::vector<std::size_t> way{node};
    while (order.parent[way.back()] != way.back()) way.push_back(order.parent[way.back()]);
    return way;
}

}  // namespace

SweepOrder find_sweep_order(const FeederGraph& feeder, std::size_t source) {
    Graph graph(feeder.nodes);
    SweepOrder order;
    const std::vector<bool> is_in_tree = heaviest_tree(feeder);
    for (std::size_t e = 0; e < feeder.edges.size(); ++e)
        if (is_in_tree[e])
            boost::add_edge(feeder.edges[e].first, feeder.edges[e].second, EdgeIndex(e), graph);
        else
            order.left_out.push_back(e);
    order.parent.assign(feeder.nodes, source);
    order.feeding_edge.assign(feeder.nodes, 0);
    std::vector<boost::default_color_type> vertex_color(feeder.nodes);
    std::vector<boost::default_color_type> edge_color(feeder.edges.size());
    boost::undirected_dfs(graph, OrderVisitor(order),
                          boost::make_iterator_property_map(vertex_color.begin(), boost::get(boost::vertex_index, graph)),
                          boost::make_iterator_property_map(edge_color.begin(), boost::get(boost::edge_index, graph)),
                          boost::vertex(source, graph));
    return order;
}

FeederLoop loop_of(const SweepOrder& order, const FeederGraph& graph, std::size_t edge) {
    std::vector<std::size_t> down = way_up(order, graph.edges[edge].first);
    std::vector<std::size_t> up = way_up(order, graph.edges[edge].second);
    std::size_t top = down.back();
    while (!down.empty() && !up.empty() && down.back() == up.back()) {
        top = down.back();
        down.pop_back();
        up.pop_back();
    }
    FeederLoop loop;
    loop.nodes.push_back(top);
    for (; !down.empty(); down.pop_back()) {
        loop.nodes.push_back(down.back());
        loop.edges.push_back(order.feeding_edge[down.back()]);
    }
    loop.edges.push_back(edge);
    for (const std::size_t node : up) {
        loop.nodes.push_back(node);
        loop.edges.push_back(order.feeding_edge[node]);
    }
    return loop;
}

}  // namespace evsweep
