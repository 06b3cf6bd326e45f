#include "controllers/car_park/park_rules.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "evsweep/contracts.hpp"

namespace evsweep {

namespace {

std::vector<std::size_t> by_arrival(const ParkDay& day) {
    std::vector<std::size_t> order(day.vehicles.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto rank = [&](std::size_t i) { return std::tuple(day.vehicles[i].arrival, day.vehicles[i].number, i); };
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return rank(a) < rank(b); });
    return order;
}

/// Charges vehicles one by one in the order of their arrival. `wish(vehicle)`: the highest power that the rule wants for it.
template <class Wish>
ParkSchedule charge_in_turn(const ParkDay& day, const Wish& wish) {
    EVSWEEP_EXPECTS(is_sound(day), "the day is sound");
    ParkSchedule schedule;
    schedule.stays.resize(day.vehicles.size());
    std::vector<double> left_kw(day.chargers.count * day.steps(), day.chargers.vehicle_kw);
    for (const std::size_t i : by_arrival(day)) {
        const ParkVehicle& v = day.vehicles[i];
        ParkStay& stay = schedule.stays[i];
        double stored_kwh = v.initial_soc * v.capacity_kwh;
        double open_kwh = std::min(v.required_kwh, v.capacity_kwh - stored_kwh);
        stay.unserved_kwh = v.required_kwh - open_kwh;
        for (std::size_t t = v.arrival; t < v.departure; ++t) {
            double& left = left_kw[v.charger * day.steps() + t];
            const double kw = std::min({v.power_kw, wish(v), left, open_kwh / (day.step_h * day.efficiency)});
            left -= kw;
            open_kwh = std::max(0.0, open_kwh - day.step_h * day.efficiency * kw);
            stored_kwh += day.step_h * day.efficiency * kw;
            stay.charge_kw.push_back(kw);
            stay.energy_kwh.push_back(stored_kwh);
        }
        constexpr double rounding_kwh = 1e-9;  // of as many sums as there are steps
        if (open_kwh > rounding_kwh) stay.unserved_kwh += open_kwh;
        stay.discharge_kw.assign(stay.charge_kw.size(), 0.0);
        stay.reserve_up_kw = stay.reserve_down_kw = stay.discharge_kw;
    }
    return schedule;
}

}  // namespace

ParkSchedule charge_at_once(const ParkDay& day) {
    return charge_in_turn(day, [](const ParkVehicle& v) { return v.power_kw; });
}

ParkSchedule charge_evenly(const ParkDay& day) {
    return charge_in_turn(day, [&](const ParkVehicle& v) {
        return drawn_kwh(day, v) / (day.step_h * static_cast<double>(v.departure - v.arrival));
    });
}

}  // namespace evsweep
