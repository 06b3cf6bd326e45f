/// The interior-point method for optimal power flows against printed solutions, differences of the cost, and its own definition.
#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "solvers/optimal_power_flow/branch_power.hpp"
#include "solvers/optimal_power_flow/feasibility.hpp"
#include "unit/models/solvers/opf_problems.hpp"

using namespace evsweep;

namespace {

/// sum of C of the three generators, $/h.
constexpr double fixed_cost = 95.5;

void require_solved(const OpfSolution& solution) {
    REQUIRE(solution.is_optimal());
    REQUIRE(solution.residuals.largest() <= 1e-8);
}

double cost_at(std::size_t bus, OpfPart part, double more_pu) {
    OpfProblem problem = five_buses();
    (part == OpfPart::active ? problem.buses[bus].p : problem.buses[bus].q) += more_pu;
    const OpfSolution solution = solve_opf(problem);
    require_solved(solution);
    return solution.cost;
}

}  // namespace

TEST_CASE("prices are what one more unit of demand costs", "[opf]") {
    const OpfSolution solution = solve_opf(five_buses());
    require_solved(solution);
    constexpr double h = 1e-4;  // 10 kW and 10 kvar
    for (std::size_t bus = 0; bus < 5; ++bus) {
        CAPTURE(bus);
        for (const OpfPart part : {OpfPart::active, OpfPart::reactive}) {
            const double slope = (cost_at(bus, part, h) - cost_at(bus, part, -h)) / (2.0 * h);
            const double price = part == OpfPart::active ? solution.price_p[bus] : solution.price_q[bus];
            CHECK(std::abs(price - slope) / 100.0 <= 1e-8);  // $/MWh
        }
    }
}

TEST_CASE("a congested line is worth what its limit saves", "[opf]") {
    const auto cost_with = [](double limit) {
        OpfProblem problem = five_buses();
        problem.branches[4].limit = limit;
        return solve_opf(problem);
    };
    const OpfSolution solution = cost_with(1.15);
    require_solved(solution);
    CHECK(solution.cost + fixed_cost == Approx(3468.173393).margin(1e-5));
    const double slope = (cost_with(1.15 - 1e-4).cost - cost_with(1.15 + 1e-4).cost) / 2e-4;
    CHECK(solution.limit_from[4] + solution.limit_to[4] == Approx(slope).epsilon(1e-5));
    CHECK(solution.limit_to[4] < 1e-6);  // the sending end binds
    const OpfFlow flow = branch_flows(five_buses(), solution)[4];
    CHECK(std::hypot(flow.p_from, flow.q_from) == Approx(1.15).margin(1e-9));
}

TEST_CASE("derivatives of branch powers agree with differences", "[opf]") {
    std::mt19937 random(1);
    const auto draw = [&random](double low, double high) { return std::uniform_real_distribution(low, high)(random); };
    for (int trial = 0; trial < 20; ++trial) {
        OpfBranch branch;
        for (auto* y : {&branch.ff, &branch.ft, &branch.tf, &branch.tt}) *y = {draw(-9, 9), draw(-9, 9)};
        const Eigen::Vector3d x(draw(-1, 1), draw(.9, 1.1), draw(.9, 1.1));
        for (const OpfEnd end : {OpfEnd::from, OpfEnd::to}) {
            const auto power = [&](const Eigen::Vector3d& at) { return OpfBranchPower(branch, end, {at[0], at[1], at[2]}); };
            Eigen::Matrix3d of_p = Eigen::Matrix3d::Zero(), of_q = of_p;
            power(x).add_curvature(1.0, 0.0, of_p);
            power(x).add_curvature(0.0, 1.0, of_q);
            constexpr double h = 1e-6;
            for (int j = 0; j < 3; ++j) {
                const Eigen::Vector3d step = h * Eigen::Vector3d::Unit(j);
                const auto ahead = power(x + step), behind = power(x - step);
                CHECK((ahead.p() - behind.p()) / (2 * h) == Approx(power(x).dp()[j]).margin(1e-7));
                CHECK((ahead.q() - behind.q()) / (2 * h) == Approx(power(x).dq()[j]).margin(1e-7));
                CHECK(((ahead.dp() - behind.dp()) / (2 * h) - of_p.col(j)).norm() <= 1e-7);
                CHECK(((ahead.dq() - behind.dq()) / (2 * h) - of_q.col(j)).norm() <= 1e-7);
            }
        }
    }
}

TEST_CASE("branch powers are V conj(I) of the two-port", "[opf]") {
    const OpfBranch branch{0, 1, {1.2, -3.4}, {-1.0, 3.1}, {-1.1, 3.3}, {1.3, -3.6}};
    const OpfBranchState state{.2, 1.03, .97};
    const std::complex<double> v = std::polar(1.03, .2), w(.97, 0.0);
    const auto from = v * std::conj(branch.ff * v + branch.ft * w), to = w * std::conj(branch.tf * v + branch.tt * w);
    const OpfBranchPower at_from(branch, OpfEnd::from, state), at_to(branch, OpfEnd::to, state);
    CHECK(std::abs(std::complex(at_from.p(), at_from.q()) - from) <= 1e-14);
    CHECK(std::abs(std::complex(at_to.p(), at_to.q()) - to) <= 1e-14);
}

TEST_CASE("the printed third case has no solution, and what it lacks is told", "[opf]") {
    const OpfProblem fixed = printed_third_case();
    const OpfOutcome outcome = solve_or_explain(fixed);
    CHECK_FALSE(outcome.solution.is_optimal());
    REQUIRE(outcome.shortage);
    CHECK(100 * outcome.shortage->sum_p() ==
          Approx(775 - 4.541 - 150).margin(1e-4));  // 620.459: with help everywhere, nothing is lost
    const OpfShortage spread = least_shortage(fixed, ShortageMeasure::square);
    CHECK(spread.status == OpfStatus::optimal);
    CHECK(100 * spread.norm() == Approx(295.297).margin(1e-3));
}

TEST_CASE("with free reactive power the third case lacks less, and still has no solution", "[opf]") {
    OpfProblem free = printed_third_case();
    for (const std::size_t k : {1, 3, 5}) free.injections[k].lower = -opf_unlimited, free.injections[k].upper = opf_unlimited;
    CHECK(100 * least_shortage(free, ShortageMeasure::square).norm() == Approx(278.155).margin(1e-3));
    const OpfOutcome outcome = solve_or_explain(free);
    CHECK_FALSE(outcome.solution.is_optimal());
    REQUIRE(outcome.shortage);
    CHECK(100 * outcome.shortage->sum_p() > 620.459);
}

TEST_CASE("demand grows as far as there is a solution, and no further", "[opf]") {
    const OpfProblem problem = five_buses();
    OpfGrowth all, at_five;
    for (std::size_t i = 0; i < 5; ++i) {
        all.p.push_back(problem.buses[i].p), all.q.push_back(problem.buses[i].q);
        at_five.p.push_back(i == 4 ? problem.buses[i].p : 0.0), at_five.q.push_back(i == 4 ? problem.buses[i].q : 0.0);
    }
    const auto of_all = largest_growth(problem, all), of_five = largest_growth(problem, at_five);
    REQUIRE((of_all && of_five));
    CHECK(1.0 + *of_all == Approx(1.242605).margin(1e-5).epsilon(0));
    CHECK(1.0 + *of_five == Approx(1.405106).margin(1e-5).epsilon(0));
    for (const auto& [factor, is_feasible] : {std::pair(1.242595, true), {1.242615, false}}) {
        OpfProblem grown = problem;
        for (OpfBus& bus : grown.buses) bus.p *= factor, bus.q *= factor;
        const OpfOutcome outcome = solve_or_explain(grown);
        CHECK(outcome.solution.is_optimal() == is_feasible);
        CHECK(outcome.shortage.has_value() == !is_feasible);
    }
}

TEST_CASE("the same problem has the same answer to the bit, wherever it starts near enough", "[opf]") {
    const OpfSolution once = solve_opf(five_buses()), again = solve_opf(five_buses());
    CHECK(once.voltage == again.voltage);
    CHECK(once.price_p == again.price_p);
    const OpfSolution from_there = solve_opf(five_buses(), {}, &once);
    require_solved(from_there);
    CHECK(from_there.cost == Approx(once.cost).epsilon(1e-10));
}

TEST_CASE("fixed voltages and injections stay where they are", "[opf]") {
    OpfProblem problem = five_buses();
    problem.buses[0].v_min = problem.buses[0].v_max = 1.02;
    problem.injections[2].lower = problem.injections[2].upper = 2.5;
    const OpfSolution solution = solve_opf(problem);
    require_solved(solution);
    CHECK(solution.voltage[0] == 1.02);
    CHECK(solution.injection[2] == 2.5);
    CHECK(solution.cost > solve_opf(five_buses()).cost);
}
