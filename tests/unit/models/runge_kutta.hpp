/// The classical Runge-Kutta method for linear systems: another way to a step that LinearSteps does in one product.
#pragma once

#include <cstddef>
#include <vector>

#include "solvers/linear_system/linear_steps.hpp"

namespace evsweep::test {

/// x' at state `x` under the input `from` + share * (`to` - `from`).
inline std::vector<double> slope(const LinearSystem& system, const std::vector<double>& x, const std::vector<double>& from,
                                 const std::vector<double>& to, double share) {
    std::vector<double> derivative(system.states);
    for (std::size_t i = 0; i < system.states; ++i) {
        for (std::size_t j = 0; j < system.states; ++j) derivative[i] += system.rate(i, j) * x[j];
        for (std::size_t j = 0; j < system.inputs; ++j)
            derivative[i] += system.gain(i, j) * (from[j] + share * (to[j] - from[j]));
    }
    return derivative;
}

/// The state after `step_s`, in `parts` steps of fourth order (Kutta 1901).
inline std::vector<double> runge_kutta(const LinearSystem& system, std::vector<double> x, const std::vector<double>& from,
                                       const std::vector<double>& to, double step_s, int parts) {
    const double h = step_s / parts;
    const auto moved = [&x](const std::vector<double>& k, double by) {
        std::vector<double> y = x;
        for (std::size_t i = 0; i < y.size(); ++i) y[i] += by * k[i];
        return y;
    };
    for (int part = 0; part < parts; ++part) {
        const double begin = static_cast<double>(part) / parts, width = 1.0 / parts;
        const auto k1 = slope(system, x, from, to, begin);
        const auto k2 = slope(system, moved(k1, h / 2), from, to, begin + width / 2);
        const auto k3 = slope(system, moved(k2, h / 2), from, to, begin + width / 2);
        const auto k4 = slope(system, moved(k3, h), from, to, begin + width);
        for (std::size_t i = 0; i < x.size(); ++i) x[i] += h / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
    }
    return x;
}

}  // namespace evsweep::test
