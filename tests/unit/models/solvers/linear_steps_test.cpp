/// Steps of linear systems: against closed forms, against Runge-Kutta, and against themselves at half the step.
#include "solvers/linear_system/linear_steps.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "tests/unit/models/runge_kutta.hpp"

using namespace evsweep;

namespace {

/// A stable system with `states` states, every one of which hangs on all others.
LinearSystem random_system(std::size_t states, std::size_t inputs, unsigned seed) {
    std::mt19937 bits(seed);
    std::uniform_real_distribution<double> number(-1.0, 1.0);
    LinearSystem system(states, inputs);
    for (double& rate : system.a) rate = number(bits);
    for (double& gain : system.b) gain = number(bits);
    for (std::size_t i = 0; i < states; ++i) system.rate(i, i) -= static_cast<double>(states);
    return system;
}

std::vector<double> random_column(std::size_t size, unsigned seed) {
    std::mt19937 bits(seed);
    std::uniform_real_distribution<double> number(-1.0, 1.0);
    std::vector<double> column(size);
    for (double& value : column) value = number(bits);
    return column;
}

}  // namespace

TEST_CASE("a first-order lag follows a held input and a ramp as the closed forms say", "[linear_steps]") {
    const double lag_s = 0.3, step_s = 0.01, kept = std::exp(-step_s / lag_s);
    LinearSystem lag(1, 1);
    lag.rate(0, 0) = -1.0 / lag_s;
    lag.gain(0, 0) = 1.0 / lag_s;
    const LinearSteps steps(lag, step_s);
    const std::vector<double> start{2.0}, low{5.0}, high{7.0};
    std::vector<double> next(1);
    steps.advance(start, low, low, next);
    REQUIRE(next[0] == Approx(5.0 + (2.0 - 5.0) * kept).epsilon(1e-14));
    // x(t) = u(t) - r T + (x0 - u0 + r T) exp(-t/T) under u(t) = u0 + r t
    const double slope = 2.0 / step_s;
    steps.advance(start, low, high, next);
    REQUIRE(next[0] == Approx(7.0 - slope * lag_s + (2.0 - 5.0 + slope * lag_s) * kept).epsilon(1e-12));
}

TEST_CASE("an integrator adds up without loss", "[linear_steps]") {
    LinearSystem sum(1, 1);
    sum.gain(0, 0) = 1.0;
    const LinearSteps steps(sum, 0.5);
    const std::vector<double> start{1.0}, from{2.0}, to{4.0};
    std::vector<double> next(1);
    steps.advance(start, from, to, next);
    REQUIRE(next[0] == Approx(1.0 + 0.5 * 3.0).epsilon(1e-15));
}

TEST_CASE("steps agree with Runge-Kutta for any number of states and inputs", "[linear_steps]") {
    for (std::size_t states : {1U, 2U, 7U, 8U, 9U, 15U, 18U})
        for (std::size_t inputs : {0U, 1U, 5U}) {
            CAPTURE(states, inputs);
            const auto system = random_system(states, inputs, static_cast<unsigned>(states));
            const auto x = random_column(states, 1), from = random_column(inputs, 2), to = random_column(inputs, 3);
            std::vector<double> next(states);
            LinearSteps(system, 0.05).advance(x, from, to, next);
            const auto other = test::runge_kutta(system, x, from, to, 0.05, 200);
            for (std::size_t i = 0; i < states; ++i) REQUIRE(next[i] == Approx(other[i]).margin(1e-11));
        }
}

TEST_CASE("two half steps are one step", "[linear_steps]") {
    const auto system = random_system(15, 6, 4);
    const auto x = random_column(15, 5), from = random_column(6, 6), to = random_column(6, 7);
    std::vector<double> middle(6), half(15), whole(15), halves(15);
    for (std::size_t j = 0; j < 6; ++j) middle[j] = (from[j] + to[j]) / 2;
    LinearSteps(system, 0.02).advance(x, from, to, whole);
    const LinearSteps short_steps(system, 0.01);
    short_steps.advance(x, from, middle, half);
    short_steps.advance(half, middle, to, halves);
    for (std::size_t i = 0; i < 15; ++i) REQUIRE(halves[i] == Approx(whole[i]).margin(1e-14));
}
