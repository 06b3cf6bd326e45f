#include "controllers/car_park/park_plan.hpp"

#include "controllers/car_park/park_program.hpp"
#include "evsweep/contracts.hpp"

namespace evsweep {

namespace {

ParkStay stay_of(const ParkProgram& built, const std::vector<double>& value, std::size_t vehicle, std::size_t steps) {
    ParkStay stay;
    for (std::size_t k = 0; k < steps; ++k) {
        const std::uint32_t column = built.stay_column(vehicle, k);
        stay.charge_kw.push_back(value[column + StayColumns::charge]);
        stay.discharge_kw.push_back(value[column + StayColumns::discharge]);
        stay.energy_kwh.push_back(value[column + StayColumns::energy]);
        stay.reserve_up_kw.push_back(value[column + StayColumns::up]);
        stay.reserve_down_kw.push_back(value[column + StayColumns::down]);
    }
    stay.unserved_kwh = value[built.unserved_column(vehicle)];
    return stay;
}

std::vector<std::vector<double>> of_chargers(const ParkProgram& built, const std::vector<double>& value, const ParkDay& day,
                                             std::uint32_t which) {
    std::vector<std::vector<double>> table(day.chargers.count);
    for (std::size_t k = 0; k < table.size(); ++k)
        for (std::size_t t = 0; t < day.steps(); ++t) table[k].push_back(value[built.charger_column(k, t) + which]);
    return table;
}

/// The relaxation; and only where that violates a choice, the programme with tighter rows, branched on.
LinearSolution solve_park(ParkProgram& built, const LinearOptions& options, const LinearBasis* start) {
    LinearOptions relaxed = options;
    relaxed.branching = Branching::none;
    LinearSolution first = solve(built.program(), relaxed, start);
    const bool is_done = first.status != LinearStatus::optimal || first.certificate.choice_violation <= options.choice;
    if (is_done || options.branching == Branching::none) return first;
    built.tighten();
    LinearSolution solution = solve(built.program(), options, &first.basis);
    solution.relaxed_objective = first.relaxed_objective;
    solution.iterations += first.iterations;
    return solution;
}

}  // namespace

ParkPlan make_park_plan(const ParkDay& day, const ParkMeans& means, const LinearOptions& options, const LinearBasis* start) {
    EVSWEEP_EXPECTS(is_sound(day), "the day is sound");
    EVSWEEP_EXPECTS(means.sun != SunKnowledge::expected || day.expected_pv_kw_per_kwp.size() == day.steps(),
                    "who plans with a forecast of the sun has one");
    ParkProgram built(day, means);
    LinearSolution solution = solve_park(built, options, start);
    ParkPlan plan{.status = solution.status};
    plan.certificate = solution.certificate;
    plan.cost = solution.certificate.primal_objective;
    plan.relaxed_cost = solution.relaxed_objective;
    plan.iterations = solution.iterations, plan.nodes = solution.nodes;
    plan.basis = std::move(solution.basis);
    if (solution.value.empty()) return plan;
    for (std::size_t i = 0; i < day.vehicles.size(); ++i) {
        const std::size_t steps = day.vehicles[i].departure - day.vehicles[i].arrival;
        plan.schedule.stays.push_back(stay_of(built, solution.value, i, steps));
    }
    plan.schedule.curtailed_kw = of_chargers(built, solution.value, day, ChargerColumns::curtailed);
    plan.import_kw = of_chargers(built, solution.value, day, ChargerColumns::imported);
    plan.export_kw = of_chargers(built, solution.value, day, ChargerColumns::exported);
    return plan;
}

}  // namespace evsweep
