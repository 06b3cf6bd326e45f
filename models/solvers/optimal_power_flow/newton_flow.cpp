/// Newton's method on the mismatches of P and Q (Tinney and Hart, "Power flow solution by Newton's method", IEEE Trans. PAS-86
/// (1967)).
#include "solvers/optimal_power_flow/newton_flow.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cmath>

#include "solvers/optimal_power_flow/branch_power.hpp"
#include "solvers/optimal_power_flow/kkt_system.hpp"

namespace evsweep {

namespace {

using Index = Eigen::Index;

class NewtonMethod {
   public:
    NewtonMethod(const OpfProblem& network, const std::vector<NewtonBus>& buses)
        : network_(network), buses_(buses), angle_(buses.size(), none), voltage_(buses.size(), none) {
        for (std::size_t i = 0; i < buses.size(); ++i)
            if (buses[i].held != HeldAtBus::angle) angle_[i] = unknowns_++;
        for (std::size_t i = 0; i < buses.size(); ++i)
            if (buses[i].held == HeldAtBus::powers) voltage_[i] = unknowns_++;
    }

    NewtonFlow run(double tolerance_pu, int most_steps) {
        NewtonFlow flow;
        for (const NewtonBus& bus : buses_) flow.angle.push_back(bus.angle), flow.voltage.push_back(bus.voltage);
        KktSystem system(unknowns_);
        for (;; ++flow.steps) {
            fill_powers(flow);
            const Eigen::VectorXd missing = mismatches(flow);
            flow.mismatch_pu = missing.size() > 0 ? missing.cwiseAbs().maxCoeff() : 0.0;
            flow.converged = flow.mismatch_pu <= tolerance_pu;
            if (flow.converged || flow.steps >= most_steps || !missing.allFinite()) return flow;
            assemble(flow, system);
            const Eigen::VectorXd change = system.solve(missing);
            for (std::size_t i = 0; i < buses_.size(); ++i) {
                if (angle_[i] != none) flow.angle[i] += change[angle_[i]];
                if (voltage_[i] != none) flow.voltage[i] += change[voltage_[i]];
            }
        }
    }

   private:
    static constexpr Index none = -1;

    [[nodiscard]] static OpfBranchState state(const OpfBranch& branch, const OpfPoint& at) {
        return {at.angle[branch.from] - at.angle[branch.to], at.voltage[branch.from], at.voltage[branch.to]};
    }

    /// What has to be given to each bus for its balances at this point.
    void fill_powers(NewtonFlow& flow) const {
        flow.p.clear(), flow.q.clear();
        for (std::size_t i = 0; i < buses_.size(); ++i) {
            const double square = flow.voltage[i] * flow.voltage[i];
            flow.p.push_back(network_.buses[i].p + network_.buses[i].g * square);
            flow.q.push_back(network_.buses[i].q - network_.buses[i].b * square);
        }
        const std::vector<OpfFlow> into = branch_flows(network_, flow);
        for (std::size_t b = 0; b < into.size(); ++b) {
            const OpfBranch& branch = network_.branches[b];
            flow.p[branch.from] += into[b].p_from, flow.q[branch.from] += into[b].q_from;
            flow.p[branch.to] += into[b].p_to, flow.q[branch.to] += into[b].q_to;
        }
    }

    /// By equation: of P where the angle is unknown, of Q where the voltage is.
    [[nodiscard]] Eigen::VectorXd mismatches(const NewtonFlow& flow) const {
        Eigen::VectorXd missing(unknowns_);
        for (std::size_t i = 0; i < buses_.size(); ++i) {
            if (angle_[i] != none) missing[angle_[i]] = buses_[i].p - flow.p[i];
            if (voltage_[i] != none) missing[voltage_[i]] = buses_[i].q - flow.q[i];
        }
        return missing;
    }

    void assemble(const NewtonFlow& flow, KktSystem& system) const {
        system.begin();
        const auto add = [&system](Index row, Index column, double value) {
            if (row != none && column != none) system.add(row, column, value);
        };
        for (std::size_t i = 0; i < buses_.size(); ++i) {
            add(angle_[i], voltage_[i], 2.0 * network_.buses[i].g * flow.voltage[i]);
            add(voltage_[i], voltage_[i], -2.0 * network_.buses[i].b * flow.voltage[i]);
        }
        for (const OpfBranch& branch : network_.branches)
            for (const OpfEnd end : {OpfEnd::from, OpfEnd::to}) {
                const OpfBranchPower power(branch, end, state(branch, flow));
                const std::uint32_t own = end == OpfEnd::from ? branch.from : branch.to;
                const std::array columns{angle_[branch.from], angle_[branch.to], voltage_[branch.from], voltage_[branch.to]};
                const auto put = [&](Index row, const Eigen::Vector3d& slope) {
                    const std::array values{slope[0], -slope[0], slope[1], slope[2]};
                    for (std::size_t j = 0; j < 4; ++j) add(row, columns[j], values[j]);
                };
                put(angle_[own], power.dp());
                put(voltage_[own], power.dq());
            }
    }

    const OpfProblem& network_;
    const std::vector<NewtonBus>& buses_;
    Index unknowns_ = 0;
    std::vector<Index> angle_, voltage_;  ///< by bus: the unknown, which is also the equation of P and of Q
};

}  // namespace

NewtonFlow newton_flow(const OpfProblem& network, const std::vector<NewtonBus>& buses, double tolerance_pu, int most_steps) {
    return NewtonMethod(network, buses).run(tolerance_pu, most_steps);
}

}  // namespace evsweep
