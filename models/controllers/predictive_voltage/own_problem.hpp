/// The problem that one charger solves by itself: its reactive power over the horizon, while all others keep to their plans.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

#include "controllers/predictive_voltage/trajectory.hpp"

namespace evsweep {

/// Largest reactive power (kvar) beside `p_kw` within the circle of `apparent_kva`.
[[nodiscard]] inline double circle_kvar(double apparent_kva, double p_kw) {
    return std::sqrt(std::max(0.0, apparent_kva * apparent_kva - p_kw * p_kw));
}

/// min over u of  sum_l [ h (u_l - best_l)^2 + rho (u_l - u_{l-1})^2 ],  u_0 = `in_force_kvar`,  |u_l| <= limit_l.
struct OwnProblem {
    std::size_t horizon = 1;
    double h = 0.0;    ///< half of the curvature of the squared voltage deviations, pu^2/kvar^2
    double rho = 0.0;  ///< price of a change from period to period, pu^2/kvar^2
    double in_force_kvar = 0.0;
    Plan best_kvar{};   ///< where the squared voltage deviations are least
    Plan limit_kvar{};  ///< of the circle; 0 from the unplugging on
};

/// Improves `plan_kvar` by Gauss-Seidel sweeps over its periods, first to last; each value is the exact minimiser for the others
/// as they stand, clipped. A value that nothing depends on stays.
inline void improve(const OwnProblem& problem, Plan& plan_kvar, int sweeps) {
    const auto& [horizon, h, rho, in_force_kvar, best, limit] = problem;
    for (int sweep = 0; sweep < sweeps; ++sweep)
        for (std::size_t l = 0; l < horizon; ++l) {
            const bool is_last = l + 1 == horizon;
            const double before = l == 0 ? in_force_kvar : plan_kvar[l - 1];
            const double curvature = h + (is_last ? 1.0 : 2.0) * rho;
            double wish = plan_kvar[l];
            if (curvature > 0.0) wish = (h * best[l] + rho * (before + (is_last ? 0.0 : plan_kvar[l + 1]))) / curvature;
            plan_kvar[l] = std::clamp(wish, -limit[l], limit[l]);
        }
}

}  // namespace evsweep
