#include "controllers/optimal_schedule/plan_costs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace evsweep {

namespace {

/// Curvature of the loss that is left out, as a share of all of it.
constexpr double loss_rest = 1e-4;
/// Rows of loss in all steps of a plan, and in one step at least: the solver's dense system grows with them.
constexpr std::size_t most_loss_rows = 1500;
constexpr std::size_t least_loss_rows = 4;
/// Reactive power costs this per unit squared, so that it is used only where it helps, and is unique.
constexpr double reactive_weight = 1e-7;
/// Limits have a price even where nobody wants anything.
constexpr double least_worth = 1e-3;
/// A price is this many times what it has to outbid.
constexpr double outbidding = 10.0;

double total_kva(const ScheduleProblem& problem) {
    double sum = 0.0;
    for (const ScheduleVehicle& v : problem.vehicles) sum += v.rating_kva;
    return std::max(sum, 1.0);
}

/// Of squared kW of the feeder head: the marginal cost of a kW is then the head's power over that of all chargers.
double peak_weight(const ScheduleProblem& problem) { return 1.0 / total_kva(problem); }

std::vector<double> costs_of(const Forecast& forecast, const PlanWindow& window, const PlanView& seen, const char* what) {
    if (forecast.values.empty())
        throw PartyError(fmt::format("there is no forecast of the {}; give the scenario a section `prices`", what));
    std::vector<double> per_kw;
    for (std::uint32_t k = 0; k < window.steps; ++k) {
        const double price = forecast.at(window.begin_of(k));
        if (!std::isfinite(price))
            throw PartyError(fmt::format("the forecast of the {} has no number for {}; look for missing values in `prices`", what,
                                         clock_text_of(window.begin_of(k), seen.calendar)));
        per_kw.push_back(price * hours(window.step));
    }
    return per_kw;
}

/// One row of the grid's model in a form a y + constant.
struct AffineRow {
    std::vector<double> a;
    double constant = 0.0;
};

AffineRow affine(const LinearGrid& grid, const LinearRows& rows, std::size_t row) {
    const std::size_t n = grid.places;
    AffineRow result{std::vector<double>(2 * n), rows.value[row]};
    for (std::size_t k = 0; k < n; ++k) {
        result.a[k] = rows.per_kw[row * n + k];
        result.a[n + k] = rows.per_kvar[row * n + k];
        result.constant -= result.a[k] * grid.p_kw[k] + result.a[n + k] * grid.q_kvar[k];
    }
    return result;
}

void add_row(GridRows& rows, std::uint32_t step, const double* a, std::size_t width) {
    rows.step.push_back(step);
    rows.coefficient.insert(rows.coefficient.end(), a, a + width);
}

void add_peak(const PlanGrid& grid, std::uint32_t step, ScheduleProblem& problem) {
    const AffineRow head = affine(grid.at(step), grid.at(step).source, 0);
    add_row(problem.costs.rows, step, head.a.data(), head.a.size());
    problem.costs.weight.push_back(peak_weight(problem));
    problem.costs.target.push_back(-head.constant);
}

/// The loss at y is loss + g (y - y0) + (y - y0)' C (y - y0) / 2 = constant + (g - C y0) y + y' C y / 2.
struct LossModel {
    std::vector<double> linear;     ///< g - C y0, kW per kW; 0 where nothing can be drawn
    std::vector<double> curvature;  ///< C, likewise
    double constant = 0.0;
};

LossModel loss_at(const PlanGrid& grid, const PlanReach& reach, std::uint32_t step, bool reactive) {
    const LinearGrid& at = grid.at(step);
    const std::size_t n = at.places;
    std::vector<double> y0(at.p_kw);
    y0.insert(y0.end(), at.q_kvar.begin(), at.q_kvar.end());
    AffineRow row = affine(at, at.loss, 0);
    LossModel model{std::move(row.a), at.loss_curvature, row.constant};
    for (std::size_t i = 0; i < 2 * n; ++i)
        for (std::size_t k = 0; k < 2 * n; ++k) {
            model.linear[i] -= model.curvature[i * 2 * n + k] * y0[k];
            model.constant += 0.5 * y0[i] * model.curvature[i * 2 * n + k] * y0[k];
        }
    const auto is_still = [&](std::size_t i) { return !reach.acts(step, i % n) || (i >= n && !reactive); };
    for (std::size_t i = 0; i < 2 * n; ++i) {
        if (!is_still(i)) continue;
        model.linear[i] = 0.0;
        for (std::size_t k = 0; k < 2 * n; ++k) model.curvature[i * 2 * n + k] = model.curvature[k * 2 * n + i] = 0.0;
    }
    return model;
}

/// Targets of the squares that take over as much as they can of the linear part; what they leave stays in `linear`.
std::vector<double> absorb(const LowRank& squares, std::vector<double>& linear) {
    std::vector<double> targets;
    const std::size_t n = linear.size();
    for (std::size_t r = 0; r < squares.rank(); ++r) {
        const double* row = &squares.rows[r * n];
        const double target = -linear[squares.pivot[r]] / row[squares.pivot[r]];
        for (std::size_t k = 0; k < n; ++k) linear[k] += target * row[k];
        linear[squares.pivot[r]] = 0.0;
        targets.push_back(target);
    }
    return targets;
}

CostRows add_loss(const PlanGrid& grid, const PlanReach& reach, std::uint32_t step, ScheduleProblem& problem) {
    LossModel model = loss_at(grid, reach, step, problem.reactive);
    const std::size_t width = model.linear.size();
    const double h = hours(grid.window().step);
    const std::size_t most_rank = std::max(least_loss_rows, most_loss_rows / problem.steps);
    const LowRank squares = factor(model.curvature, width, loss_rest, most_rank);
    const std::vector<double> targets = absorb(squares, model.linear);
    double surplus = -h * model.constant;
    for (std::size_t r = 0; r < squares.rank(); ++r) {
        add_row(problem.costs.rows, step, &squares.rows[r * width], width);
        problem.costs.weight.push_back(h);
        problem.costs.target.push_back(targets[r]);
        surplus += 0.5 * h * targets[r] * targets[r];
    }
    const double lowest = reach.lowest(step, model.linear);
    const double span = reach.highest(step, model.linear) - lowest;
    if (!(span > 0.0)) return {surplus, squares.left_out};
    add_row(problem.limits.rows, step, model.linear.data(), width);
    problem.limits.limit.push_back(lowest - 0.1 * span);
    problem.limits.price.push_back(h);
    return {surplus + h * (0.1 * span - lowest), squares.left_out};
}

double largest(const std::vector<double>& values) {
    double result = 0.0;
    for (const double v : values) result = std::max(result, std::abs(v));
    return result;
}

/// The dearest kW in one step, without deficits and shortfalls.
double dearest_kw(const OptimalScheduleParams& params, const PlanGrid* grid, const PlanWindow& window,
                  const ScheduleProblem& problem) {
    switch (params.objective) {
        case ScheduleGoal::cost:
            return std::max(largest(problem.objective.buy), largest(problem.objective.sell));
        case ScheduleGoal::loss:
            return hours(window.step);  // as if all of it were lost
        case ScheduleGoal::peak: {
            double head_kw = total_kva(problem);
            for (std::uint32_t k = 0; k < window.steps; ++k)
                if (grid->has_grid(k)) head_kw = std::max(head_kw, std::abs(grid->at(k).source.value[0]) + total_kva(problem));
            return peak_weight(problem) * head_kw;
        }
        case ScheduleGoal::recharge_time:
            return 0.0;
    }
    return 0.0;
}

}  // namespace

LowRank factor(std::vector<double> matrix, std::size_t n, double tolerance, std::size_t most_rank) {
    LowRank result;
    const auto trace = [&] {
        double sum = 0.0;
        for (std::size_t i = 0; i < n; ++i) sum += std::max(0.0, matrix[i * n + i]);
        return sum;
    };
    const double whole = trace();
    while (result.rank() < std::min(n, most_rank) && trace() > tolerance * whole) {
        std::size_t p = 0;
        for (std::size_t i = 1; i < n; ++i)
            if (matrix[i * n + i] > matrix[p * n + p]) p = i;
        const double root = std::sqrt(matrix[p * n + p]);
        std::vector<double> row(n);
        for (std::size_t k = 0; k < n; ++k) row[k] = matrix[p * n + k] / root;
        for (const std::size_t earlier : result.pivot) row[earlier] = 0.0;
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t k = 0; k < n; ++k) matrix[i * n + k] -= row[i] * row[k];
        matrix[p * n + p] = 0.0;
        result.rows.insert(result.rows.end(), row.begin(), row.end());
        result.pivot.push_back(p);
    }
    result.left_out = whole > 0.0 ? trace() / whole : 0.0;
    return result;
}

void set_objective(const OptimalScheduleParams& params, const PlanView& seen, const PlanWindow& window,
                   ScheduleProblem& problem) {
    problem.objective.deficit_weight = params.deficit_weight();
    problem.objective.throughput_weight = params.circling_weight();
    problem.objective.reactive_weight = reactive_weight;
    if (params.objective != ScheduleGoal::cost) return;
    problem.objective.buy = costs_of(seen.price_forecast, window, seen, "price");
    problem.objective.sell = costs_of(seen.sell_forecast, window, seen, "selling price");
    // A step in which returning pays more than drawing costs would pay for energy that goes in circles through one charger.
    for (std::size_t k = 0; k < window.steps; ++k)
        problem.objective.sell[k] = std::min(problem.objective.sell[k], problem.objective.buy[k]);
}

CostRows set_cost_rows(const OptimalScheduleParams& params, const PlanGrid& grid, const PlanReach& reach,
                       ScheduleProblem& problem) {
    problem.costs = {};
    CostRows all;
    for (std::uint32_t k = 0; k < problem.steps; ++k) {
        if (!grid.has_grid(k)) continue;
        if (params.objective == ScheduleGoal::peak) add_peak(grid, k, problem);
        if (params.objective != ScheduleGoal::loss) continue;
        const CostRows here = add_loss(grid, reach, k, problem);
        all = {all.surplus + here.surplus, std::max(all.left_out, here.left_out)};
    }
    return all;
}

double price_of_missing_kwh(const OptimalScheduleParams& params, const PlanGrid* grid, const PlanWindow& window,
                            const ScheduleProblem& problem) {
    const double dearest_kwh = dearest_kw(params, grid, window, problem) / hours(window.step);
    const bool asks_anyway = params.objective == ScheduleGoal::recharge_time;
    return params.shortfall_price.value_or(asks_anyway ? 0.0 : outbidding * std::max(dearest_kwh, 1e-3));
}

void price_shortfalls(double per_kwh, const PlanWindow& window, const std::vector<PlannedStay>& stays, ScheduleProblem& problem) {
    for (std::size_t v = 0; v < stays.size(); ++v) {
        ScheduleVehicle& vehicle = problem.vehicles[v];
        vehicle.shortfall_price = per_kwh * stays[v].capacity_kwh;
        if (per_kwh > 0.0)
            vehicle.final_deficit = std::min(vehicle.deficit_max, deficit_covered_later(stays[v], vehicle, window));
    }
}

double worth_of_a_kw(const OptimalScheduleParams& params, const PlanGrid* grid, const PlanWindow& window,
                     const ScheduleProblem& problem) {
    const double squares = 2.0 * problem.objective.deficit_weight * problem.steps;
    double best = 0.0;
    for (const ScheduleVehicle& v : problem.vehicles) {
        if (v.rating_kva <= 0.0) continue;
        const double soc = v.discharge_max > 0.0 ? std::max(v.soc_per_charge, v.soc_per_discharge) : v.soc_per_charge;
        const double deficit = v.discharge_max > 0.0 ? v.deficit_max : v.deficit;
        best = std::max(best, (soc * (squares * deficit + v.shortfall_price) + params.circling_weight()) / v.rating_kva);
    }
    return std::max(least_worth, best + 2.0 * dearest_kw(params, grid, window, problem));
}

}  // namespace evsweep
