/// The way from no load to the load that is asked for, where plain sweeps find no solution: it ends there, or turns back before.
///
/// Method (Ajjarapu, Christy: The continuation power flow, IEEE Trans. Power Systems 7(1), 1992, on the map of the sweep instead
/// of the nodal equations):
///   x        voltages of the swept conductors and currents that close loops
///   G(x, s)  one sweep from x, with s times the powers that are asked for
///   F(x, s)  G(x, s) - x, zero in a solution
/// From (x, 0) the curve F = 0 is followed by its length: a step along the tangent, then Newton's method on F = 0 and the plane
/// across the step. Linear systems are solved by GMRES, whose products are sweeps of small changes (small_change.hpp). Where the
/// tangent turns back in s before s = 1 is reached, the network cannot carry more than the s there (the nose of its curve).
#pragma once

#include <span>

#include "sim/network/sweep/iterate.hpp"

namespace evsweep {

struct LoadingPath {
    /// `reached`: the columns hold the solution. `turned`: they hold the nose. `lost`: the curve could not be followed (loads
    /// that jump with their voltage, or numbers that are not finite), and the columns mean nothing.
    enum class End { reached, turned, lost };
    End end = End::lost;
    double highest_share = 0.0;  ///< of the powers that are asked for: 1, or where the curve turns back
    int sweeps = 0;              ///< that it took, those of small changes included
};

/// Follows the curve from voltages without load, which the columns hold. `p_kw` and `q_kvar` by place. A solution is good to the
/// problem's tolerance, and to 1e-10 pu at least; its currents are those of its voltages.
[[nodiscard]] LoadingPath follow_loading(const SweepProblem& problem, const SweepColumns<double>& columns,
                                         std::span<const double> p_kw, std::span<const double> q_kvar);

}  // namespace evsweep
