#include "sim/network/build/sweep_order.hpp"

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/undirected_dfs.hpp>

#include <algorithm>
#include <cstdint>

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
        order_->feeding_edge[boost::target(e, graph)] = index_of(e, graph);
    }
    /// An edge to a bus above: together with the path down from there it is a loop.
    void back_edge(Edge e, const Graph& graph) {
        if (++order_->loop_count > max_loops) return;
        const Vertex above = boost::target(e, graph);
        FeederLoop loop;
        for (Vertex v = boost::source(e, graph); v != above; v = order_->parent[v]) {
            loop.nodes.push_back(v);
            loop.edges.push_back(order_->feeding_edge[v]);
        }
        loop.nodes.push_back(above);
        std::reverse(loop.nodes.begin(), loop.nodes.end());
        std::reverse(loop.edges.begin(), loop.edges.end());
        loop.edges.push_back(index_of(e, graph));
        order_->loops.push_back(std::move(loop));
    }

   private:
    static std::size_t index_of(Edge e, const Graph& graph) { return boost::get(boost::edge_index, graph, e); }

    SweepOrder* order_;
};

}  // namespace

SweepOrder find_sweep_order(const FeederGraph& feeder, std::size_t source) {
    Graph graph(feeder.nodes);
    for (std::size_t e = 0; e < feeder.edges.size(); ++e)
        boost::add_edge(feeder.edges[e].first, feeder.edges[e].second, EdgeIndex(e), graph);
    SweepOrder order;
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

}  // namespace evsweep
