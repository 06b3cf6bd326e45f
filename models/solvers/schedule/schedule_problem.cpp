#include "solvers/schedule/schedule_problem.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>

#include "evsweep/compensated_sum.hpp"

namespace evsweep {

namespace {

/// A deficit that was computed may miss its bounds by rounding.
constexpr double deficit_rounding = 1e-9;
constexpr double unbounded = std::numeric_limits<double>::infinity();

/// Collects error texts; each check returns whether the value was accepted.
class ProblemCheck {
   public:
    /// `what` (a noun with its place) must be a number from `least` to `most`.
    bool is_within(double value, double least, double most, std::string_view what) {
        if (std::isfinite(value) && value >= least && value <= most) return true;
        error_texts.push_back(fmt::format("{} is {}; it must be {}", what, value, range(least, most)));
        return false;
    }
    /// A column must have one number for each of `owner`.
    bool has_size(std::size_t size, std::size_t expected, std::string_view column, std::string_view owner) {
        if (size == expected) return true;
        error_texts.push_back(fmt::format("the column of {} has {} numbers, but there are {} {}", column, size, expected, owner));
        return false;
    }

    std::vector<std::string> error_texts;

   private:
    static std::string range(double least, double most) {
        if (least == -unbounded && most == unbounded) return "a finite number";
        if (most == unbounded) return fmt::format("a finite number of at least {}", least);
        return fmt::format("from {} to {}", least, most);
    }
};

void check_window(const ScheduleProblem& problem, std::size_t v, ProblemCheck& check) {
    const ScheduleVehicle& vehicle = problem.vehicles[v];
    if (vehicle.place >= problem.places)
        check.error_texts.push_back(fmt::format("vehicle {} is at place {}, but there are only {} places (0 the first)", v,
                                                vehicle.place, problem.places));
    if (vehicle.first > vehicle.last)
        check.error_texts.push_back(
            fmt::format("vehicle {} leaves at step {}, before it arrives at step {}", v, vehicle.last, vehicle.first));
    if (vehicle.last > problem.steps)
        check.error_texts.push_back(
            fmt::format("vehicle {} stays until step {}, but there are only {} steps", v, vehicle.last, problem.steps));
    const auto check_share = [&](double share, std::string_view what) {
        if (std::isfinite(share) && share >= 0.0 && share < 1.0) return true;
        check.error_texts.push_back(fmt::format(
            "the share of its {} step in which vehicle {} is not there is {}; it must be from 0 to below 1", what, v, share));
        return false;
    };
    const bool shares = check_share(vehicle.late, "first") && check_share(vehicle.early, "last");
    if (shares && vehicle.first < vehicle.last && !(vehicle.steps_there() > 0.0))
        check.error_texts.push_back(fmt::format("vehicle {} leaves its only step before it comes", v));
}

/// Power moves a battery, and nothing else does: a vehicle that breaks this was put together wrongly.
void check_battery(const ScheduleProblem& problem, std::size_t v, ProblemCheck& check) {
    const ScheduleVehicle& vehicle = problem.vehicles[v];
    const auto check_power = [&](double soc, double most, std::string_view verb) {
        if (vehicle.rating_kva == 0.0 && soc > 0.0)
            check.error_texts.push_back(
                fmt::format("vehicle {} {} at a rating of 0 kVA, but its state of charge moves", v, verb));
        if (vehicle.rating_kva > 0.0 && most > 0.0 && soc == 0.0)
            check.error_texts.push_back(fmt::format("vehicle {} {}, but its state of charge does not move", v, verb));
    };
    check_power(vehicle.soc_per_charge, vehicle.charge_max, "charges");
    check_power(vehicle.soc_per_discharge, vehicle.discharge_max, "discharges");
}

void check_vehicle(const ScheduleProblem& problem, std::size_t v, ProblemCheck& check) {
    const ScheduleVehicle& vehicle = problem.vehicles[v];
    check_window(problem, v, check);
    const auto is_within = [&](double value, double least, double most, std::string_view what) {
        // The sentence is only written for the few numbers that need it: there are many vehicles.
        if (std::isfinite(value) && value >= least && value <= most) return true;
        return check.is_within(value, least, most, fmt::format("the {} of vehicle {}", what, v));
    };
    is_within(vehicle.rating_kva, 0.0, unbounded, "rating (kVA)");
    is_within(vehicle.charge_max, 0.0, 1.0, "largest charging share");
    is_within(vehicle.discharge_max, 0.0, 1.0, "largest discharging share");
    is_within(vehicle.soc_per_charge, 0.0, unbounded, "state of charge per charging step");
    is_within(vehicle.soc_per_discharge, 0.0, unbounded, "state of charge per discharging step");
    is_within(vehicle.final_deficit, -unbounded, unbounded, "deficit allowed at the end");
    is_within(vehicle.shortfall_price, 0.0, unbounded, "price of a shortfall");
    check_battery(problem, v, check);
    const bool lower = is_within(vehicle.deficit_min, -unbounded, unbounded, "smallest deficit");
    const bool upper = is_within(vehicle.deficit_max, -unbounded, unbounded, "largest deficit");
    if (!lower || !upper) {
        is_within(vehicle.deficit, -unbounded, unbounded, "deficit on arrival");
        return;
    }
    if (is_within(vehicle.deficit_max, vehicle.deficit_min, unbounded, "largest deficit"))
        is_within(vehicle.deficit, vehicle.deficit_min - deficit_rounding, vehicle.deficit_max + deficit_rounding,
                  "deficit on arrival");
}

/// Each number of a column must be finite and at least `least`.
void check_column(const std::vector<double>& column, double least, std::string_view what, ProblemCheck& check) {
    for (std::size_t k = 0; k < column.size(); ++k)
        if (!std::isfinite(column[k]) || column[k] < least)
            check.is_within(column[k], least, unbounded, fmt::format("{} {}", what, k));
}

void check_objective(const ScheduleProblem& problem, ProblemCheck& check) {
    const ScheduleObjective& objective = problem.objective;
    check.is_within(objective.deficit_weight, 0.0, unbounded, "the weight of deficits");
    check.is_within(objective.throughput_weight, 0.0, unbounded, "the weight of throughput");
    check.is_within(objective.reactive_weight, 0.0, unbounded, "the weight of reactive power");
    if (!objective.buy.empty()) check.has_size(objective.buy.size(), problem.steps, "buying prices", "steps");
    if (!objective.sell.empty()) check.has_size(objective.sell.size(), problem.steps, "selling prices", "steps");
    check_column(objective.buy, -unbounded, "the buying price of step", check);
    check_column(objective.sell, -unbounded, "the selling price of step", check);
}

void check_rows(const ScheduleProblem& problem, const GridRows& rows, std::string_view what, ProblemCheck& check) {
    for (std::size_t r = 0; r < rows.size(); ++r)
        if (rows.step[r] >= problem.steps)
            check.error_texts.push_back(fmt::format("{} {} is of step {}, but there are only {} steps (0 the first)", what, r,
                                                    rows.step[r], problem.steps));
    const std::size_t width = 2 * std::size_t{problem.places};
    if (!check.has_size(rows.coefficient.size(), rows.size() * width, fmt::format("coefficients of {}s", what),
                        "of them: kW and kvar of every place in every row"))
        return;
    for (std::size_t k = 0; k < rows.coefficient.size(); ++k)
        if (!std::isfinite(rows.coefficient[k]))
            check.is_within(rows.coefficient[k], -unbounded, unbounded,
                            fmt::format("the coefficient of {} {} for the {} of place {}", what, k / width,
                                        k % width < problem.places ? "kW" : "kvar", k % width % problem.places));
}

/// kW and kvar prices or powers: one number per step, place and kind.
std::vector<double> column_by_place(const ScheduleProblem& problem) {
    return std::vector<double>(std::size_t{problem.steps} * 2 * problem.places, 0.0);
}

/// What is due whatever happens after: the deficits of the steps in which the vehicle cannot act, and the shortfall it leaves
/// with.
void add_standing(const ScheduleProblem& problem, const ScheduleVehicle& vehicle, double departing, CompensatedSum& sum) {
    const double weight = problem.objective.deficit_weight;
    sum.add(weight * vehicle.first * vehicle.deficit * vehicle.deficit);
    sum.add(weight * (problem.steps - vehicle.last) * departing * departing);
    sum.add(vehicle.shortfall_price * std::max(0.0, departing - vehicle.final_deficit));
}

void add_step(const ScheduleProblem& problem, const ScheduleVehicle& vehicle, const Schedule& schedule, std::size_t k,
              std::size_t t, CompensatedSum& sum) {
    const ScheduleObjective& objective = problem.objective;
    const double u = schedule.charge[k];
    const double w = schedule.discharge[k];
    sum.add(objective.deficit_weight * schedule.deficit[k] * schedule.deficit[k]);
    const double share = vehicle.share(t);
    sum.add(share * objective.throughput_weight * (u + w));
    if (problem.reactive) sum.add(objective.reactive_weight * schedule.reactive[k] * schedule.reactive[k]);
    if (!objective.buy.empty()) sum.add(share * vehicle.rating_kva * objective.buy[t] * u);
    if (!objective.sell.empty()) sum.add(-share * vehicle.rating_kva * objective.sell[t] * w);
}

void add_price(const ScheduleProblem& problem, const GridRows& rows, const std::vector<double>& worth,
               std::vector<double>& price) {
    const std::size_t width = 2 * std::size_t{problem.places};
    for (std::size_t r = 0; r < rows.size(); ++r) {
        if (worth[r] == 0.0) continue;  // most limits do not bind
        const double* a = rows.coefficient.data() + r * width;
        double* to = price.data() + rows.step[r] * width;
        for (std::size_t j = 0; j < width; ++j) to[j] += worth[r] * a[j];
    }
}

}  // namespace

std::vector<std::string> error_texts(const ScheduleProblem& problem) {
    ProblemCheck check;
    check_objective(problem, check);
    for (std::size_t v = 0; v < problem.vehicles.size(); ++v) check_vehicle(problem, v, check);
    check_rows(problem, problem.limits.rows, "limit", check);
    check.has_size(problem.limits.limit.size(), problem.limits.rows.size(), "limits", "rows of limits");
    check.has_size(problem.limits.price.size(), problem.limits.rows.size(), "prices of limits", "rows of limits");
    check_column(problem.limits.limit, -unbounded, "the value of limit", check);
    check_column(problem.limits.price, 0.0, "the price of limit", check);
    check_rows(problem, problem.costs.rows, "cost", check);
    check.has_size(problem.costs.weight.size(), problem.costs.rows.size(), "weights of costs", "rows of costs");
    check.has_size(problem.costs.target.size(), problem.costs.rows.size(), "targets of costs", "rows of costs");
    check_column(problem.costs.weight, 0.0, "the weight of cost", check);
    check_column(problem.costs.target, -unbounded, "the target of cost", check);
    return std::move(check.error_texts);
}

VehicleSteps::VehicleSteps(const ScheduleProblem& problem) {
    first.reserve(problem.vehicles.size() + 1);
    first.push_back(0);
    for (const ScheduleVehicle& vehicle : problem.vehicles) first.push_back(first.back() + (vehicle.last - vehicle.first));
}

double objective_of(const ScheduleProblem& problem, const Schedule& schedule) {
    CompensatedSum sum;
    std::size_t k = 0;
    for (const ScheduleVehicle& vehicle : problem.vehicles) {
        for (std::size_t t = vehicle.first; t < vehicle.last; ++t, ++k) add_step(problem, vehicle, schedule, k, t, sum);
        add_standing(problem, vehicle, vehicle.first < vehicle.last ? schedule.deficit[k - 1] : vehicle.deficit, sum);
    }
    for (std::size_t r = 0; r < problem.limits.rows.size(); ++r) sum.add(problem.limits.price[r] * schedule.excess[r]);
    if (problem.costs.rows.size() > 0) {
        const std::vector<double> power = power_by_place(problem, schedule);
        const std::vector<double> values = row_values(problem, problem.costs.rows, power);
        for (std::size_t r = 0; r < values.size(); ++r) {
            const double miss = values[r] - problem.costs.target[r];
            sum.add(0.5 * problem.costs.weight[r] * miss * miss);
        }
    }
    return sum.value();
}

std::vector<double> power_by_place(const ScheduleProblem& problem, const Schedule& schedule) {
    std::vector<double> power = column_by_place(problem);
    const std::size_t width = 2 * std::size_t{problem.places};
    std::size_t k = 0;
    for (const ScheduleVehicle& vehicle : problem.vehicles)
        for (std::size_t t = vehicle.first; t < vehicle.last; ++t, ++k) {
            double* at = power.data() + t * width + vehicle.place;
            *at += vehicle.rating_kva * (schedule.charge[k] - schedule.discharge[k]);
            if (problem.reactive) at[problem.places] += vehicle.rating_kva * schedule.reactive[k];
        }
    return power;
}

std::vector<double> row_values(const ScheduleProblem& problem, const GridRows& rows, const std::vector<double>& power) {
    const std::size_t width = 2 * std::size_t{problem.places};
    std::vector<double> values(rows.size());
    for (std::size_t r = 0; r < rows.size(); ++r) {
        const double* a = rows.coefficient.data() + r * width;
        const double* y = power.data() + rows.step[r] * width;
        for (std::size_t j = 0; j < width; ++j) values[r] += a[j] * y[j];
    }
    return values;
}

std::vector<double> price_by_place(const ScheduleProblem& problem, const Schedule& schedule) {
    std::vector<double> price = column_by_place(problem);
    add_price(problem, problem.limits.rows, schedule.worth, price);
    add_price(problem, problem.costs.rows, schedule.pull, price);
    return price;
}

}  // namespace evsweep
