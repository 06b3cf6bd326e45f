/// What charging plans are made of: windows and stays, rows of limits, squares of losses.
#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "controllers/optimal_schedule/plan_costs.hpp"
#include "controllers/optimal_schedule/plan_rows.hpp"
#include "controllers/optimal_schedule/plan_start.hpp"
#include "unit/models/controllers/plan_desk.hpp"

using namespace evsweep;

namespace {

constexpr Duration quarter = std::chrono::minutes(15);

Instant at_h(double h) { return Instant(from_hours(h)); }

/// Three places with some vehicles at each, all there in all steps.
ScheduleProblem problem_of(bool reactive, double return_share) {
    ScheduleProblem problem;
    problem.steps = 4;
    problem.places = 3;
    problem.reactive = reactive;
    for (std::uint32_t v = 0; v < 9; ++v) {
        ScheduleVehicle vehicle;
        vehicle.place = v % 3;
        vehicle.last = 4;
        vehicle.rating_kva = 3.6 + v;
        vehicle.charge_max = 0.9;
        vehicle.discharge_max = return_share;
        problem.vehicles.push_back(vehicle);
    }
    return problem;
}

/// Some power that the vehicles of `problem` can draw together in one step.
std::vector<double> random_power(const ScheduleProblem& problem, std::mt19937& random, bool extreme) {
    std::uniform_real_distribution<double> unit(0.0, 1.0);
    std::vector<double> y(2 * problem.places, 0.0);
    for (const ScheduleVehicle& v : problem.vehicles) {
        const double share = extreme ? std::round(unit(random)) : unit(random);
        const double p = -v.discharge_max + share * (v.charge_max + v.discharge_max);
        const double room = std::sqrt(1.0 - p * p);
        const double q = problem.reactive ? room * (2.0 * unit(random) - 1.0) : 0.0;
        y[v.place] += v.rating_kva * p;
        y[problem.places + v.place] += v.rating_kva * q;
    }
    return y;
}

double product(std::span<const double> a, std::span<const double> y) {
    double sum = 0.0;
    for (std::size_t i = 0; i < y.size(); ++i) sum += a[i] * y[i];
    return sum;
}

PlannedStay stay_from(double from_h, double until_h) {
    PlannedStay stay;
    stay.connector = ConnectorId(0);
    stay.from = at_h(from_h);
    stay.until = at_h(until_h);
    stay.soc = 0.5;
    stay.full_soc = 1.0;
    stay.capacity_kwh = 16.0;
    stay.stored_per_drawn = 0.9;
    stay.drawn_per_returned = 1.0 / 0.9;
    return stay;
}

}  // namespace

TEST_CASE("a plan's window holds whole control steps up to the study's end", "[optimal_schedule]") {
    const auto window = PlanWindow::from(at_h(1.0), quarter, std::chrono::hours(24), at_h(3.1));
    CHECK(window.steps == 8);
    CHECK(window.end() == at_h(3.0));
    CHECK(PlanWindow::from(at_h(3.0), quarter, std::chrono::hours(24), at_h(3.1)).steps == 0);
    CHECK(PlanWindow::from(at_h(4.0), quarter, std::chrono::hours(24), at_h(3.1)).steps == 0);
    CHECK(PlanWindow::from(at_h(0.0), quarter, std::chrono::hours(1), at_h(24)).steps == 4);
}

TEST_CASE("a vehicle acts in every step that it is there for a part of, for that part", "[optimal_schedule]") {
    PlanFleet fleet;
    fleet.add_connector();
    PlanView seen;
    seen.now = at_h(1.0);
    seen.connectors = &fleet.population.connectors;
    seen.level_sets = &fleet.population.level_sets;
    const auto window = PlanWindow::from(at_h(1.0), quarter, std::chrono::hours(4), at_h(24));
    const OptimalScheduleParams params;
    const auto steps = [&](double from_h, double until_h, bool is_here = false) {
        PlannedStay stay = stay_from(from_h, until_h);
        stay.is_here = is_here;
        const ScheduleVehicle v = vehicle_of(stay, seen, window, params, 0);
        return std::pair(v.first, v.last);
    };
    const auto there = [&](double from_h, double until_h, bool is_here = false) {
        PlannedStay stay = stay_from(from_h, until_h);
        stay.is_here = is_here;
        const ScheduleVehicle v = vehicle_of(stay, seen, window, params, 0);
        double sum = 0.0;
        for (std::uint32_t t = v.first; t < v.last; ++t) sum += v.share(t);
        CHECK(v.steps_there() == Approx(sum));
        return 0.25 * sum;
    };
    using Steps = std::pair<std::uint32_t, std::uint32_t>;
    CHECK(steps(2.0, 3.0) == Steps(4, 8));        // on the grid
    CHECK(steps(2.001, 3.001) == Steps(4, 9));    // a little later
    CHECK(steps(1.999, 2.999) == Steps(3, 8));    // a little earlier
    CHECK(steps(0.5, 2.0, true) == Steps(0, 4));  // there already
    CHECK(steps(4.0, 30.0) == Steps(12, 16));     // beyond the window
    CHECK(steps(2.01, 2.2) == Steps(4, 5));       // within one step
    CHECK(steps(0.5, 1.1, true) == Steps(0, 1));  // gone before the first step ends
    CHECK(steps(0.5, 0.9, true) == Steps(0, 1));  // should be gone, and is there
    CHECK(steps(30.0, 31.0) == Steps(16, 16));
    CHECK(there(2.0, 3.0) == 1.0);
    CHECK(there(2.1, 3.1) == Approx(1.0));
    CHECK(there(2.01, 2.2) == Approx(0.19));
    CHECK(there(0.5, 1.1, true) == Approx(0.1));
    CHECK(there(0.5, 0.9, true) == 0.25);
    CHECK(there(4.1, 30.0) == Approx(0.9));
    CHECK(there(30.0, 31.0) == 0.0);
    const ScheduleVehicle parts = vehicle_of(stay_from(2.1, 2.8), seen, window, params, 0);
    CHECK(parts.share(4) == Approx(0.6));
    CHECK(parts.share(5) == 1.0);
    CHECK(parts.share(7) == Approx(0.2));
    const ScheduleVehicle v = vehicle_of(stay_from(4.0, 6.0), seen, window, params, 0);
    CHECK(v.soc_per_charge == Approx(0.9 * 0.25 * 3.6 / 16.0));
    CHECK(v.soc_per_discharge == Approx(0.25 * 3.6 / (0.9 * 16.0)));
    CHECK(v.discharge_max == 0.0);
    CHECK(deficit_covered_later(stay_from(4.0, 6.0), v, window) == Approx(4 * v.soc_per_charge));
}

TEST_CASE("expected stays stand in only where their connector is free, and only if they make sense", "[optimal_schedule]") {
    PlanFleet fleet, forecast;
    for (int i = 0; i < 3; ++i) fleet.add_connector(), forecast.add_connector();
    forecast.add_stay(ConnectorId(0), 3.0, 8.0, 0.4);  // its connector is taken until 6
    forecast.add_stay(ConnectorId(1), 3.0, 8.0, 0.4);
    forecast.add_stay(ConnectorId(1), 7.0, 9.0, 0.4);    // comes before the one before it leaves
    forecast.add_stay(ConnectorId(0), 6.5, 9.0, 0.4);    // by then it is free
    forecast.add_stay(ConnectorId(2), 0.5, 9.0, 0.4);    // should have come already
    forecast.add_stay(ConnectorId(2), 5.0, 4.0, 0.4);    // leaves before it comes
    forecast.add_stay(ConnectorId(2), 5.5, 9.0, NAN);    // nobody knows
    forecast.add_stay(ConnectorId(2), 26.0, 29.0, 0.4);  // beyond the window
    PlanView seen;
    seen.now = at_h(1.0);
    seen.connectors = &fleet.population.connectors;
    seen.expected = &forecast.population;
    std::vector<PlannedStay> stays{stay_from(1.0, 6.0)};
    add_expected_stays(seen, PlanWindow::from(at_h(1.0), quarter, std::chrono::hours(24), at_h(48)), stays);
    REQUIRE(stays.size() == 3);
    CHECK(stays[1].connector == ConnectorId(1));
    CHECK(stays[1].from == at_h(3.0));
    CHECK(stays[2].connector == ConnectorId(0));
    CHECK(stays[2].from == at_h(6.5));
    CHECK(stays[2].is_expected);
}

TEST_CASE("the reach of a fleet bounds what its power can make of any row, and is attained without reactive power",
          "[optimal_schedule]") {
    std::mt19937 random(7);
    std::normal_distribution<double> normal;
    for (const bool reactive : {false, true}) {
        const ScheduleProblem problem = problem_of(reactive, 0.5);
        const PlanReach reach(problem);
        for (int i = 0; i < 50; ++i) {
            std::vector<double> a(6);
            for (double& x : a) x = normal(random);
            double best = -1e9;
            for (int k = 0; k < 200; ++k) best = std::max(best, product(a, random_power(problem, random, true)));
            CHECK(best <= reach.highest(1, a) + 1e-9);
            CHECK(reach.lowest(1, a) <= reach.highest(1, a));
            if (reactive) continue;
            std::vector<double> corner(6, 0.0);
            for (const auto& v : problem.vehicles)
                corner[v.place] += v.rating_kva * (a[v.place] > 0.0 ? v.charge_max : -v.discharge_max);
            CHECK(product(a, corner) == Approx(reach.highest(1, a)));
        }
    }
}

TEST_CASE("rows that are left out are broken by no schedule that keeps the rows that are there", "[optimal_schedule]") {
    std::mt19937 random(11);
    const bool reactive = GENERATE(false, true);
    FakeGrid grid({.places = 3, .r = 4e-4, .x = 2e-4, .rating_kva = 95.0, .lowest = 0.98, .highest = 1.02}, {});
    grid.base_kw = {40.0, 60.0, 20.0, 70.0};
    grid.base_kvar = {10.0, -20.0, 5.0, 0.0};
    grid.base_pu = {1.0, 0.999, 1.01, 1.0};
    OptimalScheduleParams params;
    params.strategy = reactive ? ScheduleStrategy::v2g_q : ScheduleStrategy::v2g;
    const ScheduleProblem problem = problem_of(reactive, 0.9);
    const PlanWindow window{{}, quarter, 4};
    PlanGrid linear(grid, window, PlanDesk::calendar());
    linear.linearise(PlanPower(24, 0.0));
    const PlanLimitsOf limits{grid, params};
    const PlanReach reach(problem);
    const PlanRows rows = limit_rows({linear, {}, reach, limits, {}, 1.0});
    CHECK(rows.limits.limit.size() > 4);
    CHECK(rows.limits.limit.size() < 4 * 7);
    int broken = 0;
    for (int i = 0; i < 2000; ++i) {
        const auto k = static_cast<std::uint32_t>(i % 4);
        const auto y = random_power(problem, random, i % 3 == 0);
        double worst = -1.0, worst_row = -1.0;
        for (std::size_t b = 0; b < 3; ++b) {
            const double v = value_at(linear.at(k), linear.at(k).voltage, b, y);
            worst = std::max({worst, 0.98 - v, v - 1.02});
        }
        worst = std::max(worst, value_at(linear.at(k), linear.at(k).along, 0, y) - 1.0);
        for (std::size_t r = 0; r < rows.limits.limit.size(); ++r)
            if (rows.limits.rows.step[r] == k)
                worst_row = std::max(
                    worst_row, product(std::span(rows.limits.rows.coefficient).subspan(6 * r, 6), y) - rows.limits.limit[r]);
        if (worst > 0.0) CHECK(worst_row >= worst - 1e-8);
        if (worst_row > 0.0) CHECK(worst > 0.0);
        broken += worst > 0.0;
    }
    CHECK(broken > 50);
    CHECK(broken < 1950);
}

TEST_CASE("a base load that breaks a limit alone is told, and is a row only where vehicles can help", "[optimal_schedule]") {
    FakeGrid grid({.places = 3, .r = 4e-4, .lowest = 0.98}, {});
    grid.base_pu = {0.97, 1.0, 1.0, 1.0};
    OptimalScheduleParams params;
    const PlanWindow window{{}, quarter, 4};
    PlanGrid linear(grid, window, PlanDesk::calendar());
    linear.linearise(PlanPower(24, 0.0));
    ScheduleProblem problem = problem_of(false, 0.0);
    const auto rows_of = [&] {
        const PlanReach reach(problem);
        return limit_rows({linear, {}, reach, {grid, params}, {}, 1.0});
    };
    CHECK(rows_of().unavoidable.empty());  // charging makes it worse, so there are rows, which will have to give way
    CHECK(rows_of().limits.limit.size() >= 1);
    for (auto& v : problem.vehicles) v.first = 1;  // nobody is there
    const PlanRows rows = rows_of();
    REQUIRE(rows.unavoidable.size() == 3);
    CHECK(rows.unavoidable[0].amount == Approx(0.01));
    CHECK(rows.unavoidable[0].step == 0);
    for (const RowKey& key : rows.keys) CHECK(key.step != 0);
}

TEST_CASE("a current is limited along the phasors of all schedules known", "[optimal_schedule]") {
    FakeGrid grid({.places = 3, .r = 1e-6, .x = 1e-6, .rating_kva = 100.0}, {});
    grid.base_kw = {80.0};
    grid.base_kvar = {40.0};
    OptimalScheduleParams params;
    params.strategy = ScheduleStrategy::smart_q;
    const ScheduleProblem problem = problem_of(true, 0.0);
    const PlanReach reach(problem);
    PlanGrid linear(grid, {{}, quarter, 4}, PlanDesk::calendar());
    PlanPower turned(24, 0.0);
    for (std::size_t k = 0; k < 4; ++k) turned[6 * k] = 10.0, turned[6 * k + 3] = -30.0;  // vehicles give reactive power
    linear.linearise(turned);
    const std::vector<PlanPower> earlier{PlanPower(24, 0.0)};
    const PlanRows rows = limit_rows({linear, earlier, reach, {grid, params}, {}, 1.0});
    // Whatever keeps all rows is inside the circle, up to the sagitta between two directions, on the arc that was seen.
    std::mt19937 random(3);
    int seen = 0;
    for (int i = 0; i < 3000; ++i) {
        const auto y = random_power(problem, random, false);
        const double p = 80.0 + y[0] + y[1] + y[2], q = 40.0 + y[3] + y[4] + y[5];
        double worst = -1.0;
        for (std::size_t r = 0; r < rows.limits.limit.size(); ++r)
            if (rows.limits.rows.step[r] == 0)
                worst =
                    std::max(worst, product(std::span(rows.limits.rows.coefficient).subspan(6 * r, 6), y) - rows.limits.limit[r]);
        const double excess = std::hypot(p, q) / 100.0 - 1.0;
        CHECK(worst <= std::max(excess, 1e-9) + 1e-9);  // no row cuts into the circle
        if (std::atan2(q, p) < 0.1 || std::atan2(q, p) > 0.46) continue;
        ++seen;
        CHECK(worst >= excess - 2.5e-4 * (1.0 + excess));
    }
    CHECK(seen > 100);
}

TEST_CASE("few squares stand for a positive semidefinite form, to the share of it that may be left out", "[optimal_schedule]") {
    std::mt19937 random(5);
    std::normal_distribution<double> normal;
    constexpr std::size_t n = 8;
    std::vector<double> matrix(n * n, 0.0);
    for (int rank = 0; rank < 3; ++rank) {
        std::vector<double> v(n);
        for (double& x : v) x = normal(random) * std::pow(10.0, -rank);
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t k = 0; k < n; ++k) matrix[i * n + k] += v[i] * v[k];
    }
    const LowRank squares = factor(matrix, n, 1e-12, n);
    CHECK(squares.rank() == 3);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t k = 0; k < n; ++k) {
            double sum = 0.0;
            for (std::size_t r = 0; r < squares.rank(); ++r) sum += squares.rows[r * n + i] * squares.rows[r * n + k];
            CHECK(sum == Approx(matrix[i * n + k]).margin(1e-11));
        }
    CHECK(factor(matrix, n, 1e-1, n).rank() < 3);
    // Fewer rows than that are told by what they leave out.
    CHECK(squares.left_out <= 1e-12);
    const LowRank one = factor(matrix, n, 1e-12, 1);
    CHECK(one.rank() == 1);
    double whole = 0.0, covered = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
        whole += matrix[i * n + i];
        covered += one.rows[i] * one.rows[i];
    }
    CHECK(one.left_out == Approx(1.0 - covered / whole).epsilon(1e-9));
    CHECK(factor(std::vector<double>(n * n, 0.0), n, 1e-4, n).rank() == 0);
}

TEST_CASE("cost rows say the loss of any power of the fleet", "[optimal_schedule]") {
    const bool reactive = GENERATE(false, true);
    FakeGrid grid({.places = 3, .rho = 2e-5}, {});
    grid.base_kw = {300.0, 100.0, 0.0, 50.0};
    grid.base_kvar = {80.0, -20.0, 0.0, 10.0};
    OptimalScheduleParams params;
    params.objective = ScheduleGoal::loss;
    ScheduleProblem problem = problem_of(reactive, 0.5);
    const PlanReach reach(problem);
    PlanGrid linear(grid, {{}, quarter, 4}, PlanDesk::calendar());
    linear.linearise(PlanPower(24, reactive ? 3.0 : 0.0));
    const double surplus = set_cost_rows(params, linear, reach, problem).surplus;
    std::mt19937 random(2);
    for (int i = 0; i < 20; ++i) {
        double told = -surplus, exact = 0.0;
        std::vector<std::vector<double>> y;
        for (std::uint32_t k = 0; k < 4; ++k) {
            y.push_back(random_power(problem, random, false));
            exact += 0.25 * grid.loss_kw(Instant(quarter * k), std::span(y[k]).first(3), std::span(y[k]).subspan(3));
        }
        const auto row = [&](const GridRows& rows, std::size_t r) {
            return product(std::span(rows.coefficient).subspan(6 * r, 6), y[rows.step[r]]);
        };
        for (std::size_t r = 0; r < problem.costs.weight.size(); ++r)
            told += 0.5 * problem.costs.weight[r] * std::pow(row(problem.costs.rows, r) - problem.costs.target[r], 2);
        for (std::size_t r = 0; r < problem.limits.limit.size(); ++r) {
            const double excess = row(problem.limits.rows, r) - problem.limits.limit[r];
            CHECK(excess > 0.0);
            told += problem.limits.price[r] * excess;
        }
        CHECK(told == Approx(exact).epsilon(1e-9));
    }
}
