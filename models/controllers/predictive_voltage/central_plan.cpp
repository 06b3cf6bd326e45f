#include "controllers/predictive_voltage/central_plan.hpp"

#include <stdexcept>

namespace evsweep {

CentralPlan::CentralPlan(const PlanRules& rules, const VoltageSlopes& slopes, std::span<const std::uint32_t> place_of_member)
    : rules_(rules), slopes_(slopes), place_(place_of_member) {}

void CentralPlan::solve(Instant now, std::span<const OwnState> plugged, std::span<Plan> plans_kvar) {
    const std::size_t horizon = rules_.grid.horizon;
    write_problem(now, plugged);
    std::vector<double> x;
    for (const Plan& plan : plans_kvar) x.insert(x.end(), plan.begin(), plan.begin() + static_cast<std::ptrdiff_t>(horizon));
    if (evsweep::solve(problem_, x, {.tolerance = 1e-7}).status == BoxQpStatus::not_convex)
        throw std::runtime_error("the central problem is not strictly convex: give a smoothing above 0");
    for (std::size_t k = 0; k < plans_kvar.size(); ++k)
        for (std::size_t l = 0; l < horizon; ++l) plans_kvar[k][l] = x[k * horizon + l];
}

double CentralPlan::objective_pu2(Instant now, std::span<const OwnState> plugged, std::span<const Plan> plans_kvar) {
    write_problem(now, plugged);
    std::vector<double> x;
    for (const Plan& plan : plans_kvar)
        x.insert(x.end(), plan.begin(), plan.begin() + static_cast<std::ptrdiff_t>(rules_.grid.horizon));
    return constant_pu2_ + objective(problem_, x);
}

void CentralPlan::write_problem(Instant now, std::span<const OwnState> plugged) {
    const std::size_t n = plugged.size() * rules_.grid.horizon;
    problem_.hessian.assign(n * n, 0.0);
    problem_.linear.assign(n, 0.0);
    write_curvature(plugged);
    write_slope(now, plugged);
    write_bounds(now, plugged);
}

/// 2 sum_m S_mi S_mj in every period, and 2 rho times the second difference over the periods of one member.
void CentralPlan::write_curvature(std::span<const OwnState> plugged) {
    const std::size_t horizon = rules_.grid.horizon;
    const std::size_t n = plugged.size() * horizon;
    std::vector<double> count(slopes_.places);
    for (const OwnState& own : plugged) count[place_[own.member]] += 1.0;
    std::vector<double> common(slopes_.places * slopes_.places);
    for (std::size_t m = 0; m < slopes_.places; ++m)
        for (std::size_t a = 0; a < slopes_.places && count[m] > 0.0; ++a)
            for (std::size_t b = 0; b < slopes_.places; ++b)
                common[a * slopes_.places + b] += 2.0 * count[m] * slopes_.q(m, a) * slopes_.q(m, b);
    for (std::size_t i = 0; i < plugged.size(); ++i)
        for (std::size_t j = 0; j < plugged.size(); ++j) {
            const double together = common[place_[plugged[i].member] * slopes_.places + place_[plugged[j].member]];
            for (std::size_t l = 0; l < horizon; ++l) problem_.hessian[(i * horizon + l) * n + j * horizon + l] = together;
        }
    for (std::size_t i = 0; i < plugged.size(); ++i)
        for (std::size_t l = 0; l < horizon; ++l) {
            const std::size_t at = i * horizon + l;
            problem_.hessian[at * n + at] += 2.0 * rules_.rho * (l + 1 < horizon ? 2.0 : 1.0);
            if (l + 1 == horizon) continue;
            problem_.hessian[at * n + at + 1] -= 2.0 * rules_.rho;
            problem_.hessian[(at + 1) * n + at] -= 2.0 * rules_.rho;
        }
}

void CentralPlan::write_slope(Instant now, std::span<const OwnState> plugged) {
    const std::size_t horizon = rules_.grid.horizon;
    Knowledge without_q(slopes_, rules_.grid);  // all at the plan 0: its deviations are those at x = 0
    without_q.clear(now);
    for (const OwnState& own : plugged)
        without_q.add(place_[own.member], {.measured = now,
                                           .voltage_pu = own.voltage_pu,
                                           .p_kw = own.p_kw,
                                           .q_kvar = own.q_kvar,
                                           .unplug = own.unplug,
                                           .p_plan_kw = own.p_plan_kw});
    without_q.finish();
    constant_pu2_ = 0.0;
    std::vector<double> slope(slopes_.places * horizon);
    for (const OwnState& own : plugged)
        for (std::size_t l = 0; l < horizon; ++l) {
            const std::size_t here = place_[own.member];
            const double deviation = own.voltage_pu - 1.0 + without_q.change_pu(here, l);
            constant_pu2_ += deviation * deviation;
            for (std::size_t s = 0; s < slopes_.places; ++s) slope[s * horizon + l] += 2.0 * deviation * slopes_.q(here, s);
        }
    for (std::size_t i = 0; i < plugged.size(); ++i) {
        for (std::size_t l = 0; l < horizon; ++l)
            problem_.linear[i * horizon + l] = slope[place_[plugged[i].member] * horizon + l];
        problem_.linear[i * horizon] -= 2.0 * rules_.rho * plugged[i].q_kvar;
        constant_pu2_ += rules_.rho * plugged[i].q_kvar * plugged[i].q_kvar;
    }
}

void CentralPlan::write_bounds(Instant now, std::span<const OwnState> plugged) {
    problem_.lowest.clear();
    problem_.highest.clear();
    for (const OwnState& own : plugged) {
        const Plan limit = limits_kvar(own, now, rules_.grid);
        for (std::size_t l = 0; l < rules_.grid.horizon; ++l) {
            problem_.lowest.push_back(-limit[l]);
            problem_.highest.push_back(limit[l]);
        }
    }
}

}  // namespace evsweep
