#include "solvers/box_qp/box_qp.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>

namespace evsweep {

namespace {

using Vector = Eigen::VectorXd;
using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Index = Eigen::Index;

/// One run of the method; matrices are views of the problem.
class ProjectedNewton {
   public:
    ProjectedNewton(const BoxQp& problem, std::span<double> x)
        : n_(static_cast<Index>(problem.size())),
          h_(problem.hessian.data(), n_, n_),
          c_(problem.linear.data(), n_),
          lowest_(problem.lowest.data(), n_),
          highest_(problem.highest.data(), n_),
          x_(x.data(), n_) {
        x_ = x_.cwiseMax(lowest_).cwiseMin(highest_);
        gradient_ = h_ * x_ + c_;
    }

    BoxQpResult run(const BoxQpOptions& options) {
        BoxQpResult result;
        for (; result.iterations < options.max_iterations; ++result.iterations) {
            find_free();
            if (!find_step()) return result.status = BoxQpStatus::not_convex, result;
            if (step_.size() == 0 || step_.cwiseAbs().maxCoeff() <= options.tolerance) {
                go(1.0);
                find_free();
                result.status = BoxQpStatus::converged;
                break;
            }
            if (!go_down()) break;
        }
        result.worst_gradient = worst_gradient();
        return result;
    }

   private:
    /// All but those at a bound that the gradient pushes against.
    void find_free() {
        free_.clear();
        for (Index i = 0; i < n_; ++i) {
            const bool is_held = (x_[i] <= lowest_[i] && gradient_[i] > 0.0) || (x_[i] >= highest_[i] && gradient_[i] < 0.0) ||
                                 lowest_[i] == highest_[i];
            if (!is_held) free_.push_back(i);
        }
    }

    bool find_step() {
        const auto m = static_cast<Index>(free_.size());
        if (m == 0) return step_.resize(0), true;
        factor_.compute(h_(free_, free_));
        if (factor_.info() != Eigen::Success) return false;
        step_ = factor_.solve(-gradient_(free_));
        return true;
    }

    /// Along the projected path.
    void go(double share) {
        Vector moved = x_;
        for (std::size_t k = 0; k < free_.size(); ++k) moved[free_[k]] += share * step_[static_cast<Index>(k)];
        moved = moved.cwiseMax(lowest_).cwiseMin(highest_);
        const Vector way = moved - x_;
        gradient_ += h_ * way;
        x_ = moved;
    }

    /// Halves the step until the objective falls as it should.
    bool go_down() {
        const Vector from = x_;
        const Vector slope = gradient_;
        constexpr double enough = 1e-4;
        for (double share = 1.0; share > 1e-12; share *= 0.5) {
            go(share);
            const Vector way = x_ - from;
            const double change = slope.dot(way) + 0.5 * (gradient_ - slope).dot(way);
            if (change <= enough * slope.dot(way) && change < 0.0) return true;
            x_ = from;
            gradient_ = slope;
        }
        return false;
    }

    [[nodiscard]] double worst_gradient() const {
        double worst = 0.0;
        for (const Index i : free_) worst = std::max(worst, std::abs(gradient_[i]));
        return worst;
    }

    Index n_;
    Eigen::Map<const Matrix> h_;
    Eigen::Map<const Vector> c_, lowest_, highest_;
    Eigen::Map<Vector> x_;
    Vector gradient_, step_;
    std::vector<Index> free_;
    Eigen::LLT<Eigen::MatrixXd> factor_;
};

}  // namespace

BoxQpResult solve(const BoxQp& problem, std::span<double> x, const BoxQpOptions& options) {
    return ProjectedNewton(problem, x).run(options);
}

double objective(const BoxQp& problem, std::span<const double> x) {
    const auto n = static_cast<Index>(problem.size());
    const Eigen::Map<const Matrix> h(problem.hessian.data(), n, n);
    const Eigen::Map<const Vector> c(problem.linear.data(), n);
    const Eigen::Map<const Vector> at(x.data(), n);
    return 0.5 * at.dot(h * at) + c.dot(at);
}

}  // namespace evsweep
