/// The planner of `aggregator_profit` against hand-checked problems, and against what two independent solvers (HiGHS, Cbc) found
/// for the published days.
#include "models/controllers/aggregator_profit/profit_plan.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "models/controllers/aggregator_profit/price_knowledge.hpp"
#include "shipped_days.hpp"

using namespace evsweep;
using namespace evsweep::test;

namespace {

ProfitStay car(std::uint32_t first, std::uint32_t end, double energy_kwh, double target_kwh) {
    ProfitStay stay;
    stay.first = first, stay.end = end;
    stay.energy_kwh = energy_kwh, stay.target_kwh = target_kwh;
    stay.lowest_kwh = 2.0, stay.highest_kwh = 20.0;
    stay.charge_kw = stay.discharge_kw = 10.0;
    stay.stored_per_drawn = 0.8, stay.drawn_per_returned = 1.25;
    return stay;
}

ProfitProblem problem_of(std::vector<double> price, std::vector<ProfitStay> stays) {
    ProfitProblem problem;
    problem.buy_per_kwh = price;
    problem.sell_per_kwh = std::move(price);
    problem.base_high_kw.assign(problem.steps(), 0.0);
    problem.base_low_kw = problem.base_high_kw;
    problem.stays = std::move(stays);
    return problem;
}

void require_exact(const ProfitPlan& plan) {
    REQUIRE(plan.status == LinearStatus::optimal);
    CHECK(plan.certificate.relative_gap <= 1e-7);
    CHECK(plan.certificate.row_violation <= 1e-7);
    CHECK(plan.certificate.range_violation <= 1e-7);
    CHECK(plan.certificate.choice_violation <= 1e-7);
    CHECK(plan.certificate.dual_violation <= 1e-7);
    CHECK(plan.certificate.is_recomputed);
}

}  // namespace

TEST_CASE("a vehicle buys in the cheapest hours, and sells what the target leaves where that pays for the losses") {
    // 4 kWh are wanted on top of 8: 5 kWh bought at 1. Selling at 4 what was bought at 1 returns 4 x .64 per kWh.
    ProfitProblem problem = problem_of({2.0, 1.0, 4.0}, {car(0, 3, 8.0, 12.0)});
    problem.stays[0].discharge_kw = 0.0;
    ProfitPlan plan = make_profit_plan(problem);
    require_exact(plan);
    CHECK(plan.cost == Approx(5.0));
    CHECK(plan.charge_kw[0][1] == Approx(5.0));
    // With V2G: 10 kWh at 1 are 8 stored, hour 0 at 2 fills 4 more of the 20 (5 kWh for 10); sold are 8 stored, 6.4 kWh at 4.
    problem.stays[0].discharge_kw = 10.0;
    plan = make_profit_plan(problem);
    require_exact(plan);
    CHECK(plan.cost == Approx(10.0 + 10.0 - 25.6));
    CHECK(plan.energy_kwh[0][1] == Approx(20.0));
    CHECK(plan.energy_kwh[0][2] == Approx(12.0));
    // Wear of 2 per kWh returned takes the worth out of the dearer hour: .8 x .8 x (4 - 2) < 2, and > 1.
    problem.wear_per_kwh = 2.0;
    plan = make_profit_plan(problem);
    require_exact(plan);
    CHECK(plan.cost == Approx(10.0 - 2.0 * 0.8 * 4.0));
    CHECK(net_kw(problem, plan)[2] == Approx(-3.2));
    CHECK(settled_cost(problem, plan, problem.buy_per_kwh, problem.sell_per_kwh) == Approx(plan.cost));
}

TEST_CASE("cap and floor bind on base load and vehicles together") {
    ProfitProblem problem = problem_of({1.0, 2.0}, {car(0, 2, 8.0, 16.0)});
    problem.base_high_kw = problem.base_low_kw = {5.0, 5.0};
    problem.cap_kw = 11.0;
    ProfitPlan plan = make_profit_plan(problem);
    require_exact(plan);
    CHECK(plan.charge_kw[0][0] == Approx(6.0));
    CHECK(plan.charge_kw[0][1] == Approx(4.0));
    CHECK(least_cap_kw(problem) == Approx(10.0));
    problem.cap_kw = 9.0;
    CHECK(make_profit_plan(problem).status == LinearStatus::infeasible);
    CHECK(least_cap_kw(problem) == Approx(10.0));  // 5 + 5 kW in both hours
    problem.cap_kw = 100.0, problem.floor_kw = 13.0;
    CHECK(make_profit_plan(problem).status == LinearStatus::infeasible);
    CHECK(highest_floor_kw(problem) == Approx(12.5));  // 12 of the 20 kWh are free, 15 kWh to be drawn in two hours
}

TEST_CASE("a floor does not make a vehicle charge and discharge at once") {
    // Energy that runs in circles would be a load of 10 x (1 - .64).
    ProfitProblem problem = problem_of({-1.0, -1.0, -1.0}, {car(0, 3, 20.0, 20.0)});
    const ProfitPlan plan = make_profit_plan(problem);
    require_exact(plan);
    CHECK(plan.relaxed_cost < plan.cost - 0.1);
    for (std::size_t k = 0; k < 3; ++k) CHECK(std::min(plan.charge_kw[0][k], plan.discharge_kw[0][k]) == 0.0);
}

TEST_CASE("targets out of reach are lowered to what full power gives, and told") {
    ProfitProblem problem = problem_of({1.0, 1.0}, {car(0, 1, 4.0, 13.0), car(0, 2, 4.0, 13.0), car(1, 1, 4.0, 13.0)});
    const auto lowered = lower_targets(problem);
    REQUIRE(lowered.size() == 2);
    CHECK(lowered[0].stay == 0);
    CHECK(lowered[0].wanted_kwh == 13.0);
    CHECK(lowered[0].reached_kwh == Approx(12.0));
    CHECK(lowered[1].stay == 2);
    CHECK(problem.stays[0].target_kwh == Approx(12.0));
    CHECK(problem.stays[1].target_kwh == 13.0);
    require_exact(make_profit_plan(problem));
}

TEST_CASE("an hour that no vehicle can help is told before anything is solved") {
    ProfitProblem problem = problem_of({1.0, 1.0, 1.0}, {car(1, 3, 4.0, 4.0)});
    problem.base_high_kw = problem.base_low_kw = {10.0, 40.0, 35.0};
    problem.cap_kw = 28.0;
    const auto hopeless = hopeless_step(problem);
    REQUIRE(hopeless);
    CHECK(hopeless->step == 1);
    CHECK(hopeless->over_kw == Approx(2.0));  // 40 - 10 - 28
    CHECK(hopeless->present == 1);
    problem.cap_kw = 100.0, problem.floor_kw = 12.0;
    REQUIRE(hopeless_step(problem));
    CHECK(hopeless_step(problem)->step == 0);  // nobody is there
    CHECK(hopeless_step(problem)->under_kw == Approx(2.0));
    problem.floor_kw = 10.0;
    CHECK_FALSE(hopeless_step(problem));
}

TEST_CASE("the rolling forecast is the day-ahead curve corrected by what decays of the hour's error") {
    std::vector<double> expected{1.0, 2.0, 3.0};
    correct(expected, 1.5, 0.7, std::chrono::hours(1));
    CHECK(expected[0] == 1.5);
    CHECK(expected[1] == Approx(2.35));
    CHECK(expected[2] == Approx(3.245));
    correct(expected, 2.5, 0.49, std::chrono::minutes(30));
    CHECK(expected[1] == Approx(2.35 + 0.7));
}

TEST_CASE("no fleet, and no step, are plans") {
    require_exact(make_profit_plan(problem_of({1.0, 2.0}, {})));
    require_exact(make_profit_plan(problem_of({}, {})));
}

TEST_CASE("the published exclusivity test: the relaxation runs in circles, the plan does not") {
    const ProfitProblem problem = shipped_problem(2, 0.0, true, ShippedDay(2).realised, 0.005);
    for (const Branching way : {Branching::by_tree, Branching::by_cbc}) {
        const ProfitPlan plan = make_profit_plan(problem, {.branching = way});
        REQUIRE(plan.status == LinearStatus::optimal);
        CHECK(plan.relaxed_cost == Approx(-46.115131).margin(1e-6));
        CHECK(plan.cost == Approx(-46.113233).margin(1e-6));
        CHECK(plan.certificate.relative_gap <= 1e-7);
        CHECK(plan.certificate.is_recomputed == (way == Branching::by_tree));
        for (std::size_t s = 0; s < plan.charge_kw.size(); ++s)
            for (std::size_t k = 0; k < plan.charge_kw[s].size(); ++k)
                CHECK(std::min(plan.charge_kw[s][k], plan.discharge_kw[s][k]) <= 1e-7);
    }
}

TEST_CASE("the least caps of the five days, and what a cap of 240 kW costs") {
    const double v2g[] = {234.574, 239.502, 225.516, 226.725, 232.308}, v1g[] = {251.606, 250.0, 250.0, 250.0, 250.0};
    for (int day = 1; day <= 5; ++day) {
        CAPTURE(day);
        const ShippedDay shipped(day);
        ProfitProblem problem = shipped_problem(day, 0.0, true, shipped.realised);
        problem.cap_kw = 200.0;
        CHECK(least_cap_kw(problem) == Approx(v2g[day - 1]).margin(1e-3));
        CHECK(make_profit_plan(problem).status == LinearStatus::infeasible);
        ProfitProblem charging = shipped_problem(day, 0.0, false, shipped.realised);
        charging.cap_kw = 200.0;
        CHECK(least_cap_kw(charging) == Approx(v1g[day - 1]).margin(1e-3));
        CHECK(make_profit_plan(charging).status == LinearStatus::infeasible);
    }
    for (const auto& [day, cost] : {std::pair(1, 89.936414), {2, 22.442727}}) {
        ProfitProblem problem = shipped_problem(day, 0.0, true, ShippedDay(day).realised);
        problem.cap_kw = 240.0;
        const ProfitPlan plan = make_profit_plan(problem);
        require_exact(plan);
        CHECK(plan.cost == Approx(cost).margin(1e-5));
    }
}

TEST_CASE("planned with the marginal prices of the five-bus network, fleets draw nothing in the dearest hour") {
    // Marginal price at bus 5 with vehicles, $/MWh, by hour from 12:00 on (case `day` of the five-bus study).
    const std::vector<double> lmp{5.366329, 5.381939, 5.398537, 5.434231, 5.564961, 6.020442, 6.647333, 6.844512,
                                  6.882279, 6.693149, 5.995633, 5.216371, 4.648385, 4.491781, 4.366750, 4.296211,
                                  4.346613, 4.539358, 4.805842, 5.093830, 5.259699, 5.327456, 5.338685, 5.314653};
    std::vector<double> price;
    for (const double per_mwh : lmp) price.push_back(per_mwh / 1000.0);
    for (const int day : {1, 2}) {
        ProfitProblem problem = shipped_problem(day, 0.0, false, price);
        const ProfitPlan plan = make_profit_plan(problem);
        require_exact(plan);
        CHECK(net_kw(problem, plan)[8] == Approx(0.0).margin(1e-7));
    }
}

TEST_CASE("plans of the same problem are the same to the bit, from a start, too, in cost") {
    const ProfitProblem problem = shipped_problem(3, 0.05, true, ShippedDay(3).realised);
    const ProfitPlan once = make_profit_plan(problem), again = make_profit_plan(problem);
    CHECK(once.charge_kw == again.charge_kw);
    CHECK(once.discharge_kw == again.discharge_kw);
    const ProfitPlan warm = make_profit_plan(problem, {}, &once.basis);
    CHECK(warm.cost == Approx(once.cost).margin(1e-9));
    CHECK(warm.iterations < once.iterations / 10);
}
