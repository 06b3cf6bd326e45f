#include "solvers/schedule/tiled_cholesky.hpp"

#include <Eigen/Cholesky>
#include <algorithm>

namespace evsweep {

namespace {

constexpr Eigen::Index tile = 96;

struct Tiles {
    Eigen::MatrixXd& matrix;
    [[nodiscard]] Eigen::Index count() const { return (matrix.rows() + tile - 1) / tile; }
    [[nodiscard]] auto at(Eigen::Index row, Eigen::Index col) const {
        const Eigen::Index rows = std::min(tile, matrix.rows() - row * tile);
        const Eigen::Index cols = std::min(tile, matrix.cols() - col * tile);
        return matrix.block(row * tile, col * tile, rows, cols);
    }
};

}  // namespace

bool factorise_cholesky(Eigen::MatrixXd& matrix, Workers& workers) {
    const Tiles tiles{matrix};
    for (Eigen::Index k = 0; k < tiles.count(); ++k) {
        auto diagonal = tiles.at(k, k);
        const Eigen::LLT<Eigen::Ref<Eigen::MatrixXd>> factor(diagonal);  // in place
        if (factor.info() != Eigen::Success) return false;
        const auto below = static_cast<std::size_t>(tiles.count() - k - 1);
        workers.share(below, [&](std::size_t i) {
            auto panel = tiles.at(k + 1 + static_cast<Eigen::Index>(i), k);
            diagonal.triangularView<Eigen::Lower>().transpose().solveInPlace<Eigen::OnTheRight>(panel);
        });
        workers.share(below * (below + 1) / 2, [&](std::size_t piece) {
            Eigen::Index i = 0;
            while (piece > static_cast<std::size_t>(i)) piece -= static_cast<std::size_t>(++i);
            const Eigen::Index row = k + 1 + i;
            const Eigen::Index col = k + 1 + static_cast<Eigen::Index>(piece);
            auto target = tiles.at(row, col);
            target.noalias() -= tiles.at(row, k) * tiles.at(col, k).transpose();
        });
    }
    return true;
}

void solve_cholesky(const Eigen::MatrixXd& factor, Eigen::VectorXd& x) {
    factor.triangularView<Eigen::Lower>().solveInPlace(x);
    factor.triangularView<Eigen::Lower>().transpose().solveInPlace(x);
}

}  // namespace evsweep
