#include "solvers/box_qp/box_qp.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>

using namespace evsweep;

namespace {

/// G' G + `ridge` I with random G of `rank` rows: nearly flat where the rank is small.
BoxQp random_problem(std::mt19937& random, std::size_t n, std::size_t rank, double ridge) {
    std::normal_distribution<double> normal;
    std::vector<double> g(rank * n);
    for (double& x : g) x = normal(random);
    BoxQp problem;
    problem.hessian.assign(n * n, 0.0);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) {
            for (std::size_t k = 0; k < rank; ++k) problem.hessian[i * n + j] += g[k * n + i] * g[k * n + j];
            if (i == j) problem.hessian[i * n + j] += ridge;
        }
    for (std::size_t i = 0; i < n; ++i) {
        problem.linear.push_back(10.0 * normal(random));
        problem.lowest.push_back(-std::abs(normal(random)));
        problem.highest.push_back(i % 7 == 0 ? problem.lowest.back() : std::abs(normal(random)));
    }
    return problem;
}

/// The largest violation of the conditions of the minimum, as a step of x: |x - clip(x - gradient / H_ii)|.
double worst_step(const BoxQp& problem, const std::vector<double>& x) {
    const std::size_t n = x.size();
    double worst = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
        double gradient = problem.linear[i];
        for (std::size_t j = 0; j < n; ++j) gradient += problem.hessian[i * n + j] * x[j];
        const double moved = std::clamp(x[i] - gradient / problem.hessian[i * n + i], problem.lowest[i], problem.highest[i]);
        worst = std::max(worst, std::abs(moved - x[i]));
    }
    return worst;
}

}  // namespace

TEST_CASE("random problems within bounds meet the conditions of the minimum") {
    std::mt19937 random(1);
    for (const auto& [n, rank, ridge] : {std::tuple(1U, 1U, 1.0), std::tuple(5U, 5U, 0.1), std::tuple(40U, 40U, 1e-3),
                                         std::tuple(120U, 20U, 1e-4), std::tuple(200U, 26U, 1e-2)}) {
        CAPTURE(n, rank, ridge);
        for (int repeat = 0; repeat < 5; ++repeat) {
            const BoxQp problem = random_problem(random, n, rank, ridge);
            std::vector<double> x(n, 0.3);
            const BoxQpResult result = solve(problem, x);
            CHECK(result.status == BoxQpStatus::converged);
            CHECK(worst_step(problem, x) < 1e-8);
            std::vector<double> again(n, -5.0);
            REQUIRE(solve(problem, again).status == BoxQpStatus::converged);
            CHECK(objective(problem, again) == Approx(objective(problem, x)).epsilon(1e-9));
        }
    }
}

TEST_CASE("a problem of one variable is clipped, and one without bounds in the way is solved exactly") {
    const BoxQp clipped{{2.0}, {-10.0}, {-1.0}, {3.0}};
    std::vector<double> x{0.0};
    CHECK(solve(clipped, x).status == BoxQpStatus::converged);
    CHECK(x[0] == 3.0);
    const BoxQp open{{2.0, 1.0, 1.0, 2.0}, {-3.0, -3.0}, {-9.0, -9.0}, {9.0, 9.0}};
    std::vector<double> y{0.0, 0.0};
    CHECK(solve(open, y).status == BoxQpStatus::converged);
    CHECK(y[0] == Approx(1.0));
    CHECK(y[1] == Approx(1.0));
    CHECK(objective(open, y) == Approx(-3.0));
}

TEST_CASE("a problem without variables, and one that is not convex, are told apart") {
    std::vector<double> none;
    CHECK(solve(BoxQp{}, none).status == BoxQpStatus::converged);
    std::vector<double> x{0.5};
    CHECK(solve(BoxQp{{-1.0}, {0.0}, {-1.0}, {1.0}}, x).status == BoxQpStatus::not_convex);
}
