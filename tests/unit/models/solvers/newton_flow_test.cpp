/// Newton's load flow against a closed form, against the dispatch of the optimal power flow, and beyond what a line can carry.
#include <catch2/catch.hpp>
#include <cmath>

#include "solvers/optimal_power_flow/newton_flow.hpp"
#include "unit/models/solvers/opf_problems.hpp"

using namespace evsweep;

namespace {

/// A source of 1 pu, a reactance of .2 pu, and a load.
OpfProblem one_line(double p, double q) {
    OpfProblem network;
    network.buses = {{}, {p, q, 0.0, 0.0, 0.0, 0.0}};
    const std::complex<double> y(0.0, -5.0);
    network.branches = {{0, 1, y, -y, -y, y}};
    return network;
}

const std::vector<NewtonBus> source_and_load{{HeldAtBus::angle}, {}};

}  // namespace

TEST_CASE("Newton's load flow agrees with the closed form of one line", "[opf]") {
    // V^4 + (2 Q x - 1) V^2 + x^2 (P^2 + Q^2) = 0
    const double p = 1.5, q = .3, x = .2;
    const double b = 1 - 2 * q * x, v = std::sqrt((b + std::sqrt(b * b - 4 * x * x * (p * p + q * q))) / 2);
    const NewtonFlow flow = newton_flow(one_line(p, q), source_and_load);
    REQUIRE(flow.converged);
    CHECK(flow.steps <= 6);
    CHECK(flow.voltage[1] == Approx(v).epsilon(1e-12));
    CHECK(flow.angle[1] == Approx(-std::asin(p * x / v)).epsilon(1e-12));
    CHECK(flow.p[0] == Approx(p).epsilon(1e-12));
}

TEST_CASE("beyond the nose of a line there is no load flow, and that is an answer", "[opf]") {
    CHECK(newton_flow(one_line(2.499, 0.0), source_and_load).converged);  // 1 / (2 x) = 2.5 without reactive power
    const NewtonFlow beyond = newton_flow(one_line(2.501, 0.0), source_and_load);
    CHECK_FALSE(beyond.converged);
    CHECK(beyond.steps == 30);
}

TEST_CASE("the dispatch of an optimal power flow is a load flow", "[opf]") {
    const OpfProblem problem = five_buses({{3, .196, -.1084435}});
    const OpfSolution solved = solve_opf(problem);
    REQUIRE(solved.is_optimal());
    std::vector<NewtonBus> buses(5);
    std::size_t k = 0;
    for (const std::size_t bus : {0, 1, 3}) {
        buses[bus] = {bus == 0 ? HeldAtBus::angle : HeldAtBus::voltage, solved.injection[k], 0.0, solved.voltage[bus], 0.0};
        k += 2;
    }
    const NewtonFlow flow = newton_flow(problem, buses);
    REQUIRE(flow.converged);
    for (std::size_t i = 0; i < 5; ++i) {
        CHECK(flow.voltage[i] == Approx(solved.voltage[i]).margin(1e-9).epsilon(0));
        CHECK(flow.angle[i] == Approx(solved.angle[i]).margin(1e-9).epsilon(0));
    }
    CHECK(flow.p[0] == Approx(solved.injection[0]).margin(1e-8).epsilon(0));
    CHECK(flow.q[0] == Approx(solved.injection[1]).margin(1e-8).epsilon(0));
    CHECK(flow.q[3] == Approx(solved.injection[5]).margin(1e-8).epsilon(0));
}
