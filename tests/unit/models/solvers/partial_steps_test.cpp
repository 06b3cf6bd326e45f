/// Stays that begin and end within steps: closed forms, and the same problems on a finer grid of whole steps.
#include <catch2/catch.hpp>
#include <cmath>

#include "solvers/schedule/certificate.hpp"
#include "solvers/schedule/schedule_solver.hpp"
#include "unit/models/solvers/random_problems.hpp"
#include "unit/models/solvers/small_problems.hpp"

using namespace evsweep;

namespace {

constexpr std::uint32_t fine = 5;  ///< fine steps in one step

Schedule solve(const ScheduleProblem& problem) {
    Schedule schedule = ScheduleSolver().solve(problem);
    REQUIRE(schedule.status == ScheduleStatus::optimal);
    const Certificate certificate = certify(problem, schedule);
    CHECK(certificate.relative_gap <= 1e-6);
    CHECK(certificate.relative_gap >= -1e-9);
    CHECK(certificate.worst_violation <= 1e-9);
    return schedule;
}

/// Vehicles that come and go at fine steps. Nothing counts at the ends of steps, for a finer grid has more of them.
ScheduleProblem problem_in_parts(const ProblemKind& kind, std::uint64_t seed) {
    ScheduleProblem problem = random_problem(kind, seed);
    problem.objective.deficit_weight = 0.0;
    Draws draw(seed + 500);
    for (ScheduleVehicle& vehicle : problem.vehicles) {
        vehicle.late = draw.below(fine) / static_cast<double>(fine);
        vehicle.early = draw.below(fine) / static_cast<double>(fine);
    }
    return problem;
}

std::uint32_t fine_steps(double share) { return static_cast<std::uint32_t>(std::lround(share * fine)); }

/// Every row once for each fine step, with a fifth of its price or weight.
GridRows refined(const GridRows& rows, std::uint32_t places) {
    const std::size_t width = 2 * std::size_t{places};
    GridRows result;
    for (std::size_t r = 0; r < rows.size(); ++r)
        for (std::uint32_t i = 0; i < fine; ++i) {
            result.step.push_back(rows.step[r] * fine + i);
            const auto a = rows.coefficient.begin() + static_cast<std::ptrdiff_t>(r * width);
            result.coefficient.insert(result.coefficient.end(), a, a + static_cast<std::ptrdiff_t>(width));
        }
    return result;
}

std::vector<double> refined(const std::vector<double>& column, double share) {
    std::vector<double> result;
    for (const double value : column) result.insert(result.end(), fine, share * value);
    return result;
}

/// The same problem on a grid on which all stays are whole; power may change in every fine step.
ScheduleProblem refined(const ScheduleProblem& problem) {
    const double share = 1.0 / fine;
    ScheduleProblem result = problem;
    result.steps *= fine;
    for (ScheduleVehicle& vehicle : result.vehicles) {
        vehicle.first = vehicle.first * fine + fine_steps(vehicle.late);
        vehicle.last = vehicle.last * fine - fine_steps(vehicle.early);
        vehicle.late = vehicle.early = 0.0;
        vehicle.soc_per_charge *= share;
        vehicle.soc_per_discharge *= share;
    }
    result.objective.throughput_weight *= share;
    result.objective.buy = refined(problem.objective.buy, share);
    result.objective.sell = refined(problem.objective.sell, share);
    result.limits = {refined(problem.limits.rows, problem.places), refined(problem.limits.limit, 1.0),
                     refined(problem.limits.price, share)};
    result.costs = {refined(problem.costs.rows, problem.places), refined(problem.costs.weight, share),
                    refined(problem.costs.target, 1.0)};
    return result;
}

}  // namespace

TEST_CASE("a stay of 40 % and 70 % of its first and last step charges for just that long", "[schedule_solver]") {
    ScheduleProblem problem = plain_problem(5);
    ScheduleVehicle& vehicle = problem.vehicles[0];
    vehicle.first = 1, vehicle.last = 4;
    vehicle.late = 0.6, vehicle.early = 0.3;
    const Schedule schedule = solve(problem);  // full power: .04, .1 and .07 of the .5 that it lacks
    const double x1 = 0.46, x2 = 0.36, x3 = 0.29;
    CHECK(schedule.deficit[0] == Approx(x1).margin(1e-6));
    CHECK(schedule.deficit[1] == Approx(x2).margin(1e-6));
    CHECK(schedule.deficit[2] == Approx(x3).margin(1e-6));
    CHECK(schedule.objective == Approx(0.25 + x1 * x1 + x2 * x2 + 2.0 * x3 * x3 + 1e-3 * 2.1).epsilon(1e-7));
}

TEST_CASE("a stay within one step, at prices: what it draws, returns and costs", "[schedule_solver]") {
    ScheduleProblem problem = plain_problem(1);
    ScheduleVehicle& vehicle = problem.vehicles[0];
    vehicle.late = 0.5, vehicle.early = 0.25;
    problem.objective.deficit_weight = problem.objective.throughput_weight = 0.0;
    problem.objective.buy = problem.objective.sell = {0.2};
    vehicle.shortfall_price = 100.0;
    vehicle.final_deficit = 0.49;  // .01 of the .025 that a quarter of a step gives: 40 % of the rating
    const Schedule must = solve(problem);
    CHECK(must.charge[0] == Approx(0.4).margin(1e-6));
    CHECK(must.objective == Approx(0.25 * 0.4 * 4.0 * 0.2).epsilon(1e-6));
    vehicle.shortfall_price = 0.0;
    vehicle.discharge_max = 1.0;
    const Schedule may = solve(problem);
    CHECK(may.discharge[0] - may.charge[0] == Approx(1.0).margin(1e-5));
    CHECK(may.objective == Approx(-0.25 * 4.0 * 0.2).epsilon(1e-6));
}

TEST_CASE("a row sees the whole power of a vehicle that is there for a part of the step", "[schedule_solver]") {
    ScheduleProblem problem = plain_problem(1);
    problem.vehicles[0].late = 0.9;
    add_limit(problem, 0, {1.0, 0.0}, 2.0);
    const Schedule schedule = solve(problem);
    CHECK(schedule.charge[0] == Approx(0.5).margin(1e-6));
    CHECK(schedule.deficit[0] == Approx(0.5 - 0.1 * 0.1 * 0.5).margin(1e-8));
}

TEST_CASE("reactive power is drawn in whole steps only", "[schedule_solver]") {
    ScheduleProblem problem = plain_problem(3);
    problem.reactive = true;
    problem.vehicles[0].late = 0.9, problem.vehicles[0].early = 0.1;
    for (std::uint32_t t = 0; t < 3; ++t) add_limit(problem, t, {1.0, 0.5}, 2.0);
    const Schedule schedule = solve(problem);
    CHECK(schedule.reactive[0] == 0.0);
    CHECK(schedule.charge[0] == Approx(0.5).margin(1e-5));
    CHECK(schedule.reactive[1] < -0.1);
    CHECK(schedule.charge[1] > 0.55);
    CHECK(schedule.reactive[2] == 0.0);
}

TEST_CASE("without rows, partial steps cost what they cost on a finer grid on which they are whole", "[schedule_solver]") {
    for (const bool returning : {false, true})
        for (std::uint64_t seed = 1; seed <= 20; ++seed) {
            ProblemKind kind;
            kind.vehicles = 10, kind.steps = 12;
            kind.returning = returning;
            kind.limited = false;
            kind.tariff = kind.must_charge = true;
            const ScheduleProblem problem = problem_in_parts(kind, seed);
            INFO("seed " << seed << ", returning " << returning);
            const Schedule coarse = solve(problem), finely = solve(refined(problem));
            CHECK(coarse.objective == Approx(finely.objective).epsilon(1e-6).margin(1e-6));
            const Certificate certificate = certify(problem, coarse);
            CHECK(certificate.bound_of_any_control == certificate.bound);
        }
}

TEST_CASE("whoever changes power within steps, too, stays above the bound of any control, and may pass that of the rows",
          "[certificate]") {
    int passed = 0;
    double widest = 0.0;
    for (const bool returning : {false, true})
        for (std::uint64_t seed = 1; seed <= 20; ++seed) {
            ProblemKind kind;
            kind.vehicles = 12, kind.steps = 8, kind.places = 2;
            kind.returning = returning;
            kind.tariff = kind.must_charge = kind.weighed = true;
            const ScheduleProblem problem = problem_in_parts(kind, seed);
            INFO("seed " << seed << ", returning " << returning);
            const Certificate certificate = certify(problem, solve(problem));
            const double best = solve(refined(problem)).objective;
            const double rounding = 1e-6 * std::max(1.0, std::abs(best));
            CHECK(certificate.bound_of_any_control <= best + rounding);
            passed += best < certificate.bound - 10.0 * rounding ? 1 : 0;
            widest = std::max(widest, (certificate.bound - certificate.bound_of_any_control) / std::max(1.0, std::abs(best)));
        }
    CHECK(passed > 0);
    CHECK(widest < 0.5);
}
