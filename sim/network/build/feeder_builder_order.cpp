// How the buses of a feeder hang together: rows between two buses, the tree and islands.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/network/build/feeder_builder.hpp"

namespace evsweep {

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

/// The tree keeps the bundles with the most conductors, so that the branches outside of it are those that matter least.
void FeederBuilder::find_order() {
    if (description_.buses.empty()) return;
    const std::size_t root = rows_.source ? rows_.bus.at(rows_.source->bus) : 0;
    graph_.nodes = description_.buses.size();
    for (const Bundle& bundle : bundles_) {
        graph_.edges.emplace_back(bundle.from, bundle.to);
        graph_.weight.push_back(0);
        for (const ClosedRow* row : bundle.rows)
            graph_.weight.back() +=
                row->branch ? row->branch->conductors.size() : max_conductors * row->transformer->windings.front().coils.size();
    }
    order_ = find_sweep_order(graph_, root);
    opened_ = order_.left_out;
    // Without a source, or with an end that nobody knows, an island would be a mere consequence.
    if (rows_.source && rows_.all_ends_known && rows_.bus.size() == description_.buses.size()) report_islands();
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

/// Buses as the search found them; then one more for the end of every branch outside of the tree.
void FeederBuilder::number_buses() {
    sweep_bus_.assign(description_.buses.size(), 0);
    for (const std::size_t node : order_.nodes) {
        sweep_bus_[node] = node_.size();
        model_->parent.push_back(node_.empty() ? 0 : static_cast<std::uint32_t>(sweep_bus_[order_.parent[node]]));
        bundle_.push_back(order_.feeding_edge[node]);
        node_.push_back(node);
        end_of_.emplace_back();
    }
    for (const std::size_t bundle : opened_) loop_rows_.push_back(loop_row(bundles_[bundle]));
    for (std::size_t i = 0; i < opened_.size(); ++i) number_end(i);
    const std::size_t n = node_.size();
    model_->links.resize(n);
    model_->children.resize(n);
    model_->shunts_at.resize(n);
    model_->first_conductor = {0};
    model_->first_up = {0, 0};
    for (std::size_t k = 1; k < n; ++k) model_->children[model_->parent[k]].push_back(static_cast<std::uint32_t>(k));
    feeder_.rotation_.assign(n, 1.0);
}

/// The end of an opened bundle is a bus of its own.
void FeederBuilder::number_end(std::size_t opened) {
    const Bundle& bundle = bundles_[opened_[opened]];
    model_->parent.push_back(static_cast<std::uint32_t>(sweep_bus_[bundle.from]));
    bundle_.push_back(opened_[opened]);
    node_.push_back(bundle.to);
    end_of_.emplace_back(opened);
}

}  // namespace evsweep
