#include "transmission/dispatch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numeric>
#include <utility>

namespace evsweep {

namespace {

using Complex = std::complex<double>;

/// A pi circuit behind an ideal transformer at the from end: with t = ratio e^(j shift), y = 1 / (r + jx) and b at each end,
/// ff = (y + jb) / ratio^2, ft = -y / conj(t), tf = -y / t, tt = y + jb (MATPOWER manual, equation 3.2).
OpfBranch two_port(const GridBranch& branch, double base_mva) {
    const Complex y = 1.0 / Complex(branch.r, branch.x), t = std::polar(branch.ratio, branch.shift_rad);
    OpfBranch port;
    port.from = branch.from, port.to = branch.to;
    port.ff = (y + Complex(0.0, branch.charging_from)) / (branch.ratio * branch.ratio);
    port.ft = -y / std::conj(t);
    port.tf = -y / t;
    port.tt = y + Complex(0.0, branch.charging_to);
    port.limit = branch.limit_mva / base_mva;
    return port;
}

OpfInjection grid_injection(std::uint32_t bus, OpfPart part, double low_pu, double high_pu) {
    OpfInjection injection;
    injection.lower = low_pu, injection.upper = high_pu;
    injection.into = {{bus, part, 1.0}};
    return injection;
}

double sum_of_buses(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

GridShortage in_megawatts(const GridCase& grid, const GridDemand& demand, const OpfShortage& shortage) {
    GridShortage missing;
    missing.demand_mw = sum_of_buses(demand.p_mw);
    for (const GridGenerator& generator : grid.generators)
        missing.capacity_mw += generator.p_max_mw, missing.least_mw += generator.p_min_mw;
    for (const double p : shortage.p) missing.p_mw.push_back(p * grid.base_mva);
    for (const double q : shortage.q) missing.q_mvar.push_back(q * grid.base_mva);
    missing.sum_mw = shortage.sum_p() * grid.base_mva;
    missing.sum_mvar = shortage.sum_q() * grid.base_mva;
    return missing;
}

double generation_cost(const GridCase& grid, const std::vector<double>& p_mw) {
    double cost = 0.0;
    for (std::size_t k = 0; k < p_mw.size(); ++k) {
        const GridGenerator& g = grid.generators[k];
        cost += (g.square * p_mw[k] + g.linear) * p_mw[k] + g.constant;
    }
    return cost;
}

void take_solution(const GridCase& grid, const OpfProblem& problem, const OpfSolution& solution, GridDispatch& result) {
    const double base = grid.base_mva;
    result.voltage = solution.voltage, result.angle_rad = solution.angle;
    for (std::size_t i = 0; i < grid.buses.size(); ++i) {
        result.price.push_back(solution.price_p[i] / base);
        result.reactive_price.push_back(solution.price_q[i] / base);
        result.loss_mw -= problem.buses[i].p * base;
    }
    for (std::size_t k = 0; k < grid.generators.size(); ++k) {
        result.p_mw.push_back(solution.injection[2 * k] * base);
        result.q_mvar.push_back(solution.injection[2 * k + 1] * base);
        result.loss_mw += result.p_mw.back();
    }
    for (const OpfFlow& flow : branch_flows(problem, solution))
        result.flows.push_back({flow.p_from * base, flow.q_from * base, flow.p_to * base, flow.q_to * base});
    for (std::size_t b = 0; b < grid.branches.size(); ++b)
        result.limit_price.push_back((solution.limit_from[b] + solution.limit_to[b]) / base);
    result.cost_per_h = generation_cost(grid, result.p_mw);
}

/// A share of less, in MW or Mvar, is not told.
constexpr double least_named_mw = 5e-4;

/// The shares of buses in a shortage, as far as they are not too many.
std::string places_text(const GridCase& grid, const GridShortage& shortage) {
    constexpr std::size_t most_named = 10;
    std::string text;
    std::size_t named = 0, more = 0;
    for (std::size_t i = 0; i < grid.buses.size(); ++i) {
        const double p = shortage.p_mw[i], q = shortage.q_mvar[i];
        if (std::abs(p) < least_named_mw && std::abs(q) < least_named_mw) continue;
        if (++named > most_named) {
            ++more;
            continue;
        }
        text += named > 1 ? ", " : "";
        text += grid.buses[i].name + " (";
        if (std::abs(p) >= least_named_mw) text += fmt::format("{:.3f} MW", p);
        if (std::abs(p) >= least_named_mw && std::abs(q) >= least_named_mw) text += ", ";
        if (std::abs(q) >= least_named_mw) text += fmt::format("{:.3f} Mvar", q);
        text += ")";
    }
    return more > 0 ? text + fmt::format(" and {} more", more) : text;
}

}  // namespace

std::vector<std::pair<std::string, GridObjective>> names_of(GridObjective) {
    return {{"cost", GridObjective::cost}, {"losses", GridObjective::losses}};
}

GridDemand demand_of(const GridCase& grid, double factor) {
    GridDemand demand;
    for (const GridBus& bus : grid.buses) {
        demand.p_mw.push_back(factor * bus.p_mw);
        demand.q_mvar.push_back(factor * bus.q_mvar);
    }
    return demand;
}

OpfProblem opf_problem(const GridCase& grid, const GridDemand& demand, GridObjective objective) {
    const double base = grid.base_mva;
    OpfProblem problem;
    problem.reference = grid.reference;
    for (std::size_t i = 0; i < grid.buses.size(); ++i) {
        const GridBus& bus = grid.buses[i];
        problem.buses.push_back(
            {demand.p_mw[i] / base, demand.q_mvar[i] / base, bus.shunt_mw / base, bus.shunt_mvar / base, bus.v_min, bus.v_max});
    }
    for (const GridBranch& branch : grid.branches) problem.branches.push_back(two_port(branch, base));
    for (const GridGenerator& g : grid.generators) {
        OpfInjection p = grid_injection(g.bus, OpfPart::active, g.p_min_mw / base, g.p_max_mw / base);
        p.linear = objective == GridObjective::cost ? g.linear * base : base;
        p.square = objective == GridObjective::cost ? g.square * base * base : 0.0;
        problem.injections.push_back(std::move(p));
        problem.injections.push_back(grid_injection(g.bus, OpfPart::reactive, g.q_min_mvar / base, g.q_max_mvar / base));
    }
    return problem;
}

GridDispatch dispatch(const GridCase& grid, const GridDemand& demand, GridObjective objective) {
    const OpfProblem problem = opf_problem(grid, demand, objective);
    const OpfOutcome outcome = solve_or_explain(problem);
    GridDispatch result;
    result.residuals = outcome.solution.residuals;
    result.steps = outcome.solution.steps;
    if (outcome.solution.is_optimal()) {
        result.status = GridStatus::solved;
        take_solution(grid, problem, outcome.solution, result);
    } else if (outcome.shortage) {
        result.status = GridStatus::infeasible;
        result.shortage = in_megawatts(grid, demand, *outcome.shortage);
    }
    return result;
}

std::optional<double> loadability(const GridCase& grid, const GridDemand& demand, const std::vector<bool>& growing) {
    const OpfProblem problem = opf_problem(grid, demand, GridObjective::cost);
    OpfGrowth growth;
    for (std::size_t i = 0; i < grid.buses.size(); ++i) {
        growth.p.push_back(growing[i] ? problem.buses[i].p : 0.0);
        growth.q.push_back(growing[i] ? problem.buses[i].q : 0.0);
    }
    const auto more = largest_growth(problem, growth);
    return more ? std::optional(1.0 + *more) : std::nullopt;
}

std::string shortage_text(const GridCase& grid, const GridShortage& shortage) {
    std::string text;
    if (shortage.missing_without_losses_mw() > 0.0)
        text = fmt::format("{:.3f} MW are missing even without losses ({:.3f} MW of demand, {:.3f} MW of generators); ",
                           shortage.missing_without_losses_mw(), shortage.demand_mw, shortage.capacity_mw);
    else if (shortage.too_much_mw() > 0.0)
        text =
            fmt::format("generators give at least {:.3f} MW, and demand is {:.3f} MW; ", shortage.least_mw, shortage.demand_mw);
    const auto is_negative = [](double value) { return value < -least_named_mw; };
    const bool has_surplus = std::any_of(shortage.p_mw.begin(), shortage.p_mw.end(), is_negative) ||
                             std::any_of(shortage.q_mvar.begin(), shortage.q_mvar.end(), is_negative);
    return text + fmt::format("within all limits at least {:.3f} MW and {:.3f} Mvar are {}, at buses {}", shortage.sum_mw,
                              shortage.sum_mvar, has_surplus ? "missing or (negative) too much" : "missing",
                              places_text(grid, shortage));
}

std::vector<GridFlow> flows_with_published_error(const GridCase& grid, const GridDispatch& solved) {
    std::vector<GridFlow> flows;
    const auto wrong_end = [&](std::uint32_t own, std::uint32_t other, const GridBranch& branch, double charging) {
        const Complex v = std::polar(solved.voltage[own], solved.angle_rad[own]);
        const Complex w = std::polar(solved.voltage[other], solved.angle_rad[other]);
        const Complex into_charging = charging * Complex(v.imag(), v.real());
        return v * std::conj((v - w) / Complex(branch.r, branch.x) + into_charging) * grid.base_mva;
    };
    for (const GridBranch& branch : grid.branches) {
        const Complex from = wrong_end(branch.from, branch.to, branch, branch.charging_from);
        const Complex to = wrong_end(branch.to, branch.from, branch, branch.charging_to);
        flows.push_back({from.real(), from.imag(), to.real(), to.imag()});
    }
    return flows;
}

}  // namespace evsweep
