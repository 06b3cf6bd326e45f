#include <catch2/catch.hpp>
#include <cmath>

#include "evsweep/contracts.hpp"
#include "sim/engine/error_text.hpp"
#include "tests/unit/engine/small_world.hpp"

using namespace evsweep;
using namespace evsweep::small_world;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

Instant at_hours(double h) { return Instant(from_hours(h)); }

/// A day with a vehicle that charges at 10 kW from 1:00 to 2:00, or longer if asked to.
Fleet one_vehicle() {
    Fleet fleet;
    fleet.add(stay(1.0, 3.0, 0.5, 0.8));
    return fleet;
}

/// Every hour, with one service.
template <class Interface, class Rule>
ControllerByRule hourly(const Service<Interface>& service, Rule rule) {
    return {{.period = Duration(1h)}, [=](const Controller::Context& context) -> ControllerByRule::Rule {
                const auto use = context.exchange.use(service);
                return [=](Turn& turn, const Connection& seen, Setpoints& setpoints) { rule(turn[use], seen, setpoints); };
            }};
}

ReplicaOutcome run_expecting(const Population& population, const ControllerByRule& controller, const Population& expected) {
    const Feeder feeder = two_buses();
    StudySite site(a_day(15min), feeder, places_of(population.connectors));
    return run(site, population, {party("it", controller)}, &expected).outcome;
}

}  // namespace

TEST_CASE("foresight is the fleet as it will be, and arrivals are the forecast that the replica was given") {
    const Feeder feeder = two_buses();
    const Fleet fleet = one_vehicle();
    SECTION("foresight") {
        const ControllerByRule controller =
            hourly(services::foresight, [&](const Population& stays, const Connection& seen, Setpoints&) {
                REQUIRE(&stays == &fleet.population);
                REQUIRE(seen.horizon == Instant(24h));
            });
        REQUIRE_FALSE(run(a_day(15min), feeder, fleet.population, controller).outcome.failure);
    }
    SECTION("arrivals") {
        const Fleet other = one_vehicle();
        const ControllerByRule controller = hourly(services::arrivals, [&](const Population& stays, const Connection&,
                                                                           Setpoints&) { REQUIRE(&stays == &other.population); });
        REQUIRE_FALSE(run_expecting(fleet.population, controller, other.population).failure);
        REQUIRE_THAT(run(a_day(15min), feeder, fleet.population, controller).outcome.failure.value(),
                     Contains("a forecast of stays is there for whoever uses it"));
    }
    SECTION("a use that nobody declared") {
        const ControllerByRule controller{{.period = Duration(1h)}, [](const Controller::Context&) -> ControllerByRule::Rule {
                                              return [](Turn& turn, const Connection&, Setpoints&) {
                                                  const Use<const Population> none;
                                                  (void)turn[none];
                                              };
                                          }};
        REQUIRE_THAT(run(a_day(15min), feeder, fleet.population, controller).outcome.failure.value(),
                     Contains("uses what it has not declared"));
    }
}

TEST_CASE("a controller of one group is shown the stays of that group only, with the vehicles' numbers as they are") {
    Fleet fleet = one_vehicle();
    fleet.population.connectors.form_group("homes");
    fleet.add(stay(4.0, 5.0, 0.5, 0.8));
    fleet.population.connectors.form_group("shops");
    Scenario scenario = a_day(15min);
    scenario.population.resize(2);
    const Feeder feeder = two_buses();
    StudySite site(scenario, feeder, places_of(fleet.population.connectors));
    std::vector<std::size_t> vehicles;
    const ControllerByRule of_shops =
        hourly(services::foresight, [&](const Population& stays, const Connection& seen, Setpoints&) {
            if (seen.now != Instant{}) return;
            for (const Session& session : stays.sessions) vehicles.push_back(session.vehicle.index());
            REQUIRE(stays.connectors.size() == 2);
        });
    const Run day =
        run(site, fleet.population, {party("homes", on_arrival(5.0), {"homes"}), party("shops", of_shops, {"shops"})});
    REQUIRE_FALSE(day.outcome.failure);
    CHECK(vehicles == std::vector<std::size_t>{1});
}

TEST_CASE("prices and their forecasts are those of the scenario") {
    const Feeder feeder = two_buses();
    const Fleet fleet = one_vehicle();
    Scenario day = a_day(15min);
    day.prices = Prices{.buy = {.every = 24h, .values = {0.3}}, .sell_share = Fraction(0.5)};
    const ControllerByRule controller{{.period = Duration(1h)}, [](const Controller::Context& context) -> ControllerByRule::Rule {
                                          const auto price = context.exchange.subscribe(signals::price);
                                          const auto selling = context.exchange.subscribe(signals::sell_price);
                                          const auto forecast = context.exchange.subscribe(signals::sell_price_forecast);
                                          return [=](Turn& turn, const Connection& seen, Setpoints&) {
                                              REQUIRE(turn.value(price).value() == 0.3);
                                              REQUIRE(turn.value(selling).value() == 0.15);
                                              REQUIRE(turn[forecast].values.size() == 96);
                                              REQUIRE(turn[forecast].at(seen.now) == 0.15);
                                          };
                                      }};
    REQUIRE_FALSE(run(day, feeder, fleet.population, controller).outcome.failure);
}

TEST_CASE("a fee is on what is bought alone, also of the prices that were expected the day before") {
    const Feeder feeder = two_buses();
    const Fleet fleet = one_vehicle();
    Scenario day = a_day(15min);
    day.prices = Prices{.buy = {.every = 24h, .values = {0.3}},
                        .sell_share = Fraction(0.5),
                        .fee = Price(0.25),
                        .day_ahead = Profile{.every = 12h, .values = {0.5, -0.25}}};
    const ControllerByRule controller{{.period = Duration(1h)}, [](const Controller::Context& context) -> ControllerByRule::Rule {
                                          const auto price = context.exchange.subscribe(signals::price);
                                          const auto selling = context.exchange.subscribe(signals::sell_price);
                                          const auto expected = context.exchange.subscribe(signals::day_ahead_price);
                                          const auto sold = context.exchange.subscribe(signals::day_ahead_sell_price);
                                          return [=](Turn& turn, const Connection&, Setpoints&) {
                                              REQUIRE(turn.value(price).value() == 0.55);
                                              REQUIRE(turn.value(selling).value() == 0.15);
                                              REQUIRE(turn[expected].values.size() == 96);
                                              REQUIRE(turn[expected].at(at_hours(1.0)) == 0.75);
                                              REQUIRE(turn[expected].at(at_hours(13.0)) == 0.0);
                                              REQUIRE(turn[sold].at(at_hours(1.0)) == 0.25);
                                              REQUIRE(turn[sold].at(at_hours(13.0)) == -0.125);
                                          };
                                      }};
    REQUIRE_FALSE(run(day, feeder, fleet.population, controller).outcome.failure);
}

TEST_CASE("a forecast of stays at other connectors is a broken promise") {
    const Fleet fleet = one_vehicle();
    Fleet larger = one_vehicle();
    larger.add(stay(4.0, 5.0, 0.5, 0.8));
    CHECK_THROWS_AS(run_expecting(fleet.population, on_arrival(10.0), larger.population), ContractViolation);
}

TEST_CASE("the grid that a controller plans with has the voltages that the load flow then finds") {
    const Feeder feeder = two_buses();
    const Fleet fleet = one_vehicle();
    std::vector<double> planned;
    const ControllerByRule controller =
        hourly(services::linear_grid, [&](GridModel& model, const Connection& seen, Setpoints& setpoints) {
            REQUIRE(model.places() == 1);
            REQUIRE(model.place_of_connector().size() == 1);
            for (ConnectorId c : seen.plugged_in) setpoints.set(c, Kilowatts(seen.p_max_kw[c.index()]), Kilovars(5.0));
            const std::vector<double> p{setpoints.p_kw(ConnectorId(0))};
            const std::vector<double> q{setpoints.q_kvar(ConnectorId(0))};
            LinearGrid grid;
            REQUIRE(model.linearise(seen.now, p, q, grid));
            planned.push_back(grid.voltage.value.at(0));
        });
    const Run day = run(a_day(15min), feeder, fleet.population, controller);
    REQUIRE_FALSE(day.outcome.failure);
    REQUIRE(planned.size() == 24);
    for (std::size_t h = 0; h < planned.size(); ++h) CHECK(planned[h] == Approx(day.notes.lowest_voltage.at(4 * h)).margin(1e-8));
    CHECK(planned[1] < planned[0]);
}

TEST_CASE("replicas of one ensemble plan with the same grid one after the other, each as if alone") {
    const Feeder feeder = two_buses();
    const Fleet fleet = one_vehicle();
    const StudySite site(a_day(15min), feeder, places_of(fleet.population.connectors));
    const auto rule = [](double kw, std::vector<double>& planned) {
        return hourly(services::linear_grid, [kw, &planned](GridModel& model, const Connection& seen, Setpoints& setpoints) {
            for (ConnectorId c : seen.arrived) setpoints.set(c, Kilowatts(kw));
            LinearGrid grid;
            const std::vector<double> p{setpoints.p_kw(ConnectorId(0))};
            REQUIRE(model.linearise(seen.now, p, std::vector<double>{0.0}, grid));
            for (const auto* values : {&grid.voltage.value, &grid.voltage.per_kw, &grid.source.value, &grid.loss.value})
                planned.insert(planned.end(), values->begin(), values->end());
        });
    };
    std::vector<double> alone[2];
    std::vector<double> together[2];
    const double kw[] = {3.0, 10.0};
    std::vector<Alternative> alternatives;
    for (std::size_t m = 0; m < 2; ++m) {
        REQUIRE_FALSE(run(site.scenario, feeder, fleet.population, rule(kw[m], alone[m])).outcome.failure);
        alternatives.push_back({.label = "it", .type = "it", .settings = {}, .parties = {party("it", rule(kw[m], together[m]))}});
    }
    PartySet first(site.shared, &alternatives[0], fleet.population, Rng(1, 0));
    PartySet second(site.shared, &alternatives[1], fleet.population, Rng(1, 1));
    Stopwatch watch;
    Ensemble ensemble(site.shared, watch);
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
        const ControllerByRule controller = by_rule({.period = Duration(15min)}, [h](const Connection& seen, Setpoints&) {
            if (seen.now == at_hours(h)) throw PartyError("the forecast has no numbers; look at prices.buy");
        });
        return run(days, feeder, fleet.population, controller).outcome.failure.value_or("");
    };
    CHECK(failure_at(0.0) == "at 12:00: the forecast has no numbers; look at prices.buy");
    CHECK(failure_at(7.25) == "at 19:15: the forecast has no numbers; look at prices.buy");
    CHECK(failure_at(30.0) == "at 18:00+1d: the forecast has no numbers; look at prices.buy");
}

TEST_CASE("what is thrown is reported in words that its maker chose, or as an internal error") {
    const auto text_of = [](const auto& thrown) {
        try {
            throw thrown;
        } catch (...) {
            return error_text_of_exception();
        }
    };
    CHECK(text_of(PartyError("no price")) == "no price");
    CHECK(text_of(SetpointError("too much")) == "too much");
    CHECK(text_of(ContractViolation("broken promise: x")) == "broken promise: x");
    CHECK(text_of(std::bad_alloc()) == "not enough memory; ask for fewer threads or coarser outputs");
    CHECK(text_of(std::out_of_range("vector")) == "internal error: vector");
    CHECK(text_of(3) == "internal error");
}
