/// Signals: the named quantities that the parties of a replica and its outputs read from one another.
#pragma once

#include <cstdint>
#include <string_view>

#include "evsweep/quantity.hpp"

namespace evsweep {

/// What a signal has one value of.
enum class Extent : std::uint8_t {
    feeder,     ///< one value
    bus,        ///< by BusId
    branch,     ///< by BranchId
    conductor,  ///< by ConductorId
    supply,     ///< by FeederSite::supply
    connector,  ///< by ConnectorId
    group,      ///< by group of the population, in the order of the scenario
    area,       ///< by name, as the publisher lists them
    site,       ///< by Site, in the order of the scenario
};
inline constexpr std::string_view extent_names[] = {"feeder",    "bus",   "branch", "conductor", "supply",
                                                    "connector", "group", "area",   "site"};
[[nodiscard]] constexpr std::string_view name_of(Extent extent) { return extent_names[static_cast<std::size_t>(extent)]; }

/// One value now, or one per control step from the start of the scenario to its end.
enum class Form : std::uint8_t { present, forecast };

/// The identity of a signal. Two signals are the same if their names are; unit, extent and form must then agree, or the
/// scenario is refused.
template <UnitLabel Unit, Extent Per, Form As = Form::present>
struct Signal {
    std::string_view name;     ///< in snake_case; scenarios and result files use it
    std::string_view meaning;  ///< one line, used in result files
};

/// A signal without its types, for tables and messages.
struct SignalInfo {
    std::string_view name;
    std::string_view meaning;
    std::string_view unit;
    Extent extent = Extent::feeder;
    Form form = Form::present;
};

template <UnitLabel Unit, Extent Per, Form As>
[[nodiscard]] constexpr SignalInfo info_of(const Signal<Unit, Per, As>& signal) {
    return {signal.name, signal.meaning, Quantity<Unit>::unit(), Per, As};
}

/// Signals that the simulator itself publishes. Electrical ones are as of the latest load flow; parties read them through
/// meters (section `metering` of a scenario).
namespace signals {

// Vehicles. Rows of connectors without a vehicle keep the value of the last one.
inline constexpr Signal<"1", Extent::connector> state_of_charge{"state_of_charge", "stored energy over capacity"};
inline constexpr Signal<"1", Extent::connector> target_soc{"target_soc", "state of charge wanted at departure"};
inline constexpr Signal<"ms", Extent::connector> stated_departure{"stated_departure", "after the start of the scenario"};
inline constexpr Signal<"1", Extent::connector> reserve_soc{"reserve_soc", "state of charge at which discharging ends"};
inline constexpr Signal<"kWh", Extent::connector> capacity{"capacity", "of the battery"};
inline constexpr Signal<"1", Extent::connector> stored_per_drawn{"stored_per_drawn", "kWh stored per kWh drawn from the grid"};
inline constexpr Signal<"1", Extent::connector> drawn_per_returned{"drawn_per_returned",
                                                                   "kWh taken from the battery per kWh returned to the grid"};
inline constexpr Signal<"1", Extent::connector> taper_knee{
    "taper_knee", "state of charge above which a battery takes less than the charge rating"};
inline constexpr Signal<"1", Extent::connector> taper_end{"taper_end",
                                                          "share of the rating that a battery takes at state of charge 1"};
inline constexpr Signal<"kW", Extent::connector> power{"power", "drawn at the connection point"};
inline constexpr Signal<"kvar", Extent::connector> reactive_power{"reactive_power", "drawn at the connection point"};
inline constexpr Signal<"kWh", Extent::connector> drawn_energy{"drawn_energy",
                                                               "drawn by the vehicle plugged in, since it came; 0 without one"};
inline constexpr Signal<"kWh", Extent::connector> returned_energy{
    "returned_energy", "returned by the vehicle plugged in, since it came; 0 without one"};
inline constexpr Signal<"kW", Extent::group> group_power{"group_power", "drawn by all connection points of a group"};
inline constexpr Signal<"kW", Extent::feeder> charging_power{"charging_power", "drawn by all vehicles that charge"};
inline constexpr Signal<"kW", Extent::feeder> discharging_power{"discharging_power", "returned by all vehicles that discharge"};
inline constexpr Signal<"kvar", Extent::feeder> fleet_reactive_power{"fleet_reactive_power", "drawn by all vehicles"};
inline constexpr Signal<"1", Extent::feeder> vehicles_connected{"vehicles_connected", "number of vehicles plugged in"};
inline constexpr Signal<"1", Extent::group> vehicles_waiting{
    "vehicles_waiting", "number of vehicles of a group that wait for a shared charging point"};

// Sites: parts of the feeder with a limit of their own (section `sites` of a scenario).
inline constexpr Signal<"kW", Extent::site> site_limit{"site_limit", "most that a site may draw"};
inline constexpr Signal<"kW", Extent::site> site_power{
    "site_power", "drawn by a site: its charging points, and its base load where that counts"};

// Generators, e.g. photovoltaics.
inline constexpr Signal<"kW", Extent::feeder> generated_power{"generated_power", "fed in by all generators"};
inline constexpr Signal<"kW", Extent::feeder> curtailed_power{"curtailed_power",
                                                              "that generators could feed in beyond what they do"};
inline constexpr Signal<"kW", Extent::connector> available_power{"available_power",
                                                                 "that a generator could feed in; 0 at charging points"};

// The network, as of the latest load flow.
inline constexpr Signal<"pu", Extent::connector> voltage{"voltage", "at the connection point"};
inline constexpr Signal<"kW", Extent::feeder> feeder_head{"feeder_head", "from the source into the feeder"};
inline constexpr Signal<"kvar", Extent::feeder> feeder_head_reactive{"feeder_head_reactive", "from the source into the feeder"};
inline constexpr Signal<"kW", Extent::feeder> load_power{"load_power", "base load as drawn at the present voltages"};
inline constexpr Signal<"kW", Extent::feeder> loss_power{"loss_power", "lost in the feeder"};
inline constexpr Signal<"pu", Extent::supply> supply_voltage{"supply_voltage", "that loads see and limits judge"};
inline constexpr Signal<"pu", Extent::conductor> earth_voltage{"earth_voltage", "to earth"};
inline constexpr Signal<"A", Extent::conductor> conductor_current{"conductor_current", "in the branch above a conductor"};
inline constexpr Signal<"1", Extent::bus> unbalance{"unbalance", "|V2|/|V1|; NaN without three phases"};
inline constexpr Signal<"A", Extent::branch> neutral_current{"neutral_current", "in the neutral, or back through earth"};

inline constexpr Signal<"1", Extent::feeder> outside_band_without_vehicles{
    "outside_band_without_vehicles", "1 where the feeder without vehicles is outside its voltage band; NaN in that run itself"};

// Base load and prices, as the scenario gives them.
inline constexpr Signal<"kW", Extent::feeder> base_demand{"base_demand",
                                                          "base load at nominal voltage, as drawn for the replica"};
inline constexpr Signal<"kW", Extent::feeder, Form::forecast> base_demand_forecast{
    "base_demand_forecast", "base load at nominal voltage by its profiles, before anything random"};
inline constexpr Signal<"currency/kWh", Extent::feeder> price{"price", "of energy bought"};
inline constexpr Signal<"currency/kWh", Extent::feeder, Form::forecast> price_forecast{"price_forecast", "of energy bought"};
inline constexpr Signal<"currency/kWh", Extent::feeder> sell_price{"sell_price", "of energy returned"};
inline constexpr Signal<"currency/kWh", Extent::feeder, Form::forecast> sell_price_forecast{"sell_price_forecast",
                                                                                            "of energy returned"};
// What prices were expected to be before the day; the ones above are those that are paid.
inline constexpr Signal<"currency/kWh", Extent::feeder, Form::forecast> day_ahead_price{
    "day_ahead_price", "of energy bought, as expected the day before"};
inline constexpr Signal<"currency/kWh", Extent::feeder, Form::forecast> day_ahead_sell_price{
    "day_ahead_sell_price", "of energy returned, as expected the day before"};

}  // namespace signals

}  // namespace evsweep
