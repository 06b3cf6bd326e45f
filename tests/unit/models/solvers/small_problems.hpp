/// Charging problems small enough for a closed form.
#pragma once

#include <utility>
#include <vector>

#include "solvers/schedule/schedule_problem.hpp"

namespace evsweep {

/// Lacks half of its charge, gains a tenth per step at its rating of 4 kVA, draws at place 0 in all steps, and cannot return.
inline ScheduleVehicle plain_vehicle(std::uint32_t steps) {
    ScheduleVehicle vehicle;
    vehicle.last = steps;
    vehicle.rating_kva = 4.0;
    vehicle.deficit = 0.5;
    vehicle.soc_per_charge = 0.1;
    vehicle.soc_per_discharge = 0.1;
    return vehicle;
}

inline ScheduleProblem plain_problem(std::uint32_t steps, std::uint32_t places = 1) {
    ScheduleProblem problem;
    problem.steps = steps;
    problem.places = places;
    problem.vehicles.push_back(plain_vehicle(steps));
    return problem;
}

/// `row`: kW of every place, then kvar.
inline void add_limit(ScheduleProblem& problem, std::uint32_t step, const std::vector<double>& row, double limit,
                      double price = 1e3) {
    problem.limits.rows.step.push_back(step);
    problem.limits.rows.coefficient.insert(problem.limits.rows.coefficient.end(), row.begin(), row.end());
    problem.limits.limit.push_back(limit);
    problem.limits.price.push_back(price);
}

inline void add_cost(ScheduleProblem& problem, std::uint32_t step, const std::vector<double>& row, double weight, double target) {
    problem.costs.rows.step.push_back(step);
    problem.costs.rows.coefficient.insert(problem.costs.rows.coefficient.end(), row.begin(), row.end());
    problem.costs.weight.push_back(weight);
    problem.costs.target.push_back(target);
}

}  // namespace evsweep
