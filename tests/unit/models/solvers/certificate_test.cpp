/// The dual bound against Ipopt, against closed forms, and against every schedule and every multiplier.
#include "solvers/schedule/certificate.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "unit/models/solvers/ipopt_reference.hpp"
#include "unit/models/solvers/odd_problems.hpp"
#include "unit/models/solvers/problem_kinds.hpp"
#include "unit/models/solvers/random_problems.hpp"
#include "unit/models/solvers/small_problems.hpp"

using namespace evsweep;

namespace {

/// A schedule that no vehicle's bounds forbid: each deficit stays where it may be.
Schedule random_schedule(const ScheduleProblem& problem, Draws& draw) {
    Schedule schedule;
    for (const ScheduleVehicle& vehicle : problem.vehicles) {
        double deficit = vehicle.deficit;
        for (std::uint32_t t = vehicle.first; t < vehicle.last; ++t) {
            double u = draw.uniform(0.0, vehicle.charge_max);
            double w = draw.uniform(0.0, vehicle.discharge_max);
            const double share = vehicle.share(t);
            const double moved = deficit - share * (vehicle.soc_per_charge * u - vehicle.soc_per_discharge * w);
            if (moved < vehicle.deficit_min || moved > vehicle.deficit_max) u = w = 0.0;
            deficit += share * (vehicle.soc_per_discharge * w - vehicle.soc_per_charge * u);
            const double most = share == 1.0 ? std::sqrt(1.0 - (u - w) * (u - w)) : 0.0;
            schedule.charge.push_back(u);
            schedule.discharge.push_back(w);
            if (problem.reactive) schedule.reactive.push_back(draw.uniform(-most, most));
            schedule.deficit.push_back(deficit);
        }
    }
    return schedule;
}

/// Multipliers of any size, also beyond the prices.
void draw_multipliers(const ScheduleProblem& problem, Draws& draw, Schedule& schedule) {
    schedule.worth.clear();
    schedule.pull.clear();
    for (std::size_t r = 0; r < problem.limits.rows.size(); ++r)
        schedule.worth.push_back(draw.chance(0.7) ? 0.0 : problem.limits.price[r] * std::pow(10.0, draw.uniform(-6.0, 0.3)));
    for (std::size_t r = 0; r < problem.costs.rows.size(); ++r) schedule.pull.push_back(draw.uniform(-1.0, 1.0));
}

/// Every schedule's bound lies below every schedule's objective.
void check_any_multipliers(const ScheduleProblem& problem, std::uint64_t seed) {
    Draws draw(seed);
    std::vector<Certificate> certificates;
    for (int n = 0; n < 4; ++n) {
        Schedule schedule = random_schedule(problem, draw);
        draw_multipliers(problem, draw, schedule);
        certificates.push_back(certify(problem, schedule));
        CHECK(certificates.back().worst_violation < 1e-12);
    }
    for (const Certificate& any : certificates)
        for (const Certificate& other : certificates)
            CHECK(any.bound <= other.objective + 1e-12 * std::max(1.0, std::abs(other.objective)));
}

/// One vehicle that lacks `deficit` and moves by `soc` at its rating, alone in one step.
ScheduleProblem one_step(double deficit, double soc) {
    ScheduleProblem problem = plain_problem(1);
    problem.vehicles[0].deficit = deficit;
    problem.vehicles[0].soc_per_charge = problem.vehicles[0].soc_per_discharge = soc;
    return problem;
}

Schedule charging(const ScheduleProblem& problem, double u) {
    Schedule schedule;
    for (const ScheduleVehicle& vehicle : problem.vehicles) {
        schedule.charge.push_back(u);
        schedule.discharge.push_back(0.0);
        schedule.deficit.push_back(vehicle.deficit - vehicle.soc_per_charge * u);
        if (problem.reactive) schedule.reactive.push_back(0.0);
    }
    schedule.worth.assign(problem.limits.rows.size(), 0.0);
    schedule.pull.assign(problem.costs.rows.size(), 0.0);
    return schedule;
}

}  // namespace

TEST_CASE("without a grid the bound is the closed form of one step", "[certificate]") {
    const double d = 0.5;
    const double a = 0.25;
    ScheduleProblem problem = one_step(d, a);
    for (const double k : {0.0, 0.1, 0.15, 0.2, 0.24, 0.3}) {
        problem.objective.throughput_weight = k;
        const double u = std::clamp((2.0 * a * d - k) / (2.0 * a * a), 0.0, 1.0);
        const double best = (d - a * u) * (d - a * u) + k * u;
        const Certificate certificate = certify(problem, charging(problem, u));
        INFO(k);
        CHECK(certificate.bound == Approx(best).epsilon(1e-14));
        CHECK(certificate.objective == Approx(best).epsilon(1e-14));
        CHECK(certificate.worst_violation == 0.0);
    }
}

TEST_CASE("two vehicles that share a capacity are certified at its price alone", "[certificate]") {
    ScheduleProblem problem = one_step(0.5, 0.25);
    problem.vehicles.push_back(problem.vehicles.front());
    add_limit(problem, 0, {1.0, 0.0}, 4.0);
    Schedule schedule = charging(problem, 0.5);
    const double marginal = 2.0 * 0.25 * (0.5 - 0.125) - problem.objective.throughput_weight;  // of a share of the rating
    schedule.worth = {marginal / 4.0};
    CHECK(std::abs(certify(problem, schedule).relative_gap) < 1e-15);
    for (const double factor : {0.0, 0.9, 1.1, 10.0}) {
        schedule.worth = {factor * marginal / 4.0};
        CHECK(certify(problem, schedule).relative_gap > 1e-4);
    }
}

TEST_CASE("reactive power on its circle is certified at the prices of the optimum", "[certificate]") {
    // The optimum p = .8, q = -.6 is chosen, and the deficit that makes it one follows: with the worth m of the row and the
    // multiplier n of the circle, 2 a (d - a p) - k = m S a_P + 2 n p and 0 = 2 r q + m S a_Q + 2 n q.
    const double a = 0.25, k = 1e-3, r = 1e-3, rating = 4.0, m = 0.02, a_p = 1.0, a_q = 0.7, p = 0.8, q = -0.6;
    const double n = -(2.0 * r * q + m * rating * a_q) / (2.0 * q);
    REQUIRE(n > 0.0);
    const double d = (m * rating * a_p + 2.0 * n * p + k) / (2.0 * a) + a * p;
    ScheduleProblem problem = one_step(d, a);
    problem.objective.reactive_weight = r;
    problem.reactive = true;
    add_limit(problem, 0, {a_p, a_q}, rating * (a_p * p + a_q * q));
    Schedule schedule = charging(problem, p);
    schedule.reactive = {q};
    schedule.worth = {m};
    const Certificate certificate = certify(problem, schedule);
    CHECK(std::abs(certificate.relative_gap) < 1e-14);
    CHECK(certificate.worst_violation < 1e-15);
    schedule.worth = {1.01 * m};
    CHECK(certify(problem, schedule).relative_gap > 1e-6);
}

TEST_CASE("what cannot act costs what it is: zero-length stays, and steps before and after a stay", "[certificate]") {
    ScheduleProblem problem = one_step(0.5, 0.25);
    problem.steps = 10;
    problem.vehicles[0].first = problem.vehicles[0].last = 4;
    problem.vehicles[0].shortfall_price = 3.0;
    problem.vehicles[0].final_deficit = 0.1;
    Schedule schedule;
    CHECK(certify(problem, schedule).bound == Approx(10 * 0.25 + 3.0 * 0.4).epsilon(1e-15));
    CHECK(certify(problem, schedule).relative_gap == Approx(0.0).margin(1e-15));
    problem.vehicles[0].last = 5;  // one step at full power, since each later one counts
    schedule = charging(problem, 1.0);
    const double best = 4 * 0.25 + 6 * 0.0625 + 3.0 * 0.15 + 1e-3;
    CHECK(certify(problem, schedule).bound == Approx(best).epsilon(1e-14));
    CHECK(certify(problem, schedule).objective == Approx(best).epsilon(1e-14));
}

TEST_CASE("a certificate gives the worst breach of a vehicle's bounds, circle and battery", "[certificate]") {
    ScheduleProblem problem = one_step(0.2, 0.25);
    problem.reactive = true;
    const Schedule sound = charging(problem, 0.8);
    const auto worst = [&](auto change) {
        Schedule schedule = sound;
        change(schedule);
        return certify(problem, schedule).worst_violation;
    };
    CHECK(worst([](Schedule&) {}) < 1e-15);
    CHECK(worst([](Schedule& s) { s.charge = {-0.01}, s.deficit = {0.2025}; }) == Approx(0.01));
    CHECK(worst([](Schedule& s) { s.discharge = {0.02}, s.deficit = {0.005}; }) == Approx(0.02));
    CHECK(worst([](Schedule& s) { s.charge = {1.0}, s.deficit = {-0.05}; }) == Approx(0.05));  // more than it lacks
    CHECK(worst([](Schedule& s) { s.deficit = {0.03}; }) == Approx(0.03));                     // not what the power leads to
    CHECK(worst([](Schedule& s) { s.reactive = {0.61}; }) == Approx(std::hypot(0.8, 0.61) - 1.0));
    CHECK(std::isinf(worst([](Schedule& s) { s.reactive = {NAN}; })));
    CHECK(std::isnan(certify(problem, charging(problem, NAN)).relative_gap));
}

TEST_CASE("no multipliers bound any schedule from above", "[certificate]") {
    for (const NamedKind& named : problem_kinds())
        for (std::uint64_t seed = 1; seed <= 10; ++seed) {
            INFO(named.name << ", seed " << seed);
            check_any_multipliers(random_problem(named.kind, seed), seed);
        }
    for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
        INFO("odd problem, seed " << seed);
        check_any_multipliers(odd_problem(seed), seed);
    }
}

TEST_CASE("the bound is what vehicles at one place pay at any prices, by Ipopt", "[certificate][ipopt]") {
    if (!has_ipopt()) {
        WARN("skipped: these tests were built without Ipopt");
        return;
    }
    // With one place and no reactive power the multipliers are one tariff, and the vehicles' problem is another of the same kind.
    for (const bool returning : {false, true})
        for (std::uint64_t seed = 1; seed <= 6; ++seed) {
            ProblemKind kind;
            kind.places = 1;
            kind.vehicles = 12;
            kind.returning = returning;
            kind.tariff = kind.must_charge = kind.weighed = true;
            const ScheduleProblem problem = random_problem(kind, seed);
            Draws draw(seed);
            Schedule schedule = random_schedule(problem, draw);
            draw_multipliers(problem, draw, schedule);
            for (std::size_t r = 0; r < schedule.worth.size(); ++r)
                schedule.worth[r] = std::min(schedule.worth[r], problem.limits.price[r]);
            ScheduleProblem priced = problem;
            priced.limits = {};
            priced.costs = {};
            const std::vector<double> price = price_by_place(problem, schedule);
            for (std::uint32_t t = 0; t < problem.steps; ++t) {
                priced.objective.buy[t] += price[2 * std::size_t{t}];
                priced.objective.sell[t] += price[2 * std::size_t{t}];
            }
            const IpoptAnswer answer = solve_by_ipopt(priced);
            REQUIRE(answer.solved);
            double expected = answer.schedule.objective;
            for (std::size_t r = 0; r < schedule.worth.size(); ++r) expected -= schedule.worth[r] * problem.limits.limit[r];
            for (std::size_t r = 0; r < schedule.pull.size(); ++r)
                expected -= schedule.pull[r] * (0.5 * schedule.pull[r] / problem.costs.weight[r] + problem.costs.target[r]);
            const double bound = certify(problem, schedule).bound;
            INFO("seed " << seed << ", returning " << returning << ": " << bound << " and " << expected);
            CHECK(std::abs(bound - expected) <= 1e-7 * std::max(1.0, std::abs(answer.schedule.objective)));
        }
}
