#include "sim/network/sweep/load_flow.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <limits>

#include "evsweep/contracts.hpp"
#include "unit/network/descriptions.hpp"
#include "unit/network/unbalanced_reference.hpp"

namespace {

using namespace evsweep;
using namespace evsweep::testing;
using Complex = std::complex<double>;

/// One line of 1 kV: |V|^4 + (2(RP+XQ) - 1)|V|^2 + |Z|^2|S|^2 = 0 in per unit has the two-bus voltage in closed form.
double two_bus_voltage(Complex z_ohm, Complex s_kva) {
    const Complex z = z_ohm / 1000.0;  // 1 kVA at 1 kV
    const double b = 2.0 * (z.real() * s_kva.real() + z.imag() * s_kva.imag()) - 1.0;
    const double c = std::norm(z) * std::norm(s_kva);
    return std::sqrt((-b + std::sqrt(b * b - 4.0 * c)) / 2.0);
}

FeederDescription two_buses(Complex z_ohm, Complex s_kva) {
    auto d = buses(2);
    d.branches = {line("1", "2", z_ohm)};
    d.loads = {load("2", s_kva.real(), s_kva.imag())};
    return d;
}

const LoadFlowOptions precise{.tolerance_pu = 1e-12};

TEST_CASE("the sweep agrees with the closed form on two buses", "[load_flow]") {
    const Complex z(0.5, 0.3);
    const Complex s = GENERATE(Complex(100, 50), Complex(-200, 0), Complex(300, -100), Complex(0, 0));
    const Feeder feeder = built(two_buses(z, s));
    LoadFlow flow(feeder, precise);
    REQUIRE(flow.solve(nominal_power(feeder)).status == LoadFlowStatus::converged);
    const double v = two_bus_voltage(z, s);
    const double i = std::abs(s) / v;
    CHECK(flow.voltage_pu()[1] == Approx(v).epsilon(1e-11));
    CHECK(flow.loss_kw() == Approx(z.real() / 1000.0 * i * i).epsilon(1e-9).margin(1e-12));
    CHECK(flow.loss_kvar() == Approx(z.imag() / 1000.0 * i * i).epsilon(1e-9).margin(1e-12));
    CHECK(flow.current_a()[1] == Approx(i / std::sqrt(3.0)).epsilon(1e-9).margin(1e-12));  // 1 kVA / (sqrt 3 * 1 kV)
}

TEST_CASE("a constant-impedance load is a voltage divider and a constant-current load draws its current", "[load_flow]") {
    auto d = two_buses({0.5, 0.0}, {400.0, 0.0});
    set_zip(d.loads[0], 1.0, 0.0);
    {
        const Feeder feeder = built(d);
        LoadFlow flow(feeder, precise);
        REQUIRE(flow.solve(nominal_power(feeder)).status == LoadFlowStatus::converged);
        CHECK(flow.voltage_pu()[1] == Approx(1.0 / 1.2).epsilon(1e-11));  // 0.5 ohm before 2.5 ohm
        CHECK(flow.drawn_kw() == Approx(400.0 / 1.44).epsilon(1e-11));
    }
    set_zip(d.loads[0], 0.0, 1.0);
    const Feeder feeder = built(d);
    LoadFlow flow(feeder, precise);
    REQUIRE(flow.solve(nominal_power(feeder)).status == LoadFlowStatus::converged);
    CHECK(flow.voltage_pu()[1] == Approx(1.0 - 0.2).epsilon(1e-11));  // 0.4 pu of current through 0.5 pu
    CHECK(flow.drawn_kw() == Approx(400.0 * 0.8).epsilon(1e-11));
}

TEST_CASE("an unloaded transformer turns and scales the voltage by its ratio, from either side", "[load_flow]") {
    auto d = buses(2);
    d.buses[1].nominal = Volts(400.0);
    d.branches = {line("1", "2", {0.01, 0.02})};
    d.branches[0].kind = BranchKind::transformer;
    d.branches[0].tap = 1.05;
    d.branches[0].shift = Degrees(30.0);
    const bool fed_from_below = GENERATE(false, true);
    if (fed_from_below) d.sources[0].bus = "2";
    const Feeder feeder = built(d);
    LoadFlow flow(feeder, precise);
    REQUIRE(flow.solve(PortPower(2)).status == LoadFlowStatus::converged);
    const Complex ratio = std::polar(1.05, std::acos(-1.0) / 6.0);  // V_from / V_to
    const Complex expected = fed_from_below ? ratio : 1.0 / ratio;
    CHECK(std::abs(flow.voltage(1) - expected) < 1e-14);
    CHECK(flow.voltage_pu()[1] == Approx(std::abs(expected)).epsilon(1e-14));
}

TEST_CASE("the source voltage of the study replaces that of the file", "[load_flow]") {
    const Feeder feeder = built(two_buses({0.5, 0.3}, 0.0), {.source_voltage = PerUnit(1.04)});
    LoadFlow flow(feeder);
    REQUIRE(flow.solve(PortPower(2)).status == LoadFlowStatus::converged);
    CHECK(flow.voltage_pu()[0] == 1.04);
    CHECK(flow.voltage_pu()[1] == Approx(1.04));
}

/// Largest mismatch in kVA between what branches bring to a bus and what is drawn there by loads and shunts.
double worst_imbalance(const FeederDescription& d, const Feeder& feeder, const LoadFlow& flow) {
    const auto v = flow.voltage_pu();
    std::vector<Complex> balance(feeder.buses());
    for (const LoadRow& row : d.loads) {
        const std::size_t k = feeder.find_bus(row.bus)->index();
        const PowerLaw& law = row.response.active;
        balance[k] += Complex(row.p.value(), row.q.value()) * (law.p + v[k] * law.i + v[k] * v[k] * law.z);
    }
    for (const ShuntRow& row : d.shunts) {
        const std::size_t k = feeder.find_bus(row.bus)->index();
        balance[k] += v[k] * v[k] * Complex(row.p.value(), row.q.value());
    }
    balance[0] -= Complex(flow.source_kw(), flow.source_kvar());
    const auto flows = flow.branch_flows();
    for (std::size_t b = 0; b < flows.size(); ++b) {
        const FeederBranch& branch = feeder.branch(BranchId(b));
        balance[branch.from.index()] += Complex(flows[b].p_from.value(), flows[b].q_from.value());
        balance[branch.to.index()] += Complex(flows[b].p_to.value(), flows[b].q_to.value());
    }
    double worst = 0.0;
    for (const Complex& s : balance) worst = std::max(worst, std::abs(s));
    return worst;
}

TEST_CASE("power balances at every bus of random feeders of up to 2,000 buses", "[load_flow]") {
    const auto n = GENERATE(2, 3, 10, 100, 500, 2000);
    const bool plain = GENERATE(true, false);
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        const FeederDescription description = random_feeder(static_cast<std::size_t>(n), seed, plain);
        const Feeder feeder = built(description);
        const PortPower power = nominal_power(feeder);
        LoadFlow flow(feeder, {.tolerance_pu = 1e-10});
        REQUIRE(flow.solve(power).status == LoadFlowStatus::converged);
        // 4 MW in all: 1e-8 kVA is a relative error of 1e-12.
        CHECK(worst_imbalance(description, feeder, flow) < 1e-8);
        const double loss = flow.source_kw() - flow.drawn_kw();
        CHECK(std::abs(loss - flow.loss_kw()) < 1e-12 * (std::abs(flow.source_kw()) + 4000.0));
        CHECK(std::abs(flow.source_kvar() - flow.drawn_kvar() - flow.loss_kvar()) <
              1e-12 * (std::abs(flow.source_kvar()) + 4000.0));
        double sum = 0.0;
        for (const BranchFlow& f : flow.branch_flows()) sum += (f.p_from + f.p_to).value();
        CHECK(std::abs(sum - flow.loss_kw()) < 1e-8);
    }
}

TEST_CASE("constant-power loads draw exactly what they are set to", "[load_flow]") {
    const Feeder feeder = built(random_feeder(200, 5, true));
    const PortPower power = nominal_power(feeder);
    LoadFlow flow(feeder);
    REQUIRE(flow.solve(power).status == LoadFlowStatus::converged);
    double asked = 0.0;
    for (std::size_t c = 0; c < power.p.size(); ++c) asked += power.p[c];
    CHECK(flow.drawn_kw() == asked);
}

TEST_CASE("a warm start ends where a cold start ends, in fewer sweeps", "[load_flow]") {
    const Feeder feeder = built(random_feeder(150, 9, false));
    LoadFlow warm(feeder, {.tolerance_pu = 1e-9});
    LoadFlow cold(feeder, {.tolerance_pu = 1e-9});
    REQUIRE(warm.solve(nominal_power(feeder)).status == LoadFlowStatus::converged);
    const PortPower next = nominal_power(feeder, 1.01);
    const LoadFlowResult w = warm.solve(next);
    const LoadFlowResult c = cold.solve(next);
    CHECK(w.iterations < c.iterations);
    for (std::size_t k = 0; k < feeder.buses(); ++k) CHECK(std::abs(warm.voltage(k) - cold.voltage(k)) < 2e-9);
    warm.restart();
    CHECK(warm.solve(next).iterations == c.iterations);
    for (std::size_t k = 0; k < feeder.buses(); ++k) CHECK(warm.voltage(k) == cold.voltage(k));
}

TEST_CASE("beyond the nose of its curve a feeder collapses, and the solver recovers", "[load_flow]") {
    // With a resistive line and load the nose is at R P = 1/4 pu: 500 kW through 0.5 ohm at 1 kV.
    const Feeder feeder = built(two_buses({0.5, 0.0}, {500.0, 0.0}));
    LoadFlow flow(feeder, {.max_iterations = 2000});
    const LoadFlowResult beyond = flow.solve(nominal_power(feeder, 1.05));
    CHECK(beyond.status == LoadFlowStatus::collapsed);
    CHECK(beyond.worst_bus == BusId(1));
    CHECK(flow.solve(nominal_power(feeder, 0.95)).status == LoadFlowStatus::converged);
    CHECK(flow.voltage_pu()[1] == Approx(two_bus_voltage({0.5, 0.0}, {475.0, 0.0})).epsilon(1e-6));
}

TEST_CASE("a solution below the collapse limit is a collapse at its lowest bus", "[load_flow]") {
    auto d = buses(3);
    d.branches = {line("1", "2", {0.5, 0.0}), line("2", "3", {0.5, 0.0})};
    d.loads = {load("3", 500.0)};
    set_zip(d.loads[0], 1.0, 0.0);  // a divider: 2 ohm behind 1 ohm leaves 2/3
    const Feeder feeder = built(d);
    LoadFlow strict(feeder, {.collapse_pu = 0.7});
    const LoadFlowResult result = strict.solve(nominal_power(feeder));
    CHECK(result.status == LoadFlowStatus::collapsed);
    CHECK(result.worst_bus == BusId(2));
    CHECK(LoadFlow(feeder, {.collapse_pu = 0.6}).solve(nominal_power(feeder)).status == LoadFlowStatus::converged);
}

TEST_CASE("power that is not a number diverges at its bus and leaves the solver usable", "[load_flow]") {
    const Feeder feeder = built(random_feeder(50, 3, false));
    LoadFlow flow(feeder);
    PortPower power = nominal_power(feeder);
    power.p[31] = GENERATE(std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity());
    const LoadFlowResult result = flow.solve(power);
    CHECK(result.status == LoadFlowStatus::diverged);
    CHECK(result.worst_bus == BusId(31));
    CHECK(flow.solve(nominal_power(feeder)).status == LoadFlowStatus::converged);
}

TEST_CASE("too few plain sweeps are no failure: the way from no load is followed", "[load_flow]") {
    const Feeder feeder = built(two_buses({0.5, 0.3}, {300.0, 100.0}));
    LoadFlow flow(feeder, {.max_iterations = 2});
    const LoadFlowResult result = flow.solve(nominal_power(feeder));
    REQUIRE(result.status == LoadFlowStatus::converged);
    CHECK(result.is_followed);
    CHECK(result.iterations > 2);
    CHECK(flow.voltage_pu()[1] == Approx(two_bus_voltage({0.5, 0.3}, {300.0, 100.0})).epsilon(1e-9));
}

TEST_CASE("power for another feeder breaks the contract", "[load_flow]") {
    const Feeder feeder = built(two_buses({0.5, 0.3}, 0.0));
    LoadFlow flow(feeder);
    CHECK_THROWS_WITH(flow.solve(PortPower(3)), "broken promise: one power per place of the load flow");
}

TEST_CASE("a source alone is a feeder", "[load_flow]") {
    auto d = buses(1);
    d.loads = {load("1", 10.0, 5.0)};
    const Feeder feeder = built(d);
    LoadFlow flow(feeder);
    REQUIRE(flow.solve(nominal_power(feeder)).status == LoadFlowStatus::converged);
    CHECK(flow.source_kw() == 10.0);
    CHECK(flow.loss_kw() == 0.0);
}

TEST_CASE("a phase shift that does not cancel around a loop drives power around it", "[load_flow]") {
    auto d = buses(3);
    d.branches = {line("1", "2", {0.5, 2.0}), line("2", "3", {0.5, 2.0}), line("1", "3", {1.0, 5.0})};
    BranchRow& shifter = d.branches[2];
    shifter.kind = BranchKind::transformer;
    shifter.shift = Degrees(2.0);
    shifter.tap = 1.01;
    d.loads = {load("2", 20.0, 5.0), load("3", 30.0, 10.0)};
    const DenseFeeder dense(d);
    const auto expected = dense.solve();
    for (int turn = 0; turn < 3; ++turn) {  // whichever branch lies outside of the tree
        std::rotate(d.branches.begin(), d.branches.begin() + 1, d.branches.end());
        const Feeder feeder = built(d);
        LoadFlow flow(feeder, {.tolerance_pu = 1e-12});
        REQUIRE(flow.solve(nominal_power(feeder)).status == LoadFlowStatus::converged);
        for (const char* bus : {"2", "3"}) {
            const auto volts = flow.voltage(feeder.find_bus(bus)->index()) * 1000.0;
            CHECK(std::abs(volts - expected.at({bus, Conductor::balanced})) < 1e-8);
        }
        CHECK(flow.source_kw() == Approx(flow.drawn_kw() + flow.loss_kw()).epsilon(1e-11));
        double lost = 0.0;
        for (const BranchFlow& branch : flow.branch_flows()) lost += (branch.p_from + branch.p_to).value();
        CHECK(lost == Approx(flow.loss_kw()).epsilon(1e-9));
    }
}

}  // namespace
