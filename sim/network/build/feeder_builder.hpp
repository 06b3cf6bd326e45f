/// Turns checked rows into a feeder, step by step: order, conductors, links, loads.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/network/feeder.hpp"
#include "sim/network/build/feeder_checks.hpp"
#include "sim/network/build/link_builder.hpp"
#include "sim/network/sweep/network_model.hpp"
#include "sim/network/build/supply_voltages.hpp"
#include "sim/network/build/sweep_order.hpp"

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
    void report_loops();
    void report_islands();
    void number_buses();
    [[nodiscard]] bool number_bus(std::size_t node);
    void number_end(std::size_t opened);
    void join_arrivals();
    void add_bus(std::size_t k);
    void add_link(std::size_t k);
    void add_transformer(const ClosedRow& row, const LinkEnds& ends, std::size_t k);
    void find_conductors_above(std::size_t k);
    void rate(const ClosedRow& row, const LinkEnds& ends, std::size_t k);
    void check_fed(std::size_t k);
    void report_unfed(std::size_t k, Conductor conductor);
    [[nodiscard]] bool brings(const Bundle& bundle, std::size_t node, Conductor conductor) const;
    void close_loop(std::size_t k);
    void add_load(const LoadRow& row);
    [[nodiscard]] std::uint32_t port_of(const LoadRow& row, const Terminals& terminals, BusId bus);
    void add_shunt(const ShuntRow& row);
    void add_injection_control(InjectionControlRow row);
    void add_source();
    void find_supplies();
    void find_held_by_loads(const EarthReference& reference);
    void fold();

    [[nodiscard]] std::size_t weakest_of(const FeederLoop& loop) const;
    struct Meeting {
        std::size_t bundle = 0;
        std::size_t node = 0;
    };
    [[nodiscard]] std::optional<Meeting> where_phases_meet(const FeederLoop& loop) const;
    [[nodiscard]] std::optional<Meeting> fed_over(std::size_t node, Conductor conductor) const;
    void open(const FeederLoop& loop);
    [[nodiscard]] bool is_arrival(std::size_t opened) const { return arrivals_.count(opened_[opened]) > 0; }
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
    SweepOrder order_;
    std::vector<std::size_t> node_;       ///< by sweep bus: position in the description
    std::vector<std::size_t> bundle_;     ///< by sweep bus: what feeds it
    std::vector<std::size_t> sweep_bus_;  ///< by position in the description
    std::vector<std::size_t> opened_;     ///< bundles that are opened at their `to` end
    std::set<std::size_t> arrivals_;      ///< of these: no loops, for they bring phases that the bus has from nowhere else
    std::vector<std::optional<std::size_t>> end_of_;  ///< by sweep bus: which of `opened_` ends there, and not at its bus
    std::vector<BusRow> loop_rows_;                   ///< by opened bundle: the bus at its end, with the conductors that it has
    std::vector<std::uint8_t> numbering_;             ///< by position in the description: 1 once begun, 2 when done
    std::map<std::string, std::uint32_t> law_;
    Feeder feeder_;
    std::shared_ptr<NetworkModel> model_ = std::make_shared<NetworkModel>();
};

}  // namespace evsweep
