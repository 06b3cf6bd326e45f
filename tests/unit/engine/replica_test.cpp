#include "sim/engine/replica.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/unit/engine/small_world.hpp"

using namespace evsweep;
using namespace evsweep::small_world;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

Instant at_hours(double h) { return Instant(from_hours(h)); }

}  // namespace

TEST_CASE("a vehicle is full at the instant that its energy balance gives, whatever the control step") {
    // 0.3 x 40 kWh = 12 kWh stored at 9 kW: 4/3 h after the plug-in at 10.5 h.
    const Duration step = GENERATE(Duration(60s), Duration(15min), Duration(1h));
    const Feeder feeder = two_buses();
    Fleet fleet;
    fleet.add(stay(10.5, 20.0, 0.5, 0.8));
    const ControllerByRule controller = on_arrival(10.0);
    const Run day = run(a_day(step), feeder, fleet.population, controller);
    REQUIRE_FALSE(day.outcome.failure);
    REQUIRE(day.notes.instants_of(EventKind::full) == std::vector<Instant>{at_hours(10.5 + 4.0 / 3.0)});
    REQUIRE(day.notes.stays.at(0).charged_kwh == Approx(12.0 / 0.9).epsilon(1e-12));
    REQUIRE(day.notes.stays.at(0).final_soc == 0.8);
}

TEST_CASE("discharging stops exactly at the reserve") {
    // 0.3 x 40 kWh released at 10 / 0.9 kW take 1.08 h.
    const Feeder feeder = two_buses();
    Fleet fleet;
    fleet.add(stay(6.0, 20.0, 0.5, 0.8));
    const ControllerByRule controller = on_arrival(-10.0);
    const Run day = run(a_day(), feeder, fleet.population, controller);
    REQUIRE_FALSE(day.outcome.failure);
    REQUIRE(day.notes.instants_of(EventKind::reserve) == std::vector<Instant>{at_hours(7.08)});
    REQUIRE(day.notes.stays.at(0).discharged_kwh == Approx(0.9 * 12.0).epsilon(1e-12));
    REQUIRE(day.notes.stays.at(0).final_soc == 0.2);
}

TEST_CASE("the energies of the steps add up to those of the stays and close the ledger") {
    const Feeder feeder = two_buses();
    Fleet fleet;
    for (int i = 0; i < 30; ++i) fleet.add(stay(0.013 + 0.31 * i, 12.0 + 0.37 * i, 0.3 + 0.01 * i, 0.9), 0.7);
    const ControllerByRule controller = on_arrival(9.3, 3.0);
    const Run day = run(a_day(15min), feeder, fleet.population, controller);
    REQUIRE_FALSE(day.outcome.failure);
    double steps = 0.0, stays = 0.0, source = 0.0, sinks = 0.0;
    for (const auto& i : day.notes.intervals) {
        steps += i.charged_kwh;
        source += i.source_kwh;
        sinks += i.load_kwh + i.loss_kwh + i.charged_kwh - i.discharged_kwh;
    }
    for (const auto& s : day.notes.stays) stays += s.charged_kwh;
    REQUIRE(steps == Approx(stays).epsilon(1e-12));
    REQUIRE(source == Approx(sinks).epsilon(1e-12));
    REQUIRE(std::abs(day.outcome.ledger.feeder_gap_kwh()) < 1e-8);
}

TEST_CASE("the load flow sees a vehicle from the first control step after its plug-in") {
    // Closed form for two buses: with a = V0^2/2 - (R P + X Q), V^2 = a + sqrt(a^2 - |z|^2 |S|^2).
    const auto voltage = [](double p_kw, double q_kvar) {
        const double p = p_kw * 1e3, q = q_kvar * 1e3, v0 = 1e4;
        const double a = v0 * v0 / 2.0 - (p + q);
        return std::sqrt(a + std::sqrt(a * a - 2.0 * (p * p + q * q))) / v0;
    };
    const Feeder feeder = two_buses();
    Fleet fleet;
    fleet.add(stay(10.0 + 0.5 / 60.0, 20.0, 0.1, 0.9));
    const ControllerByRule controller = on_arrival(10.0, 5.0);
    const Run day = run(a_day(), feeder, fleet.population, controller);
    REQUIRE(day.notes.lowest_voltage.at(600) == Approx(voltage(1000.0, 200.0)).epsilon(1e-8));
    REQUIRE(day.notes.lowest_voltage.at(601) == Approx(voltage(1010.0, 205.0)).epsilon(1e-8));
    REQUIRE(day.notes.snapshots.at(601).charging_kw == 10.0);
    REQUIRE(day.notes.snapshots.at(601).ev_kvar == 5.0);
}

TEST_CASE("a full battery keeps its reactive setpoint until the controller takes it away") {
    const Feeder feeder = two_buses();
    Fleet fleet;
    fleet.add(stay(10.0, 20.0, 0.5, 0.8));  // full at 11:20
    const ControllerByRule controller =
        by_rule({.period = Duration(1h), .on_plug_in = true}, [](const Connection& seen, Setpoints& setpoints) {
            for (ConnectorId c : seen.arrived) setpoints.set(c, Kilowatts(10.0), Kilovars(5.0));
            if (seen.now != at_hours(13.0)) return;
            CHECK(setpoints.q_kvar(ConnectorId(0)) == 5.0);
            setpoints.set(ConnectorId(0), {});
        });
    const Run day = run(a_day(), feeder, fleet.population, controller);
    REQUIRE_FALSE(day.outcome.failure);
    REQUIRE(day.notes.snapshots.at(12 * 60).charging_kw == 0.0);
    REQUIRE(day.notes.snapshots.at(12 * 60).ev_kvar == 5.0);
    REQUIRE(day.notes.snapshots.at(13 * 60).ev_kvar == 0.0);
}

TEST_CASE("a controller is asked on its period, at plug-ins and at unplugs, each instant once") {
    const Feeder feeder = two_buses();
    Fleet fleet;
    fleet.add(stay(1.0, 3.25, 0.5, 0.8));
    fleet.add(stay(1.0, 3.25, 0.5, 0.8));
    fleet.add(stay(2.1, 4.0, 0.5, 0.8));
    std::vector<Instant> asked;
    const ControllerByRule controller = by_rule({.period = Duration(2h), .on_plug_in = true, .on_unplug = true},
                                                [&](const Connection& seen, Setpoints&) { asked.push_back(seen.now); });
    Scenario day = a_day(15min);
    day.time.duration = 6h;
    (void)run(day, feeder, fleet.population, controller);
    REQUIRE(asked == std::vector<Instant>{at_hours(0), at_hours(1), at_hours(2), at_hours(2.1), at_hours(3.25), at_hours(4)});
}

TEST_CASE("a controller sees the signals that it has declared, and a replica ends with a text where it reads another") {
    const Feeder feeder = two_buses();
    Fleet fleet;
    fleet.add(stay(1.0, 3.0, 0.5, 0.8));
    const Scenario day = a_day(15min);
    SECTION("voltage and feeder head declared") {
        bool has_seen = false;
        const ControllerByRule controller{
            {.period = Duration(1h)}, [&](const Controller::Context& context) -> ControllerByRule::Rule {
                return [&has_seen, pu = context.exchange.subscribe(signals::voltage),
                        kw = context.exchange.subscribe(signals::feeder_head)](Turn& turn, const Connection& seen, Setpoints&) {
                    REQUIRE(turn.value(kw).value() > 1000.0);
                    if (!seen.plugged_in.empty()) REQUIRE(turn[pu][0] < 1.0);
                    has_seen = has_seen || !seen.plugged_in.empty();
                };
            }};
        REQUIRE_FALSE(run(day, feeder, fleet.population, controller).outcome.failure);
        CHECK(has_seen);
    }
    SECTION("a subscription that nobody made") {
        const ControllerByRule controller{{.period = Duration(1h)}, [](const Controller::Context&) -> ControllerByRule::Rule {
                                              return [](Turn& turn, const Connection&, Setpoints&) {
                                                  const Subscription<"pu", Extent::connector, Form::present> none;
                                                  (void)turn[none];
                                              };
                                          }};
        REQUIRE_THAT(run(day, feeder, fleet.population, controller).outcome.failure.value(),
                     Contains("uses what it has not declared; declare it in the constructor"));
    }
}

TEST_CASE("a setpoint that the connector cannot follow fails the replica and is reported in full") {
    const Feeder feeder = two_buses();
    Fleet fleet;
    fleet.add(stay(1.0, 3.0, 0.5, 0.8));
    const auto failure_of = [&](double p, double q) {
        const ControllerByRule controller = on_arrival(p, q);
        return run(a_day(), feeder, fleet.population, controller).outcome.failure.value_or("");
    };
    REQUIRE(failure_of(10.5, 0.0) == "connector 0 was set to 10.5 kW and 0 kvar at 1.0000 h: it can follow -10 to 10 kW now");
    REQUIRE_THAT(failure_of(0.5, 0.0), Contains("the charger has no such step"));
    REQUIRE_THAT(failure_of(10.0, 8.0), Contains("its apparent power is 12 kVA at most"));
    REQUIRE_THAT(failure_of(std::nan(""), 0.0), Contains("nan kW"));
}

TEST_CASE("a setpoint for an empty connector fails the replica") {
    const Feeder feeder = two_buses();
    Fleet fleet;
    fleet.add(stay(5.0, 6.0, 0.5, 0.8));
    const ControllerByRule controller = by_rule(
        {.period = Duration(1h)}, [](const Connection&, Setpoints& setpoints) { setpoints.set(ConnectorId(0), Kilowatts(5.0)); });
    REQUIRE_THAT(run(a_day(), feeder, fleet.population, controller).outcome.failure.value(),
                 Contains("no vehicle is plugged in"));
}

TEST_CASE("steps without a load-flow solution are values with instant and worst bus, and the replica goes on") {
    // The line carries at most V0^2 / (2 (|z| |s| + Re z s*)) = about 19 MW at this power factor.
    const Feeder feeder = two_buses(40000.0);
    Fleet fleet;
    fleet.add(stay(1.0, 3.0, 0.5, 0.8));
    const ControllerByRule controller = on_arrival(10.0);
    const Run day = run(a_day(1h), feeder, fleet.population, controller);
    REQUIRE_FALSE(day.outcome.failure);
    REQUIRE(day.outcome.unsolved.size() == 24);
    REQUIRE(day.outcome.unsolved.front().result.worst_bus == BusId(1));
    REQUIRE(day.notes.stays.at(0).final_soc == 0.8);
    REQUIRE_FALSE(day.notes.snapshots.front().solved);
}

TEST_CASE("a stay that the horizon cuts is booked up to the horizon") {
    const Feeder feeder = two_buses();
    Fleet fleet;
    fleet.add(stay(23.0, 30.0, 0.1, 0.9));
    const ControllerByRule controller = on_arrival(10.0);
    const Run day = run(a_day(), feeder, fleet.population, controller);
    REQUIRE_FALSE(day.outcome.failure);
    REQUIRE_FALSE(day.notes.stays.at(0).complete);
    REQUIRE(day.notes.stays.at(0).charged_kwh == Approx(10.0).epsilon(1e-12));
}

TEST_CASE("a charger with steps serves a battery above its taper's knee as it serves one that passes it") {
    // The battery takes less than the only step; it draws what it can at that setpoint.
    const Feeder feeder = two_buses();
    const double from = GENERATE(0.6, 0.75);
    Fleet fleet;
    fleet.add(stay(1.0, 20.0, from, 0.9), 0.7);
    fleet.population.level_sets.push_back({10.0});
    fleet.population.connectors.level_set[0] = 1;
    const ControllerByRule controller =
        by_rule({.period = {}, .on_plug_in = true}, [](const Connection& seen, Setpoints& setpoints) {
            for (ConnectorId c : seen.arrived) setpoints.set(c, Kilowatts(seen.admissible_kw(c, 10.0)));
        });
    const Run day = run(a_day(), feeder, fleet.population, controller);
    REQUIRE_FALSE(day.outcome.failure);
    REQUIRE(day.notes.stays.at(0).final_soc == 0.9);
}
