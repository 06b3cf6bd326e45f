/// Stage 1 of discrete charging: against published optima, against every plan of small problems, and against its own dual.
#include "solvers/discrete_charging/valley_flow.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "tests/unit/models/solvers/discrete_charging/reference_instances.hpp"
#include "tests/unit/models/solvers/discrete_charging/small_discrete.hpp"

using namespace evsweep;
using namespace evsweep::test;

namespace {

double peak_of(const std::vector<double>& load) { return *std::max_element(load.begin(), load.end()); }

double deviation_of(const std::vector<double>& load) {
    const double mean = std::accumulate(load.begin(), load.end(), 0.0) / static_cast<double>(load.size());
    double squares = 0.0;
    for (const double kw : load) squares += (kw - mean) * (kw - mean);
    return std::sqrt(squares / static_cast<double>(load.size()));
}

OnOff uncontrolled(const DiscreteProblem& problem) {
    OnOff on(problem.vehicles.size() * problem.slots, 0);
    for (std::size_t n = 0; n < problem.vehicles.size(); ++n)
        std::fill_n(on.begin() + static_cast<std::ptrdiff_t>(n * problem.slots + problem.vehicles[n].first),
                    problem.vehicles[n].needed, std::uint8_t{1});
    return on;
}

/// Vehicles in the order of their first slots, then numbers, each in the slots with the least load so far that both limits leave.
OnOff greedy(const DiscreteProblem& problem) {
    OnOff on(problem.vehicles.size() * problem.slots, 0);
    std::vector<std::uint32_t> order(problem.vehicles.size()), in_slot(problem.slots, 0),
        in_pair(problem.group_base_kw.size(), 0);
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(),
                     [&](auto a, auto b) { return problem.vehicles[a].first < problem.vehicles[b].first; });
    for (const std::uint32_t n : order) {
        const DiscreteVehicle& v = problem.vehicles[n];
        std::vector<std::uint32_t> slots;
        for (std::uint32_t t = v.first; t < v.end; ++t)
            if (in_slot[t] < problem.room(t) && in_pair[problem.at(t, v.group)] < problem.room(t, v.group)) slots.push_back(t);
        std::stable_sort(slots.begin(), slots.end(), [&](auto a, auto b) {
            return problem.base_kw[a] + problem.power_kw * in_slot[a] < problem.base_kw[b] + problem.power_kw * in_slot[b];
        });
        REQUIRE(slots.size() >= v.needed);
        for (std::uint32_t i = 0; i < v.needed; ++i) {
            on[n * problem.slots + slots[i]] = 1;
            ++in_slot[slots[i]];
            ++in_pair[problem.at(slots[i], v.group)];
        }
    }
    return on;
}

void limit_from(DiscreteProblem& problem, std::uint32_t slot, double limit_kw) {
    for (std::uint32_t t = slot; t < problem.slots; ++t) {
        problem.limit_kw[t] = std::min(problem.limit_kw[t], limit_kw);
        for (std::uint32_t g = 0; g < problem.groups; ++g)
            problem.group_limit_kw[problem.at(t, g)] = std::min(problem.group_limit_kw[problem.at(t, g)], limit_kw);
    }
}

/// Everybody within their window and as often on as told.
void require_served(const DiscreteProblem& problem, const ValleyPlan& plan) {
    for (std::size_t n = 0; n < problem.vehicles.size(); ++n) {
        const auto row = plan.on.begin() + static_cast<std::ptrdiff_t>(n * problem.slots);
        REQUIRE(std::accumulate(row, row + problem.slots, 0U) == plan.served[n]);
        REQUIRE(std::accumulate(row + problem.vehicles[n].first, row + problem.vehicles[n].end, 0U) == plan.served[n]);
    }
}

}  // namespace

TEST_CASE("every published instance has the published optimum, equal to its dual", "[discrete]") {
    for (const DiscreteReference& expected : discrete_references) {
        CAPTURE(expected.name);
        const auto problem = reference_problem(expected.name);
        if (!problem) return;
        REQUIRE(problem->needed() == expected.needed);
        REQUIRE(faults_of(*problem).empty());
        const auto without = load_kw(*problem, uncontrolled(*problem));
        CHECK(std::abs(peak_of(without) - expected.uncontrolled_peak_kw) < 1e-9);
        CHECK(std::abs(deviation_of(without) - expected.uncontrolled_deviation_kw) < 5.1e-4);

        const ValleyPlan plan = fill_valley(*problem);
        CHECK_FALSE(plan.cut);
        CHECK(plan.served_slots() == expected.needed);
        require_served(*problem, plan);
        const ValleyCertificate proof = certify(*problem, plan.on, plan.prices);
        CHECK(std::abs(proof.primal_kw2 - expected.squared_load_kw2) <= 1e-6);
        CHECK(std::abs(proof.dual_kw2 - expected.squared_load_kw2) <= 1e-6);
        CHECK(proof.worst_violation_kw <= 1e-7);
        const auto load = load_kw(*problem, plan.on);
        CHECK(std::abs(peak_of(load) - expected.peak_kw) < 5.1e-3);
        CHECK(std::abs(deviation_of(load) - expected.deviation_kw) < 5.1e-5);
        if (problem->groups == 1)  // else optima differ
            CHECK(slots_at_limit(*problem, plan.on).of_groups == expected.group_slots_at_limit);
        CHECK(slots_at_limit(*problem, plan.on).of_feeder == expected.slots_at_limit);
    }
}

TEST_CASE("serving vehicles one after the other in the emptiest slots misses the optimum by as much as published", "[discrete]") {
    for (const auto& [name, kw2] : {std::pair("ev40_1", 1089017.0774), std::pair("ev200_1", 24467321.7901)}) {
        const auto problem = reference_problem(name);
        if (!problem) return;
        const OnOff on = greedy(*problem);
        CHECK(squared_load_kw2(*problem, on) == Approx(kw2).margin(1e-4).epsilon(0));
        CHECK(certify(*problem, on, fill_valley(*problem).prices).gap_kw2() > 800.0);
    }
}

TEST_CASE("too little room is told by number, vehicles and slots of the minimum cut", "[discrete]") {
    for (const auto& [kw, slots] : {std::pair(75.0, 232U), std::pair(82.0, 255U), std::pair(90.0, 282U)}) {
        CAPTURE(kw);
        auto problem = reference_problem("ev40_1");
        if (!problem) return;
        limit_from(*problem, 22, kw);
        const ValleyPlan plan = fill_valley(*problem);
        CHECK(plan.served_slots() == slots);
        require_served(*problem, plan);
        const ValleyCertificate proof = certify(*problem, plan.on, plan.prices);
        CHECK(std::abs(proof.gap_kw2()) <= 1e-6);
        CHECK(proof.worst_violation_kw <= 1e-7);
        CHECK(plan.cut.has_value() == (slots < 282));
        if (!plan.cut) continue;
        CHECK(capacity_of(*problem, *plan.cut) == slots);
        std::vector<std::uint32_t> expected(40);
        std::iota(expected.begin(), expected.end(), 0U);
        expected.erase(expected.begin() + 28);  // vehicle 29, counted from 1
        CHECK(plan.cut->vehicles == expected);
        std::vector<std::uint32_t> cut_slots;
        for (const auto& pair : plan.cut->group_slots) cut_slots.push_back(pair.slot);
        std::vector<std::uint32_t> published(57);
        std::iota(published.begin(), published.end(), 4U);
        CHECK(cut_slots == published);
    }
}

TEST_CASE("small problems have the optimum of all plans, and are infeasible where none fits", "[discrete]") {
    std::mt19937 random(13);
    int feasible = 0, infeasible = 0;
    while (feasible < 200) {
        const DiscreteProblem problem = small_discrete_problem(random, false);
        const EveryPlan all = every_plan(problem);
        const ValleyPlan plan = fill_valley(problem);
        const ValleyCertificate proof = certify(problem, plan.on, plan.prices);
        CAPTURE(feasible, infeasible);
        require_served(problem, plan);
        REQUIRE(proof.worst_violation_kw <= 1e-7);
        REQUIRE(std::abs(proof.gap_kw2()) <= 1e-7);
        REQUIRE(plan.cut.has_value() == !all.is_feasible);
        if (all.is_feasible) {
            REQUIRE(std::abs(proof.primal_kw2 - all.least_kw2) <= 1e-7);
            ++feasible;
        } else {
            REQUIRE(plan.served_slots() < problem.needed());
            REQUIRE(capacity_of(problem, *plan.cut) == plan.served_slots());
            ++infeasible;
        }
    }
    CHECK(infeasible > 20);
}

TEST_CASE("a lower limit never serves more, and never lowers the sum of squares of the same slots", "[discrete]") {
    const auto problem = reference_problem("ev40_2");
    if (!problem) return;
    double last = squared_load_kw2(*problem, fill_valley(*problem).on);
    for (double kw = 200.0; kw > 100.0; kw -= 5.0) {
        CAPTURE(kw);
        auto lowered = *problem;
        limit_from(lowered, 22, kw);
        const ValleyPlan plan = fill_valley(lowered);
        if (plan.cut) break;
        const double now = squared_load_kw2(lowered, plan.on);
        CHECK(now >= last - 1e-6);
        last = now;
    }
}

TEST_CASE("any prices give a bound that no plan undercuts", "[discrete]") {
    std::mt19937 random(5);
    std::normal_distribution<double> off(0.0, 300.0);
    for (int repeat = 0; repeat < 50; ++repeat) {
        const DiscreteProblem problem = small_discrete_problem(random, false);
        const ValleyPlan plan = fill_valley(problem);
        if (plan.cut) continue;
        FlowPrices prices = plan.prices;
        for (auto* column : {&prices.vehicle, &prices.group_slot, &prices.slot})
            for (double& price : *column) price += off(random);
        REQUIRE(certify(problem, plan.on, prices).gap_kw2() >= -1e-7);
    }
}

TEST_CASE("what makes a problem meaningless is told, all of it", "[discrete]") {
    auto problem = DiscreteProblem::of(4, 1, 6.6);
    problem.base_kw[2] = -1.5;
    problem.group_limit_kw[3] = std::nan("");
    problem.vehicles = {{.group = 0, .first = 3, .end = 3, .needed = 0},
                        {.group = 1, .first = 0, .end = 2, .needed = 3},
                        {.group = 0, .first = 0, .end = 5, .needed = 1}};
    CHECK(faults_of(problem) ==
          std::vector<std::string>{
              "the base load of the feeder is negative in slot 2: -1.5 kW", "the limit of a group is not a number in slot 3",
              "vehicle 0: ends in slot 3, which is not behind its first slot 3", "vehicle 1: group 1 of 1 groups does not exist",
              "vehicle 1: needs 3 slots and is there for 2", "vehicle 2: ends in slot 5 of 4 slots"});
    CHECK_THROWS_WITH(fill_valley(problem), Catch::Contains("negative in slot 2"));
}

TEST_CASE("a base load above its limit leaves room for nobody, and is told with slot and power", "[discrete]") {
    auto problem = DiscreteProblem::of(3, 1, 6.6);
    problem.base_kw = problem.group_base_kw = {10.0, 50.0, 30.0};
    problem.group_limit_kw = {20.0, 44.0, 36.6};
    problem.limit_kw = {100.0, 49.5, 100.0};
    problem.vehicles = {{.group = 0, .first = 0, .end = 3, .needed = 3}};
    CHECK(faults_of(problem).empty());
    const auto above = bases_above_limits(problem);
    REQUIRE(above.size() == 2);
    CHECK(above[0].slot == 1);
    CHECK(above[0].group == 0);
    CHECK(above[0].excess_kw == Approx(6.0));
    CHECK(above[1].group == 1);
    CHECK(above[1].excess_kw == Approx(0.5));
    const ValleyPlan plan = fill_valley(problem);
    CHECK(plan.on == OnOff{1, 0, 1});  // 36.6 - 30 is room for one
    CHECK(certify(problem, plan.on, plan.prices).worst_violation_kw <= 1e-9);
    REQUIRE(plan.cut);
    CHECK(capacity_of(problem, *plan.cut) == 2);
}
