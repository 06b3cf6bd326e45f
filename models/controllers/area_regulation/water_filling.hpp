/// How a request is shared out between vehicles: so that they end nearest to the states of charge that their owners expect, or in
/// proportion to what each could give.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace evsweep {

/// What one vehicle can do in a cycle. Powers are u, by which it draws less than scheduled; lo <= 0 <= hi.
struct RegulationShare {
    double soc_per_kw = 0.0;  ///< a > 0: state of charge that 1 kW over the cycle makes
    double gap = 0.0;         ///< g: expected state of charge less that after the cycle as scheduled
    double lo_kw = 0.0;
    double hi_kw = 0.0;
};

/// What all of them together can do.
struct RegulationCapacity {
    double down_kw = 0.0;  ///< sum of lo
    double up_kw = 0.0;    ///< sum of hi
};
[[nodiscard]] RegulationCapacity capacity_of(std::span<const RegulationShare> shares);

/// Solves, for a request U between the sums of lo and hi (continuous quadratic knapsack; Brucker, Oper. Res. Lett. 3, 1984),
///
///     min sum_i (g_i + a_i u_i)^2   s.t.  sum_i u_i = U,  lo_i <= u_i <= hi_i
///
/// Symbols: nu, the multiplier of the sum; u_i(nu) = clip((nu - 2 a_i g_i) / (2 a_i^2), lo_i, hi_i), which rises with nu.
/// Steps: halve an interval that holds nu; whoever is at a bound throughout what is left of it is settled and looked at no more,
/// so that the halvings cost twice the vehicles together; once all others are between their bounds throughout, nu is the root
/// of a straight line. What rounding leaves of U is spread over those between their bounds.
class WaterFilling {
   public:
    /// Fills `u_kw`, one element per share, and returns nu.
    double fill(double request_kw, std::span<const RegulationShare> shares, std::span<double> u_kw);

   private:
    /// A vehicle that is not settled yet: it gives lo until `from`, then more by `slope` until it gives hi at `to`.
    struct Open {
        double from = 0.0;
        double to = 0.0;
        double slope = 0.0;  ///< 1 / (2 a^2)
        double lo_kw = 0.0;
        double hi_kw = 0.0;
    };

    double search(double request_kw, std::span<const RegulationShare> shares);
    [[nodiscard]] double sum_at(double nu) const;
    [[nodiscard]] bool settle(double low, double high);

    std::vector<Open> open_{};
    double settled_kw_ = 0.0;  ///< sum of those at a bound
};

/// u_i = U hi_i / sum hi, or lo likewise where U is negative.
void share_in_proportion(double request_kw, std::span<const RegulationShare> shares, std::span<double> u_kw);

}  // namespace evsweep
