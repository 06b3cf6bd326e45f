/// An AC optimal power flow as the solver takes it: per unit, buses and branches by index, injections with linear and square
/// costs.
#pragma once

#include <complex>
#include <cstdint>
#include <limits>
#include <vector>

namespace evsweep {

/// What is no limit.
inline constexpr double opf_unlimited = std::numeric_limits<double>::infinity();

/// All in pu; demand and shunts are drawn from the grid, but for `b`, which injects reactive power at b V^2.
struct OpfBus {
    double p = 0.0, q = 0.0;          ///< demand
    double g = 0.0, b = 0.0;          ///< admittance of a shunt to earth
    double v_min = 0.0, v_max = 0.0;  ///< with v_min = v_max the voltage is fixed
};

/// A branch as a two-port, pu: I_from = ff V_from + ft V_to, I_to = tf V_from + tt V_to. Taps, shifts and charging are in these.
struct OpfBranch {
    std::uint32_t from = 0, to = 0;
    std::complex<double> ff, ft, tf, tt;
    double limit = opf_unlimited;  ///< of the apparent power at either end
};

enum class OpfPart : std::uint8_t { active, reactive };

/// A power that can be chosen within limits, at cost `linear` u + `square` u^2. It enters the balances of buses with
/// coefficients: a generator has one injection for P and one for Q, growing demand enters many balances with negative
/// coefficients.
struct OpfInjection {
    struct Entry {
        std::uint32_t bus = 0;
        OpfPart part = OpfPart::active;
        double coefficient = 1.0;
    };
    double lower = 0.0, upper = opf_unlimited;  ///< equal: fixed
    double linear = 0.0, square = 0.0;          ///< square >= 0
    std::vector<Entry> into{};
};

/// min sum of costs, subject to the balances of P and Q at every bus and the limits of voltages, branches and injections. The
/// network is connected, and `reference` is the bus whose angle is 0.
struct OpfProblem {
    std::vector<OpfBus> buses{};
    std::vector<OpfBranch> branches{};
    std::vector<OpfInjection> injections{};
    std::uint32_t reference = 0;
};

}  // namespace evsweep
