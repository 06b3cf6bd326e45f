/// Stage 2 of discrete charging: against published numbers of runs and against every plan of small problems.
#include "solvers/discrete_charging/run_merging.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "solvers/discrete_charging/group_smoothing.hpp"
#include "solvers/discrete_charging/valley_flow.hpp"
#include "tests/unit/models/solvers/discrete_charging/reference_instances.hpp"
#include "tests/unit/models/solvers/discrete_charging/small_discrete.hpp"

using namespace evsweep;
using namespace evsweep::test;

namespace {

/// A plan with the vehicles on that `counts` says, by filling exactly those places.
OnOff plan_of_load(const DiscreteProblem& problem, const std::vector<std::uint32_t>& counts) {
    auto exact = problem;
    exact.group_base_kw.assign(counts.size(), 0.0);
    exact.limit_kw.assign(problem.slots, no_limit_kw);
    for (std::size_t i = 0; i < counts.size(); ++i) exact.group_limit_kw[i] = problem.power_kw * counts[i];
    const ValleyPlan plan = fill_valley(exact);
    REQUIRE_FALSE(plan.cut);
    REQUIRE(on_by_group(problem, plan.on) == counts);
    return plan.on;
}

std::vector<std::uint32_t> slots_by_vehicle(const DiscreteProblem& problem, const OnOff& on) {
    std::vector<std::uint32_t> sums;
    for (std::size_t n = 0; n < problem.vehicles.size(); ++n) {
        const auto row = on.begin() + static_cast<std::ptrdiff_t>(n * problem.slots);
        sums.push_back(std::accumulate(row + problem.vehicles[n].first, row + problem.vehicles[n].end, 0U));
    }
    return sums;
}

/// What must never change, and that runs never become more.
void require_kept(const DiscreteProblem& problem, const OnOff& before, const OnOff& after,
                  const std::vector<std::uint32_t>& runs) {
    REQUIRE(on_by_group(problem, after) == on_by_group(problem, before));
    REQUIRE(slots_by_vehicle(problem, after) == slots_by_vehicle(problem, before));
    std::uint32_t last = count_runs(problem, before);
    for (const std::uint32_t now : runs) {
        REQUIRE(now <= last);
        last = now;
    }
    REQUIRE(count_runs(problem, after) == last);
}

}  // namespace

TEST_CASE("sixty sweeps find as few runs as published, for any seed", "[discrete]") {
    for (const DiscreteReference& expected : discrete_references) {
        const auto problem = reference_problem(expected.name);
        if (!problem) return;
        const OnOff before = plan_of_load(*problem, reference_load(expected.name, *problem));
        CHECK(squared_load_kw2(*problem, before) == Approx(expected.squared_load_kw2).margin(1e-6).epsilon(0));
        CHECK(slots_at_limit(*problem, before).of_groups == expected.group_slots_at_limit);
        for (std::uint64_t seed = 1; seed <= (problem->vehicles.size() > 100 ? 5U : 20U); ++seed) {
            CAPTURE(expected.name, seed);
            OnOff after = before;
            const auto runs = merge_runs(*problem, after, {.sweeps = 60, .seed = seed});
            REQUIRE(runs.size() == 60);
            require_kept(*problem, before, after, runs);
            CHECK(runs.back() <= expected.runs_from_file);
            CHECK(runs.back() >= problem->vehicles.size());
            CHECK(runs.back() <= 0.25 * expected.runs_of_vertex);
        }
    }
}

TEST_CASE("so they do from an optimum of the project's own", "[discrete]") {
    for (const DiscreteReference& expected : discrete_references) {
        const auto problem = reference_problem(expected.name);
        if (!problem) return;
        const ValleyPlan plan = fill_valley(*problem);
        OnOff before = plan.on;
        smooth_groups(*problem, before);
        for (std::uint64_t seed = 1; seed <= (problem->vehicles.size() > 100 ? 5U : 20U); ++seed) {
            CAPTURE(expected.name, seed);
            OnOff after = before;
            const auto runs = merge_runs(*problem, after, {.sweeps = 60, .seed = seed});
            require_kept(*problem, before, after, runs);
            const ValleyCertificate proof = certify(*problem, after, plan.prices);
            CHECK(std::abs(proof.primal_kw2 - expected.squared_load_kw2) <= 1e-6);
            CHECK(std::abs(proof.gap_kw2()) <= 1e-6);
            CHECK(proof.worst_violation_kw <= 1e-7);
            CHECK(runs.back() <= expected.runs_from_own);
            CHECK(runs.back() <= 0.25 * count_runs(*problem, before));
        }
    }
}

TEST_CASE("groups exchange slots within limits and windows until no exchange of two makes them steadier", "[discrete]") {
    std::mt19937 random(7);
    const auto unsteadiness = [](const DiscreteProblem& problem, const OnOff& on) {
        const auto counts = on_by_group(problem, on);
        int sum = 0;
        for (std::uint32_t g = 0; g < problem.groups; ++g) {
            int before = 0;
            for (const DiscreteVehicle& v : problem.vehicles) before += v.group == g && v.was_on ? 1 : 0;
            for (std::uint32_t t = 0; t <= problem.slots; ++t) {
                const int now = t < problem.slots ? static_cast<int>(counts[problem.at(t, g)]) : 0;
                sum += (now - before) * (now - before);
                before = now;
            }
        }
        return sum;
    };
    std::uint32_t exchanges = 0;
    for (int repeat = 0; repeat < 1000; ++repeat) {
        DiscreteProblem problem = small_discrete_problem(random, true);
        const ValleyPlan plan = fill_valley(problem);
        OnOff on = plan.on;
        const std::uint32_t made = smooth_groups(problem, on);
        exchanges += made;
        REQUIRE(load_kw(problem, on) == load_kw(problem, plan.on));
        REQUIRE(slots_by_vehicle(problem, on) == slots_by_vehicle(problem, plan.on));
        REQUIRE(certify(problem, on, plan.prices).worst_violation_kw <= 1e-7);
        REQUIRE((made > 0) == (unsteadiness(problem, on) < unsteadiness(problem, plan.on)));
        OnOff again = on;
        REQUIRE(smooth_groups(problem, again) == 0);
    }
    CHECK(exchanges > 20);
}

TEST_CASE("two vehicles always end with the fewest runs that their load allows", "[discrete]") {
    std::mt19937 random(3);
    for (int repeat = 0; repeat < 500; ++repeat) {
        DiscreteProblem problem = small_discrete_problem(random, true);
        problem.vehicles.resize(2);
        problem.vehicles[1].group = problem.vehicles[0].group;
        problem.group_limit_kw.assign(problem.group_limit_kw.size(), no_limit_kw);
        problem.limit_kw.assign(problem.slots, no_limit_kw);
        const OnOff before = fill_valley(problem).on;
        OnOff after = before;
        const auto runs = merge_runs(problem, after, {.sweeps = 1, .seed = random()});
        require_kept(problem, before, after, runs);
        REQUIRE(runs.back() == every_plan(problem).fewest_runs.at(small_load(on_by_group(problem, before))));
    }
}

TEST_CASE("small problems end with the fewest runs of all plans with the same load", "[discrete]") {
    std::mt19937 random(17);
    for (int feasible = 0; feasible < 200;) {
        const DiscreteProblem problem = small_discrete_problem(random, false);
        const EveryPlan all = every_plan(problem);
        if (!all.is_feasible) continue;
        CAPTURE(++feasible);
        const OnOff before = fill_valley(problem).on;
        OnOff after = before;
        const auto runs = merge_runs(problem, after, {.sweeps = 60, .seed = random()});
        require_kept(problem, before, after, runs);
        CHECK(runs.back() == all.fewest_runs.at(small_load(on_by_group(problem, before))));
    }
}

TEST_CASE("with vehicles that were on before, pairs alone miss the fewest runs now and then, by one", "[discrete]") {
    std::mt19937 random(29);
    int misses = 0;
    for (int feasible = 0; feasible < 200;) {
        const DiscreteProblem problem = small_discrete_problem(random, true);
        const EveryPlan all = every_plan(problem);
        if (!all.is_feasible) continue;
        CAPTURE(++feasible);
        OnOff on = fill_valley(problem).on;
        const std::uint32_t fewest = all.fewest_runs.at(small_load(on_by_group(problem, on)));
        const std::uint32_t found = merge_runs(problem, on, {.sweeps = 60, .seed = random()}).back();
        REQUIRE(found >= fewest);
        REQUIRE(found <= fewest + 1);
        if (found > fewest) ++misses;
    }
    CHECK(misses <= 2);  // three would have to exchange at once
}

TEST_CASE("the same seed gives the same plan, and no sweep changes nothing", "[discrete]") {
    std::mt19937 random(1);
    const DiscreteProblem problem = small_discrete_problem(random, false);
    const OnOff before = fill_valley(problem).on;
    OnOff one = before, two = before, none = before;
    merge_runs(problem, one, {.sweeps = 7, .seed = 5});
    merge_runs(problem, two, {.sweeps = 7, .seed = 5});
    CHECK(one == two);
    CHECK(merge_runs(problem, none, {.sweeps = 0, .seed = 5}).empty());
    CHECK(none == before);
}

TEST_CASE("going on is no switching", "[discrete]") {
    auto problem = DiscreteProblem::of(4, 1, 6.6);
    problem.vehicles = {{.group = 0, .first = 0, .end = 4, .needed = 2, .was_on = false},
                        {.group = 0, .first = 0, .end = 4, .needed = 2, .was_on = true}};
    OnOff on{1, 1, 0, 0, 0, 0, 1, 1};  // the first begins now, and the second would stop and begin again
    CHECK(count_runs(problem, on) == 2);
    merge_runs(problem, on, {.sweeps = 2, .seed = 1});
    CHECK(count_runs(problem, on) == 1);
    CHECK(on == OnOff{0, 0, 1, 1, 1, 1, 0, 0});
}
