/// What makes a charging problem meaningless, and what a schedule costs and draws.
#include "solvers/schedule/schedule_problem.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "unit/models/solvers/problem_kinds.hpp"
#include "unit/models/solvers/small_problems.hpp"

using namespace evsweep;

namespace {

ScheduleProblem sound_problem() {
    ScheduleProblem problem = plain_problem(3, 2);
    problem.vehicles.push_back(plain_vehicle(3));
    problem.objective.buy = {0.1, 0.2, 0.3};
    problem.objective.sell = {0.1, 0.1, 0.1};
    add_limit(problem, 0, {1.0, 0.0, 0.0, 0.0}, 3.0);
    add_limit(problem, 2, {1.0, 1.0, 0.5, 0.5}, 5.0);
    add_cost(problem, 1, {1.0, 1.0, 0.0, 0.0}, 0.01, 2.0);
    return problem;
}

/// The one error text about a sound problem after a change.
template <class Change>
std::string error_text_after(Change change) {
    ScheduleProblem problem = sound_problem();
    change(problem);
    const std::vector<std::string> said = error_texts(problem);
    CHECK(said.size() == 1);
    return said.empty() ? std::string() : said.front();
}

}  // namespace

TEST_CASE("a sound problem has no error, however small or odd", "[schedule_problem]") {
    CHECK(error_texts(sound_problem()).empty());
    CHECK(error_texts(ScheduleProblem{}).empty());
    for (const NamedKind& named : problem_kinds()) CHECK(error_texts(random_problem(named.kind, 1)).empty());
    ScheduleProblem odd = sound_problem();
    odd.vehicles[0].first = odd.vehicles[0].last = 3;
    odd.vehicles[0].rating_kva = odd.vehicles[0].soc_per_charge = odd.vehicles[0].soc_per_discharge = 0.0;
    odd.vehicles[1].deficit = odd.vehicles[1].deficit_max = odd.vehicles[1].deficit_min = 0.4;
    CHECK(error_texts(odd).empty());
}

TEST_CASE("a deficit on arrival may miss its bounds by rounding only", "[schedule_problem]") {
    ScheduleProblem problem = sound_problem();
    problem.vehicles[1].deficit = -1e-10;
    CHECK(error_texts(problem).empty());
    problem.vehicles[1].deficit = 1.0 + 1e-10;
    CHECK(error_texts(problem).empty());
    CHECK(error_text_after([](ScheduleProblem& p) {
              p.vehicles[1].deficit = 1.1;
          }).find("the deficit on arrival of vehicle 1 is 1.1; ") == 0);
    CHECK(error_text_after([](ScheduleProblem& p) {
              p.vehicles[1].deficit = -0.01;
          }).find("the deficit on arrival of vehicle 1 is -0.01; ") == 0);
}

TEST_CASE("not a number and infinity are named with vehicle and quantity", "[schedule_problem]") {
    using Field = double ScheduleVehicle::*;
    const std::vector<std::pair<Field, std::string>> fields = {
        {&ScheduleVehicle::rating_kva, "rating (kVA)"},
        {&ScheduleVehicle::charge_max, "largest charging share"},
        {&ScheduleVehicle::discharge_max, "largest discharging share"},
        {&ScheduleVehicle::soc_per_charge, "state of charge per charging step"},
        {&ScheduleVehicle::soc_per_discharge, "state of charge per discharging step"},
        {&ScheduleVehicle::deficit, "deficit on arrival"},
        {&ScheduleVehicle::deficit_min, "smallest deficit"},
        {&ScheduleVehicle::deficit_max, "largest deficit"},
        {&ScheduleVehicle::final_deficit, "deficit allowed at the end"},
        {&ScheduleVehicle::shortfall_price, "price of a shortfall"}};
    for (const auto& [field, name] : fields) {
        const Field at = field;
        CHECK(error_text_after([&](ScheduleProblem& p) {
                  p.vehicles[1].*at = NAN;
              }).find("the " + name + " of vehicle 1 is nan; it must") == 0);
        CHECK(error_text_after([&](ScheduleProblem& p) {
                  p.vehicles[0].*at = HUGE_VAL;
              }).find("the " + name + " of vehicle 0 is inf; ") == 0);
    }
    CHECK(error_text_after([](ScheduleProblem& p) { p.objective.buy[1] = NAN; }) ==
          "the buying price of step 1 is nan; it must be a finite number");
    CHECK(error_text_after([](ScheduleProblem& p) { p.objective.sell[2] = -HUGE_VAL; }) ==
          "the selling price of step 2 is -inf; it must be a finite number");
    CHECK(error_text_after([](ScheduleProblem& p) { p.objective.deficit_weight = NAN; }).find("the weight of deficits is nan") ==
          0);
    CHECK(error_text_after([](ScheduleProblem& p) {
              p.objective.throughput_weight = NAN;
          }).find("the weight of throughput is nan") == 0);
    CHECK(error_text_after([](ScheduleProblem& p) {
              p.objective.reactive_weight = NAN;
          }).find("the weight of reactive power is nan") == 0);
    CHECK(error_text_after([](ScheduleProblem& p) { p.limits.limit[1] = NAN; }) ==
          "the value of limit 1 is nan; it must be a finite number");
    CHECK(error_text_after([](ScheduleProblem& p) { p.limits.price[0] = NAN; }).find("the price of limit 0 is nan") == 0);
    CHECK(error_text_after([](ScheduleProblem& p) { p.limits.rows.coefficient[7] = NAN; }) ==
          "the coefficient of limit 1 for the kvar of place 1 is nan; it must be a finite number");
    CHECK(error_text_after([](ScheduleProblem& p) { p.costs.rows.coefficient[0] = NAN; }) ==
          "the coefficient of cost 0 for the kW of place 0 is nan; it must be a finite number");
    CHECK(error_text_after([](ScheduleProblem& p) { p.costs.weight[0] = NAN; }).find("the weight of cost 0 is nan") == 0);
    CHECK(error_text_after([](ScheduleProblem& p) { p.costs.target[0] = NAN; }).find("the target of cost 0 is nan") == 0);
}

TEST_CASE("numbers out of their range are named with the range", "[schedule_problem]") {
    CHECK(error_text_after([](ScheduleProblem& p) { p.vehicles[1].charge_max = 1.5; }) ==
          "the largest charging share of vehicle 1 is 1.5; it must be from 0 to 1");
    CHECK(error_text_after([](ScheduleProblem& p) { p.vehicles[1].rating_kva = -3.0; }) ==
          "the rating (kVA) of vehicle 1 is -3; it must be a finite number of at least 0");
    CHECK(error_text_after([](ScheduleProblem& p) { p.vehicles[0].deficit_max = -0.5; }) ==
          "the largest deficit of vehicle 0 is -0.5; it must be a finite number of at least 0");
    CHECK(error_text_after([](ScheduleProblem& p) { p.limits.price[1] = -1.0; }) ==
          "the price of limit 1 is -1; it must be a finite number of at least 0");
    CHECK(error_text_after([](ScheduleProblem& p) { p.costs.weight[0] = -1.0; }) ==
          "the weight of cost 0 is -1; it must be a finite number of at least 0");
}

TEST_CASE("power that moves no battery, and batteries that move without power, are named", "[schedule_problem]") {
    CHECK(error_text_after([](ScheduleProblem& p) { p.vehicles[1].soc_per_charge = 0.0; }) ==
          "vehicle 1 charges, but its state of charge does not move");
    CHECK(error_text_after([](ScheduleProblem& p) {
              p.vehicles[0].discharge_max = 1.0, p.vehicles[0].soc_per_discharge = 0.0;
          }) == "vehicle 0 discharges, but its state of charge does not move");
    CHECK(error_text_after([](ScheduleProblem& p) { p.vehicles[0].rating_kva = p.vehicles[0].soc_per_discharge = 0.0; }) ==
          "vehicle 0 charges at a rating of 0 kVA, but its state of charge moves");
}

TEST_CASE("shares of steps that a vehicle cannot be there for are named", "[schedule_problem]") {
    CHECK(error_text_after([](ScheduleProblem& p) { p.vehicles[1].late = 1.0; }) ==
          "the share of its first step in which vehicle 1 is not there is 1; it must be from 0 to below 1");
    CHECK(error_text_after([](ScheduleProblem& p) { p.vehicles[0].early = NAN; }) ==
          "the share of its last step in which vehicle 0 is not there is nan; it must be from 0 to below 1");
    CHECK(error_text_after([](ScheduleProblem& p) {
              p.vehicles[0].first = 2, p.vehicles[0].late = 0.6, p.vehicles[0].early = 0.5;
          }) == "vehicle 0 leaves its only step before it comes");
}

TEST_CASE("places, windows and steps that do not exist are named", "[schedule_problem]") {
    CHECK(error_text_after([](ScheduleProblem& p) { p.vehicles[1].place = 2; }) ==
          "vehicle 1 is at place 2, but there are only 2 places (0 the first)");
    CHECK(error_text_after([](ScheduleProblem& p) { p.vehicles[0].first = 2, p.vehicles[0].last = 1; }) ==
          "vehicle 0 leaves at step 1, before it arrives at step 2");
    CHECK(error_text_after([](ScheduleProblem& p) { p.vehicles[0].last = 4; }) ==
          "vehicle 0 stays until step 4, but there are only 3 steps");
    CHECK(error_text_after([](ScheduleProblem& p) { p.limits.rows.step[1] = 3; }) ==
          "limit 1 is of step 3, but there are only 3 steps (0 the first)");
    CHECK(error_text_after([](ScheduleProblem& p) { p.costs.rows.step[0] = 9; }) ==
          "cost 0 is of step 9, but there are only 3 steps (0 the first)");
}

TEST_CASE("columns of the wrong length are named with both lengths", "[schedule_problem]") {
    CHECK(error_text_after([](ScheduleProblem& p) { p.objective.buy.pop_back(); }) ==
          "the column of buying prices has 2 numbers, but there are 3 steps");
    CHECK(error_text_after([](ScheduleProblem& p) { p.objective.sell.push_back(0.0); }) ==
          "the column of selling prices has 4 numbers, but there are 3 steps");
    CHECK(error_text_after([](ScheduleProblem& p) { p.limits.limit.pop_back(); }) ==
          "the column of limits has 1 numbers, but there are 2 rows of limits");
    CHECK(error_text_after([](ScheduleProblem& p) { p.limits.price.clear(); }) ==
          "the column of prices of limits has 0 numbers, but there are 2 rows of limits");
    CHECK(error_text_after([](ScheduleProblem& p) {
              p.limits.rows.coefficient.pop_back();
          }).find("the column of coefficients of limits has 7 ") == 0);
    CHECK(error_text_after([](ScheduleProblem& p) { p.costs.target.clear(); }) ==
          "the column of targets of costs has 0 numbers, but there are 1 rows of costs");
}

TEST_CASE("the objective adds deficits, throughput, reactive power, energy, shortfalls, excess and costs", "[schedule_problem]") {
    ScheduleProblem problem = sound_problem();
    problem.reactive = true;
    problem.objective = {2.0, 0.01, 0.1, {0.1, 0.2, 0.3}, {0.05, 0.06, 0.07}};
    problem.vehicles[0].first = 1;
    problem.vehicles[0].last = 2;
    problem.vehicles[0].final_deficit = 0.1;
    problem.vehicles[0].shortfall_price = 3.0;
    problem.vehicles[1].first = problem.vehicles[1].last = 2;
    problem.vehicles[1].place = 1;
    problem.vehicles[1].final_deficit = 0.3;
    problem.vehicles[1].shortfall_price = 5.0;
    Schedule schedule;
    schedule.charge = {0.8};
    schedule.discharge = {0.3};
    schedule.reactive = {-0.6};
    schedule.deficit = {0.45};
    schedule.excess = {0.25, 0.0};
    const double deficits =
        2.0 * (0.25 + 2 * 0.45 * 0.45) + 2.0 * 3 * 0.25;  // as it came, acting and held; three steps as it came
    const double shortfalls = 3.0 * 0.35 + 5.0 * 0.2;
    const double energy = 4.0 * (0.2 * 0.8 - 0.06 * 0.3);
    const double excess = 1e3 * 0.25;
    const double row = 0.5 * 0.01 * (4.0 * 0.5 - 2.0) * (4.0 * 0.5 - 2.0);
    CHECK(objective_of(problem, schedule) ==
          Approx(deficits + 0.01 * 1.1 + 0.1 * 0.36 + energy + shortfalls + excess + row).epsilon(1e-15));
}

TEST_CASE("power and prices stand by step, kind and place", "[schedule_problem]") {
    ScheduleProblem problem = sound_problem();
    problem.reactive = true;
    problem.vehicles[0].last = 1;
    problem.vehicles[1] = plain_vehicle(3);
    problem.vehicles[1].first = 2;
    problem.vehicles[1].place = 1;
    problem.vehicles[1].rating_kva = 10.0;
    Schedule schedule;
    schedule.charge = {0.5, 0.25};
    schedule.discharge = {0.0, 1.0};
    schedule.reactive = {0.75, -0.5};
    const std::vector<double> power = power_by_place(problem, schedule);
    CHECK(power == std::vector<double>{2.0, 0.0, 3.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, -7.5, 0.0, -5.0});
    CHECK(row_values(problem, problem.limits.rows, power) == std::vector<double>{2.0, -10.0});
    schedule.worth = {7.0, 2.0};
    schedule.pull = {-1.0};
    CHECK(price_by_place(problem, schedule) == std::vector<double>{7.0, 0.0, 0.0, 0.0, -1.0, -1.0, 0.0, 0.0, 2.0, 2.0, 1.0, 1.0});
}

TEST_CASE("vehicles pay by place what the rows are worth", "[schedule_problem]") {
    for (const NamedKind& named : problem_kinds()) {
        const ScheduleProblem problem = random_problem(named.kind, 3);
        Draws draw(3);
        Schedule schedule;
        const std::size_t size = VehicleSteps(problem).size();
        for (std::size_t k = 0; k < size; ++k) {
            schedule.charge.push_back(draw.uniform(0.0, 1.0));
            schedule.discharge.push_back(draw.uniform(0.0, 1.0));
            if (problem.reactive) schedule.reactive.push_back(draw.uniform(-1.0, 1.0));
        }
        for (std::size_t r = 0; r < problem.limits.rows.size(); ++r) schedule.worth.push_back(draw.uniform(0.0, 1.0));
        for (std::size_t r = 0; r < problem.costs.rows.size(); ++r) schedule.pull.push_back(draw.uniform(-1.0, 1.0));
        const std::vector<double> power = power_by_place(problem, schedule);
        const std::vector<double> price = price_by_place(problem, schedule);
        double paid = 0.0;
        for (std::size_t k = 0; k < power.size(); ++k) paid += price[k] * power[k];
        const std::vector<double> limited = row_values(problem, problem.limits.rows, power);
        const std::vector<double> weighed = row_values(problem, problem.costs.rows, power);
        double due = 0.0;
        for (std::size_t r = 0; r < limited.size(); ++r) due += schedule.worth[r] * limited[r];
        for (std::size_t r = 0; r < weighed.size(); ++r) due += schedule.pull[r] * weighed[r];
        CHECK(paid == Approx(due).epsilon(1e-10).margin(1e-10));
    }
}
