#include <catch2/catch.hpp>
#include <cmath>

#include "evsweep/contracts.hpp"
#include "sim/engine/complaint.hpp"
#include "tests/unit/engine/small_world.hpp"

using namespace evsweep;
using namespace evsweep::small_world;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

Instant at_hours(double h) { return Instant(from_hours(h)); }

/// A day with a vehicle that charges at 10 kW from 1:00 to 2:00, or longer if told so.
Fleet one_vehicle() {
    Fleet fleet;
    fleet.add(stay(1.0, 3.0, 0.5, 0.8));
    return fleet;
}

Told hourly(Needs needs, Told::Rule rule) { return {{.period = Duration(1h)}, needs, std::move(rule)}; }

ReplicaOutcome run_foretold(const Population& population, Controller& controller, const Population& foretold) {
    const Scenario scenario = a_day(15min);
    const Feeder feeder = two_buses();
    const BaseDemand base(scenario, feeder);
    const ChargingNetwork network(feeder, places_of(population.connectors));
    const ReplicaSite site{scenario, feeder, base, network};
    Stopwatch watch;
    Ensemble ensemble(site, watch);
    ensemble.add(population, controller, Rng(1, 0)).foretell(foretold);
    return ensemble.run().front();
}

}  // namespace

TEST_CASE("grid, arrivals, foresight and selling prices are shown to those who declared them, and to nobody else") {
    const Feeder feeder = two_buses();
    const Fleet fleet = one_vehicle();
    Scenario day = a_day(15min);
    day.prices = Prices{.buy = {.every = 24h, .values = {0.3}}, .sell_share = Fraction(0.5)};
    SECTION("nothing declared") {
        Told controller = hourly({}, [](const Observation& seen, Setpoints&) {
            REQUIRE(seen.grid == nullptr);
            REQUIRE(seen.foretold == nullptr);
            REQUIRE(seen.foreseen == nullptr);
            REQUIRE(seen.sell_forecast.values.empty());
            REQUIRE(seen.horizon == Instant(24h));
        });
        REQUIRE_FALSE(run(day, feeder, fleet.population, controller).outcome.failure);
        REQUIRE_FALSE(run_foretold(fleet.population, controller, fleet.population).failure);
    }
    SECTION("foresight: the fleet as it will be") {
        Told controller = hourly({Need::foresight}, [&](const Observation& seen, Setpoints&) {
            REQUIRE(seen.foreseen == &fleet.population);
            REQUIRE(seen.foretold == nullptr);
        });
        REQUIRE_FALSE(run(day, feeder, fleet.population, controller).outcome.failure);
    }
    SECTION("prices: of buying and of selling") {
        Told controller = hourly({Need::price}, [](const Observation& seen, Setpoints&) {
            REQUIRE(seen.price == 0.3);
            REQUIRE(seen.sell_forecast.values.size() == 96);
            REQUIRE(seen.sell_forecast.at(seen.now) == 0.15);
        });
        REQUIRE_FALSE(run(day, feeder, fleet.population, controller).outcome.failure);
    }
    SECTION("arrivals: the forecast that the replica was given") {
        const Fleet other = one_vehicle();
        Told controller =
            hourly({Need::arrivals}, [&](const Observation& seen, Setpoints&) { REQUIRE(seen.foretold == &other.population); });
        REQUIRE_FALSE(run_foretold(fleet.population, controller, other.population).failure);
        REQUIRE_THAT(run(day, feeder, fleet.population, controller).outcome.failure.value(),
                     Contains("who plans for arrivals is told a forecast of them"));
    }
}

TEST_CASE("a forecast of stays at other connectors is a broken promise") {
    const Fleet fleet = one_vehicle();
    Fleet larger = one_vehicle();
    larger.add(stay(4.0, 5.0, 0.5, 0.8));
    Told controller = on_arrival(10.0);
    CHECK_THROWS_AS(run_foretold(fleet.population, controller, larger.population), ContractViolation);
}

TEST_CASE("the grid that a controller plans with has the voltages that the load flow then finds") {
    const Feeder feeder = two_buses();
    const Fleet fleet = one_vehicle();
    std::vector<double> planned;
    Told controller = hourly({Need::linear_grid}, [&](const Observation& seen, Setpoints& setpoints) {
        REQUIRE(seen.grid != nullptr);
        REQUIRE(seen.grid->places() == 1);
        REQUIRE(seen.grid->place_of_connector().size() == 1);
        for (ConnectorId c : seen.plugged_in) setpoints.set(c, seen.p_max_kw[c.index()], 5.0);
        const std::vector<double> p{setpoints.p_kw(ConnectorId(0))};
        const std::vector<double> q{setpoints.q_kvar(ConnectorId(0))};
        LinearGrid grid;
        REQUIRE(seen.grid->linearise(seen.now, p, q, grid));
        planned.push_back(grid.voltage.value.at(0));
    });
    const Run day = run(a_day(15min), feeder, fleet.population, controller);
    REQUIRE_FALSE(day.outcome.failure);
    REQUIRE(planned.size() == 24);
    for (std::size_t h = 0; h < planned.size(); ++h) CHECK(planned[h] == Approx(day.notes.lowest_voltage.at(4 * h)).margin(1e-8));
    CHECK(planned[1] < planned[0]);
}

TEST_CASE("replicas of one ensemble plan with the same grid one after the other, each as if alone") {
    const Scenario scenario = a_day(15min);
    const Feeder feeder = two_buses();
    const BaseDemand base(scenario, feeder);
    const Fleet fleet = one_vehicle();
    const ChargingNetwork network(feeder, places_of(fleet.population.connectors));
    const ReplicaSite site{scenario, feeder, base, network};
    const auto rule = [](double kw, std::vector<double>& planned) {
        return hourly({Need::linear_grid}, [kw, &planned](const Observation& seen, Setpoints& setpoints) {
            for (ConnectorId c : seen.arrived) setpoints.set(c, kw);
            LinearGrid grid;
            const std::vector<double> p{setpoints.p_kw(ConnectorId(0))};
            REQUIRE(seen.grid->linearise(seen.now, p, std::vector<double>{0.0}, grid));
            for (const auto* values : {&grid.voltage.value, &grid.voltage.per_kw, &grid.source.value, &grid.loss.value})
                planned.insert(planned.end(), values->begin(), values->end());
        });
    };
    std::vector<double> alone[2];
    std::vector<double> together[2];
    const double kw[] = {3.0, 10.0};
    for (std::size_t m = 0; m < 2; ++m) {
        Told controller = rule(kw[m], alone[m]);
        REQUIRE_FALSE(run(scenario, feeder, fleet.population, controller).outcome.failure);
    }
    Told first = rule(kw[0], together[0]);
    Told second = rule(kw[1], together[1]);
    Stopwatch watch;
    Ensemble ensemble(site, watch);
    ensemble.add(fleet.population, first, Rng(1, 0));
    ensemble.add(fleet.population, second, Rng(1, 1));
    for (const ReplicaOutcome& outcome : ensemble.run()) REQUIRE_FALSE(outcome.failure);
    CHECK(alone[0] == together[0]);
    CHECK(alone[1] == together[1]);
    CHECK(alone[0] != alone[1]);
}

TEST_CASE("a controller that cannot decide fails its replica with its own words and the time of day") {
    const Feeder feeder = two_buses();
    const Fleet fleet = one_vehicle();
    Scenario days = a_day(15min);
    days.time.start = Calendar(std::chrono::local_days(std::chrono::year(2025) / 1 / 6) + 12h);
    days.time.duration = 48h;
    const auto failure_at = [&](double h) {
        Told controller({.period = Duration(15min)}, {}, [h](const Observation& seen, Setpoints&) {
            if (seen.now == at_hours(h)) throw ControllerError("the forecast has no numbers; look at prices.buy");
        });
        return run(days, feeder, fleet.population, controller).outcome.failure.value_or("");
    };
    CHECK(failure_at(0.0) == "at 12:00: the forecast has no numbers; look at prices.buy");
    CHECK(failure_at(7.25) == "at 19:15: the forecast has no numbers; look at prices.buy");
    CHECK(failure_at(30.0) == "at 18:00+1d: the forecast has no numbers; look at prices.buy");
}

TEST_CASE("what is thrown is told in words that its maker chose, or as an internal error") {
    const auto told = [](const auto& thrown) {
        try {
            throw thrown;
        } catch (...) {
            return complaint_of_exception();
        }
    };
    CHECK(told(ControllerError("no price")) == "no price");
    CHECK(told(SetpointError("too much")) == "too much");
    CHECK(told(ContractViolation("broken promise: x")) == "broken promise: x");
    CHECK(told(std::bad_alloc()) == "not enough memory; ask for fewer threads or coarser outputs");
    CHECK(told(std::out_of_range("vector")) == "internal error: vector");
    CHECK(told(3) == "internal error");
}
