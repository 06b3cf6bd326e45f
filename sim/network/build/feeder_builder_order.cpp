// How the buses of a feeder hang together: rows between two buses, the tree, loops, islands, and conductors that nothing feeds.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/network/build/feeder_builder.hpp"

namespace evsweep {
namespace {

using Index = Eigen::Index;

/// The conductors of a bus that a row touches.
std::vector<Conductor> conductors_at(const ClosedRow& row, const std::string& bus) {
    std::vector<Conductor> touched;
    if (row.branch) {
        const BranchRow& branch = *row.branch;
        return branch.to == bus && !branch.to_conductors.empty() ? branch.to_conductors : branch.conductors;
    }
    for (const WindingRow& winding : row.transformer->windings) {
        if (winding.bus != bus) continue;
        for (const Terminals& coil : winding.coils)
            for (const auto& end : {coil.plus, coil.minus})
                if (end) touched.push_back(*end);
    }
    return touched;
}

}  // namespace

std::string joined(const std::vector<std::string>& names, const char* separator) {
    constexpr std::size_t most = 30;
    const std::size_t shown = std::min(names.size(), most);
    std::string text = fmt::format("{}", fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), separator));
    return shown == names.size() ? text : fmt::format("{}{}... ({} in all)", text, separator, names.size());
}

void FeederBuilder::bundle_rows() {
    std::map<std::pair<std::size_t, std::size_t>, std::size_t> known;
    for (const ClosedRow& row : rows_.closed) {
        const auto [entry, is_new] = known.try_emplace(std::minmax(row.from, row.to), bundles_.size());
        if (is_new) bundles_.push_back({row.from, row.to, {}});
        bundles_[entry->second].rows.push_back(&row);
    }
}

/// Opens loops one by one until the search finds a tree.
void FeederBuilder::find_order() {
    if (description_.buses.empty()) return;
    const std::size_t root = rows_.source ? rows_.bus.at(rows_.source->bus) : 0;
    for (bool first = true;; first = false) {
        FeederGraph graph;
        graph.nodes = description_.buses.size();
        std::vector<std::size_t> number;  // of the bundle, by edge
        for (std::size_t b = 0; b < bundles_.size(); ++b) {
            if (std::count(opened_.begin(), opened_.end(), b) > 0) continue;
            graph.edges.emplace_back(bundles_[b].from, bundles_[b].to);
            number.push_back(b);
        }
        order_ = find_sweep_order(graph, root);
        for (std::size_t& edge : order_.feeding_edge) edge = edge < number.size() ? number[edge] : edge;
        for (FeederLoop& loop : order_.loops)
            for (std::size_t& edge : loop.edges) edge = number[edge];
        if (first) report_loops();
        if (order_.loops.empty() || order_.loop_count > max_loops) break;
        open(order_.loops.front());
    }
    // Without a source, or with an end that nobody knows, an island would be a mere consequence.
    if (rows_.source && rows_.all_ends_known && rows_.bus.size() == description_.buses.size()) report_islands();
}

/// Opens a loop at its weakest branch, or where phases meet that only seem to make one.
void FeederBuilder::open(const FeederLoop& loop) {
    const auto meeting = where_phases_meet(loop);
    opened_.push_back(meeting ? meeting->bundle : weakest_of(loop));
    if (!meeting) return;
    arrivals_.insert(meeting->bundle);
    Bundle& bundle = bundles_[meeting->bundle];
    if (bundle.to != meeting->node) std::swap(bundle.from, bundle.to);
}

/// A bus below the top of a loop to which its two branches there bring different conductors: phase by phase there is no loop.
std::optional<FeederBuilder::Meeting> FeederBuilder::where_phases_meet(const FeederLoop& loop) const {
    for (std::size_t i = 1; i < loop.nodes.size(); ++i) {
        const std::size_t node = loop.nodes[i];
        const auto& wires = description_.buses[node].conductors;
        const bool is_shared = std::any_of(wires.begin(), wires.end(), [&](Conductor c) {
            return brings(bundles_[loop.edges[i - 1]], node, c) && brings(bundles_[loop.edges[i]], node, c);
        });
        if (!is_shared) return Meeting{loop.edges[i], node};
    }
    return std::nullopt;
}

/// Where to open a loop: at the branch with the fewest conductors, so that the rest feeds all; the last of equals.
std::size_t FeederBuilder::weakest_of(const FeederLoop& loop) const {
    const auto wires = [&](std::size_t bundle) {
        std::size_t sum = 0;
        for (const ClosedRow* row : bundles_[bundle].rows)
            sum +=
                row->branch ? row->branch->conductors.size() : max_conductors * row->transformer->windings.front().coils.size();
        return sum;
    };
    std::size_t weakest = loop.edges.front();
    for (const std::size_t edge : loop.edges)
        if (wires(edge) <= wires(weakest)) weakest = edge;
    return weakest;
}

/// A few loops are solved as such, which the user should know; a meshed network is refused.
void FeederBuilder::report_loops() {
    constexpr std::size_t most_told = 3;
    const bool too_many = order_.loop_count > max_loops;
    std::size_t loops = 0;
    for (const FeederLoop& loop : order_.loops) {
        if (!too_many && where_phases_meet(loop)) continue;
        if (++loops > most_told) continue;
        std::vector<std::string> buses, branches;
        for (std::size_t node : loop.nodes) buses.push_back(description_.buses[node].id);
        buses.push_back(buses.front());
        for (std::size_t edge : loop.edges) branches.push_back(bundles_[edge].rows.front()->id());
        const ClosedRow& closing = *bundles_[loop.edges.back()].rows.front();
        const std::string problem = "closed branches form a loop: " + joined(buses, " - ");
        if (too_many)
            issues_.error(closing.at(), "branch " + closing.id(), problem, "open one of the branches " + joined(branches, ", "));
        else
            issues_.warning(closing.at(), "branch " + closing.id(), problem,
                            "it is solved closed; open one of the branches " + joined(branches, ", ") + " if that is not meant");
    }
    const std::string more =
        fmt::format("closed branches form {} more loops", (too_many ? order_.loop_count : loops) - std::min(loops, most_told));
    if (too_many)
        issues_.error(description_.at, "branches", more, fmt::format("a feeder may have {} loops at the most", max_loops));
    else if (loops > most_told)
        issues_.warning(description_.at, "branches", more, "they are solved closed, too");
}

void FeederBuilder::report_islands() {
    for (const auto& island : order_.islands) {
        std::vector<std::string> buses;
        for (std::size_t node : island) buses.push_back(description_.buses[node].id);
        issues_.error(description_.buses[island.front()].at, "bus " + buses.front(),
                      fmt::format("not connected to the source at bus {}: {} {}", rows_.source->bus,
                                  buses.size() == 1 ? "bus" : "buses", joined(buses, ", ")),
                      "close a branch to them, or remove them");
    }
}

/// Buses as the search found them, each after all that feed it; then one more for the end of every loop.
void FeederBuilder::number_buses() {
    sweep_bus_.assign(description_.buses.size(), 0);
    numbering_.assign(description_.buses.size(), 0);
    for (const std::size_t bundle : opened_) loop_rows_.push_back(loop_row(bundles_[bundle]));
    for (const std::size_t node : order_.nodes)
        if (!number_bus(node)) return;
    for (std::size_t i = 0; i < opened_.size(); ++i)
        if (!is_arrival(i)) number_end(i);
    const std::size_t n = node_.size();
    model_->links.resize(n);
    model_->children.resize(n);
    model_->arrivals.resize(n);
    model_->shunts_at.resize(n);
    model_->first_conductor = {0};
    model_->first_up = {0, 0};
    for (std::size_t k = 1; k < n; ++k) model_->children[model_->parent[k]].push_back(static_cast<std::uint32_t>(k));
    feeder_.rotation_.assign(n, 1.0);
}

/// False, with an error, where phases would arrive from a bus that they feed.
bool FeederBuilder::number_bus(std::size_t node) {
    if (numbering_[node] == 2) return true;
    const BusRow& row = description_.buses[node];
    if (numbering_[node] == 1) {
        issues_.error(row.at, "bus " + row.id,
                      "its phases arrive from buses that it feeds itself with other phases, which is not supported",
                      "bring all phases from one bus");
        return false;
    }
    numbering_[node] = 1;
    if (node != order_.nodes.front() && !number_bus(order_.parent[node])) return false;
    for (std::size_t i = 0; i < opened_.size(); ++i) {
        if (!is_arrival(i) || bundles_[opened_[i]].to != node) continue;
        if (!number_bus(bundles_[opened_[i]].from)) return false;
        number_end(i);
    }
    numbering_[node] = 2;
    sweep_bus_[node] = node_.size();
    model_->parent.push_back(node_.empty() ? 0 : static_cast<std::uint32_t>(sweep_bus_[order_.parent[node]]));
    bundle_.push_back(order_.feeding_edge[node]);
    node_.push_back(node);
    end_of_.emplace_back();
    return true;
}

/// The end of an opened bundle is a bus of its own.
void FeederBuilder::number_end(std::size_t opened) {
    const Bundle& bundle = bundles_[opened_[opened]];
    model_->parent.push_back(static_cast<std::uint32_t>(sweep_bus_[bundle.from]));
    bundle_.push_back(opened_[opened]);
    node_.push_back(bundle.to);
    end_of_.emplace_back(opened);
}

/// Phases that arrive over an opened bundle are those at its end.
void FeederBuilder::join_arrivals() {
    for (std::uint32_t k = 0; k < node_.size(); ++k) {
        if (!end_of_[k] || !is_arrival(*end_of_[k])) continue;
        const std::size_t main = sweep_bus_[node_[k]];
        model_->children[k].push_back(static_cast<std::uint32_t>(main));
        for (std::uint32_t c = 0; c < model_->conductors_of(k); ++c) {
            const auto row = static_cast<std::uint32_t>(*place_of(row_of(main), row_of(k).conductors[c]));
            model_->arrivals[main].push_back({row, model_->first_conductor[k] + c});
        }
    }
}

BusRow FeederBuilder::loop_row(const Bundle& bundle) const {
    BusRow row = description_.buses[bundle.to];
    std::erase_if(row.conductors, [&](Conductor c) { return !brings(bundle, bundle.to, c); });
    return row;
}

/// Every conductor of the bus hangs on some coil of its link.
void FeederBuilder::check_fed(std::size_t k) {
    std::vector<bool> fed(model_->conductors_of(k), false);
    for (const CoilEquations& e : coils_of(model_->links[k], model_->initial.tap))
        for (Index c = 0; c < e.m.cols(); ++c)
            if (!e.m.col(c).isZero(0.0)) fed[static_cast<std::size_t>(c)] = true;
    for (const Arrival& arrival : model_->arrivals[k]) fed[arrival.row] = true;
    for (std::size_t c = 0; c < fed.size(); ++c) {
        // A star point of its own need not be fed: whether its voltage is determined shows when it is folded.
        if (fed[c] || row_of(k).conductors[c] == Conductor::n) continue;
        report_unfed(k, row_of(k).conductors[c]);
    }
}

/// A conductor that the branch from the parent does not bring: a branch that closes a loop may have it, or none.
void FeederBuilder::report_unfed(std::size_t k, Conductor conductor) {
    const BusRow& bus = row_of(k);
    const std::string& feeding = feeder_.site_.branch[k - 1];
    const std::string& parent = row_of(model_->parent[k]).id;
    for (const std::size_t b : opened_) {
        const Bundle& other = bundles_[b];
        if ((other.from != node_[k] && other.to != node_[k]) || !brings(other, node_[k], conductor)) continue;
        const std::size_t far_end = other.from == node_[k] ? other.to : other.from;
        return issues_.error(
            bus.at, "bus " + bus.id,
            fmt::format("its conductor {} is not among those that branch {} brings from bus {}; branch {} has it, to bus {}",
                        name_of(conductor), feeding, parent, other.rows.front()->id(), description_.buses[far_end].id),
            "branches from two buses may bring different conductors, but where they share one, one of them has to bring all");
    }
    if (const auto other = fed_over(node_[k], conductor))
        return issues_.error(
            bus.at, "bus " + bus.id,
            fmt::format("its conductor {} comes from bus {} over branch {}, and others from bus {} over branch {}; a branch that "
                        "brings phases in both directions is not supported",
                        name_of(conductor), description_.buses[other->node].id, bundles_[other->bundle].rows.front()->id(),
                        parent, feeding),
            "bring all phases of these buses from one side, or make each phase a line with buses of its own");
    issues_.error(bus.at, "bus " + bus.id, fmt::format("nothing feeds its conductor {}", name_of(conductor)),
                  "branch " + feeding + " leads to it from bus " + parent);
}

/// Over which bundle, and from which bus, a conductor of a bus is reached from the source along conductors of that name.
std::optional<FeederBuilder::Meeting> FeederBuilder::fed_over(std::size_t node, Conductor conductor) const {
    std::vector<std::vector<std::size_t>> at(description_.buses.size());
    for (std::size_t b = 0; b < bundles_.size(); ++b)
        for (const std::size_t end : {bundles_[b].from, bundles_[b].to}) at[end].push_back(b);
    std::vector<std::optional<Meeting>> from(description_.buses.size());
    std::vector<std::size_t> reached{order_.nodes.front()};
    for (std::size_t next = 0; next < reached.size(); ++next)
        for (const std::size_t b : at[reached[next]]) {
            const Bundle& bundle = bundles_[b];
            const std::size_t far_end = bundle.from == reached[next] ? bundle.to : bundle.from;
            if (from[far_end] || far_end == reached.front() || !brings(bundle, far_end, conductor)) continue;
            from[far_end] = Meeting{b, reached[next]};
            reached.push_back(far_end);
        }
    return from[node];
}

/// Whether some row of a bundle touches a conductor at one of its ends.
bool FeederBuilder::brings(const Bundle& bundle, std::size_t node, Conductor conductor) const {
    const BusRow& bus = description_.buses[node];
    return std::any_of(bundle.rows.begin(), bundle.rows.end(), [&](const ClosedRow* row) {
        const std::vector<Conductor> touched = conductors_at(*row, bus.id);
        return std::find(touched.begin(), touched.end(), conductor) != touched.end();
    });
}

void FeederBuilder::close_loop(std::size_t k) {
    const std::size_t main = sweep_bus_[node_[k]];
    for (std::uint32_t c = 0; c < model_->conductors_of(k); ++c) {
        const auto place = static_cast<std::uint32_t>(*place_of(row_of(main), row_of(k).conductors[c]));
        model_->loop_ends.push_back({model_->first_conductor[k] + c, model_->first_conductor[main] + place});
    }
}

}  // namespace evsweep
