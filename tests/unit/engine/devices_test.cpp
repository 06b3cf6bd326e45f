#include "sim/engine/devices.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "tests/unit/engine/small_world.hpp"

using namespace evsweep;
using namespace evsweep::small_world;
using namespace std::chrono_literals;

namespace {

Instant at_hours(double h) { return Instant(from_hours(h)); }

constexpr double phase_v = 2400.0;

BusRow bus(const std::string& id) { return {.id = id, .nominal = Volts(phase_v * std::sqrt(3.0)), .conductors = {Conductor::a}}; }

/// One phase: source =ideal regulator= behind -line- village. The relay sees 120 V at tap 0 and wants 122 V, so it settles
/// two steps up, at 121.5 V; what it does later is up to its compensation.
FeederDescription behind_a_regulator(Duration delay = 45s, Duration tap_delay = 7500ms) {
    FeederDescription d;
    d.name = "behind a regulator";
    d.buses = {bus("source"), bus("behind"), bus("village")};
    BranchRow line;
    line.id = "line";
    line.from = "behind";
    line.to = "village";
    line.conductors = {Conductor::a};
    line.series_ohm = {{0.5, 0.5}};
    d.branches = {line};
    TransformerRow regulator;
    regulator.id = "regulator";
    regulator.rated = KilovoltAmperes(1000.0);
    regulator.stray = 0.0;
    regulator.reactance = {0.0};
    for (const char* end : {"source", "behind"})
        regulator.windings.push_back({.bus = end, .coils = {{Conductor::a, {}}}, .rated = Volts(phase_v)});
    d.transformers = {regulator};
    SourceRow source;
    source.bus = "source";
    d.sources = {source};
    LoadRow houses;
    houses.id = "houses";
    houses.bus = "village";
    houses.p = Kilowatts(240.0);
    houses.terminals = {{Conductor::a, {}}};
    d.loads = {houses};
    RegulatorRow relay;
    relay.id = "relay";
    relay.transformer = "regulator";
    relay.pt_ratio = 20.0;
    relay.ct_primary = Amperes(100.0);
    relay.forward = {.set_v = 122.0, .band_v = 2.0, .r_v = 4.0, .delay = delay};
    relay.tap_delay = tap_delay;
    d.regulators = {relay};
    return d;
}

Feeder built(const FeederDescription& description) {
    Issues issues;
    return build_feeder(description, {}, issues).value();
}

/// Nothing but a tenth of the load until 10:00, then all of it.
Scenario a_jump_at_ten() {
    Scenario s = a_day();
    Profile jump;
    jump.every = 1h;
    jump.values.assign(24, 1.0);
    std::fill_n(jump.values.begin(), 10, 0.1);
    s.base_load.profiles["jump"] = jump;
    s.base_load.other = "jump";
    return s;
}

Run run(const Scenario& scenario, const Feeder& feeder, const Fleet& fleet = {}) {
    return small_world::run(scenario, feeder, fleet.population, on_arrival(0.0));
}

int position(const EventRecord& e) { return tap_position({}, e.state); }

}  // namespace

// The relay sees 120 V x tap less 4 V per 100 A. At a tenth of the load (10 A) that is 119.6 V, so 2 steps settle it at
// 121.1 V; at 100 A it is 3.6 V lower: 117.5 V, 5 steps below 121.
TEST_CASE("a regulator starts settled and follows a jump of load after its delays, to the millisecond") {
    const Feeder feeder = built(behind_a_regulator());
    const Run day = run(a_jump_at_ten(), feeder);
    REQUIRE_FALSE(day.outcome.failure);
    std::vector<EventRecord> taps;
    std::copy_if(day.notes.events.begin(), day.notes.events.end(), std::back_inserter(taps),
                 [](const EventRecord& e) { return e.kind == EventKind::tap; });
    REQUIRE(taps.size() == 5);
    for (std::size_t k = 0; k < taps.size(); ++k) {
        CHECK(taps[k].at == at_hours(10.0) + 45s + 7500ms * static_cast<int>(k));
        CHECK(position(taps[k]) == 3 + static_cast<int>(k));
        CHECK(taps[k].device == 0);
    }
    int steps = 0;
    for (const Interval& i : day.notes.intervals) steps += i.tap_steps;
    CHECK(steps == 5);
    CHECK(day.notes.intervals[600].tap_steps == 2);  // 10:00:45 and 10:00:52.5
    CHECK(day.notes.instants_of(EventKind::hunting).empty());
}

TEST_CASE("energies of a step follow the taps within it, and the ledger closes") {
    FeederDescription d = behind_a_regulator();
    d.loads[0].response.active = d.loads[0].response.reactive = {.z = 1.0, .i = 0.0, .p = 0.0};
    const Feeder feeder = built(d);
    const Run day = run(a_jump_at_ten(), feeder);
    REQUIRE_FALSE(day.outcome.failure);
    const auto taps = day.notes.instants_of(EventKind::tap);
    REQUIRE(taps.size() >= 2);
    // A constant impedance of 2400^2 V^2 / 240 kW = 24 ohm behind 0.5 + j0.5 ohm, fed with 2400 V x tap.
    const auto kilowatts = [](int tap, double ohm) {
        const double amperes = phase_v * (1.0 + 0.00625 * tap) / std::abs(std::complex<double>(24.5, 0.5));
        return amperes * amperes * ohm / 1000.0;
    };
    const Interval& step = day.notes.intervals[600];
    REQUIRE(step.begin == at_hours(10.0));
    REQUIRE(step.tap_steps == 2);
    double load_kwh = 0.0, loss_kwh = 0.0;
    const double seconds[] = {45.0, 7.5, 7.5};
    for (int k = 0; k < 3; ++k) {
        load_kwh += kilowatts(2 + k, 24.0) * seconds[k] / 3600.0;
        loss_kwh += kilowatts(2 + k, 0.5) * seconds[k] / 3600.0;
    }
    CHECK(step.load_kwh == Approx(load_kwh).epsilon(1e-7));
    CHECK(step.loss_kwh == Approx(loss_kwh).epsilon(1e-7));
    CHECK(step.source_kwh == Approx(load_kwh + loss_kwh).epsilon(1e-7));
}

TEST_CASE("a jump that has gone before the delay is over moves no tap") {
    Scenario s = a_day();
    Profile blip;
    blip.every = 1min;
    blip.values.assign(1440, 0.1);
    blip.values[600] = 1.0;
    s.base_load.profiles["blip"] = blip;
    s.base_load.other = "blip";
    CHECK(run(s, built(behind_a_regulator(61s))).notes.instants_of(EventKind::tap).empty());
    CHECK(run(s, built(behind_a_regulator(60s))).notes.instants_of(EventKind::tap).empty());
    // The first step up is taken in the minute; back in the old load one step too many is still in the band.
    CHECK(run(s, built(behind_a_regulator(59s))).notes.instants_of(EventKind::tap) == std::vector<Instant>{at_hours(10.0) + 59s});
}

TEST_CASE("vehicles make a regulator move as well, and the ledger closes with them") {
    const Feeder feeder = built(behind_a_regulator());
    Fleet fleet;
    for (int i = 0; i < 25; ++i) fleet.add(stay(0.013 + 0.31 * i, 12.0 + 0.37 * i, 0.1 + 0.01 * i, 0.9), 0.7);
    for (BusId& at : fleet.population.connectors.bus) at = BusId(2);
    const Run day = small_world::run(a_day(), feeder, fleet.population, on_arrival(10.0));
    REQUIRE_FALSE(day.outcome.failure);
    CHECK(day.notes.instants_of(EventKind::tap).size() > 2);
    CHECK(std::abs(day.outcome.ledger.feeder_gap_kwh()) < 1e-9 * 24.0 * 500.0);
}

TEST_CASE("a scenario decides how devices start and whether they act") {
    const Feeder feeder = built(behind_a_regulator());
    Scenario s = a_day();
    const auto first_voltage = [&] { return run(s, feeder).notes.lowest_voltage.at(0); };
    const auto moves = [&] { return run(s, feeder).notes.instants_of(EventKind::tap).size(); };
    s.devices = {DeviceStart::settled, DeviceControls::off};
    const double settled = first_voltage();
    CHECK(moves() == 0);
    s.devices = {DeviceStart::as_given, DeviceControls::off};
    CHECK(first_voltage() == Approx(1.0));
    CHECK(moves() == 0);
    s.devices = {DeviceStart::as_given, DeviceControls::on};
    CHECK(first_voltage() == Approx(1.0));
    CHECK(moves() == static_cast<std::size_t>(std::lround((settled - 1.0) / 0.00625)));
    s.devices = {DeviceStart::settled, DeviceControls::on};
    CHECK(first_voltage() == settled);
    CHECK(moves() == 0);
}

TEST_CASE("a capacitor with a clock switches at its hours plus its delays") {
    FeederDescription d = behind_a_regulator();
    d.regulators.clear();
    ShuntRow bank;
    bank.id = "bank";
    bank.bus = "village";
    bank.q = Kilovars(-60.0);
    bank.terminals = {{Conductor::a, {}}};
    bank.steps_on = 0;
    d.shunts = {bank};
    CapacitorControlRow clock;
    clock.id = "clock";
    clock.capacitor = "bank";
    clock.signal = CapacitorSignal::time;
    clock.on = 17.0;
    clock.off = 22.5;
    clock.delay_on = 1234ms;
    clock.delay_off = 77s;
    d.capacitor_controls = {clock};
    const Run day = run(a_day(), built(d));
    REQUIRE_FALSE(day.outcome.failure);
    CHECK(day.notes.instants_of(EventKind::capacitor) == std::vector<Instant>{at_hours(17.0) + 1234ms, at_hours(22.5) + 77s});
    int switchings = 0;
    for (const Interval& i : day.notes.intervals) switchings += i.switchings;
    CHECK(switchings == 2);
}

TEST_CASE("relays that never rest do not stop the day") {
    FeederDescription d = behind_a_regulator();
    d.regulators.clear();
    ShuntRow bank;
    bank.id = "bank";
    bank.bus = "village";
    bank.q = Kilovars(-300.0);
    bank.terminals = {{Conductor::a, {}}};
    d.shunts = {bank};
    CapacitorControlRow restless;
    restless.id = "restless";
    restless.capacitor = "bank";
    restless.element = "line";
    restless.at_to_end = true;
    restless.pt_ratio = 20.0;
    restless.on = 119.0;
    restless.off = 118.0;
    restless.delay_on = restless.delay_off = restless.dead_time = 0s;
    d.capacitor_controls = {restless};
    Scenario s = a_day();
    s.time.duration = 10min;
    const Run day = run(s, built(d));
    REQUIRE_FALSE(day.outcome.failure);
    CHECK(day.notes.instants_of(EventKind::hunting) == std::vector<Instant>{Instant{}});
    CHECK(day.notes.instants_of(EventKind::capacitor).size() == 599);  // once a second
}

TEST_CASE("a day with devices is the same whenever it is run again") {
    const Feeder feeder = built(behind_a_regulator());
    const Run once = run(a_jump_at_ten(), feeder), again = run(a_jump_at_ten(), feeder);
    REQUIRE(once.notes.intervals.size() == again.notes.intervals.size());
    for (std::size_t k = 0; k < once.notes.intervals.size(); ++k)
        REQUIRE(once.notes.intervals[k].loss_kwh == again.notes.intervals[k].loss_kwh);
}

// At tap 0 the village is at 2,400 V less 0.5 ohm x the current; two steps of 5/8 % more lift it, with which the relay has
// settled.
TEST_CASE("who plans at the start sees the grid with the taps on which the relays have settled") {
    const Feeder feeder = built(behind_a_regulator());
    Fleet fleet;
    fleet.add(stay(1.0, 3.0, 0.5, 0.8));
    fleet.population.connectors.bus[0] = BusId(2);
    std::vector<double> planned;
    const ControllerByRule controller{{.period = Duration(1h)},
                                      [&](const Controller::Context& context) -> ControllerByRule::Rule {
                                          const auto model = context.exchange.use(services::linear_grid);
                                          return [&planned, model](Turn& turn, const Connection& seen, Setpoints&) {
                                              LinearGrid grid;
                                              const std::vector<double> none{0.0};
                                              REQUIRE(turn[model].linearise(seen.now, none, none, grid));
                                              planned.push_back(grid.voltage.value.at(0));
                                          };
                                      }};
    const Run day = small_world::run(a_jump_at_ten(), feeder, fleet.population, controller);
    REQUIRE_FALSE(day.outcome.failure);
    for (const std::size_t h : {0U, 5U, 12U}) CHECK(planned.at(h) == Approx(day.notes.lowest_voltage.at(60 * h)).margin(1e-8));
    CHECK(planned.at(0) == Approx(1.0 + 2.0 * 0.00625).margin(1e-9));  // behind the regulator: two steps up
}
