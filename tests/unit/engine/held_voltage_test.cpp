// A generator that holds a voltage through a day.
#include <catch2/catch.hpp>

#include <cmath>

#include "tests/unit/engine/small_world.hpp"

using namespace evsweep;
using namespace evsweep::small_world;
using namespace std::chrono_literals;

namespace {

/// The two buses, with a generator at the village whose active power follows a profile of its own.
Feeder held_village(Duration delay, double q_max_kvar = 1e5) {
    FeederDescription d;
    d.name = "held village";
    d.buses = {{.id = "source", .nominal = Volts(10000.0)}, {.id = "village", .nominal = Volts(10000.0)}};
    BranchRow line;
    line.id = "line";
    line.from = "source";
    line.to = "village";
    line.series_ohm = {{1.0, 1.0}};
    d.branches = {line};
    d.loads = {{.id = "houses", .bus = "village", .p = Kilowatts(1000.0), .q = Kilovars(200.0)},
               {.id = "generator", .bus = "village", .p = Kilowatts(-300.0), .profile = "sun"}};
    d.sources = {{.bus = "source"}};
    InjectionControlRow control;
    control.id = control.load = "generator";
    control.law = HoldVoltage{PerUnit(1.005), Kilovars(-1e5), Kilovars(q_max_kvar)};
    control.delay = delay;
    d.injection_controls = {control};
    Issues issues;
    return build_feeder(d, {}, issues).value();
}

/// A tenth of the load until 10:00, then all of it; the sun shines from 12:00 on.
Scenario jumps() {
    Scenario s = a_day();
    Profile jump, sun;
    jump.every = sun.every = 1h;
    jump.values.assign(24, 1.0);
    std::fill_n(jump.values.begin(), 10, 0.1);
    sun.values.assign(24, 1.0);
    std::fill_n(sun.values.begin(), 12, 0.0);
    s.base_load.profiles["jump"] = jump;
    s.base_load.profiles["sun"] = sun;
    s.base_load.other = "jump";
    return s;
}

/// kW from the source that carry `kw` at the village at `v` pu: |V0 - V|^2 / |Z|^2 Re Z more than that, from the voltage alone.
double source_kw(double kw, double v) {
    // V0 = 10 kV at angle 0; the village is at v exp(-j d): P = Re(V conj((V0 - V) / Z)) is to be kw.
    const std::complex<double> z(1.0, 1.0);
    double low = -0.5, high = 0.5;
    const auto power = [&](double d) {
        const std::complex<double> village = std::polar(1e4 * v, -d);
        return (village * std::conj((1e4 - village) / z)).real() / 1000.0;
    };
    for (int i = 0; i < 200; ++i) (power(0.5 * (low + high)) < kw ? low : high) = 0.5 * (low + high);
    const std::complex<double> current = (1e4 - std::polar(1e4 * v, -low)) / z;
    return (1e4 * std::conj(current)).real() / 1000.0;
}

Run run(const Scenario& scenario, const Feeder& feeder, const Fleet& fleet = {}, double vehicle_kw = 0.0) {
    return small_world::run(scenario, feeder, fleet.population, on_arrival(vehicle_kw));
}

}  // namespace

TEST_CASE("a generator without a delay holds its voltage in every step of a day, and its power follows its profile") {
    const Run day = run(jumps(), held_village(0s));
    REQUIRE_FALSE(day.outcome.failure);
    REQUIRE(day.notes.lowest_voltage.size() == 1440);
    for (const double v : day.notes.lowest_voltage) REQUIRE(std::abs(v - 1.005) < 1e-7);
    CHECK(day.notes.snapshots[0].source_kw == Approx(source_kw(100.0, 1.005)).epsilon(1e-6));
    CHECK(day.notes.snapshots[660].source_kw == Approx(source_kw(1000.0, 1.005)).epsilon(1e-6));
    CHECK(day.notes.snapshots[780].source_kw == Approx(source_kw(700.0, 1.005)).epsilon(1e-6));
    CHECK(day.notes.instants_of(EventKind::hunting).empty());
}

TEST_CASE("a generator with a delay holds its voltage again that much later") {
    const Run day = run(jumps(), held_village(90s));
    REQUIRE_FALSE(day.outcome.failure);
    const auto& v = day.notes.lowest_voltage;
    CHECK(std::abs(v[599] - 1.005) < 1e-7);
    CHECK(v[600] < 1.0);
    CHECK(v[601] < 1.0);
    CHECK(std::abs(v[602] - 1.005) < 1e-7);
}

TEST_CASE("vehicles lower no voltage that a generator holds, until its limit binds") {
    Fleet fleet;
    for (int i = 0; i < 25; ++i) fleet.add(stay(0.013 + 0.31 * i, 12.0 + 0.37 * i, 0.1 + 0.01 * i, 0.9), 0.7);
    const Run day = run(jumps(), held_village(0s), fleet, 10.0);
    REQUIRE_FALSE(day.outcome.failure);
    for (const double v : day.notes.lowest_voltage) REQUIRE(std::abs(v - 1.005) < 1e-7);
    CHECK(std::abs(day.outcome.ledger.feeder_gap_kwh()) < 1e-9 * 24.0 * 500.0);
    const Run limited = run(jumps(), held_village(0s, 800.0), fleet, 10.0);
    REQUIRE_FALSE(limited.outcome.failure);
    CHECK(std::abs(limited.notes.lowest_voltage[30] - 1.005) < 1e-7);
    CHECK(limited.notes.lowest_voltage[660] < 1.0);
    CHECK(std::abs(limited.outcome.ledger.feeder_gap_kwh()) < 1e-9 * 24.0 * 500.0);
}

TEST_CASE("a scenario decides whether a generator holds its voltage") {
    Scenario s = jumps();
    s.devices = {DeviceStart::settled, DeviceControls::off};
    const Run settled = run(s, held_village(0s));
    CHECK(std::abs(settled.notes.lowest_voltage[0] - 1.005) < 1e-7);
    CHECK(settled.notes.lowest_voltage[660] < 1.0);
    s.devices = {DeviceStart::as_given, DeviceControls::off};
    CHECK(run(s, held_village(0s)).notes.lowest_voltage[0] < 1.0);
    s.devices = {DeviceStart::as_given, DeviceControls::on};
    CHECK(std::abs(run(s, held_village(0s)).notes.lowest_voltage[660] - 1.005) < 1e-7);
}
