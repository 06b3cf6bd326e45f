/// Solver, certificate and Ipopt on the same problems: three ways to one optimum.
#include <catch2/catch.hpp>
#include <cmath>

#include "solvers/schedule/certificate.hpp"
#include "solvers/schedule/schedule_solver.hpp"
#include "unit/models/solvers/ipopt_reference.hpp"
#include "unit/models/solvers/odd_problems.hpp"
#include "unit/models/solvers/problem_kinds.hpp"

using namespace evsweep;

namespace {

constexpr double tolerance = 1e-6;

double miss(double value, double reference) { return std::abs(value - reference) / std::max(1.0, std::abs(reference)); }

/// Any multipliers bound any schedule, and those near the optimum show how tight the bound is.
void check_disturbed_multipliers(const ScheduleProblem& problem, Schedule schedule, double objective, std::uint64_t seed) {
    Draws draw(seed);
    for (double& worth : schedule.worth) worth *= draw.uniform(0.9, 1.1);
    for (double& pull : schedule.pull) pull *= draw.uniform(0.9, 1.1);
    CHECK(certify(problem, schedule).bound <= objective);
}

/// Whether Ipopt came to its end. At tolerances of 1e-10 it runs into its limit of iterations now and then, depending on the
/// linear algebra that it is built with; then only two ways are left.
bool check_three_ways(const ScheduleProblem& problem, std::uint64_t seed) {
    REQUIRE(error_texts(problem).empty());
    ScheduleSolver solver;
    const Schedule schedule = solver.solve(problem);
    const Certificate certificate = certify(problem, schedule);
    CHECK(schedule.status == ScheduleStatus::optimal);
    CHECK(miss(certificate.objective, schedule.objective) <= tolerance);
    CHECK(certificate.relative_gap <= tolerance);
    CHECK(certificate.worst_violation <= 1e-9);

    const IpoptAnswer ipopt = solve_by_ipopt(problem);
    if (!ipopt.solved) {
        WARN("no answer by Ipopt: " << ipopt.status);
        return false;
    }
    const Certificate of_ipopt = certify(problem, ipopt.schedule);
    CHECK(miss(of_ipopt.objective, ipopt.schedule.objective) <= tolerance);
    CHECK(std::abs(of_ipopt.relative_gap) <= tolerance);
    CHECK(of_ipopt.worst_violation <= 1e-8);
    check_disturbed_multipliers(problem, ipopt.schedule, of_ipopt.objective, seed);
    CHECK(miss(schedule.objective, ipopt.schedule.objective) <= tolerance);
    CHECK(certificate.bound <= std::min(schedule.objective, of_ipopt.objective) + 1e-9 * std::abs(of_ipopt.objective));
    return true;
}

bool is_plain(const ProblemKind& kind) { return !kind.weighed && !kind.tariff && !kind.must_charge && !kind.unavoidable; }

void check_kinds(bool returning, bool reactive) {
    if (!has_ipopt()) {
        WARN("skipped: these tests were built without Ipopt");
        return;
    }
    std::uint64_t seed = 0, unanswered = 0;
    for (const NamedKind& named : problem_kinds()) {
        if (named.kind.returning != returning || named.kind.reactive != reactive) continue;
        for (const std::uint32_t vehicles : {20, 45, 90}) {
            // Ipopt takes minutes for many circles and all the rest at once.
            if (vehicles == 90 && reactive && !is_plain(named.kind)) continue;
            ProblemKind kind = named.kind;
            kind.vehicles = vehicles;
            INFO(named.name << ", " << vehicles << " vehicles");
            ++seed;
            unanswered += !check_three_ways(random_problem(kind, seed), seed);
        }
    }
    CHECK(unanswered <= 1);
}

}  // namespace

TEST_CASE("solver, certificate and Ipopt agree on smart charging", "[ipopt]") { check_kinds(false, false); }
TEST_CASE("solver, certificate and Ipopt agree on smart charging with reactive power", "[ipopt][slow]") {
    check_kinds(false, true);
}
TEST_CASE("solver, certificate and Ipopt agree on returning power", "[ipopt]") { check_kinds(true, false); }
TEST_CASE("solver, certificate and Ipopt agree on returning power with reactive power", "[ipopt][slow]") {
    check_kinds(true, true);
}

TEST_CASE("solver, certificate and Ipopt agree on small odd problems", "[ipopt]") {
    if (!has_ipopt()) {
        WARN("skipped: these tests were built without Ipopt");
        return;
    }
    int answered = 0;
    for (std::uint64_t seed = 1001; seed <= 1150; ++seed) {
        const ScheduleProblem problem = odd_problem(seed);
        const IpoptAnswer ipopt = solve_by_ipopt(problem);
        if (!ipopt.solved) continue;  // Ipopt gives up on a few without an interior
        ++answered;
        INFO("seed " << seed);
        const Certificate of_ipopt = certify(problem, ipopt.schedule);
        CHECK(std::abs(of_ipopt.relative_gap) <= tolerance);
        const Schedule schedule = ScheduleSolver().solve(problem);
        CHECK(miss(schedule.objective, ipopt.schedule.objective) <= tolerance);
    }
    CHECK(answered >= 140);
}
