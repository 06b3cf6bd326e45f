/// All that the agent publishes of one clearing.
#pragma once

#include <algorithm>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "agents/optimal_power_flow/signals.hpp"
#include "evsweep/exchange.hpp"
#include "transmission/dispatch.hpp"

namespace evsweep {

/// Published where there is nothing to say.
inline constexpr double no_number_known = std::numeric_limits<double>::quiet_NaN();

/// Where a group of the population stands in the grid; nowhere unless the scenario names it.
struct GroupPlace {
    std::optional<std::size_t> bus{};
    double scale = 0.0;
    [[nodiscard]] bool is_placed() const { return bus.has_value(); }
};

/// What is published, and where.
class GridPublications {
   public:
    GridPublications(Exchange& exchange, const GridCase& grid)
        : price_(exchange.publish(signals::nodal_price, names_of_members(grid.buses))),
          reactive_price_(exchange.publish(signals::nodal_reactive_price, names_of_members(grid.buses))),
          voltage_(exchange.publish(signals::nodal_voltage, names_of_members(grid.buses))),
          angle_(exchange.publish(signals::nodal_angle, names_of_members(grid.buses))),
          demand_(exchange.publish(signals::nodal_demand, names_of_members(grid.buses))),
          p_(exchange.publish(signals::generator_power, names_of_members(grid.generators))),
          q_(exchange.publish(signals::generator_reactive_power, names_of_members(grid.generators))),
          p_from_(exchange.publish(signals::branch_power_from, names_of_members(grid.branches))),
          p_to_(exchange.publish(signals::branch_power_to, names_of_members(grid.branches))),
          q_from_(exchange.publish(signals::branch_reactive_power_from, names_of_members(grid.branches))),
          q_to_(exchange.publish(signals::branch_reactive_power_to, names_of_members(grid.branches))),
          congestion_(exchange.publish(signals::congestion_price, names_of_members(grid.branches))),
          cost_(exchange.publish(signals::generation_cost)),
          loss_(exchange.publish(signals::transmission_loss)),
          missing_(exchange.publish(signals::missing_power)),
          margin_(exchange.publish(signals::demand_margin)),
          price_of_group_(exchange.publish(signals::price_of_group)) {}

    /// Of a grid that has not been cleared, or has no solution.
    void put_nothing(Turn& turn) const {
        for (const auto values : {turn[price_], turn[reactive_price_], turn[voltage_], turn[angle_], turn[p_], turn[q_],
                                  turn[p_from_], turn[p_to_], turn[q_from_], turn[q_to_], turn[congestion_], turn[cost_],
                                  turn[loss_], turn[missing_], turn[demand_], turn[margin_], turn[price_of_group_]})
            std::fill(values.begin(), values.end(), no_number_known);
    }
    void put_demand(Turn& turn, const GridDemand& demand) const { copy(demand.p_mw, turn[demand_]); }
    void put_missing(Turn& turn, double mw) const { turn[missing_][0] = mw; }
    void put_margin(Turn& turn, double factor) const { turn[margin_][0] = factor; }

    void put(Turn& turn, const GridDispatch& solved, const std::vector<GridFlow>& flows) const {
        copy(solved.voltage, turn[voltage_]);
        copy(solved.angle_rad, turn[angle_]);
        copy(solved.p_mw, turn[p_]);
        copy(solved.q_mvar, turn[q_]);
        const auto p_from = turn[p_from_], p_to = turn[p_to_], q_from = turn[q_from_], q_to = turn[q_to_];
        for (std::size_t b = 0; b < flows.size(); ++b) {
            p_from[b] = flows[b].p_from_mw, q_from[b] = flows[b].q_from_mvar;
            p_to[b] = flows[b].p_to_mw, q_to[b] = flows[b].q_to_mvar;
        }
        turn[cost_][0] = solved.cost_per_h;
        turn[loss_][0] = solved.loss_mw;
    }
    void put_prices(Turn& turn, const GridDispatch& solved, const std::vector<GroupPlace>& places) const {
        copy(solved.price, turn[price_]);
        copy(solved.reactive_price, turn[reactive_price_]);
        copy(solved.limit_price, turn[congestion_]);
        const auto of_group = turn[price_of_group_];
        for (std::size_t g = 0; g < std::min(places.size(), of_group.size()); ++g)
            if (places[g].is_placed()) of_group[g] = solved.price[*places[g].bus] / 1000.0;
    }

   private:
    static void copy(const std::vector<double>& from, std::span<double> to) { std::copy(from.begin(), from.end(), to.begin()); }

    template <UnitLabel Unit>
    using ByName = Publication<Unit, Extent::area, Form::present>;
    template <UnitLabel Unit>
    using Number = Publication<Unit, Extent::feeder, Form::present>;

    ByName<"currency/MWh"> price_;
    ByName<"currency/Mvarh"> reactive_price_;
    ByName<"pu"> voltage_;
    ByName<"rad"> angle_;
    ByName<"MW"> demand_, p_;
    ByName<"Mvar"> q_;
    ByName<"MW"> p_from_, p_to_;
    ByName<"Mvar"> q_from_, q_to_;
    ByName<"currency/MVAh"> congestion_;
    Number<"currency/h"> cost_;
    Number<"MW"> loss_, missing_;
    Number<"1"> margin_;
    Publication<"currency/kWh", Extent::group, Form::present> price_of_group_;
};

}  // namespace evsweep
