/// Small charging problems in which anything may be zero, huge, tiny, equal or contradictory.
#pragma once

#include "unit/models/solvers/random_problems.hpp"

namespace evsweep {

inline void make_odd(ScheduleVehicle& vehicle, Draws& draw) {
    switch (draw.below(16)) {
        case 0:
            vehicle.rating_kva = 0.0;
            break;
        case 1:
            vehicle.rating_kva = vehicle.soc_per_charge = vehicle.soc_per_discharge = 0.0;
            break;
        case 2:
            vehicle.charge_max = 0.0;
            break;
        case 3:
            vehicle.charge_max = vehicle.discharge_max = 0.0;
            break;
        case 4:
            vehicle.discharge_max = 1.0;
            break;
        case 5:
            vehicle.soc_per_charge = 0.0;
            break;
        case 6:
            vehicle.soc_per_charge = vehicle.soc_per_discharge = 2.0;
            break;  // a whole battery in half a step
        case 7:
            vehicle.soc_per_charge = vehicle.soc_per_discharge = 1e-6;
            break;
        case 8:
            vehicle.deficit = vehicle.deficit_min;
            break;
        case 9:
            vehicle.deficit = vehicle.deficit_max;
            break;
        case 10:
            vehicle.deficit_min = vehicle.deficit_max = vehicle.deficit;
            break;
        case 11:
            vehicle.last = vehicle.first;
            break;
        case 12:
            vehicle.last = vehicle.first + std::min(1U, vehicle.last - vehicle.first);
            break;
        case 13:
            vehicle.final_deficit = draw.chance(0.5) ? -1.0 : 1.0;
            break;
        case 14:
            vehicle.shortfall_price = draw.chance(0.5) ? 1e-6 : 1e4;
            break;
        default:
            vehicle.deficit = vehicle.deficit_max + 1e-10;
            break;
    }
}

inline void make_odd(ScheduleObjective& objective, Draws& draw) {
    switch (draw.below(10)) {
        case 0:
            objective.deficit_weight = 0.0;
            break;
        case 1:
            objective.deficit_weight = 100.0;
            break;
        case 2:
            objective.deficit_weight = 1e-6;
            break;
        case 3:
            objective.throughput_weight = 0.0;
            break;
        case 4:
            objective.throughput_weight = 1.0;
            break;
        case 5:
            objective.deficit_weight = objective.throughput_weight = 0.0;
            break;
        case 6:
            objective.reactive_weight = draw.chance(0.5) ? 1e-4 : 1.0;
            break;
        case 7:
            for (double& price : objective.buy) price = -price;
            break;
        case 8:
            for (double& price : objective.sell) price *= 4.0;  // returning pays more than drawing costs
            break;
        default:
            for (double& price : objective.buy) price *= 1e4;
            break;
    }
}

inline void make_odd(ScheduleProblem& problem, GridLimits& limits, Draws& draw) {
    const std::size_t width = 2 * std::size_t{problem.places};
    const std::uint32_t r = draw.below(static_cast<std::uint32_t>(limits.limit.size()));
    const auto row = limits.rows.coefficient.begin() + static_cast<std::ptrdiff_t>(r * width);
    const std::vector<double> copy(row, row + static_cast<std::ptrdiff_t>(width));
    switch (draw.below(8)) {
        case 0:
            std::fill(row, row + static_cast<std::ptrdiff_t>(width), 0.0);
            break;
        case 1:  // the same limit twice, or the power pinned from both sides
        case 2: {
            const double sign = draw.chance(0.5) ? 1.0 : -1.0;
            limits.rows.step.push_back(limits.rows.step[r]);
            for (const double a : copy) limits.rows.coefficient.push_back(sign * a);
            limits.limit.push_back(sign * limits.limit[r]);
            limits.price.push_back(limits.price[r]);
            break;
        }
        case 3:
            limits.price[r] = 0.0;
            break;
        case 4:
            limits.price[r] *= draw.chance(0.5) ? 1e-6 : 1e3;
            break;
        case 5:
            limits.limit[r] = 0.0;
            break;
        case 6:
            limits.limit[r] *= 1e3;
            break;
        default: {  // in other units
            const double unit = draw.chance(0.5) ? 1e-4 : 1e4;
            std::for_each(row, row + static_cast<std::ptrdiff_t>(width), [unit](double& a) { a *= unit; });
            limits.limit[r] *= unit;
            limits.price[r] /= unit;
        }
    }
}

inline void make_odd(GridCosts& costs, Draws& draw) {
    const std::uint32_t r = draw.below(static_cast<std::uint32_t>(costs.weight.size()));
    switch (draw.below(4)) {
        case 0:
            costs.weight[r] = 0.0;
            break;
        case 1:
            costs.weight[r] = 1e-9;
            break;
        case 2:
            costs.weight[r] = 10.0;
            break;
        default:
            costs.target[r] = 0.0;
            break;
    }
}

inline ScheduleProblem odd_problem(std::uint64_t seed) {
    Draws draw(seed);
    ProblemKind kind;
    kind.vehicles = draw.below(5);
    kind.steps = 1 + draw.below(6);
    kind.places = 1 + draw.below(3);
    kind.reactive = draw.chance(0.5);
    kind.returning = draw.chance(0.5);
    kind.limited = draw.chance(0.7);
    kind.unavoidable = draw.chance(0.3);
    kind.weighed = draw.chance(0.3);
    kind.tariff = draw.chance(0.4);
    kind.must_charge = draw.chance(0.4);
    ScheduleProblem problem = random_problem(kind, seed + 1000);
    for (ScheduleVehicle& vehicle : problem.vehicles)
        while (draw.chance(0.4)) make_odd(vehicle, draw);
    if (draw.chance(0.5)) make_odd(problem.objective, draw);
    while (!problem.limits.limit.empty() && draw.chance(0.5)) make_odd(problem, problem.limits, draw);
    while (!problem.costs.weight.empty() && draw.chance(0.3)) make_odd(problem.costs, draw);
    for (ScheduleVehicle& vehicle : problem.vehicles) {  // one oddity may undo what another needs
        vehicle.deficit = std::clamp(vehicle.deficit, vehicle.deficit_min - 1e-10, vehicle.deficit_max + 1e-10);
        if (vehicle.rating_kva == 0.0) vehicle.soc_per_charge = vehicle.soc_per_discharge = 0.0;
        if (vehicle.soc_per_charge == 0.0) vehicle.charge_max = 0.0;
        if (vehicle.soc_per_discharge == 0.0) vehicle.discharge_max = 0.0;
        // A battery that stays as it is could only turn power into heat, by charging and discharging at once.
        if (vehicle.deficit_min == vehicle.deficit_max) vehicle.discharge_max = 0.0;
    }
    if (seed % 2 == 0)
        for (ScheduleVehicle& vehicle : problem.vehicles) cut_steps(vehicle, draw);
    return problem;
}

}  // namespace evsweep
