/// The power that enters a branch at one of its ends, with first and second derivatives.
#pragma once

#include <Eigen/Core>
#include <cmath>

#include "solvers/optimal_power_flow/problem.hpp"

namespace evsweep {

enum class OpfEnd : std::uint8_t { from, to };

/// Where a branch is: the angle of `from` less that of `to`, and both voltages, pu.
struct OpfBranchState {
    double delta = 0.0, v_from = 1.0, v_to = 1.0;
};

/// P and Q into one end of a branch by (delta, v_from, v_to).
///
/// With own voltage V, other voltage W, own angle less the other's d, and admittances y = g + jb (own), m = gm + jbm (mutual):
///   P = V^2 g + V W c,  Q = -V^2 b + V W s,  c = gm cos d + bm sin d,  s = gm sin d - bm cos d,  c' = -s,  s' = c.
class OpfBranchPower {
   public:
    OpfBranchPower(const OpfBranch& branch, OpfEnd end, const OpfBranchState& state) : is_from_(end == OpfEnd::from) {
        const auto own = is_from_ ? branch.ff : branch.tt, mutual = is_from_ ? branch.ft : branch.tf;
        const double d = is_from_ ? state.delta : -state.delta;
        g_ = own.real(), b_ = own.imag();
        v_ = is_from_ ? state.v_from : state.v_to, w_ = is_from_ ? state.v_to : state.v_from;
        c_ = mutual.real() * std::cos(d) + mutual.imag() * std::sin(d);
        s_ = mutual.real() * std::sin(d) - mutual.imag() * std::cos(d);
    }

    [[nodiscard]] double p() const { return v_ * (v_ * g_ + w_ * c_); }
    [[nodiscard]] double q() const { return v_ * (-v_ * b_ + w_ * s_); }
    [[nodiscard]] Eigen::Vector3d dp() const { return placed(-v_ * w_ * s_, 2.0 * v_ * g_ + w_ * c_, v_ * c_); }
    [[nodiscard]] Eigen::Vector3d dq() const { return placed(v_ * w_ * c_, -2.0 * v_ * b_ + w_ * s_, v_ * s_); }
    /// Adds `on_p` times the second derivatives of P and `on_q` times those of Q.
    void add_curvature(double on_p, double on_q, Eigen::Matrix3d& h) const {
        const double sign = is_from_ ? 1.0 : -1.0;
        const int own = is_from_ ? 1 : 2, other = is_from_ ? 2 : 1;
        const double c = on_p * c_ + on_q * s_, s = on_p * s_ - on_q * c_;  // of V W
        h(0, 0) -= v_ * w_ * c;
        h(own, own) += 2.0 * (on_p * g_ - on_q * b_);
        add_pair(h, own, other, c);
        add_pair(h, 0, own, -sign * w_ * s);
        add_pair(h, 0, other, -sign * v_ * s);
    }

   private:
    /// By own quantities to (delta, v_from, v_to).
    [[nodiscard]] Eigen::Vector3d placed(double by_angle, double by_own, double by_other) const {
        return is_from_ ? Eigen::Vector3d(by_angle, by_own, by_other) : Eigen::Vector3d(-by_angle, by_other, by_own);
    }
    static void add_pair(Eigen::Matrix3d& h, int i, int j, double value) {
        h(i, j) += value;
        h(j, i) += value;
    }

    bool is_from_;
    double g_ = 0.0, b_ = 0.0, v_ = 0.0, w_ = 0.0, c_ = 0.0, s_ = 0.0;
};

}  // namespace evsweep
