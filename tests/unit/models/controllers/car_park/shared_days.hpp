/// The four published days of the car park, read from the data beside the project, and days made by hand.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/controllers/car_park/park_plan.hpp"
#include "places.hpp"

namespace evsweep::test {

inline std::filesystem::path park_file(const std::string& kind, int day) {
    return shared_dir() / "data/s10" / (kind + "_" + std::to_string(day) + ".csv");
}

inline bool has_park_days() { return std::filesystem::exists(park_file("steps", 1)); }

/// Rows by the names of their columns.
inline std::vector<std::map<std::string, double>> park_rows(const std::filesystem::path& name) {
    std::ifstream file(name);
    if (!file) throw std::runtime_error(name.string() + " is not there");
    const auto cells_of = [](const std::string& line) {
        std::istringstream text(line);
        std::vector<std::string> cells;
        for (std::string cell; std::getline(text, cell, ',');) cells.push_back(cell);
        return cells;
    };
    std::string line;
    std::getline(file, line);
    const auto names = cells_of(line);
    std::vector<std::map<std::string, double>> rows;
    while (std::getline(file, line)) {
        const auto cells = cells_of(line);
        rows.emplace_back();
        for (std::size_t c = 0; c < names.size(); ++c) rows.back()[names[c]] = std::stod(cells.at(c));
    }
    return rows;
}

/// What the published days have in common: six chargers of 5 kWp and 10 kW, .03 per kWh returned, 96 %, 10 per kWh not served.
inline ParkDay empty_park() {
    ParkDay day;
    day.wear_per_kwh = 0.03;
    day.efficiency = 0.96;
    day.chargers = {.count = 6, .pv_kwp = 5.0, .inverter_kw = 10.0, .vehicle_kw = 10.0};
    return day;
}

inline ParkDay park_day(int number) {
    ParkDay day = empty_park();
    for (auto& row : park_rows(park_file("steps", number))) {
        day.import_per_kwh.push_back(row.at("price_import_per_kwh"));
        day.export_per_kwh.push_back(row.at("price_export_per_kwh"));
        day.reserve_up_per_kw_h.push_back(row.at("reserve_up_per_kw_h"));
        day.reserve_down_per_kw_h.push_back(row.at("reserve_down_per_kw_h"));
        day.pv_kw_per_kwp.push_back(row.at("pv_kw_per_kwp"));
        day.expected_pv_kw_per_kwp.push_back(row.at("pv_forecast_kw_per_kwp"));
        day.cap_import_kw.push_back(row.at("cap_import_kw"));
        day.cap_export_kw.push_back(row.at("cap_export_kw"));
    }
    for (auto& row : park_rows(park_file("vehicles", number))) {
        ParkVehicle v;
        const auto whole = [&](const char* name) { return static_cast<std::uint32_t>(row.at(name)); };
        v.number = whole("vehicle"), v.charger = whole("charger") - 1;
        v.arrival = whole("arrival_step"), v.departure = whole("departure_step");
        v.capacity_kwh = row.at("capacity_kwh"), v.lowest_soc = row.at("min_soc"), v.initial_soc = row.at("initial_soc");
        v.required_kwh = row.at("required_kwh_stored"), v.power_kw = row.at("pmax_kw");
        day.vehicles.push_back(v);
    }
    return day;
}

/// One charger without sun, whose hours have these prices either way; reserves are worth nothing, the band is wide.
inline ParkDay hand_day(const std::vector<double>& price) {
    ParkDay day;
    day.step_h = 1.0, day.length_h = static_cast<double>(price.size());
    day.import_per_kwh = day.export_per_kwh = price;
    day.reserve_up_per_kw_h.assign(price.size(), 0.0);
    day.reserve_down_per_kw_h = day.pv_kw_per_kwp = day.reserve_up_per_kw_h;
    day.cap_import_kw.assign(price.size(), 100.0);
    day.cap_export_kw = day.cap_import_kw;
    day.efficiency = 0.8;
    day.chargers = {.count = 1, .pv_kwp = 1.0, .inverter_kw = 10.0, .vehicle_kw = 10.0};
    return day;
}

/// 20 kWh, 2 of them untouchable, 8 there at the beginning.
inline ParkVehicle hand_vehicle(std::uint32_t arrival, std::uint32_t departure, double required_kwh, std::uint32_t number = 1) {
    return {number, 0, arrival, departure, 20.0, 0.1, 0.4, required_kwh, 10.0};
}

}  // namespace evsweep::test
