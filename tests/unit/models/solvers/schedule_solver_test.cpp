/// The interior-point method on problems with closed forms, on odd ones, and what holds for every answer.
#include "solvers/schedule/schedule_solver.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "evsweep/contracts.hpp"
#include "solvers/schedule/certificate.hpp"
#include "unit/models/solvers/odd_problems.hpp"
#include "unit/models/solvers/problem_kinds.hpp"
#include "unit/models/solvers/small_problems.hpp"

using namespace evsweep;

namespace {

Schedule solve(const ScheduleProblem& problem, int threads = 1) {
    ScheduleOptions options;
    options.threads = threads;
    ScheduleSolver solver(options);
    return solver.solve(problem);
}

/// Solved, certified, and within all bounds.
void check_well(const ScheduleProblem& problem, const Schedule& schedule) {
    const Certificate certificate = certify(problem, schedule);
    CHECK(schedule.status == ScheduleStatus::optimal);
    CHECK(certificate.relative_gap <= 1e-6);
    CHECK(certificate.relative_gap >= -1e-9);
    CHECK(certificate.worst_violation <= 1e-9);
}
Schedule solve_well(const ScheduleProblem& problem) {
    Schedule schedule = solve(problem);
    check_well(problem, schedule);
    return schedule;
}

}  // namespace

TEST_CASE("alone, a vehicle charges at full power until throughput costs what it gains", "[schedule_solver]") {
    ScheduleProblem problem = plain_problem(10);
    problem.objective.throughput_weight = 0.03;
    const Schedule schedule = solve_well(problem);
    // Four full steps; in the fifth, with six steps to go, down to where 2 a x 6 = k.
    const std::vector<double> deficits = {0.4, 0.3, 0.2, 0.1, 0.025};
    for (std::size_t t = 0; t < 10; ++t) {
        CHECK(schedule.deficit[t] == Approx(deficits[std::min<std::size_t>(t, 4)]).margin(1e-5));
        CHECK(schedule.charge[t] == Approx(t < 4 ? 1.0 : t == 4 ? 0.75 : 0.0).margin(1e-4));
    }
    CHECK(schedule.objective == Approx(0.16 + 0.09 + 0.04 + 0.01 + 6 * 0.025 * 0.025 + 0.03 * 4.75).epsilon(1e-7));
}

TEST_CASE("two vehicles share a capacity so that both lack the same", "[schedule_solver]") {
    ScheduleProblem problem = plain_problem(1);
    problem.vehicles.push_back(problem.vehicles.front());
    problem.vehicles[0].deficit = 0.54;
    problem.vehicles[1].deficit = 0.46;
    add_limit(problem, 0, {1.0, 0.0}, 4.0);
    const Schedule schedule = solve_well(problem);
    CHECK(schedule.charge[0] == Approx(0.9).margin(1e-5));
    CHECK(schedule.charge[1] == Approx(0.1).margin(1e-5));
    CHECK(schedule.worth[0] == Approx((2.0 * 0.1 * 0.45 - 1e-3) / 4.0).epsilon(1e-5));
    CHECK(schedule.excess[0] == Approx(0.0).margin(1e-8));
}

TEST_CASE("reactive power makes room for active power along the circle", "[schedule_solver]") {
    // The optimum is chosen, and the deficit that makes it one follows from stationarity; see certificate_test.cpp.
    const double a = 0.1, k = 1e-3, r = 1e-3, rating = 4.0, m = 0.02, a_p = 1.0, a_q = 0.7, p = 0.8, q = -0.6;
    const double n = -(2.0 * r * q + m * rating * a_q) / (2.0 * q);
    ScheduleProblem problem = plain_problem(1);
    problem.reactive = true;
    problem.objective.reactive_weight = r;
    problem.vehicles[0].deficit = problem.vehicles[0].deficit_max = (m * rating * a_p + 2.0 * n * p + k) / (2.0 * a) + a * p;
    add_limit(problem, 0, {a_p, a_q}, rating * (a_p * p + a_q * q));
    const Schedule schedule = solve_well(problem);
    CHECK(schedule.charge[0] == Approx(p).margin(1e-5));
    CHECK(schedule.reactive[0] == Approx(q).margin(1e-5));
    CHECK(schedule.worth[0] == Approx(m).epsilon(1e-5));
}

TEST_CASE("a vehicle buys when it is cheap and sells when it is dear", "[schedule_solver]") {
    ScheduleProblem problem = plain_problem(2);
    problem.objective = {0.0, 0.0, 0.0, {0.1, 0.3}, {0.05, 0.25}};
    problem.vehicles[0].discharge_max = 1.0;
    problem.vehicles[0].final_deficit = 0.5;
    problem.vehicles[0].shortfall_price = 100.0;
    const Schedule schedule = solve_well(problem);
    CHECK(schedule.charge[0] == Approx(1.0).margin(1e-5));
    CHECK(schedule.discharge[1] == Approx(1.0).margin(1e-5));
    CHECK(schedule.objective == Approx(4.0 * (0.1 - 0.25)).epsilon(1e-7));
}

TEST_CASE("a cost of a row draws power towards its target as far as its weight goes", "[schedule_solver]") {
    // One step, one vehicle without interest of its own: min weight / 2 (4 u - target)^2 + k u.
    ScheduleProblem problem = plain_problem(1);
    problem.objective = {0.0, 0.02, 0.0, {}, {}};
    add_cost(problem, 0, {1.0, 0.0}, 0.05, 3.0);
    const Schedule schedule = solve_well(problem);
    const double u = (3.0 - 0.02 / (0.05 * 4.0)) / 4.0;
    CHECK(schedule.charge[0] == Approx(u).margin(1e-5));
    CHECK(schedule.pull[0] == Approx(0.05 * (4.0 * u - 3.0)).epsilon(1e-5));
}

TEST_CASE("a limit that the base load alone exceeds is exceeded by no more", "[schedule_solver]") {
    ScheduleProblem problem = plain_problem(4);
    add_limit(problem, 1, {1.0, 0.0}, -5.0);
    Schedule schedule = solve_well(problem);
    CHECK(schedule.excess[0] == Approx(5.0).epsilon(1e-6));
    CHECK(schedule.worth[0] == Approx(1e3).epsilon(1e-6));
    CHECK(schedule.charge[1] == Approx(0.0).margin(1e-6));
    // One that can return helps with all it has.
    problem.vehicles[0].discharge_max = 1.0;
    schedule = solve_well(problem);
    CHECK(schedule.excess[0] == Approx(1.0).epsilon(1e-6));
    CHECK(schedule.discharge[1] == Approx(1.0).margin(1e-6));
}

TEST_CASE("a vehicle that cannot reach its target charges all the time and reports its shortfall", "[schedule_solver]") {
    ScheduleProblem problem = plain_problem(3);
    problem.objective.deficit_weight = 0.0;
    problem.vehicles[0].shortfall_price = 2.0;
    const Schedule schedule = solve_well(problem);
    for (const double u : schedule.charge) CHECK(u == Approx(1.0).margin(1e-6));
    CHECK(schedule.deficit.back() == Approx(0.2).margin(1e-6));
    CHECK(schedule.objective == Approx(3e-3 + 2.0 * 0.2).epsilon(1e-7));
}

TEST_CASE("every answer keeps bounds, circles, batteries and limits", "[schedule_solver]") {
    for (const NamedKind& named : problem_kinds())
        for (std::uint64_t seed = 11; seed <= 13; ++seed) {
            INFO(named.name << ", seed " << seed);
            const ScheduleProblem problem = random_problem(named.kind, seed);
            const Schedule schedule = solve_well(problem);
            CHECK(certify(problem, schedule).worst_violation <= 1e-12);
            CHECK(schedule.objective == Approx(objective_of(problem, schedule)).epsilon(1e-14));
            const std::vector<double> values = row_values(problem, problem.limits.rows, power_by_place(problem, schedule));
            const std::size_t width = 2 * std::size_t{problem.places};
            for (std::size_t r = 0; r < values.size(); ++r) {
                const double* a = problem.limits.rows.coefficient.data() + r * width;
                double largest = 0.0;
                for (std::size_t j = 0; j < width; ++j) largest = std::max(largest, std::abs(a[j]));
                CHECK(schedule.excess[r] >= 0.0);
                CHECK(schedule.worth[r] >= 0.0);
                CHECK(schedule.worth[r] <= problem.limits.price[r]);
                CHECK((values[r] - problem.limits.limit[r] - schedule.excess[r]) / largest <= 1e-6);  // kW
            }
        }
}

TEST_CASE("any number of threads gives the same bits", "[schedule_solver]") {
    for (const NamedKind& named : problem_kinds()) {
        const ScheduleProblem problem = random_problem(named.kind, 5);
        const Schedule alone = solve(problem);
        for (const int threads : {2, 3}) {
            INFO(named.name << " with " << threads << " threads");
            const Schedule together = solve(problem, threads);
            CHECK(together.iterations == alone.iterations);
            CHECK(together.objective == alone.objective);
            CHECK((together.charge == alone.charge));
            CHECK((together.discharge == alone.discharge));
            CHECK((together.reactive == alone.reactive));
            CHECK((together.deficit == alone.deficit));
            CHECK((together.worth == alone.worth));
            CHECK((together.pull == alone.pull));
        }
    }
}

TEST_CASE("a solver gives the same bits again, whatever it solved between", "[schedule_solver]") {
    ScheduleSolver solver;
    const ScheduleProblem one = random_problem(problem_kinds().back().kind, 1);
    const ScheduleProblem other = random_problem(problem_kinds().front().kind, 2);
    const Schedule first = solver.solve(one);
    (void)solver.solve(other);
    const Schedule again = solver.solve(one);
    CHECK((again.charge == first.charge));
    CHECK((again.worth == first.worth));
    CHECK(again.iterations == first.iterations);
}

TEST_CASE("a start half-way leads to the same optimum, and sooner", "[schedule_solver]") {
    int cold_iterations = 0;
    int warm_iterations = 0;
    for (const NamedKind& named : problem_kinds()) {
        INFO(named.name);
        ScheduleProblem problem = random_problem(named.kind, 7);
        ScheduleSolver solver;
        const Schedule near = solver.solve(problem);
        check_well(problem, near);
        Draws draw(7);
        for (double& limit : problem.limits.limit) limit *= draw.uniform(0.99, 1.01);
        for (double& a : problem.limits.rows.coefficient) a *= draw.uniform(0.99, 1.01);
        const Schedule cold = solve_well(problem);
        const Schedule warm = solver.solve(problem, near.worth);
        check_well(problem, warm);
        CHECK(warm.objective == Approx(cold.objective).epsilon(1e-6));
        cold_iterations += cold.iterations;
        warm_iterations += warm.iterations;
    }
    CHECK(warm_iterations < cold_iterations);
}

TEST_CASE("what limits were worth does no harm to another fleet", "[schedule_solver]") {
    for (const NamedKind& named : problem_kinds()) {
        INFO(named.name);
        ScheduleProblem problem = random_problem(named.kind, 7);
        ScheduleSolver solver;
        const Schedule near = solver.solve(problem);
        Draws draw(7);
        for (ScheduleVehicle& vehicle : problem.vehicles)
            vehicle.deficit = std::clamp(vehicle.deficit * draw.uniform(0.95, 1.05), vehicle.deficit_min, vehicle.deficit_max);
        const Schedule other = solver.solve(problem, near.worth);
        check_well(problem, other);
        CHECK(other.objective == Approx(solve_well(problem).objective).epsilon(1e-6));
    }
}

TEST_CASE("nothing to decide is decided at once", "[schedule_solver]") {
    ScheduleProblem nobody = plain_problem(5);
    nobody.vehicles.clear();
    CHECK(solve_well(nobody).objective == 0.0);
    add_limit(nobody, 2, {1.0, 1.0}, -3.0);
    add_limit(nobody, 3, {1.0, 1.0}, 3.0);
    const Schedule schedule = solve_well(nobody);
    CHECK(schedule.excess[0] == Approx(3.0).epsilon(1e-7));
    CHECK(schedule.excess[1] == Approx(0.0).margin(1e-7));
    CHECK(schedule.objective == Approx(3e3).epsilon(1e-7));
    CHECK(solve_well(ScheduleProblem{}).objective == 0.0);

    ScheduleProblem gone = plain_problem(5);
    gone.vehicles[0].first = gone.vehicles[0].last = 2;
    CHECK(solve_well(gone).objective == Approx(5 * 0.25).epsilon(1e-12));
    gone.vehicles[0].shortfall_price = 2.0;
    CHECK(solve_well(gone).objective == Approx(5 * 0.25 + 2.0 * 0.5).epsilon(1e-12));
}

TEST_CASE("small odd problems are solved like any other", "[schedule_solver]") {
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        const ScheduleProblem problem = odd_problem(seed);
        INFO("seed " << seed);
        REQUIRE(error_texts(problem).empty());
        const Schedule schedule = solve_well(problem);
        CHECK(schedule.iterations <= 2 * ScheduleOptions().max_iterations);
    }
}

TEST_CASE("what is solved must be sound", "[schedule_solver]") {
    ScheduleProblem problem = plain_problem(3);
    problem.vehicles[0].deficit = NAN;
    CHECK_THROWS_AS(solve(problem), ContractViolation);
}

TEST_CASE("a solve that is asked to stop gives up, with any number of threads", "[schedule_solver]") {
    const ScheduleProblem problem = random_problem(problem_kinds().front().kind, 5);
    for (const int threads : {1, 3}) {
        std::stop_source stop;
        ScheduleSolver solver({.threads = threads, .stop = StopRequest(stop.get_token())});
        CHECK(solver.solve(problem).objective == solve(problem).objective);
        stop.request_stop();
        CHECK_THROWS_AS(solver.solve(problem), Stopped);
    }
}

TEST_CASE("a certificate that is asked to stop is given up", "[schedule_solver]") {
    const ScheduleProblem problem = random_problem(problem_kinds().front().kind, 5);
    const Schedule schedule = solve(problem);
    std::stop_source stop;
    stop.request_stop();
    CHECK_THROWS_AS(certify(problem, schedule, StopRequest(stop.get_token())), Stopped);
}
