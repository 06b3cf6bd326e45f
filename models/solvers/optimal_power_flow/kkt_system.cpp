#include "solvers/optimal_power_flow/kkt_system.hpp"

#include <algorithm>
#include <limits>

namespace evsweep {

KktSystem::KktSystem(Eigen::Index unknowns) : is_dense_(unknowns <= most_dense) {
    if (is_dense_)
        dense_.resize(unknowns, unknowns);
    else
        sparse_.resize(unknowns, unknowns);
}

void KktSystem::begin() {
    if (is_dense_) {
        dense_.setZero();
        return;
    }
    next_ = 0;
    if (is_known_)
        std::fill(values_, values_ + sparse_.nonZeros(), 0.0);
    else
        entries_.clear();
}

void KktSystem::find_pattern() {
    sparse_.setFromTriplets(entries_.begin(), entries_.end());
    sparse_.makeCompressed();
    values_ = sparse_.valuePtr();
    place_.reserve(entries_.size());
    for (const auto& entry : entries_) {
        const int* const first = sparse_.innerIndexPtr() + sparse_.outerIndexPtr()[entry.col()];
        const int* const last = sparse_.innerIndexPtr() + sparse_.outerIndexPtr()[entry.col() + 1];
        place_.push_back(static_cast<std::size_t>(std::lower_bound(first, last, entry.row()) - sparse_.innerIndexPtr()));
    }
    lu_.analyzePattern(sparse_);
    is_known_ = true;
    entries_.clear();
}

Eigen::VectorXd KktSystem::solve(const Eigen::VectorXd& right) {
    if (is_dense_) {
        const Eigen::PartialPivLU<Eigen::MatrixXd> lu(dense_);
        Eigen::VectorXd x = lu.solve(right);
        x += lu.solve(right - dense_ * x);
        return x;
    }
    if (!is_known_) find_pattern();
    lu_.factorize(sparse_);
    if (lu_.info() != Eigen::Success) return Eigen::VectorXd::Constant(right.size(), std::numeric_limits<double>::quiet_NaN());
    Eigen::VectorXd x = lu_.solve(right);
    const Eigen::VectorXd error = right - sparse_ * x;
    x += lu_.solve(error);
    return x;
}

}  // namespace evsweep
