/// Sweeps with loads as admittances, for networks in which little else than the loads holds voltages to earth.
///
/// Algorithm. Behind a delta that nothing earths, W_k is the inverse of a stray admittance: a load to earth that is swept as a
/// current throws the voltages about. So what each load draws in proportion to its voltage is folded into the network,
///   y = conj(S) / |u_rated|^2,   V_k = T'_k V_p - W'_k J'_k,   I' = I(V) - y V
/// and only the rest is swept. T' and W' are those of the network with y as shunts; the solutions are the same. It is the way
/// in which OpenDSS iterates, so that where loads in pieces have several solutions, the same one is approached.
#pragma once

#include <span>

#include "sim/network/swept_network.hpp"

namespace evsweep {

/// Voltages of all conductors of the feeder and the earth, and loop currents. They mean nothing unless it has settled.
struct LoadAdmittanceSweeps {
    bool settled = false;
    int sweeps = 0;
    AlignedVector<double> v_re, v_im;
    std::vector<double> loop_re, loop_im;
};

/// Sweeps from the voltages at which all loads are these admittances, until they settle or `limits.max_iterations` is reached.
/// Power by place, at rated voltage. Settles more tightly than `limits.tolerance_pu`, so that currents at these voltages balance.
[[nodiscard]] LoadAdmittanceSweeps sweep_with_load_admittances(const SweptNetwork& swept, const DeviceState& devices,
                                                               const SweepProblem& limits, std::span<const double> p_kw,
                                                               std::span<const double> q_kvar);

}  // namespace evsweep
