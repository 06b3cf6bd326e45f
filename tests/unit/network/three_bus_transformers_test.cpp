// Three windings at three buses against their mesh equations, which know no star.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <complex>

#include "sim/network/relays/device_control_load_flow.hpp"
#include "unit/network/descriptions.hpp"

namespace {

using namespace evsweep;
using namespace evsweep::testing;
using Complex = std::complex<double>;

constexpr double kva = 300.0;

/// Bus 1 feeds buses 2 and 3 through one transformer of earthed stars.
FeederDescription tertiary() {
    FeederDescription d = buses(3);
    make_three_phase(d);
    TransformerRow t;
    t.id = "t";
    using enum Conductor;
    for (const char* bus : {"1", "2", "3"})
        t.windings.push_back({bus, {{a, {}}, {b, {}}, {c, {}}}, Volts(1000.0 / std::sqrt(3.0)), 0.01});
    t.rated = KilovoltAmperes(kva);
    t.reactance = {0.10, 0.16, 0.04};  // that of the second leg of the star is negative
    t.stray = 0.0;
    d.transformers = {t};
    return d;
}

LoadRow impedance_at(const std::string& bus, double p, double q) {
    LoadRow row = load(bus, p, q);
    row.terminals = {{Conductor::a, {}}, {Conductor::b, {}}, {Conductor::c, {}}};
    row.response.active = row.response.reactive = {.z = 1.0, .p = 0.0};
    return row;
}

TEST_CASE("a transformer of three windings at three buses obeys its mesh equations", "[three_bus]") {
    FeederDescription d = tertiary();
    d.transformers[0].windings[1].tap = 1.05;
    d.loads = {impedance_at("2", 150.0, 60.0), impedance_at("3", 60.0, -20.0)};
    const Feeder feeder = built(d);
    LoadFlow flow(feeder, {.tolerance_pu = 1e-13});
    REQUIRE(flow.solve(nominal_power(feeder)).status == LoadFlowStatus::converged);
    // u_1 - u_2 = z_12 j_2 + z_m j_3 and u_1 - u_3 = z_m j_2 + z_13 j_3, j = y u, in units of the rated voltages with taps.
    const Complex z12(0.02, 0.10), z13(0.02, 0.16), zm(0.01, 0.5 * (0.10 + 0.16 - 0.04));
    const Complex y2 = Complex(150.0, -60.0) / kva * 1.05 * 1.05, y3 = Complex(60.0, 20.0) / kva;
    const Complex a = 1.0 + z12 * y2, b = zm * y3, c = zm * y2, e = 1.0 + z13 * y3;
    const Complex u2 = (e - b) / (a * e - b * c), u3 = (a - c) / (a * e - b * c);
    const auto at = [&](const char* bus) {
        return flow.voltage(feeder.find_conductor(*feeder.find_bus(bus), Conductor::a)->index());
    };
    CHECK(std::abs(at("2") - 1.05 * u2) < 1e-12);
    CHECK(std::abs(at("3") - u3) < 1e-12);
    CHECK(flow.source_kw() == Approx(flow.drawn_kw() + flow.loss_kw()).epsilon(1e-12));
}

TEST_CASE("the power may come in at any winding of a transformer at three buses", "[three_bus]") {
    FeederDescription d = tertiary();
    d.loads = {impedance_at("2", 150.0, 60.0), impedance_at("3", 60.0, -20.0)};
    FeederDescription turned = d;
    auto& t = turned.transformers[0];
    std::rotate(t.windings.begin(), t.windings.begin() + 1, t.windings.end());  // 2, 3, 1
    t.reactance = {0.04, 0.10, 0.16};
    const Feeder feeder = built(d), other = built(turned);
    LoadFlow flow(feeder), other_flow(other);
    flow.solve(nominal_power(feeder));
    other_flow.solve(nominal_power(other));
    CHECK(flow.source_kw() == Approx(other_flow.source_kw()).epsilon(1e-10));
    CHECK(flow.source_kvar() == Approx(other_flow.source_kvar()).epsilon(1e-10));
}

TEST_CASE("relays move and see the winding of a three-bus transformer that they name", "[three_bus]") {
    FeederDescription d = tertiary();
    d.loads = {impedance_at("2", 150.0, 60.0), impedance_at("3", 60.0, 20.0)};
    RegulatorRow relay;
    relay.id = "r";
    relay.transformer = "t";
    relay.winding = 2;
    relay.pt_ratio = 1000.0 / std::sqrt(3.0) / 120.0;
    relay.forward = {.set_v = 123.0, .band_v = 1.0};
    d.regulators = {relay};
    const Feeder feeder = built(d);
    LoadFlow flow(feeder);
    REQUIRE(settle(flow, nominal_power(feeder)).devices.status == SettleStatus::settled);
    const auto at = [&](const char* bus) { return feeder.find_conductor(*feeder.find_bus(bus), Conductor::a)->index(); };
    CHECK(std::abs(120.0 * flow.voltage_pu()[at("3")] - 123.0) <= 0.5);
    CHECK(flow.voltage_pu()[at("2")] < 1.0);
}

TEST_CASE("a transformer at three buses that is open leaves nothing behind", "[three_bus]") {
    FeederDescription d = tertiary();
    TransformerRow spare = d.transformers[0];
    spare.id = "spare";
    spare.closed = false;
    d.transformers.push_back(spare);
    const Feeder feeder = built(d);
    CHECK(feeder.buses() == 4);
    CHECK_FALSE(feeder.find_branch("spare"));
}

TEST_CASE("nobody judges the voltage inside of a transformer", "[three_bus]") {
    const Feeder feeder = built(tertiary());
    CHECK(feeder.buses() == 4);
    for (const SupplyVoltage& seen : feeder.site().supply) CHECK(feeder.site().bus[seen.bus] != "t inside");
    CHECK(feeder.site().supply.size() == 9);
}

TEST_CASE("a relay that sees another winding of a three-bus transformer than it moves is refused", "[three_bus]") {
    FeederDescription d = tertiary();
    RegulatorRow relay;
    relay.id = "r";
    relay.transformer = "t";
    relay.winding = 1;
    relay.tap_winding = 2;
    d.regulators = {relay};
    Issues issues;
    CHECK(!build_feeder(d, {}, issues));
    REQUIRE(issues.list().size() == 1);
    CHECK(to_text(issues.list().front()) ==
          "regulator r: moves another winding than it sees, which is not supported at a transformer of three buses; let it move "
          "the "
          "winding that it sees");
}

}  // namespace
