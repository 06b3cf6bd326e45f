// What a solution says of itself: its status in words, its largest residual, the flows that follow from it.
#include <algorithm>

#include "solvers/optimal_power_flow/branch_power.hpp"
#include "solvers/optimal_power_flow/interior_point.hpp"

namespace evsweep {

std::string_view text_of(OpfStatus status) {
    switch (status) {
        case OpfStatus::optimal:
            return "optimal";
        case OpfStatus::too_many_steps:
            return "too many steps";
        case OpfStatus::no_further_steps:
            return "no further steps";
    }
    return "";
}

double OpfResiduals::largest() const { return std::max({balance_pu, stationarity, violation, complementarity}); }

std::vector<OpfFlow> branch_flows(const OpfProblem& problem, const OpfPoint& point) {
    std::vector<OpfFlow> flows;
    for (const OpfBranch& branch : problem.branches) {
        const OpfBranchState state{point.angle[branch.from] - point.angle[branch.to], point.voltage[branch.from],
                                   point.voltage[branch.to]};
        const OpfBranchPower from(branch, OpfEnd::from, state), to(branch, OpfEnd::to, state);
        flows.push_back({from.p(), from.q(), to.p(), to.q()});
    }
    return flows;
}

}  // namespace evsweep
