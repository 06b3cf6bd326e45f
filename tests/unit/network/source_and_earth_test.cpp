// Sources with a voltage of their own at each conductor, and lines whose conductors end at the earth.
#include <catch2/catch.hpp>

#include <cmath>
#include <complex>
#include <numbers>

#include "unit/network/descriptions.hpp"

namespace {

using namespace evsweep;
using namespace evsweep::testing;
using Complex = std::complex<double>;
using enum Conductor;

Complex voltage_at(const Feeder& feeder, const LoadFlow& flow, const char* bus, Conductor conductor) {
    return flow.voltage(feeder.find_conductor(*feeder.find_bus(bus), conductor)->index());
}

TEST_CASE("a source may have another voltage at each conductor, behind an impedance of each", "[source]") {
    FeederDescription d = buses(2);
    d.branches = {line("1", "2", {1e-9, 0.0})};
    make_three_phase(d);
    d.branches[0].kind = BranchKind::switch_;
    d.branches[0].series_ohm.assign(9, 0.0);
    SourceRow& source = d.sources[0];
    source.voltage = PerUnit(1.01);
    source.voltages = {PerUnit(1.01), PerUnit(1.03), PerUnit(0.98)};
    source.angles = {Degrees(1.0), Degrees(-122.0), Degrees(118.0)};
    source.series_ohm = {0.1, 0.0, 0.0, 0.0, 0.2, 0.0, 0.0, 0.0, 0.3};
    LoadRow row = load("2", 300.0, 0.0);
    row.terminals = {{a, {}}, {b, {}}, {c, {}}};
    row.response.active = row.response.reactive = {.z = 1.0, .p = 0.0};
    d.loads = {row};
    const Feeder feeder = built(d);
    LoadFlow flow(feeder, {.tolerance_pu = 1e-12});
    REQUIRE(flow.solve(nominal_power(feeder)).status == LoadFlowStatus::converged);
    const double load_ohm = 1000.0 * 1000.0 / 3.0 / 100e3;  // of a phase: 100 kW at 1000 V / sqrt(3)
    const auto expected = [&](double pu, double degrees, double ohm) {
        return std::polar(pu * load_ohm / (load_ohm + ohm), degrees * std::numbers::pi / 180.0);
    };
    CHECK(std::abs(voltage_at(feeder, flow, "2", a) - expected(1.01, 1.0, 0.1)) < 1e-9);
    CHECK(std::abs(voltage_at(feeder, flow, "2", b) - expected(1.03, -122.0, 0.2)) < 1e-9);
    CHECK(std::abs(voltage_at(feeder, flow, "2", c) - expected(0.98, 118.0, 0.3)) < 1e-9);
    const Feeder raised = built(d, {.source_voltage = PerUnit(2.02)});  // all of them in proportion
    LoadFlow high(raised, {.tolerance_pu = 1e-12});
    REQUIRE(high.solve(nominal_power(raised)).status == LoadFlowStatus::converged);
    CHECK(std::abs(voltage_at(raised, high, "2", c) - expected(1.96, 118.0, 0.3)) < 1e-9);
}

TEST_CASE("voltages of a source that do not fit its bus are refused", "[source]") {
    FeederDescription d = buses(2);
    d.branches = {line("1", "2")};
    d.branches[0].series_ohm.assign(9, {0.1, 0.1});
    make_three_phase(d);
    d.sources[0].voltages = {PerUnit(1.0), PerUnit(1.0)};
    d.sources[0].angles = {Degrees(0.0), Degrees(0.0)};
    Issues issues;
    CHECK(!build_feeder(d, {}, issues));
    REQUIRE(issues.list().size() == 1);
    CHECK(to_text(issues.list().front()) ==
          "source: has 2 voltages and 2 angles, and bus 1 has 3 conductors; give one of each per conductor, or one of each for "
          "all");
}

/// A line of a phase and a neutral between buses 1 and 2; `from` and `to` are its conductors at either end.
FeederDescription two_wires(std::vector<Conductor> from, std::vector<Conductor> to) {
    FeederDescription d = buses(2);
    for (std::size_t end = 0; end < 2; ++end) {
        d.buses[end].conductors = end == 0 ? from : to;
        std::erase(d.buses[end].conductors, earth);
    }
    BranchRow row = line("1", "2");
    row.conductors = std::move(from);
    row.to_conductors = std::move(to);
    row.series_ohm = {{0.3, 0.7}, {0.05, 0.4}, {0.05, 0.4}, {0.5, 0.8}};
    d.branches = {row};
    return d;
}

LoadRow impedance(std::vector<Terminals> terminals) {
    LoadRow row = load("2", 50.0, 20.0);
    row.terminals = std::move(terminals);
    row.response.active = row.response.reactive = {.z = 1.0, .p = 0.0};
    row.rated = Volts(1000.0 / std::sqrt(3.0));
    return row;
}

const Complex load_ohm = 1e6 / 3.0 / std::conj(Complex(50e3, 20e3));
const Complex z_a(0.3, 0.7), z_n(0.5, 0.8), z_m(0.05, 0.4);

TEST_CASE("a neutral that is earthed where its line begins carries the current of its load back", "[earth]") {
    for (const bool is_drawn_backwards : {false, true}) {
        FeederDescription d = two_wires({a, earth}, {a, n});
        if (is_drawn_backwards) {
            std::swap(d.branches[0].from, d.branches[0].to);
            std::swap(d.branches[0].conductors, d.branches[0].to_conductors);
        }
        d.loads = {impedance({{a, n}})};
        const Feeder feeder = built(d);
        LoadFlow flow(feeder, {.tolerance_pu = 1e-12});
        REQUIRE(flow.solve(nominal_power(feeder)).status == LoadFlowStatus::converged);
        const Complex current = 1.0 / (load_ohm + z_a + z_n - 2.0 * z_m);
        CHECK(std::abs(voltage_at(feeder, flow, "2", n) - current * (z_n - z_m)) < 1e-10);
        CHECK(std::abs(voltage_at(feeder, flow, "2", a) - (1.0 - current * (z_a - z_m))) < 1e-10);
        CHECK(flow.source_kw() == Approx(flow.drawn_kw() + flow.loss_kw()).epsilon(1e-10));
    }
}

TEST_CASE("a conductor that is earthed at both ends lowers the impedance of the others", "[earth]") {
    FeederDescription d = two_wires({a, earth}, {a, earth});
    d.loads = {impedance({{a, {}}})};
    const Feeder feeder = built(d);
    LoadFlow flow(feeder, {.tolerance_pu = 1e-12});
    REQUIRE(flow.solve(nominal_power(feeder)).status == LoadFlowStatus::converged);
    const Complex z = z_a - z_m * z_m / z_n;  // Kron
    CHECK(std::abs(voltage_at(feeder, flow, "2", a) - load_ohm / (load_ohm + z)) < 1e-10);
}

TEST_CASE("a neutral that is earthed where its line ends is an impedance to earth at its beginning", "[earth]") {
    FeederDescription d = two_wires({a, n}, {a, earth});
    d.buses.push_back(bus("3"));
    d.buses[2].conductors = {a};
    d.sources[0].bus = "3";
    BranchRow feed = line("3", "1", {0.1, 0.1});
    feed.conductors = {a};
    d.branches.push_back(feed);
    LoadRow row = impedance({{a, n}});
    row.bus = "1";
    d.loads = {row};
    const Feeder feeder = built(d);
    LoadFlow flow(feeder, {.tolerance_pu = 1e-12});
    REQUIRE(flow.solve(nominal_power(feeder)).status == LoadFlowStatus::converged);
    const Complex current = 1.0 / (load_ohm + z_n + Complex(0.1, 0.1));
    CHECK(std::abs(voltage_at(feeder, flow, "1", n) - current * z_n) < 1e-10);
    CHECK(std::abs(voltage_at(feeder, flow, "2", a) - (1.0 - current * Complex(0.1, 0.1) - current * z_m)) < 1e-10);
}

TEST_CASE("a line that leads to the earth only is no branch", "[earth]") {
    FeederDescription d = two_wires({a, n}, {earth, earth});
    d.buses[1].conductors = {a};
    Issues issues;
    CHECK(!build_feeder(d, {}, issues));
    CHECK(to_text(issues.list().front()) ==
          "branch L1_2: none of its conductors leads from bus 1 to bus 2; all are earthed at one end; make it a shunt at the bus "
          "of the "
          "other end");
}

}  // namespace
