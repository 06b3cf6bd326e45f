/// Optimal power flows for the solver's tests: the 5-bus grid of the published study, and two buses.
#pragma once

#include <complex>
#include <string>
#include <vector>

#include "solvers/optimal_power_flow/problem.hpp"

namespace evsweep {

/// More demand at a bus, MW and Mvar.
struct MoreDemand {
    std::size_t bus;  ///< from 1
    double p_mw, q_mvar;
};

/// Injections: P and Q of the generators at buses 1, 2 and 4 in turn. 100 MVA; the charging susceptance stands whole at each end.
inline OpfProblem five_buses(const std::vector<MoreDemand>& more = {}) {
    OpfProblem problem;
    const double demand[][2] = {{125, 45}, {150, 50}, {175, 65}, {180, 60}, {145, 55}};
    for (const auto& [p, q] : demand) problem.buses.push_back({p / 100, q / 100, 0.0, 0.0, 0.95, 1.05});
    for (const MoreDemand& m : more) {
        problem.buses[m.bus - 1].p += m.p_mw / 100;
        problem.buses[m.bus - 1].q += m.q_mvar / 100;
    }
    struct Line {
        std::uint32_t from, to;
        double r, x, ch;
    };
    for (const Line& line : {Line{1, 2, .021, .065, .032},
                             {1, 3, .074, .233, .025},
                             {2, 3, .062, .195, .023},
                             {2, 4, .055, .154, .025},
                             {2, 5, .036, .123, .015},
                             {3, 4, .012, .045, .105},
                             {4, 5, .037, .145, .025}}) {
        const std::complex<double> y = 1.0 / std::complex(line.r, line.x), own = y + std::complex(0.0, line.ch);
        problem.branches.push_back({line.from - 1, line.to - 1, own, -y, -y, own});
    }
    struct Machine {
        std::uint32_t bus;
        double p_max, a, b;
    };
    for (const Machine& m : {Machine{1, 400, .003, 2.45}, {2, 350, .005, 3.51}, {4, 350, .006, 3.89}}) {
        problem.injections.push_back({.5, m.p_max / 100, m.b * 100, m.a * 1e4, {{m.bus - 1, OpfPart::active, 1.0}}});
        problem.injections.push_back({-.5, 1.5, 0.0, 0.0, {{m.bus - 1, OpfPart::reactive, 1.0}}});
    }
    return problem;
}

/// The printed third case: all generators at 50 MW and 0 Mvar.
inline OpfProblem printed_third_case() {
    OpfProblem problem = five_buses({{3, 0.0, -.1084435}, {5, -4.541, -.1084435}});
    for (std::size_t k = 0; k < problem.injections.size(); ++k)
        problem.injections[k].lower = problem.injections[k].upper = k % 2 == 0 ? .5 : 0.0;
    return problem;
}

}  // namespace evsweep
