/// What a step can do, against everything it could do.
#include "solvers/schedule/step_choices.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "unit/models/solvers/random_problems.hpp"

using namespace evsweep;

namespace {

/// The chain between its choices.
double cost_at(std::span<const StepChoice> chain, double fall) {
    for (std::size_t k = 1; k < chain.size(); ++k)
        if (fall <= chain[k].fall)
            return chain[k - 1].cost +
                   (chain[k].cost - chain[k - 1].cost) * (fall - chain[k - 1].fall) / (chain[k].fall - chain[k - 1].fall);
    return chain.back().cost;
}

void check_convex(std::span<const StepChoice> chain) {
    for (std::size_t k = 2; k < chain.size(); ++k) {
        REQUIRE(chain[k - 1].fall > chain[k - 2].fall);
        REQUIRE(chain[k].fall > chain[k - 1].fall);
        CHECK((chain[k - 1].cost - chain[k - 2].cost) * (chain[k].fall - chain[k - 1].fall) <=
              (chain[k].cost - chain[k - 1].cost) * (chain[k - 1].fall - chain[k - 2].fall));
    }
}

/// min over q of price q + weight q^2 on the circle, by its definition.
double reactive_cost(double price, double weight, double p) {
    const double most = std::sqrt(std::max(0.0, 1.0 - p * p));
    const double q = weight > 0.0 ? std::clamp(-0.5 * price / weight, -most, most) : (price > 0.0 ? -most : most);
    return price * q + weight * q * q;
}

ActiveStep random_step(Draws& draw) {
    ActiveStep step;
    step.charge_max = draw.chance(0.2) ? draw.uniform(0.0, 1.0) : 1.0;
    step.discharge_max = draw.chance(0.5) ? 0.0 : draw.uniform(0.0, 1.0);
    step.charge_cost = draw.uniform(-0.5, 1.0);
    step.discharge_cost = draw.uniform(-0.5, 1.0);
    step.fall = draw.uniform(0.0, 0.1);
    step.rise = step.fall * draw.uniform(1.0, 1.4);
    return step;
}

/// V(x) = x^2 on [0, 1], the cost of what follows.
MarginalValue parabola() {
    MarginalValue value;
    value.begin(0.0, 1.0, 0.0, 0.0);
    value.hold(1.0);
    return value;
}

}  // namespace

TEST_CASE("every tangent lies below the cost of reactive power and touches it", "[step_choices]") {
    for (const double weight : {0.0, 1e-7, 0.3})
        for (const double price : {1e-9, 0.01, -0.5, 40.0}) {
            const ReactiveCost cost(price, weight);
            for (const double tilt : {-1e3, -1.0, -1e-6, 0.0, 1e-9, 0.2, 5.0}) {
                const Line line = cost.tangent(tilt);
                INFO("weight " << weight << ", price " << price << ", tilt " << tilt);
                for (int n = -1000; n <= 1000; ++n)
                    REQUIRE(line.at(n / 1000.0) <=
                            reactive_cost(price, weight, n / 1000.0) + 1e-14 * std::max(1.0, std::abs(tilt)));
                const double p = cost.active(tilt);
                CHECK(line.at(p) == Approx(reactive_cost(price, weight, p)).epsilon(1e-12).margin(1e-14 * std::abs(tilt)));
                CHECK(std::abs(line.slope - tilt) <= cost.largest_difference() + 1e-15 * std::abs(tilt));
            }
        }
}

TEST_CASE("a power has its tangent and a tangent its power", "[step_choices]") {
    const ReactiveCost cost(0.3, 1e-7);
    for (const double p : {-0.999, -0.3, 0.0, 0.5, 0.9999999}) CHECK(cost.active(cost.tilt_at(p)) == Approx(p).epsilon(1e-12));
    CHECK(std::isfinite(cost.tilt_at(1.0)));
    CHECK(std::isfinite(cost.tilt_at(-1.0)));
}

TEST_CASE("nothing that a step can do costs less than its choices say", "[step_choices]") {
    StepChoices choices;
    const MarginalValue after = parabola();
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        Draws draw(seed);
        const ActiveStep step = random_step(draw);
        const double price = draw.chance(0.2) ? 0.0 : std::pow(10.0, draw.uniform(-6.0, 0.0)) * (draw.chance(0.5) ? 1.0 : -1.0);
        const double weight = draw.chance(0.5) ? 1e-7 : 0.1;
        const StepOfSchedule schedule{draw.uniform(0.0, 1.0), draw.uniform(-step.discharge_max, step.charge_max)};
        const auto chain = choices.of(step, ReactiveCost(price, weight), schedule, after);
        check_convex(chain);
        INFO("seed " << seed);
        for (int n = 0; n < 500; ++n) {
            const double u = step.charge_max * (n % 5 == 0 ? std::round(draw.uniform(0.0, 1.0)) : draw.uniform(0.0, 1.0));
            const double w = step.discharge_max * (n % 7 == 0 ? std::round(draw.uniform(0.0, 1.0)) : draw.uniform(0.0, 1.0));
            const double cost = step.charge_cost * u + step.discharge_cost * w + reactive_cost(price, weight, u - w);
            REQUIRE(cost_at(chain, step.fall * u - step.rise * w) <= cost + 1e-13);
        }
    }
}

TEST_CASE("choices are exact at the schedule's power, and for the best way from its deficit", "[step_choices]") {
    StepChoices choices;
    const MarginalValue after = parabola();
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        Draws draw(seed);
        ActiveStep step = random_step(draw);
        step.discharge_max = 0.0;
        step.charge_cost = draw.uniform(0.0, 0.02);
        const double price = std::pow(10.0, draw.uniform(-5.0, -1.0));
        const StepOfSchedule schedule{draw.uniform(0.2, 1.0), step.charge_max * draw.uniform(0.0, 0.999)};
        const auto chain = choices.of(step, ReactiveCost(price, 1e-7), schedule, after);
        INFO("seed " << seed);
        CHECK(cost_at(chain, step.fall * schedule.active) ==
              Approx(step.charge_cost * schedule.active + reactive_cost(price, 1e-7, schedule.active)).margin(1e-12));
        MarginalValue before = after;
        before.go_back(chain);
        double best = 1e9;
        for (int n = 0; n <= 200000; ++n) {  // even in p, as p = sin(angle) is fine where the circle is steep
            const double p = std::min(step.charge_max, std::sin(1.5707963267948966 * n / 200000));
            const double x = schedule.deficit - step.fall * p;
            best = std::min(best, x * x + step.charge_cost * p + reactive_cost(price, 1e-7, p));
        }
        CHECK(before.at(schedule.deficit) <= best + 1e-13);
        CHECK(before.at(schedule.deficit) >= best - 1e-9);
    }
}

TEST_CASE("a step that moves nothing is on or off by its cost alone", "[step_choices]") {
    ActiveStep step;
    step.charge_max = step.discharge_max = 1.0;
    step.charge_cost = 0.5;
    step.discharge_cost = -0.25;
    StepChoices choices;
    const auto chain = choices.of(step);
    REQUIRE(chain.size() == 1);
    CHECK(chain[0].fall == 0.0);
    CHECK(chain[0].cost == -0.25);
}
