/// Turns checked rows into a feeder, step by step: order, conductors, links, loads.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/network/build/feeder_checks.hpp"
#include "sim/network/build/link_builder.hpp"
#include "sim/network/build/supply_voltages.hpp"
#include "sim/network/build/sweep_order.hpp"
#include "sim/network/feeder.hpp"
#include "sim/network/sweep/network_model.hpp"

namespace evsweep {

/// Names joined by a separator; long lists are cut, for a meshed feeder would fill pages.
[[nodiscard]] std::string joined(const std::vector<std::string>& names, const char* separator);

class FeederBuilder {
   public:
    FeederBuilder(const FeederDescription& description, const BuildOptions& options, Issues& issues);
    [[nodiscard]] std::optional<Feeder> run();

   private:
    /// All closed rows between two buses; an edge of the graph.
    struct Bundle {
        std::size_t from = 0;
        std::size_t to = 0;
        std::vector<const ClosedRow*> rows;
    };

    void bundle_rows();
    void find_order();
    void report_loops(const std::vector<std::size_t>& loops);
    void report_loop(std::size_t opened);
    void report_islands();
    void number_buses();
    void number_end(std::size_t opened);
    void add_bus(std::size_t k);
    void add_link(std::size_t k);
    void add_transformer(const ClosedRow& row, const LinkEnds& ends, std::size_t k);
    void find_conductors_above(std::size_t k);
    void rate(const ClosedRow& row, const LinkEnds& ends, std::size_t k);
    void note_unfed(std::size_t k);
    void close_loops();
    void close_loop(std::size_t k);
    void report_unfed(std::uint32_t conductor);
    [[nodiscard]] bool brings(const Bundle& bundle, std::size_t node, Conductor conductor) const;
    void add_load(const LoadRow& row);
    [[nodiscard]] std::uint32_t port_of(const LoadRow& row, const Terminals& terminals, BusId bus);
    void add_shunt(const ShuntRow& row);
    void add_injection_control(InjectionControlRow row);
    void add_source();
    void find_supplies();
    void find_held_by_loads(const EarthReference& reference);
    void fold();

    [[nodiscard]] BusRow loop_row(const Bundle& bundle) const;
    [[nodiscard]] const BusRow& row_of(std::size_t k) const {
        return end_of_[k] ? loop_rows_[*end_of_[k]] : description_.buses[node_[k]];
    }
    [[nodiscard]] BusId sweep_bus(const std::string& name) const { return BusId(sweep_bus_[rows_.bus.at(name)]); }

    const FeederDescription& description_;
    const BuildOptions& options_;
    Issues& issues_;
    CheckedRows rows_;
    std::vector<Bundle> bundles_;
    FeederGraph graph_;  ///< of bundles
    SweepOrder order_;
    std::vector<std::size_t> node_;                   ///< by sweep bus: position in the description
    std::vector<std::size_t> bundle_;                 ///< by sweep bus: what feeds it
    std::vector<std::size_t> sweep_bus_;              ///< by position in the description
    std::vector<std::size_t> opened_;                 ///< bundles outside of the tree, which are opened at their `to` end
    std::vector<std::optional<std::size_t>> end_of_;  ///< by sweep bus: which of `opened_` ends there, and not at its bus
    std::vector<BusRow> loop_rows_;                   ///< by opened bundle: the bus at its end, with the conductors that it has
    std::vector<std::uint32_t> unfed_;                ///< conductors that the link of their bus does not feed, but star points
    std::map<std::string, std::uint32_t> law_;
    Feeder feeder_;
    std::shared_ptr<NetworkModel> model_ = std::make_shared<NetworkModel>();
};

}  // namespace evsweep
