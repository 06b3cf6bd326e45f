/// Exact steps of a linear time-invariant system, for plug-ins whose states move continuously between the steps.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace evsweep {

/// x' = A x + B u. Matrices are row-major; time is in seconds; states and inputs have the units that their owner gives them.
struct LinearSystem {
    LinearSystem(std::size_t state_count, std::size_t input_count)
        : states(state_count), inputs(input_count), a(states * states), b(states * inputs) {}

    std::size_t states;
    std::size_t inputs;
    std::vector<double> a;  ///< states x states, 1/s
    std::vector<double> b;  ///< states x inputs

    /// The coefficient of state `from` in the derivative of state `to`, 1/s.
    [[nodiscard]] double& rate(std::size_t to, std::size_t from) { return a[to * states + from]; }
    [[nodiscard]] double rate(std::size_t to, std::size_t from) const { return a[to * states + from]; }
    /// The coefficient of input `from` in the derivative of state `to`.
    [[nodiscard]] double& gain(std::size_t to, std::size_t from) { return b[to * inputs + from]; }
    [[nodiscard]] double gain(std::size_t to, std::size_t from) const { return b[to * inputs + from]; }
};

/// Advances a system by one fixed step h for inputs that are linear in time within the step (held inputs have equal ends):
///
///     x(t+h) = P x(t) + Q u(t) + R u(t+h)
///
/// It is exact but for rounding. The three matrices are blocks of one exponential (Van Loan, "Computing integrals involving the
/// matrix exponential", IEEE Trans. Autom. Control 23, 1978):
///
///         | A h  B h  0 |            P = E_11
///     exp | 0    0    I |  = E,      R = E_13
///         | 0    0    0 |            Q = E_12 - E_13
///
/// Immutable: the replicas of a study may share one.
class LinearSteps {
   public:
    /// `step_s` is h in seconds, above 0.
    LinearSteps(const LinearSystem& system, double step_s);

    /// `state` is x(t), `from` is u(t), `to` is u(t+h); `next` takes x(t+h) and must not overlap with the others.
    /// The spans have `states()` or `inputs()` elements.
    void advance(std::span<const double> state, std::span<const double> from, std::span<const double> to,
                 std::span<double> next) const;

    [[nodiscard]] std::size_t states() const { return states_; }
    [[nodiscard]] std::size_t inputs() const { return inputs_; }

   private:
    std::size_t states_;
    std::size_t inputs_;
    /// [P Q R] in bands of rows, each band by columns, so that a band's sums stay in registers.
    std::vector<double> bands_;
};

}  // namespace evsweep
