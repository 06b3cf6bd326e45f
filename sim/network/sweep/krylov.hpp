/// GMRES: solves A x = b where only the product A x is known (Saad, Schultz, SIAM J. Sci. Stat. Comput. 7(3), 1986, without
/// restart).
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <optional>
#include <vector>

namespace evsweep {

struct KrylovOptions {
    double tolerance = 1e-12;  ///< of |b - A x| as a share of |b|
    int most_products = 100;
};

/// x, or nothing where the residual stays above `tolerance`. `apply(x)` gives A x. Made for an A that is near the identity but in
/// a few directions, such as a sweep's 1 - dG/dV: it takes about as many products as there are such directions.
template <class Apply>
[[nodiscard]] std::optional<Eigen::VectorXd> solve_krylov(const Apply& apply, const Eigen::VectorXd& b,
                                                          KrylovOptions options = {}) {
    const double size = b.norm();
    if (size == 0.0) return Eigen::VectorXd(Eigen::VectorXd::Zero(b.size()));
    if (!std::isfinite(size)) return std::nullopt;
    const int most = static_cast<int>(std::min<Eigen::Index>(options.most_products, b.size()));
    std::vector<Eigen::VectorXd> basis{b / size};
    Eigen::MatrixXd h = Eigen::MatrixXd::Zero(most + 1, most);  // Hessenberg, turned into a triangle by rotations
    Eigen::VectorXd rest = Eigen::VectorXd::Zero(most + 1);
    rest(0) = size;
    std::vector<std::pair<double, double>> rotations;  // cosine and sine
    for (int k = 0; k < most; ++k) {
        Eigen::VectorXd next = apply(basis.back());
        for (int i = 0; i <= k; ++i) {
            h(i, k) = basis[static_cast<std::size_t>(i)].dot(next);
            next -= h(i, k) * basis[static_cast<std::size_t>(i)];
        }
        h(k + 1, k) = next.norm();
        if (!std::isfinite(h(k + 1, k))) return std::nullopt;
        const bool is_exhausted = h(k + 1, k) <= 1e-15 * h.col(k).norm();
        if (!is_exhausted) basis.push_back(next / h(k + 1, k));
        const auto rotate = [&](int row, std::pair<double, double> by) {
            const double upper = by.first * h(row, k) + by.second * h(row + 1, k);
            h(row + 1, k) = by.first * h(row + 1, k) - by.second * h(row, k);
            h(row, k) = upper;
        };
        for (int i = 0; i < k; ++i) rotate(i, rotations[static_cast<std::size_t>(i)]);
        const double length = std::hypot(h(k, k), h(k + 1, k));
        if (length == 0.0) return std::nullopt;  // A is singular
        rotations.emplace_back(h(k, k) / length, h(k + 1, k) / length);
        rotate(k, rotations.back());
        rest(k + 1) = -rotations.back().second * rest(k);
        rest(k) *= rotations.back().first;
        const bool is_solved = std::abs(rest(k + 1)) <= options.tolerance * size;
        if (!is_solved && !is_exhausted && k + 1 < most) continue;
        if (!is_solved && !is_exhausted) return std::nullopt;
        const Eigen::VectorXd weights =
            h.topLeftCorner(k + 1, k + 1).template triangularView<Eigen::Upper>().solve(rest.head(k + 1));
        Eigen::VectorXd x = Eigen::VectorXd::Zero(b.size());
        for (int i = 0; i <= k; ++i) x += weights(i) * basis[static_cast<std::size_t>(i)];
        return x;
    }
    return std::nullopt;
}

}  // namespace evsweep
