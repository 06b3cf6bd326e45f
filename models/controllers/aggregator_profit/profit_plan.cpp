#include "controllers/aggregator_profit/profit_plan.hpp"

#include <algorithm>
#include <cmath>

namespace evsweep {

namespace {

constexpr double no_limit = std::numeric_limits<double>::infinity();

/// The columns of one stay in one step stand side by side: power drawn, power returned, energy at the end.
constexpr std::uint32_t columns_per_step = 3;

/// The programme of a problem, with the columns of stay s at `begin[s]`.
struct ProfitProgram {
    LinearProgram program;
    std::vector<std::uint32_t> begin;
    std::vector<std::vector<LinearTerm>> group;  ///< by step: the power of all stays

    ProfitProgram(const ProfitProblem& problem, bool has_costs) : group(problem.steps()) {
        for (const ProfitStay& stay : problem.stays) add(problem, stay, has_costs);
    }

    void add(const ProfitProblem& problem, const ProfitStay& stay, bool has_costs) {
        const double h = problem.step_h;
        begin.push_back(static_cast<std::uint32_t>(program.columns()));
        const double lowest = std::min(stay.lowest_kwh, stay.energy_kwh), highest = std::max(stay.highest_kwh, stay.energy_kwh);
        for (std::uint32_t t = stay.first; t < stay.end; ++t) {
            const double sold = problem.sell_per_kwh[t] - problem.wear_per_kwh;
            const auto c = program.add_column(has_costs ? h * problem.buy_per_kwh[t] : 0.0, {0.0, stay.charge_kw});
            const auto d = program.add_column(has_costs ? -h * sold : 0.0, {0.0, stay.discharge_kw});
            const double least = t + 1 == stay.end ? std::max(lowest, stay.target_kwh) : lowest;
            const auto e = program.add_column(0.0, {least, highest});
            std::vector<LinearTerm> balance{{e, 1.0}, {c, -h * stay.stored_per_drawn}, {d, h * stay.drawn_per_returned}};
            const bool is_first = t == stay.first;
            if (!is_first) balance.push_back({e - columns_per_step, -1.0});
            const double before = is_first ? stay.energy_kwh : 0.0;
            program.add_row({before, before}, balance);
            program.exclude(c, d);
            group[t].push_back({c, 1.0});
            group[t].push_back({d, -1.0});
        }
    }

    /// `more`: a column that is added to the power of every step.
    void keep_limits(const ProfitProblem& problem, std::span<const LinearTerm> below_cap,
                     std::span<const LinearTerm> above_floor) {
        for (std::size_t t = 0; t < group.size(); ++t) {
            if (group[t].empty()) continue;
            const double cap = problem.cap_kw - problem.base_high_kw[t], floor = problem.floor_kw - problem.base_low_kw[t];
            if (below_cap.empty() && above_floor.empty()) {
                if (std::isfinite(cap) || std::isfinite(floor)) program.add_row({floor, cap}, group[t]);
                continue;
            }
            add_limit({-no_limit, cap}, group[t], below_cap);
            add_limit({floor, no_limit}, group[t], above_floor);
        }
    }

    void add_limit(LinearRange range, std::vector<LinearTerm> terms, std::span<const LinearTerm> more) {
        if (!std::isfinite(range.lowest) && !std::isfinite(range.highest)) return;
        terms.insert(terms.end(), more.begin(), more.end());
        program.add_row(range, terms);
    }
};

ProfitPlan plan_of(const ProfitProblem& problem, const ProfitProgram& built, LinearSolution solution) {
    ProfitPlan plan{.status = solution.status};
    plan.certificate = solution.certificate;
    plan.cost = solution.certificate.primal_objective;
    plan.relaxed_cost = solution.relaxed_objective;
    plan.iterations = solution.iterations, plan.nodes = solution.nodes;
    plan.basis = std::move(solution.basis);
    if (solution.value.empty()) return plan;
    for (std::size_t s = 0; s < problem.stays.size(); ++s) {
        const std::size_t steps = problem.stays[s].end - std::min(problem.stays[s].end, problem.stays[s].first);
        std::vector<double> charge(steps), discharge(steps), energy(steps);
        for (std::size_t k = 0; k < steps; ++k) {
            const double* const row = &solution.value[built.begin[s] + columns_per_step * k];
            charge[k] = row[0], discharge[k] = row[1], energy[k] = row[2];
        }
        plan.charge_kw.push_back(std::move(charge));
        plan.discharge_kw.push_back(std::move(discharge));
        plan.energy_kwh.push_back(std::move(energy));
    }
    return plan;
}

/// The least amount by which a limit has to yield so that the problem has a plan; negative where it has room.
std::optional<double> least_yielding(const ProfitProblem& problem, bool is_cap, const LinearOptions& options) {
    ProfitProgram built(problem, false);
    // Steps without stays bind, too.
    double base = -no_limit;
    for (std::size_t t = 0; t < problem.steps(); ++t)
        if (built.group[t].empty())
            base = std::max(base, is_cap ? problem.base_high_kw[t] - problem.cap_kw : problem.floor_kw - problem.base_low_kw[t]);
    const std::uint32_t yields = built.program.add_column(1.0, {base, no_limit});
    const LinearTerm down{yields, -1.0}, up{yields, 1.0};
    if (is_cap)
        built.keep_limits(problem, std::span(&down, 1), {});
    else
        built.keep_limits(problem, {}, std::span(&up, 1));
    const LinearSolution solution = solve(built.program, options);
    if (solution.status != LinearStatus::optimal) return std::nullopt;
    return solution.value[yields];
}

}  // namespace

std::vector<LoweredTarget> lower_targets(ProfitProblem& problem) {
    std::vector<LoweredTarget> list;
    for (std::size_t s = 0; s < problem.stays.size(); ++s) {
        ProfitStay& stay = problem.stays[s];
        const double steps = stay.first < stay.end ? static_cast<double>(stay.end - stay.first) : 0.0;
        const double gained_kwh = steps * problem.step_h * stay.charge_kw * stay.stored_per_drawn;
        const double reach_kwh = std::max(stay.energy_kwh, std::min(stay.highest_kwh, stay.energy_kwh + gained_kwh));
        if (stay.target_kwh <= reach_kwh) continue;
        constexpr double rounding_kwh = 1e-9;
        if (stay.target_kwh > reach_kwh + rounding_kwh) list.push_back({s, stay.target_kwh, reach_kwh});
        stay.target_kwh = reach_kwh;
    }
    return list;
}

ProfitPlan make_profit_plan(const ProfitProblem& problem, const LinearOptions& options, const LinearBasis* start) {
    if (hopeless_step(problem)) return {.status = LinearStatus::infeasible};
    ProfitProgram built(problem, true);
    built.keep_limits(problem, {}, {});
    return plan_of(problem, built, solve(built.program, options, start));
}

std::vector<double> net_kw(const ProfitProblem& problem, const ProfitPlan& plan) {
    std::vector<double> net(problem.steps(), 0.0);
    for (std::size_t s = 0; s < plan.charge_kw.size(); ++s)
        for (std::size_t k = 0; k < plan.charge_kw[s].size(); ++k)
            net[problem.stays[s].first + k] += plan.charge_kw[s][k] - plan.discharge_kw[s][k];
    return net;
}

double settled_cost(const ProfitProblem& problem, const ProfitPlan& plan, const std::vector<double>& buy_per_kwh,
                    const std::vector<double>& sell_per_kwh) {
    double cost = 0.0;
    for (std::size_t s = 0; s < plan.charge_kw.size(); ++s)
        for (std::size_t k = 0; k < plan.charge_kw[s].size(); ++k) {
            const std::size_t t = problem.stays[s].first + k;
            cost += problem.step_h *
                    (buy_per_kwh[t] * plan.charge_kw[s][k] + (problem.wear_per_kwh - sell_per_kwh[t]) * plan.discharge_kw[s][k]);
        }
    return cost;
}

std::optional<HopelessStep> hopeless_step(const ProfitProblem& problem) {
    constexpr double rounding_kw = 1e-9;
    std::optional<HopelessStep> worst;
    for (std::size_t t = 0; t < problem.steps(); ++t) {
        HopelessStep here{.step = t, .base_kw = problem.base_high_kw[t]};
        double returned_kw = 0.0, drawn_kw = 0.0;
        for (const ProfitStay& stay : problem.stays)
            if (stay.first <= t && t < stay.end) ++here.present, returned_kw += stay.discharge_kw, drawn_kw += stay.charge_kw;
        here.over_kw = std::max(0.0, problem.base_high_kw[t] - returned_kw - problem.cap_kw);
        here.under_kw = std::max(0.0, problem.floor_kw - problem.base_low_kw[t] - drawn_kw);
        if (here.under_kw > here.over_kw) here.base_kw = problem.base_low_kw[t];
        const double by = std::max(here.over_kw, here.under_kw);
        if (by > rounding_kw && (!worst || by > std::max(worst->over_kw, worst->under_kw))) worst = here;
    }
    return worst;
}

std::optional<double> least_cap_kw(const ProfitProblem& problem, const LinearOptions& options) {
    const auto by = least_yielding(problem, true, options);
    return by ? std::optional(problem.cap_kw + *by) : std::nullopt;
}

std::optional<double> highest_floor_kw(const ProfitProblem& problem, const LinearOptions& options) {
    const auto by = least_yielding(problem, false, options);
    return by ? std::optional(problem.floor_kw - *by) : std::nullopt;
}

}  // namespace evsweep
