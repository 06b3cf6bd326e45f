/// Square matrices of coupled conductors, row by row: inverses, and conductors taken away.
#pragma once

#include <cmath>
#include <complex>
#include <cstddef>
#include <utility>
#include <vector>

namespace evsweep::opendss {

using ComplexMatrix = std::vector<std::complex<double>>;

/// Takes row and column `k` away.
template <class T>
[[nodiscard]] std::vector<T> without_row(const std::vector<T>& a, std::size_t order, std::size_t k) {
    std::vector<T> smaller;
    for (std::size_t i = 0; i < order; ++i)
        for (std::size_t j = 0; j < order; ++j)
            if (i != k && j != k) smaller.push_back(a[i * order + j]);
    return smaller;
}

/// Kron's reduction: Z_ij - Z_ik Z_kj / Z_kk without row and column `k`, whose voltage (of impedances) or current (of
/// admittances) is zero. Z_kk must not be zero.
[[nodiscard]] inline ComplexMatrix kron_reduced(ComplexMatrix z, std::size_t order, std::size_t k) {
    const ComplexMatrix before = z;
    for (std::size_t i = 0; i < order; ++i)
        for (std::size_t j = 0; j < order; ++j)
            z[i * order + j] -= before[i * order + k] * before[k * order + j] / before[k * (order + 1)];
    return without_row(z, order, k);
}

/// Inverse by Gauss and Jordan with the largest pivot of each column; a singular matrix leaves numbers that are not finite.
template <class T>
[[nodiscard]] std::vector<T> inverse(std::vector<T> a, std::size_t order) {
    std::vector<T> b(order * order, T(0.0));
    for (std::size_t i = 0; i < order; ++i) b[i * (order + 1)] = 1.0;
    for (std::size_t k = 0; k < order; ++k) {
        std::size_t largest = k;
        for (std::size_t i = k + 1; i < order; ++i)
            if (std::abs(a[i * order + k]) > std::abs(a[largest * order + k])) largest = i;
        const T pivot = a[largest * order + k];
        for (std::size_t j = 0; j < order; ++j) {
            std::swap(a[largest * order + j], a[k * order + j]);
            std::swap(b[largest * order + j], b[k * order + j]);
            a[k * order + j] /= pivot;
            b[k * order + j] /= pivot;
        }
        for (std::size_t i = 0; i < order; ++i) {
            const T factor = a[i * order + k];
            if (i == k) continue;
            for (std::size_t j = 0; j < order; ++j) {
                a[i * order + j] -= factor * a[k * order + j];
                b[i * order + j] -= factor * b[k * order + j];
            }
        }
    }
    return b;
}

}  // namespace evsweep::opendss
