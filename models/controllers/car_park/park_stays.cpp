#include "controllers/car_park/park_stays.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "evsweep/party.hpp"
#include "evsweep/stationary.hpp"

namespace evsweep {

namespace {

constexpr double park_rounding = 1e-9;  // of shares, and of kWh of a battery

/// The efficiency that all batteries have, each way.
double efficiency_of(const ParkFacts& facts, const std::vector<ParkStayKey>& keys) {
    const Vehicles& vehicles = facts.truth.vehicles;
    if (keys.empty()) return 1.0;
    const auto vehicle_of = [&](const ParkStayKey& key) { return facts.truth.sessions[key.session].vehicle.index(); };
    const double eta = vehicles.stored_per_drawn[vehicle_of(keys.front())];
    for (const ParkStayKey& key : keys) {
        const std::size_t v = vehicle_of(key);
        const double charging = vehicles.stored_per_drawn[v], returning = 1.0 / vehicles.drawn_per_returned[v];
        const bool is_alike =
            std::abs(charging - eta) <= park_rounding && (!facts.params.v2g || std::abs(returning - eta) <= park_rounding);
        if (!is_alike)
            throw PartyError(
                fmt::format("vehicle {} has an efficiency of {:g} when it charges and {:g} when it returns, another {:g}; "
                            "a car park plans with one for all, either way",
                            v, charging, returning, eta));
    }
    return eta;
}

/// Energies are shares of what the battery may hold, so that a ceiling below its capacity is one.
ParkVehicle vehicle_of(const Session& session, const ChargingView& seen, const ParkFacts& facts, double energy_kwh,
                       double target_kwh) {
    const Vehicles& vehicles = facts.truth.vehicles;
    const std::size_t v = session.vehicle.index();
    ParkVehicle vehicle;
    vehicle.number = static_cast<std::uint32_t>(v);
    vehicle.charger = facts.site.charger_of(session.connector);
    vehicle.capacity_kwh = vehicles.highest_soc[v] * vehicles.capacity[v];
    const double floor_kwh = vehicles.lowest_soc[v] * vehicles.capacity[v];
    if (energy_kwh < floor_kwh - park_rounding)
        throw PartyError(
            fmt::format("vehicle {} comes with a state of charge of {:g}, below its lowest of {:g}; raise it, or lower "
                        "`lowest_soc`",
                        v, energy_kwh / vehicles.capacity[v], vehicles.lowest_soc[v]));
    const double reserve_kwh = std::max(vehicles.reserve_soc[v] * vehicles.capacity[v], floor_kwh);
    vehicle.initial_soc = std::min(1.0, energy_kwh / vehicle.capacity_kwh);
    // Who comes below its reserve keeps what it has.
    vehicle.lowest_soc = std::min(reserve_kwh / vehicle.capacity_kwh, vehicle.initial_soc);
    vehicle.required_kwh = std::max(0.0, target_kwh - energy_kwh);
    vehicle.spare_kwh = std::max(0.0, energy_kwh - target_kwh);
    vehicle.power_kw = full_power_kw(seen, session.connector);
    vehicle.return_kw = full_return_kw(seen, session.connector);
    return vehicle;
}

void put_into_whole_steps(const Session& session, const StepWindow& window, ParkVehicle& vehicle) {
    const auto whole = [&window](Duration time) { return std::max<std::int64_t>(0, time / window.step); };
    const auto steps = static_cast<std::int64_t>(window.steps);
    const std::int64_t first = std::min(steps, whole(session.plug_in - window.start + window.step - Duration(1)));
    const std::int64_t end = std::min(steps, whole(planned_departure(session) - window.start));
    vehicle.arrival = static_cast<std::uint32_t>(first);
    vehicle.departure = static_cast<std::uint32_t>(std::max(first, end));
}

/// The mean of a curve over each step.
std::vector<double> by_step(const Forecast& curve, const StepWindow& window) {
    const auto parts = window.step / curve.step;
    std::vector<double> values;
    for (std::size_t k = 0; k < window.steps; ++k) {
        double sum = 0.0;
        for (std::int64_t part = 0; part < parts; ++part) sum += curve.at(window.begin_of(k) + curve.step * part);
        values.push_back(parts == 1 ? sum : sum / static_cast<double>(parts));
        if (!std::isfinite(values.back()))
            throw PartyError("the price forecast has no numbers; look at `prices` of the scenario");
    }
    return values;
}

}  // namespace

ParkStays stays_of(const ChargingView& seen, const ParkFacts& facts, const StepWindow& window) {
    ParkStays list;
    list.window = window;
    const Vehicles& vehicles = facts.truth.vehicles;
    for (std::size_t s = 0; s < facts.truth.sessions.size(); ++s) {
        const Session& session = facts.truth.sessions[s];
        if (planned_departure(session) <= window.start || session.plug_in >= window.end()) continue;
        if (!std::binary_search(facts.own.begin(), facts.own.end(), session.connector)) continue;
        const std::size_t v = session.vehicle.index(), c = session.connector.index();
        const bool is_there = session.plug_in <= window.start;
        const double energy_kwh = is_there ? seen.soc[c] * seen.capacity_kwh[c] : session.initial_soc * vehicles.capacity[v];
        const double target_kwh = session.target_soc * vehicles.capacity[v];
        ParkVehicle vehicle = vehicle_of(session, seen, facts, energy_kwh, target_kwh);
        put_into_whole_steps(session, window, vehicle);
        const ParkStayKey key{session.connector, static_cast<std::uint32_t>(s), target_kwh, vehicles.capacity[v], energy_kwh};
        if (vehicle.arrival < vehicle.departure) {
            list.day.vehicles.push_back(vehicle);
            list.keys.push_back(key);
        } else if (target_kwh > energy_kwh) {
            list.too_short.push_back(key);
        }
    }
    list.day.efficiency = efficiency_of(facts, list.keys);
    return list;
}

void fill_day(const ParkFacts& facts, const StepWindow& window, const Calendar& calendar, const Forecast& buy,
              const Forecast& sell, ParkDay& day) {
    const CarParkParams& params = facts.params;
    day.step_h = hours(window.step);
    day.length_h = day.step_h * static_cast<double>(window.steps);
    day.wear_per_kwh = params.wear.value();
    day.unserved_per_kwh = params.unserved.value();
    day.chargers = {facts.site.chargers(), facts.site.pv_kwp(), params.inverter.value(),
                    params.vehicle_side.value_or(params.inverter).value()};
    day.import_per_kwh = by_step(buy, window);
    day.export_per_kwh = by_step(sell, window);
    day.pv_kw_per_kwp = facts.site.sun(facts.truth, window.start, window.step, window.steps, facts.control_step);
    const double all_kw = params.inverter.value() * static_cast<double>(facts.site.chargers());
    const auto column = [&](const auto& series, double otherwise) {
        std::vector<double> list;
        for (std::size_t k = 0; k < window.steps; ++k)
            list.push_back(series ? series->at(window.begin_of(k), calendar) : otherwise);
        return list;
    };
    day.cap_import_kw = column(params.import_cap, all_kw);
    day.cap_export_kw = column(params.export_cap, all_kw);
    day.reserve_up_per_kw_h = column(params.reserve_up, 0.0);
    day.reserve_down_per_kw_h = column(params.reserve_down, 0.0);
    day.expected_pv_kw_per_kwp = column(params.expected_sun, 0.0);
}

}  // namespace evsweep
