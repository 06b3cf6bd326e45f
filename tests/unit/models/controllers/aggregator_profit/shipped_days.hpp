/// The five days of scenarios/aggregator as problems of the planner, without the simulator.
#pragma once

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/controllers/aggregator_profit/profit_plan.hpp"
#include "places.hpp"

namespace evsweep::test {

inline std::vector<std::vector<std::string>> shipped_rows(const std::string& name) {
    std::ifstream file(source_dir() / "scenarios/aggregator" / name);
    if (!file) throw std::runtime_error(name + " is not there");
    std::vector<std::vector<std::string>> rows;
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
        std::istringstream cells(line);
        rows.emplace_back();
        for (std::string cell; std::getline(cells, cell, ',');) rows.back().push_back(cell);
    }
    return rows;
}

/// Prices of a day in EUR/kWh, without fees, and its base load.
struct ShippedDay {
    std::vector<double> day_ahead, realised, base_kw;
    explicit ShippedDay(int day) {
        for (const auto& row : shipped_rows("day_" + std::to_string(day) + ".csv")) {
            day_ahead.push_back(std::stod(row[1]) / 1000.0);
            realised.push_back(std::stod(row[2]) / 1000.0);
            base_kw.push_back(250.0 * std::stod(row[3]));
        }
    }
};

/// "2024-02-14 07:00" as a step after noon of the day before, whose rows begin with `noon`.
inline std::uint32_t step_of(const std::string& time, const std::string& first_day) {
    const bool is_next = time.substr(0, 10) != first_day;
    return static_cast<std::uint32_t>(std::stoi(time.substr(11, 2)) + (is_next ? 12 : -12));
}

inline std::vector<double> bought(const std::vector<double>& price, double fee) {
    std::vector<double> list = price;
    for (double& p : list) p += fee;
    return list;
}

inline std::vector<double> sold(const std::vector<double>& price) {
    std::vector<double> list = price;
    for (double& p : list) p *= 0.98;
    return list;
}

/// The problem of the published model: cap 330 kW, floor 50 kW, .02 EUR per kWh returned, 7.4 kW, 95 %.
inline ProfitProblem shipped_problem(int day, double fee, bool returns, const std::vector<double>& price, double wear = 0.02) {
    const ShippedDay shipped(day);
    const std::string first_day = shipped_rows("day_" + std::to_string(day) + ".csv").front()[0].substr(0, 10);
    ProfitProblem problem;
    problem.cap_kw = 330.0;
    problem.floor_kw = 50.0;
    problem.wear_per_kwh = wear;
    problem.buy_per_kwh = bought(price, fee);
    problem.sell_per_kwh = sold(price);
    problem.base_high_kw = problem.base_low_kw = shipped.base_kw;
    for (const auto& row : shipped_rows("fleet_" + std::to_string(day) + ".csv")) {
        const double capacity = std::stod(row[6]);
        ProfitStay stay;
        stay.first = step_of(row[3], first_day);
        stay.end = step_of(row[4], first_day);
        stay.energy_kwh = 0.9 * capacity - 0.95 * std::stod(row[5]);
        stay.target_kwh = 0.9 * capacity;
        stay.lowest_kwh = 0.1 * capacity;
        stay.highest_kwh = capacity;
        stay.charge_kw = 7.4;
        stay.discharge_kw = returns ? 7.4 : 0.0;
        stay.stored_per_drawn = 0.95;
        stay.drawn_per_returned = 1.0 / 0.95;
        problem.stays.push_back(stay);
    }
    return problem;
}

}  // namespace evsweep::test
