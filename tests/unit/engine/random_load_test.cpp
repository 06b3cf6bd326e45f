// A replica whose base load is not that of the profiles, against products by hand and against a scenario with that load.
#include <catch2/catch.hpp>
#include <cmath>
#include <set>
#include <vector>

#include "tests/unit/engine/small_world.hpp"

using namespace evsweep;
using namespace evsweep::small_world;
using namespace std::chrono_literals;

namespace {

/// The houses follow an hourly profile; control steps of five minutes.
Scenario hourly() {
    Scenario s = a_day(5min);
    Profile shape{1h, false, {}};
    for (int h = 0; h < 24; ++h) shape.values.push_back(0.25 + 0.03 * h);
    s.base_load.profiles["shape"] = shape;
    s.base_load.other = "shape";
    return s;
}

/// Factors every half hour; those of the third and the fourth are alike.
LoadFactors half_hourly() {
    LoadFactors factors{30min, 1, {}};
    for (int m = 0; m < 48; ++m) factors.factor.push_back(m == 3 ? 1.5 : 0.5 + 0.5 * (m % 3));
    return factors;
}

double kw_at(Duration t) {
    const auto hour = static_cast<std::size_t>(t / Duration(1h)), mark = static_cast<std::size_t>(t / Duration(30min));
    return 1000.0 * hourly().base_load.profiles.at("shape").values[hour] * half_hourly().factor[mark];
}

Fleet one_vehicle() {
    Fleet fleet;
    fleet.add(stay(2.0, 9.5, 0.3, 0.9));
    return fleet;
}

}  // namespace

TEST_CASE("a replica's load is nominal power times profile times factor, in the load flow and as a signal") {
    Fleet fleet = one_vehicle();
    fleet.population.load_factors = half_hourly();
    const Feeder feeder = two_buses();
    StudySite site(hourly(), feeder, places_of(fleet.population.connectors));
    site.note(info_of(signals::base_demand), 1);
    const Run day = run(site, fleet.population, {party("it", on_arrival(8.0))});
    REQUIRE_FALSE(day.outcome.failure);
    REQUIRE(day.notes.snapshots.size() == 288);
    for (std::size_t k = 0; k < 288; ++k) {
        CAPTURE(k);
        const Noted& seen = day.notes.snapshots[k];
        REQUIRE(seen.load_kw == Approx(kw_at(5min * k)).epsilon(1e-6));
        REQUIRE(seen.source_kw == Approx(seen.load_kw + seen.charging_kw + seen.loss_kw).epsilon(1e-9));
        // R = X: as many kvar are lost as kW; the houses draw a fifth of their active power
        REQUIRE(seen.source_kvar == Approx(0.2 * kw_at(5min * k) + seen.loss_kw).epsilon(1e-6));
        REQUIRE(day.notes.others[k].at(0) == Approx(kw_at(5min * k)).epsilon(1e-12));
    }
}

TEST_CASE("energies of a replica with a load of its own add up, and so does its ledger") {
    Fleet fleet = one_vehicle();
    fleet.population.load_factors = half_hourly();
    const Run day = run(hourly(), two_buses(), fleet.population, on_arrival(8.0));
    REQUIRE_FALSE(day.outcome.failure);  // open ledgers are failures
    double expected_kwh = 0.0, load_kwh = 0.0;
    for (int m = 0; m < 48; ++m) expected_kwh += 0.5 * kw_at(30min * m);
    for (const Interval& interval : day.notes.intervals) load_kwh += interval.load_kwh;
    CHECK(load_kwh == Approx(expected_kwh).epsilon(1e-6));
}

TEST_CASE("the load changes where a profile or a factor does, and nowhere else") {
    Fleet fleet;
    fleet.population.load_factors = half_hourly();
    const Run day = run(hourly(), two_buses(), fleet.population, on_arrival(0.0));
    std::set<Instant> expected;
    for (int h = 0; h < 24; ++h) expected.insert(Instant(1h * h));
    for (int m = 1; m < 48; ++m)
        if (half_hourly().factor[m] != half_hourly().factor[m - 1]) expected.insert(Instant(30min * m));
    CHECK(expected.size() < 48);
    const auto seen = day.notes.instants_of(EventKind::base_load);
    CHECK(seen == std::vector<Instant>(expected.begin(), expected.end()));
}

TEST_CASE("a forecast of the base load is that of the profiles, whatever is drawn") {
    Fleet fleet = one_vehicle();
    fleet.population.load_factors = half_hourly();
    std::vector<double> forecast, present;
    const ControllerByRule reads{{.period = 1h}, [&](const Controller::Context& context) -> ControllerByRule::Rule {
                                     const auto ahead = context.exchange.subscribe(signals::base_demand_forecast);
                                     const auto now = context.exchange.subscribe(signals::base_demand);
                                     return [&, ahead, now](Turn& turn, const Connection&, Setpoints&) {
                                         const auto values = turn[ahead].values;
                                         forecast.assign(values.begin(), values.end());
                                         present.push_back(turn.value(now).value());
                                     };
                                 }};
    const Run day = run(hourly(), two_buses(), fleet.population, reads);
    REQUIRE_FALSE(day.outcome.failure);
    REQUIRE(forecast.size() == 288);
    for (std::size_t k = 0; k < 288; ++k)
        CHECK(forecast[k] == Approx(1000.0 * (0.25 + 0.03 * static_cast<double>(k / 12))).epsilon(1e-12));
    REQUIRE(present.size() >= 24);
    for (int h = 0; h < 24; ++h) CHECK(present[static_cast<std::size_t>(h)] == Approx(kw_at(1h * h)).epsilon(1e-12));
}

TEST_CASE("factors that are all 2 are twice the scenario's load, to the last bit, also where an injection is controlled") {
    for (const bool is_held : {false, true}) {
        CAPTURE(is_held);
        FeederDescription d;
        d.buses = {{.id = "source", .nominal = Volts(10000.0)}, {.id = "village", .nominal = Volts(10000.0)}};
        BranchRow line;
        line.id = "line";
        line.from = "source";
        line.to = "village";
        line.series_ohm = {{1.0, 1.0}};
        d.branches = {line};
        d.loads = {{.id = "houses", .bus = "village", .p = Kilowatts(1000.0), .q = Kilovars(200.0)},
                   {.id = "generator", .bus = "village", .p = Kilowatts(-300.0)}};
        d.sources = {{.bus = "source"}};
        InjectionControlRow control;
        control.id = control.load = "generator";
        control.law = HoldVoltage{PerUnit(1.005), Kilovars(-1e5), Kilovars(1e5)};
        if (is_held) d.injection_controls = {control};
        Issues issues;
        const Feeder feeder = build_feeder(d, {}, issues).value();
        Fleet drawn = one_vehicle();
        drawn.population.load_factors = {12h, 2, {2.0, 2.0, 2.0, 2.0}};
        Scenario twice = hourly();
        twice.base_load.scale = Fraction(2.0);
        const Run a = run(hourly(), feeder, drawn.population, on_arrival(8.0));
        const Run b = run(twice, feeder, one_vehicle().population, on_arrival(8.0));
        REQUIRE_FALSE(a.outcome.failure);
        REQUIRE(a.notes.snapshots.size() == b.notes.snapshots.size());
        CHECK(b.notes.snapshots[0].load_kw == Approx(2.0 * 0.25 * (1000.0 - 300.0)).epsilon(1e-6));
        CHECK(a.notes.lowest_voltage == b.notes.lowest_voltage);
        for (std::size_t k = 0; k < a.notes.snapshots.size(); ++k) {
            REQUIRE(a.notes.snapshots[k].source_kw == b.notes.snapshots[k].source_kw);
            REQUIRE(a.notes.snapshots[k].source_kvar == b.notes.snapshots[k].source_kvar);
        }
    }
}

TEST_CASE("replicas with loads of their own side by side find what each finds alone") {
    const Scenario scenario = hourly();
    const Feeder feeder = two_buses();
    StudySite site(scenario, feeder, {});
    std::vector<Population> populations(3);
    populations[0].load_factors = half_hourly();
    populations[2].load_factors = {1h, 1, std::vector<double>(24, 0.75)};
    const Alternative alternative{.label = "it", .type = "it", .settings = {}, .parties = {}};
    Stopwatch watch;
    Ensemble ensemble(site.shared, watch);
    std::vector<Notebook> notes(3);
    std::vector<std::unique_ptr<PartySet>> sets;
    for (std::size_t r = 0; r < 3; ++r) {
        sets.push_back(std::make_unique<PartySet>(site.shared, &alternative, populations[r], Rng(1, 0)));
        ensemble.add(populations[r], *sets.back(), Rng(1, 0)).recording().add(notes[r], WantsEvents());
    }
    for (const ReplicaOutcome& outcome : ensemble.run()) REQUIRE_FALSE(outcome.failure);
    for (std::size_t r = 0; r < 3; ++r) {
        const Run alone = run(site, populations[r], {});
        for (std::size_t k = 0; k < 288; ++k) REQUIRE(alone.notes.snapshots[k].source_kw == notes[r].snapshots[k].source_kw);
    }
}
