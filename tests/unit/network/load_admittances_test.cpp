// Loads to earth behind a delta that nothing earths: what holds their star point, by Millman's theorem and Kirchhoff's current
// law.
#include <catch2/catch.hpp>

#include <array>
#include <cmath>
#include <complex>
#include <numbers>

#include "unit/network/descriptions.hpp"

namespace {

using namespace evsweep;
using namespace evsweep::testing;
using Complex = std::complex<double>;

constexpr std::array abc{Conductor::a, Conductor::b, Conductor::c};
const Complex turn = std::polar(1.0, 2.0 * std::numbers::pi / 3.0);

/// Bus 1 feeds bus 2 through a transformer from an earthed star to a delta, 1 kV at both sides.
FeederDescription delta_secondary(double reactance) {
    FeederDescription d = buses(2);
    make_three_phase(d);
    using enum Conductor;
    TransformerRow t;
    t.id = "t";
    t.windings = {{"1", {{a, {}}, {b, {}}, {c, {}}}, Volts(1000.0 / std::sqrt(3.0))},
                  {"2", {{a, b}, {b, c}, {c, a}}, Volts(1000.0)}};
    t.rated = KilovoltAmperes(500.0);
    t.reactance = {reactance};
    t.stray = 5e-7;
    d.transformers = {t};
    return d;
}

/// A load from one phase of bus 2 to earth.
LoadRow to_earth(std::size_t phase, double p, double q) {
    LoadRow row = load("2", p, q);
    row.id += name_of(abc[phase]);
    row.terminals = {{abc[phase], {}}};
    return row;
}

/// Voltages at bus 2, pu of 1000 V / sqrt(3).
std::array<Complex, 3> below(const Feeder& feeder, const LoadFlow& flow) {
    std::array<Complex, 3> v;
    for (std::size_t i = 0; i < 3; ++i) v[i] = flow.voltage(feeder.find_conductor(*feeder.find_bus("2"), abc[i])->index());
    return v;
}

TEST_CASE("unequal impedances to earth behind a delta have the star point of Millman's theorem", "[load_admittances]") {
    FeederDescription d = delta_secondary(1e-7);
    const std::array<Complex, 3> s{Complex{90.0, 10.0}, {40.0, 30.0}, {60.0, 0.0}};
    for (std::size_t i = 0; i < 3; ++i) {
        LoadRow row = to_earth(i, s[i].real(), s[i].imag());
        row.response.active = row.response.reactive = {.z = 1.0, .p = 0.0};
        d.loads.push_back(row);
    }
    const Feeder feeder = built(d);
    LoadFlow flow(feeder, {.tolerance_pu = 1e-10});
    const LoadFlowResult result = flow.solve(nominal_power(feeder));
    REQUIRE(result.status == LoadFlowStatus::converged);
    CHECK(result.has_load_admittances);
    // Without drop V_ab is the voltage of phase a above, so that phase a lies 30 degrees behind it about the middle.
    Complex weighted, sum;
    std::array<Complex, 3> about_middle;
    for (std::size_t i = 0; i < 3; ++i) {
        about_middle[i] = std::polar(1.0, -std::numbers::pi / 6.0) * std::pow(turn, -static_cast<double>(i));
        weighted += std::conj(s[i]) * about_middle[i];
        sum += std::conj(s[i]);
    }
    for (std::size_t i = 0; i < 3; ++i)
        CHECK(std::abs(below(feeder, flow)[i] - (about_middle[i] - weighted / sum)) < 1e-5);  // drop and stray admittance
    CHECK(flow.source_kw() == Approx(flow.drawn_kw() + flow.loss_kw()).epsilon(1e-9));
}

TEST_CASE("unequal loads of constant power within limits behind a delta draw no current in all", "[load_admittances]") {
    FeederDescription d = delta_secondary(0.05);
    const std::array<double, 3> p{100.0, 80.0, 60.0};
    for (std::size_t i = 0; i < 3; ++i) {
        LoadRow row = to_earth(i, p[i], 0.3 * p[i]);
        row.response.linear = LinearOutside{};
        d.loads.push_back(row);
    }
    const Feeder feeder = built(d);
    LoadFlow flow(feeder, {.tolerance_pu = 1e-10});
    REQUIRE(flow.solve(nominal_power(feeder)).status == LoadFlowStatus::converged);
    Complex all;
    const auto v = below(feeder, flow);
    for (std::size_t i = 0; i < 3; ++i) {
        const double u = std::abs(v[i]);
        double factor =
            1.0;  // of the power: outside of 0.95 to 1.05 an impedance, or a current in proportion to the voltage above 0.5
        if (u > 1.05) factor = u * u / (1.05 * 1.05);
        if (u < 0.95) factor = u * (0.5 + (1.0 / 0.95 - 0.5) / 0.45 * (u - 0.5));
        REQUIRE(u > 0.5);
        all += std::conj(Complex(p[i], 0.3 * p[i]) * factor / v[i]);
    }
    CHECK(std::abs(all) < 1e-3);  // of 240 kVA: what the stray admittance takes
    CHECK(std::abs(v[0] + v[1] + v[2]) > 0.01);
    CHECK(flow.source_kw() == Approx(flow.drawn_kw() + flow.loss_kw()).epsilon(1e-8));
}

TEST_CASE("one load to earth behind a delta pulls its phase to earth, which is no collapse", "[load_admittances]") {
    FeederDescription d = delta_secondary(0.05);
    LoadRow row = to_earth(0, 50.0, 10.0);
    row.response.linear = LinearOutside{};
    d.loads = {row};
    Issues issues;
    const auto feeder = build_feeder(d, {}, issues);
    REQUIRE(feeder);
    REQUIRE(issues.list().size() == 1);
    CHECK(to_text(issues.list().front()) ==
          "warning: load D2a: draws to earth at bus 2, where no winding or line is earthed: these loads and stray admittances "
          "alone "
          "decide the voltages to earth there; connect it between phases (a delta), or earth the winding, if that is not meant");
    LoadFlow flow(*feeder, {.tolerance_pu = 1e-10});
    REQUIRE(flow.solve(nominal_power(*feeder)).status == LoadFlowStatus::converged);
    const auto v = below(*feeder, flow);
    CHECK(std::abs(v[0]) < 1e-4);
    CHECK(std::abs(v[1]) == Approx(std::sqrt(3.0)).epsilon(1e-4));
    CHECK(std::abs(v[2]) == Approx(std::sqrt(3.0)).epsilon(1e-4));
}

TEST_CASE("loads between phases behind a delta are solved by plain sweeps, without a warning", "[load_admittances]") {
    FeederDescription d = delta_secondary(0.05);
    LoadRow row = load("2", 100.0, 30.0);
    row.terminals = {{Conductor::a, Conductor::b}};
    d.loads = {row};
    Issues issues;
    const auto feeder = build_feeder(d, {}, issues);
    REQUIRE(feeder);
    CHECK(issues.list().empty());
    LoadFlow flow(*feeder);
    const LoadFlowResult result = flow.solve(nominal_power(*feeder));
    CHECK(result.status == LoadFlowStatus::converged);
    CHECK(!result.has_load_admittances);
}

TEST_CASE("of the two states of a load that jumps, the one nearer to its admittance at rated voltage is found",
          "[load_admittances]") {
    // Constant current, 10.2 kW at 1 kV behind 1 ohm; from 1.05 pu on the impedance that draws its rated power there, which is
    // less.
    FeederDescription d = buses(2);
    d.branches = {line("1", "2", 1.0)};
    d.sources[0].voltage = PerUnit(1.06);
    LoadRow row = load("2", 10.2, 0.0);
    row.response.active = row.response.reactive = {.i = 1.0, .p = 0.0};
    row.response.linear = LinearOutside{.low = 0.0, .min = 0.9, .max = 1.05, .at_rated_power = true};
    d.loads = {row};
    const Feeder feeder = built(d);
    const double as_current = 1.06 - 0.0102;                            // below 1.05
    const double as_impedance = 1.06 / (1.0 + 0.0102 / (1.05 * 1.05));  // above 1.05
    REQUIRE(as_current < 1.05);
    REQUIRE(as_impedance > 1.05);
    REQUIRE(1.06 / 1.0102 < 1.05);  // with the admittance at rated voltage
    LoadFlow flow(feeder, {.tolerance_pu = 1e-12});
    REQUIRE(flow.solve(nominal_power(feeder)).status == LoadFlowStatus::converged);
    CHECK(std::abs(flow.voltage_pu()[1] - as_current) < 1e-11);
    // A load that came down from no load would stay at the other state; from the solution on the last state counts.
    PortPower none(flow.ports());
    REQUIRE(flow.solve(none).status == LoadFlowStatus::converged);
    REQUIRE(flow.solve(nominal_power(feeder)).status == LoadFlowStatus::converged);
    CHECK(std::abs(flow.voltage_pu()[1] - as_impedance) < 1e-11);
    flow.restart();
    REQUIRE(flow.solve(nominal_power(feeder)).status == LoadFlowStatus::converged);
    CHECK(std::abs(flow.voltage_pu()[1] - as_current) < 1e-11);
}

TEST_CASE("which laws jump", "[load_admittances]") {
    const auto jumps = [](const VoltageResponse& response) { return LoadLaw(response).jumps(); };
    const PowerLaw current{.i = 1.0, .p = 0.0};
    CHECK(!jumps({}));
    CHECK(!jumps({current, current, LinearOutside{}, 0.0}));
    CHECK(jumps({current, current, LinearOutside{.at_rated_power = true}, 0.0}));
    CHECK(!jumps({{}, {}, LinearOutside{.at_rated_power = true}, 0.0}));
    CHECK(jumps({{}, {}, LinearOutside{.q_at_rated_voltage = true}, 0.0}));
    CHECK(jumps({{}, {}, LinearOutside{.low = 0.96, .min = 0.95}, 0.0}));
    CHECK(jumps({{}, {}, std::nullopt, 0.8}));
}

}  // namespace
