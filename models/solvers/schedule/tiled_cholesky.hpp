/// The Cholesky factorisation of a dense matrix by tiles, so that several threads can work on it.
#pragma once

#include <Eigen/Core>

#include "solvers/schedule/workers.hpp"

namespace evsweep {

/// Replaces the lower triangle of a positive definite matrix by its factor L. The bits do not depend on the threads. False where
/// a pivot is not positive; the matrix means nothing then.
[[nodiscard]] bool factorise_cholesky(Eigen::MatrixXd& matrix, Workers& workers);

/// Solves L L' x = x in place.
void solve_cholesky(const Eigen::MatrixXd& factor, Eigen::VectorXd& x);

}  // namespace evsweep
