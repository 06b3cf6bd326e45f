/// Strictly convex quadratic problems within bounds: the optimum that iterative and distributed methods are measured by.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace evsweep {

/// min 1/2 x' H x + c' x,  lowest <= x <= highest. H is symmetric and positive definite, [row][column]; bounds are finite.
struct BoxQp {
    std::vector<double> hessian;
    std::vector<double> linear;
    std::vector<double> lowest, highest;
    [[nodiscard]] std::size_t size() const { return linear.size(); }
};

struct BoxQpOptions {
    double tolerance = 1e-9;  ///< of x: largest last step, and largest step that a Newton step of the free variables would be
    int max_iterations = 200;
};

/// `converged`: the point is the minimiser to the tolerance. `not_convex`: a part of H is not positive definite. `stalled`: no
/// step lowered the objective, or there were too many; the point is the best that was found.
enum class BoxQpStatus { converged, not_convex, stalled };

struct BoxQpResult {
    BoxQpStatus status = BoxQpStatus::stalled;
    int iterations = 0;
    double worst_gradient = 0.0;  ///< largest component of the gradient that a feasible direction could still follow
};

/// Source: Bertsekas, "Projected Newton methods for optimization problems with simple constraints", SIAM J. Control and
/// Optimization 20 (1982), with the Cholesky factorisation of the free variables at each step and the halving rule on the
/// projected path. It finds the set of bounds that hold in finitely many steps, and then ends with one exact step. `x` is the
/// start (clipped) and the result; a start near the minimiser saves steps.
[[nodiscard]] BoxQpResult solve(const BoxQp& problem, std::span<double> x, const BoxQpOptions& options = {});

/// 1/2 x' H x + c' x.
[[nodiscard]] double objective(const BoxQp& problem, std::span<const double> x);

}  // namespace evsweep
