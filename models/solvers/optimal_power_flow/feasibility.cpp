#include "solvers/optimal_power_flow/feasibility.hpp"

#include <cmath>
#include <utility>

namespace evsweep {

namespace {

/// A shortage of less is rounding.
constexpr double no_shortage_pu = 1e-6;

OpfProblem without_costs(OpfProblem problem) {
    for (OpfInjection& injection : problem.injections) injection.linear = injection.square = 0.0;
    return problem;
}

OpfInjection help_at(std::uint32_t bus, OpfPart part, double sign, ShortageMeasure measure) {
    OpfInjection injection;
    injection.into = {{bus, part, sign}};
    if (measure == ShortageMeasure::sum)
        injection.linear = 1.0;
    else
        injection.lower = -opf_unlimited, injection.square = 1.0;
    return injection;
}

double sum_of_sizes(const std::vector<double>& values) {
    double sum = 0.0;
    for (const double value : values) sum += std::abs(value);
    return sum;
}

}  // namespace

double OpfShortage::sum_p() const { return sum_of_sizes(p); }
double OpfShortage::sum_q() const { return sum_of_sizes(q); }
double OpfShortage::norm() const {
    double squares = 0.0;
    for (const auto* part : {&p, &q})
        for (const double value : *part) squares += value * value;
    return std::sqrt(squares);
}

OpfShortage least_shortage(const OpfProblem& problem, ShortageMeasure measure, const OpfOptions& options, const OpfPoint* start) {
    OpfProblem helped = without_costs(problem);
    const std::size_t own = problem.injections.size();
    const auto buses = static_cast<std::uint32_t>(problem.buses.size());
    for (std::uint32_t bus = 0; bus < buses; ++bus)
        for (const OpfPart part : {OpfPart::active, OpfPart::reactive}) {
            helped.injections.push_back(help_at(bus, part, 1.0, measure));
            if (measure == ShortageMeasure::sum) helped.injections.push_back(help_at(bus, part, -1.0, measure));
        }
    std::optional<OpfPoint> begin;
    if (start) {
        begin = *start;
        begin->injection.resize(helped.injections.size(), 1.0);
    }
    OpfSolution solution = solve_opf(helped, options, begin ? &*begin : nullptr);
    OpfShortage shortage;
    shortage.status = solution.status;
    shortage.p.assign(buses, 0.0), shortage.q.assign(buses, 0.0);
    for (std::size_t k = own; k < helped.injections.size(); ++k) {
        const OpfInjection::Entry& entry = helped.injections[k].into.front();
        (entry.part == OpfPart::active ? shortage.p : shortage.q)[entry.bus] += entry.coefficient * solution.injection[k];
    }
    shortage.point = std::move(static_cast<OpfPoint&>(solution));
    shortage.point.injection.resize(own);
    return shortage;
}

OpfOutcome solve_or_explain(const OpfProblem& problem, const OpfOptions& options) {
    OpfOutcome outcome{solve_opf(problem, options), {}};
    if (outcome.solution.is_optimal()) return outcome;
    OpfShortage shortage = least_shortage(problem, ShortageMeasure::sum, options);
    if (shortage.status == OpfStatus::optimal && shortage.sum_p() + shortage.sum_q() > no_shortage_pu) {
        outcome.shortage = std::move(shortage);
        return outcome;
    }
    OpfSolution again = solve_opf(problem, options, &shortage.point);
    if (again.is_optimal()) outcome.solution = std::move(again);
    return outcome;
}

std::optional<double> largest_growth(const OpfProblem& problem, const OpfGrowth& growth, const OpfOptions& options) {
    OpfProblem grown = without_costs(problem);
    OpfInjection more;
    more.lower = -opf_unlimited;
    more.linear = -1.0;
    for (std::uint32_t bus = 0; bus < problem.buses.size(); ++bus) {
        if (growth.p[bus] != 0.0) more.into.push_back({bus, OpfPart::active, -growth.p[bus]});
        if (growth.q[bus] != 0.0) more.into.push_back({bus, OpfPart::reactive, -growth.q[bus]});
    }
    grown.injections.push_back(std::move(more));
    const OpfSolution solution = solve_opf(grown, options);
    return solution.is_optimal() ? std::optional(solution.injection.back()) : std::nullopt;
}

}  // namespace evsweep
