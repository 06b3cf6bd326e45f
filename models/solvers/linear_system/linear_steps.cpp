#include "solvers/linear_system/linear_steps.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <array>
#include <unsupported/Eigen/MatrixFunctions>

#include "evsweep/contracts.hpp"

namespace evsweep {

namespace {

/// Rows whose sums are formed together.
constexpr std::size_t band = 8;

/// [P Q R] of the header, states x (states + 2 inputs).
Eigen::MatrixXd step_matrices(const LinearSystem& system, double step_s) {
    using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const auto n = static_cast<Eigen::Index>(system.states);
    const auto m = static_cast<Eigen::Index>(system.inputs);
    Eigen::MatrixXd augmented = Eigen::MatrixXd::Zero(n + 2 * m, n + 2 * m);
    augmented.topLeftCorner(n, n) = step_s * Eigen::Map<const RowMajor>(system.a.data(), n, n);
    augmented.block(0, n, n, m) = step_s * Eigen::Map<const RowMajor>(system.b.data(), n, m);
    augmented.block(n, n + m, m, m).setIdentity();
    Eigen::MatrixXd blocks = augmented.exp().topRows(n);
    blocks.middleCols(n, m) -= blocks.rightCols(m);
    return blocks;
}

/// Two rows at once, as every 64-bit processor adds them; compilers do not find this in plain loops over a band.
using Pair = double __attribute__((vector_size(16)));
struct Sums {
    std::array<Pair, band / 2> pairs{};
};

/// sums += matrix * values for one band of rows; `matrix` has a column of the band for each value. Returns the end of its part.
const double* add_products(const double* matrix, std::span<const double> values, Sums& sums) {
    Pair s0 = sums.pairs[0], s1 = sums.pairs[1], s2 = sums.pairs[2], s3 = sums.pairs[3];
    for (double value : values) {
        s0 += Pair{matrix[0], matrix[1]} * value;
        s1 += Pair{matrix[2], matrix[3]} * value;
        s2 += Pair{matrix[4], matrix[5]} * value;
        s3 += Pair{matrix[6], matrix[7]} * value;
        matrix += band;
    }
    sums.pairs = {s0, s1, s2, s3};
    return matrix;
}

}  // namespace

LinearSteps::LinearSteps(const LinearSystem& system, double step_s) : states_(system.states), inputs_(system.inputs) {
    EVSWEEP_EXPECTS(step_s > 0.0 && states_ > 0, "a step is longer than nothing and has states");
    const Eigen::MatrixXd blocks = step_matrices(system, step_s);
    const auto columns = static_cast<std::size_t>(blocks.cols());
    const std::size_t bands = (states_ + band - 1) / band;
    bands_.assign(bands * band * columns, 0.0);
    for (std::size_t row = 0; row < states_; ++row)
        for (std::size_t column = 0; column < columns; ++column)
            bands_[(row / band * columns + column) * band + row % band] =
                blocks(static_cast<Eigen::Index>(row), static_cast<Eigen::Index>(column));
}

void LinearSteps::advance(std::span<const double> state, std::span<const double> from, std::span<const double> to,
                          std::span<double> next) const {
    EVSWEEP_EXPECTS(state.size() == states_ && next.size() == states_ && from.size() == inputs_ && to.size() == inputs_,
                    "states and inputs have the sizes of their system");
    const double* matrix = bands_.data();
    for (std::size_t row = 0; row < states_; row += band) {
        Sums sums;
        matrix = add_products(matrix, state, sums);
        matrix = add_products(matrix, from, sums);
        matrix = add_products(matrix, to, sums);
        for (std::size_t i = 0; i < std::min(band, states_ - row); ++i) next[row + i] = sums.pairs[i / 2][i % 2];
    }
}

}  // namespace evsweep
