/// The unknowns, equations and inequalities of an optimal power flow, by number.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "solvers/optimal_power_flow/branch_power.hpp"

namespace evsweep {

/// Which unknown a variable is, and the rows of h.
class OpfLayout {
   public:
    using Index = Eigen::Index;
    static constexpr Index fixed = -1;  ///< the column of a variable that is no unknown

    struct Bound {
        Index variable;
        double sign, limit;  ///< sign (x - limit) <= 0
    };
    struct Limit {
        std::uint32_t branch;
        OpfEnd end;
    };

    explicit OpfLayout(const OpfProblem& problem)
        : buses_(static_cast<Index>(problem.buses.size())), injections_(static_cast<Index>(problem.injections.size())) {
        column_.assign(static_cast<std::size_t>(variables()), fixed);
        for (Index i = 0; i < buses_; ++i)
            if (i != problem.reference) column_[angle(i)] = unknowns_++;
        for (Index i = 0; i < buses_; ++i) bound(voltage(i), problem.buses[i].v_min, problem.buses[i].v_max);
        for (Index k = 0; k < injections_; ++k) bound(injection(k), problem.injections[k].lower, problem.injections[k].upper);
        for (std::uint32_t b = 0; b < problem.branches.size(); ++b)
            if (problem.branches[b].limit < opf_unlimited)
                for (const OpfEnd end : {OpfEnd::from, OpfEnd::to}) limits.push_back({b, end});
    }

    [[nodiscard]] Index angle(Index bus) const { return bus; }
    [[nodiscard]] Index voltage(Index bus) const { return buses_ + bus; }
    [[nodiscard]] Index injection(Index k) const { return 2 * buses_ + k; }
    [[nodiscard]] Index variables() const { return 2 * buses_ + injections_; }
    [[nodiscard]] Index buses() const { return buses_; }
    /// Of the balance of P or Q at a bus, among the equations.
    [[nodiscard]] Index balance(Index bus, OpfPart part) const { return part == OpfPart::active ? bus : buses_ + bus; }
    [[nodiscard]] Index column(Index variable) const { return column_[variable]; }
    [[nodiscard]] Index unknowns() const { return unknowns_; }
    [[nodiscard]] Index rows() const { return static_cast<Index>(bounds.size() + limits.size()); }

    std::vector<Bound> bounds{};
    std::vector<Limit> limits{};

   private:
    void bound(Index variable, double lower, double upper) {
        if (lower == upper) return;
        column_[variable] = unknowns_++;
        if (lower > -opf_unlimited) bounds.push_back({variable, -1.0, lower});
        if (upper < opf_unlimited) bounds.push_back({variable, 1.0, upper});
    }

    Index buses_, injections_;
    Index unknowns_ = 0;
    std::vector<Index> column_;
};

}  // namespace evsweep
