/// What the agent `optimal_power_flow` publishes. By area: buses, generators and branches of the grid, by name. NaN where there
/// is no solution, and before the first; `demand_margin` also where the scenario does not ask for it.
#pragma once

#include "evsweep/signal.hpp"

namespace evsweep::signals {

// By bus.
inline constexpr Signal<"currency/MWh", Extent::area> nodal_price{"nodal_price", "marginal cost of demand"};
inline constexpr Signal<"currency/Mvarh", Extent::area> nodal_reactive_price{"nodal_reactive_price",
                                                                             "marginal cost of reactive demand"};
inline constexpr Signal<"pu", Extent::area> nodal_voltage{"nodal_voltage", "of a bus"};
inline constexpr Signal<"rad", Extent::area> nodal_angle{"nodal_angle", "less that of the reference"};
inline constexpr Signal<"MW", Extent::area> nodal_demand{"nodal_demand", "demand of a bus, with groups and feeder"};
// By generator.
inline constexpr Signal<"MW", Extent::area> generator_power{"generator_power", "active"};
inline constexpr Signal<"Mvar", Extent::area> generator_reactive_power{"generator_reactive_power", "given"};
// By branch.
inline constexpr Signal<"MW", Extent::area> branch_power_from{"branch_power_from", "into a branch at its from end"};
inline constexpr Signal<"MW", Extent::area> branch_power_to{"branch_power_to", "into a branch at its to end"};
inline constexpr Signal<"Mvar", Extent::area> branch_reactive_power_from{"branch_reactive_power_from",
                                                                         "into a branch at its from end"};
inline constexpr Signal<"Mvar", Extent::area> branch_reactive_power_to{"branch_reactive_power_to", "into a branch at its to end"};
inline constexpr Signal<"currency/MVAh", Extent::area> congestion_price{"congestion_price",
                                                                        "what one more MVA of a branch's rating would save"};
// Of the whole.
inline constexpr Signal<"currency/h", Extent::feeder> generation_cost{"generation_cost", "of all generators"};
inline constexpr Signal<"MW", Extent::feeder> transmission_loss{"transmission_loss", "lost in the grid"};
inline constexpr Signal<"MW", Extent::feeder> missing_power{"missing_power", "least for a solution; 0 with one"};
inline constexpr Signal<"1", Extent::feeder> demand_margin{"demand_margin", "largest factor on all demand"};
// For controllers.
inline constexpr Signal<"currency/kWh", Extent::group> price_of_group{
    "price_of_group", "price of active power at the group's bus; NaN for groups without one"};

}  // namespace evsweep::signals
