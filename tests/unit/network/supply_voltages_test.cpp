#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "bench/feeders.hpp"
#include "descriptions.hpp"
#include "sim/network/sweep/linear_load_flow.hpp"
#include "sim/network/unbalance.hpp"

using namespace evsweep;
using namespace evsweep::testing;
using enum Conductor;
using Complex = std::complex<double>;

namespace {

constexpr double nominal_v = 400.0;
constexpr double phase_ohm = 0.2;
constexpr double neutral_ohm = 0.3;
constexpr double load_kw = 9.0;

/// A source of four wires and a bus behind a line of four wires without coupling; a load from phase a to the neutral.
FeederDescription four_wires() {
    FeederDescription feeder;
    for (const char* id : {"s", "e"}) {
        feeder.buses.push_back(bus(id, nominal_v));
        feeder.buses.back().conductors = {a, b, c, n};
    }
    BranchRow cable = line("s", "e");
    cable.conductors = {a, b, c, n};
    cable.series_ohm.assign(16, 0.0);
    for (std::size_t i = 0; i < 4; ++i) cable.series_ohm[5 * i] = i < 3 ? phase_ohm : neutral_ohm;
    feeder.branches.push_back(cable);
    feeder.loads.push_back(load("e", load_kw));
    feeder.loads.back().terminals = {{a, n}};
    feeder.sources.push_back({"s", PerUnit(1.0), Degrees(0.0), {}, {}});
    return feeder;
}

std::vector<std::string> names_of_supplies(const Feeder& feeder) {
    std::vector<std::string> names;
    for (const SupplyVoltage& seen : feeder.site().supply) names.push_back(feeder.site().supply_name(seen));
    return names;
}

double seen(const LoadFlow& flow, const std::string& name) {
    const auto names = names_of_supplies(flow.feeder());
    const auto found = std::find(names.begin(), names.end(), name);
    REQUIRE(found != names.end());
    return flow.supply_pu()[static_cast<std::size_t>(found - names.begin())];
}

double to_earth(const LoadFlow& flow, Conductor wire) {
    return flow.voltage_pu()[flow.feeder().find_conductor(*flow.feeder().find_bus("e"), wire)->index()];
}

}  // namespace

TEST_CASE("a load between phase and neutral sees the drop of both wires, as worked out by hand; to earth there is less") {
    const Feeder feeder = built(four_wires());
    CHECK(names_of_supplies(feeder) == std::vector<std::string>{"s.a-n", "s.b-n", "s.c-n", "e.a-n", "e.b-n", "e.c-n"});
    CHECK(feeder.site().supply_kinds() == std::vector<std::string>{"a-n", "b-n", "c-n"});
    LoadFlow flow(feeder, {.tolerance_pu = 1e-13});
    REQUIRE(flow.solve(nominal_power(feeder)).status == LoadFlowStatus::converged);
    const double e = nominal_v / std::sqrt(3.0);
    const double ohm = phase_ohm + neutral_ohm;
    const double v = 0.5 * (e + std::sqrt(e * e - 4.0 * ohm * 1000.0 * load_kw));  // v (e - v) = R P
    const double i = 1000.0 * load_kw / v;
    CHECK(seen(flow, "e.a-n") == Approx(v / e).epsilon(1e-10));
    CHECK(to_earth(flow, a) == Approx((v + i * neutral_ohm) / e).epsilon(1e-10));
    const Complex b_to_n = std::polar(e, -2.0 * M_PI / 3.0) - i * neutral_ohm;  // the neutral has risen by i Rn
    CHECK(seen(flow, "e.b-n") == Approx(std::abs(b_to_n) / e).epsilon(1e-10));
    CHECK(to_earth(flow, b) == Approx(1.0).epsilon(1e-10));
    CHECK(seen(flow, "s.a-n") == 1.0);
}

TEST_CASE("where the neutral is earthed at every bus, phase to neutral and phase to earth are the same") {
    FeederDescription description = four_wires();
    ShuntRow rod = shunt("rod", "e", 1e9, 0.0);  // 53 micro-ohm
    rod.terminals = {{n, {}}};
    description.shunts.push_back(rod);
    const Feeder feeder = built(description);
    LoadFlow flow(feeder, {.tolerance_pu = 1e-13});
    REQUIRE(flow.solve(nominal_power(feeder)).status == LoadFlowStatus::converged);
    const double e = nominal_v / std::sqrt(3.0);
    const double v = 0.5 * (e + std::sqrt(e * e - 4.0 * phase_ohm * 1000.0 * load_kw));  // no drop in the neutral
    CHECK(seen(flow, "e.a-n") == Approx(v / e).epsilon(1e-4));
    for (const auto& [wire, name] : {std::pair(a, "e.a-n"), std::pair(b, "e.b-n"), std::pair(c, "e.c-n")})
        CHECK(seen(flow, name) == Approx(to_earth(flow, wire)).epsilon(1e-4));
}

TEST_CASE("loads behind a delta that nothing earths see phase to phase; capacitors to earth change nothing, a coil does") {
    FeederDescription description;
    for (const char* id : {"s", "d", "e"}) {
        description.buses.push_back(bus(id, nominal_v));
        description.buses.back().conductors = {a, b, c};
    }
    TransformerRow t;
    t.id = "t";
    t.rated = KilovoltAmperes(100.0);
    t.reactance = {0.04};
    WindingRow primary;
    primary.bus = "s";
    primary.coils = {{a, b}, {b, c}, {c, a}};
    primary.rated = Volts(nominal_v);
    WindingRow secondary = primary;
    secondary.bus = "d";
    t.windings = {primary, secondary};
    description.transformers.push_back(t);
    BranchRow cable = line("d", "e");
    cable.conductors = {a, b, c};
    cable.series_ohm.assign(9, 0.0);
    for (std::size_t i = 0; i < 3; ++i) cable.series_ohm[4 * i] = phase_ohm;
    description.branches.push_back(cable);
    description.loads.push_back(load("e", load_kw));
    description.loads.back().terminals = {{a, b}};
    description.sources.push_back({"s", PerUnit(1.0), Degrees(0.0), {}, {}});
    ShuntRow capacitor = shunt("k", "e", 0.0, -1.0);
    capacitor.terminals = {{a, {}}, {b, {}}, {c, {}}};
    description.shunts.push_back(capacitor);
    const std::vector<std::string> between{"s.a", "s.b", "s.c", "d.a-b", "d.b-c", "d.c-a", "e.a-b", "e.b-c", "e.c-a"};
    const Feeder floating = built(description);
    CHECK(names_of_supplies(floating) == between);
    LoadFlow flow(floating, {.tolerance_pu = 1e-12});
    REQUIRE(flow.solve(nominal_power(floating)).status == LoadFlowStatus::converged);
    for (const LineVoltage& pair : line_voltages(flow)) {
        if (pair.bus == BusId(0)) continue;
        const std::string name = floating.site().bus[pair.bus.index()] + "." + std::string(name_of(pair.plus)) + "-" +
                                 std::string(name_of(pair.minus));
        CHECK(seen(flow, name) == Approx(std::abs(pair.voltage_pu)).epsilon(1e-12));
    }
    description.shunts.front().q = Kilovars(1.0);  // a grounding coil
    CHECK(names_of_supplies(built(description)).back() == "e.c");
}

TEST_CASE("what each shipped feeder judges: earth where it is earthed, phase to phase where it floats") {
    for (const char* file : {"ieee33/feeder.yaml", "feeders/cigre_mv.yaml", "feeders/ieee13.yaml", "feeders/european_lv.yaml"}) {
        CAPTURE(file);
        const Feeder& feeder = bench::feeder_of(file);
        CHECK(feeder.site().supplies_are_conductors());
        LoadFlow flow(feeder);
        REQUIRE(flow.solve(nominal_power(feeder)).status == LoadFlowStatus::converged);
        CHECK(flow.supply_pu().data() == flow.voltage_pu().data());  // not one operation more
    }
    // Behind an unloaded delta, which has 1e-6 S to earth so that it does not float; the rest hangs on the source.
    for (const auto& [file, behind_delta] : {std::pair("feeders/ieee37.yaml", "775"), std::pair("feeders/ieee123.yaml", "610")}) {
        CAPTURE(file);
        const FeederSite& site = bench::feeder_of(file).site();
        for (const SupplyVoltage& seen : site.supply) CHECK(seen.minus.has_value() == (site.bus[seen.bus] == behind_delta));
    }
}

TEST_CASE("a feeder with an isolated source is judged between phases everywhere") {
    const FeederSite& site = bench::feeder_of("voltage_support_37/feeder.yaml").site();
    CHECK(site.supply.size() == site.conductor.size());  // three pairs for three phases
    for (const SupplyVoltage& seen : site.supply) {
        CHECK(seen.minus.has_value());
        CHECK(seen.nominal_v == site.nominal_v[seen.bus]);
    }
    FeederDescription description = four_wires();
    description.sources[0].is_earthed = false;
    CHECK(names_of_supplies(built(description)) == names_of_supplies(built(four_wires())));  // to the neutral in both
}

TEST_CASE("rows of a planning grid show how the voltage that loads see follows the power of a charger") {
    const Feeder feeder = built(four_wires());
    LoadFlow flow(feeder, {.tolerance_pu = 1e-13});
    const PortPower power = nominal_power(feeder);
    REQUIRE(flow.solve(power).status == LoadFlowStatus::converged);
    LinearLoadFlow linear(feeder, {{static_cast<std::uint32_t>(feeder.conductors())}});  // the load's own place
    LinearGrid grid;
    REQUIRE(linear.linearise(flow, grid));
    REQUIRE(linear.voltages().size() == 3);
    const double e = nominal_v / std::sqrt(3.0);
    const double root = std::sqrt(e * e - 4.0 * (phase_ohm + neutral_ohm) * 1000.0 * load_kw);
    CHECK(grid.voltage.value[0] == Approx(0.5 * (e + root) / e).epsilon(1e-10));
    // dv/dP of v = (e + sqrt(e^2 - 4 R P)) / 2, per kW and in pu
    CHECK(grid.voltage.per_kw[0] == Approx(-(phase_ohm + neutral_ohm) * 1000.0 / root / e).epsilon(1e-8));
}
