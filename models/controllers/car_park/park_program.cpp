#include "controllers/car_park/park_program.hpp"

#include <algorithm>
#include <limits>

namespace evsweep {

namespace {

constexpr double without_limit = std::numeric_limits<double>::infinity();

}  // namespace

ParkProgram::ParkProgram(const ParkDay& day, const ParkMeans& means) : day_(day), means_(means) {
    for (const ParkVehicle& vehicle : day.vehicles) add_stay(vehicle);
    add_charger_columns();
    for (std::size_t t = 0; t < day.steps(); ++t) {
        for (std::size_t k = 0; k < day.chargers.count; ++k) connect(k, t);
        keep_band(t);
    }
}

void ParkProgram::tighten() {
    for (const auto& [a, b] : program_.exclusions())
        program_.add_row({-without_limit, program_.column_ranges()[a].highest}, {{a, 1.0}, {b, 1.0}});
}

double ParkProgram::sun_kw(std::size_t t) const {
    switch (means_.sun) {
        case SunKnowledge::none:
            return 0.0;
        case SunKnowledge::expected:
            return day_.chargers.pv_kwp * day_.expected_pv_kw_per_kwp[t];
        case SunKnowledge::perfect:
            break;
    }
    return day_.chargers.pv_kwp * day_.pv_kw_per_kwp[t];
}

double ParkProgram::returned_kw(const ParkVehicle& vehicle) const {
    return means_.returns_energy ? std::min(vehicle.power_kw, vehicle.return_kw) : 0.0;
}

void ParkProgram::add_stay(const ParkVehicle& vehicle) {
    stay_begin_.push_back(static_cast<std::uint32_t>(program_.columns()));
    for (std::size_t t = vehicle.arrival; t < vehicle.departure; ++t) {
        const std::uint32_t column = add_stay_columns(vehicle, t);
        store(vehicle, column, t == vehicle.arrival);
        if (means_.returns_energy) program_.exclude(column + StayColumns::charge, column + StayColumns::discharge);
        if (means_.offers_reserves) keep_headroom(vehicle, column);
    }
    require(vehicle, static_cast<std::uint32_t>(program_.columns()) - StayColumns::count);
    if (means_.offers_reserves && means_.firm) keep_firm(vehicle);
}

std::uint32_t ParkProgram::add_stay_columns(const ParkVehicle& vehicle, std::size_t t) {
    const double h = day_.step_h, power = vehicle.power_kw;
    const double returned = returned_kw(vehicle);
    const double reserve_up = means_.offers_reserves ? power + returned : 0.0;
    const double reserve_down = reserve_up;
    const std::uint32_t first = program_.add_column(0.0, {0.0, power});
    program_.add_column(h * day_.wear_per_kwh, {0.0, returned});
    program_.add_column(0.0, {vehicle.lowest_soc * vehicle.capacity_kwh, vehicle.capacity_kwh});
    program_.add_column(-h * day_.reserve_up_per_kw_h[t], {0.0, reserve_up});
    program_.add_column(-h * day_.reserve_down_per_kw_h[t], {0.0, reserve_down});
    return first;
}

/// E - E_before - h (eta c - d / eta) = 0.
void ParkProgram::store(const ParkVehicle& vehicle, std::uint32_t column, bool is_first) {
    const double h = day_.step_h, eta = day_.efficiency;
    std::vector<LinearTerm> terms{{column + StayColumns::energy, 1.0},
                                  {column + StayColumns::charge, -h * eta},
                                  {column + StayColumns::discharge, h / eta}};
    if (!is_first) terms.push_back({column + StayColumns::energy - StayColumns::count, -1.0});
    const double before = is_first ? vehicle.initial_soc * vehicle.capacity_kwh : 0.0;
    program_.add_row({before, before}, terms);
}

/// u <= c - d + P with V2G, u <= c without; w <= P - (c - d); E - h u / eta >= lowest; E + h eta w <= capacity.
void ParkProgram::keep_headroom(const ParkVehicle& vehicle, std::uint32_t column) {
    const double h = day_.step_h, eta = day_.efficiency, power = vehicle.power_kw;
    const LinearTerm drawn{column + StayColumns::charge, 1.0}, returned{column + StayColumns::discharge, -1.0};
    program_.add_row({-without_limit, returned_kw(vehicle)},
                     {{column + StayColumns::up, 1.0}, {drawn.column, -1.0}, {returned.column, 1.0}});
    program_.add_row({-without_limit, power}, {{column + StayColumns::down, 1.0}, drawn, returned});
    program_.add_row({vehicle.lowest_soc * vehicle.capacity_kwh, without_limit},
                     {{column + StayColumns::energy, 1.0}, {column + StayColumns::up, -h / eta}});
    program_.add_row({-without_limit, vehicle.capacity_kwh},
                     {{column + StayColumns::energy, 1.0}, {column + StayColumns::down, h * eta}});
}

/// E at the end >= E at the beginning + required - spare - unserved.
void ParkProgram::require(const ParkVehicle& vehicle, std::uint32_t last_column) {
    const std::uint32_t unserved = program_.add_column(day_.unserved_per_kwh, {0.0, without_limit});
    unserved_.push_back(unserved);
    program_.add_row({vehicle.initial_soc * vehicle.capacity_kwh + vehicle.required_kwh - vehicle.spare_kwh, without_limit},
                     {{last_column + StayColumns::energy, 1.0}, {unserved, 1.0}});
}

/// E - h u / eta + (steps left) h eta P >= E at the beginning + required - spare - unserved;
/// E_before + h eta (c - d + w) <= capacity, which the source's E + h eta w <= capacity does not imply where d > 0.
void ParkProgram::keep_firm(const ParkVehicle& vehicle) {
    const double h = day_.step_h, eta = day_.efficiency, first_kwh = vehicle.initial_soc * vehicle.capacity_kwh;
    const double wanted = first_kwh + vehicle.required_kwh - vehicle.spare_kwh;
    for (std::uint32_t t = vehicle.arrival; t < vehicle.departure; ++t) {
        const std::uint32_t column = stay_begin_.back() + StayColumns::count * (t - vehicle.arrival);
        const double made_up = (vehicle.departure - 1 - t) * h * eta * vehicle.power_kw;
        program_.add_row({wanted - made_up, without_limit},
                         {{column + StayColumns::energy, 1.0}, {column + StayColumns::up, -h / eta}, {unserved_.back(), 1.0}});
        const bool is_first = t == vehicle.arrival;
        std::vector<LinearTerm> room{{column + StayColumns::charge, h * eta},
                                     {column + StayColumns::discharge, -h * eta},
                                     {column + StayColumns::down, h * eta}};
        if (!is_first) room.push_back({column + StayColumns::energy - StayColumns::count, 1.0});
        program_.add_row({-without_limit, vehicle.capacity_kwh - (is_first ? first_kwh : 0.0)}, room);
    }
}

/// The same for those who share a charger, by deadlines: whoever leaves by then can be made up with the power of its vehicle
/// side.
void ParkProgram::keep_firm_together(std::vector<std::size_t> vehicles, std::size_t t) {
    const double h = day_.step_h, eta = day_.efficiency;
    std::stable_sort(vehicles.begin(), vehicles.end(),
                     [&](std::size_t a, std::size_t b) { return day_.vehicles[a].departure < day_.vehicles[b].departure; });
    std::vector<LinearTerm> terms;
    double wanted = 0.0;
    for (const std::size_t i : vehicles) {
        const ParkVehicle& v = day_.vehicles[i];
        const std::uint32_t column = stay_column(i, t - v.arrival);
        terms.push_back({column + StayColumns::energy, 1.0});
        terms.push_back({column + StayColumns::up, -h / eta});
        terms.push_back({unserved_[i], 1.0});
        wanted += v.initial_soc * v.capacity_kwh + v.required_kwh - v.spare_kwh;
        const double made_up = static_cast<double>(v.departure - 1 - t) * h * eta * day_.chargers.vehicle_kw;
        if (terms.size() > 3) program_.add_row({wanted - made_up, without_limit}, terms);
    }
}

void ParkProgram::add_charger_columns() {
    charger_begin_ = static_cast<std::uint32_t>(program_.columns());
    const double h = day_.step_h, inverter = day_.chargers.inverter_kw;
    for (std::size_t k = 0; k < day_.chargers.count; ++k)
        for (std::size_t t = 0; t < day_.steps(); ++t) {
            const auto imported = program_.add_column(h * day_.import_per_kwh[t], {0.0, inverter});
            const auto exported = program_.add_column(-h * day_.export_per_kwh[t], {0.0, inverter});
            program_.add_column(0.0, {0.0, sun_kw(t)});
            program_.exclude(imported, exported);
        }
}

/// Sun - curtailed + imported - exported + sum (d - c) = 0, and the charger's limits where a vehicle is there.
void ParkProgram::connect(std::size_t charger, std::size_t t) {
    const std::uint32_t column = charger_column(charger, t);
    std::vector<LinearTerm> balance{{column + ChargerColumns::imported, 1.0},
                                    {column + ChargerColumns::exported, -1.0},
                                    {column + ChargerColumns::curtailed, -1.0}};
    std::vector<std::uint32_t> there;
    std::vector<std::size_t> vehicles;
    for (std::size_t i = 0; i < day_.vehicles.size(); ++i) {
        const ParkVehicle& vehicle = day_.vehicles[i];
        if (vehicle.charger != charger || t < vehicle.arrival || t >= vehicle.departure) continue;
        there.push_back(stay_column(i, t - vehicle.arrival));
        vehicles.push_back(i);
        balance.push_back({there.back() + StayColumns::charge, -1.0});
        balance.push_back({there.back() + StayColumns::discharge, 1.0});
    }
    program_.add_row({-sun_kw(t), -sun_kw(t)}, balance);
    if (!there.empty()) keep_charger_limits(charger, t, there);
    if (means_.offers_reserves && means_.firm) keep_firm_together(std::move(vehicles), t);
}

/// sum (c - d + w) <= V, sum (c - d - u) >= -V, import - export + sum w <= I, export - import + sum u <= I.
void ParkProgram::keep_charger_limits(std::size_t charger, std::size_t t, const std::vector<std::uint32_t>& there) {
    std::vector<LinearTerm> drawn, up, down;
    for (const std::uint32_t column : there) {
        drawn.push_back({column + StayColumns::charge, 1.0});
        drawn.push_back({column + StayColumns::discharge, -1.0});
        up.push_back({column + StayColumns::up, -1.0});
        down.push_back({column + StayColumns::down, 1.0});
    }
    const double side = day_.chargers.vehicle_kw, inverter = day_.chargers.inverter_kw;
    if (!means_.offers_reserves) {
        program_.add_row({-side, side}, drawn);  // the inverter's limits are ranges of columns
        return;
    }
    const std::uint32_t column = charger_column(charger, t);
    const std::vector<LinearTerm> grid{{column + ChargerColumns::imported, 1.0}, {column + ChargerColumns::exported, -1.0}};
    const auto add = [&](LinearRange range, std::vector<LinearTerm> terms, const std::vector<LinearTerm>& more) {
        terms.insert(terms.end(), more.begin(), more.end());
        program_.add_row(range, terms);
    };
    add({-without_limit, side}, drawn, down);
    add({-side, without_limit}, drawn, up);
    add({-without_limit, inverter}, grid, down);
    add({-inverter, without_limit}, grid, up);
}

/// -cap_export <= sum (import - export) <= cap_import.
void ParkProgram::keep_band(std::size_t t) {
    std::vector<LinearTerm> terms;
    for (std::size_t k = 0; k < day_.chargers.count; ++k) {
        terms.push_back({charger_column(k, t) + ChargerColumns::imported, 1.0});
        terms.push_back({charger_column(k, t) + ChargerColumns::exported, -1.0});
    }
    program_.add_row({-day_.cap_export_kw[t], day_.cap_import_kw[t]}, terms);
}

}  // namespace evsweep
