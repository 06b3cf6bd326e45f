#include "sim/engine/charging_ports.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "evsweep/contracts.hpp"
#include "sim/network/unbalance.hpp"

using namespace evsweep;
using enum Conductor;

namespace {

/// Source - line - street; 400 V, phases without coupling, 0.1 ohm each.
Feeder street() {
    FeederDescription d;
    d.buses = {{.id = "source", .nominal = Volts(400.0), .conductors = {a, b, c}},
               {.id = "street", .nominal = Volts(400.0), .conductors = {a, b, c}}};
    BranchRow line;
    line.id = "line";
    line.from = "source";
    line.to = "street";
    line.conductors = {a, b, c};
    line.series_ohm = {0.1, 0.0, 0.0, 0.0, 0.1, 0.0, 0.0, 0.0, 0.1};
    d.branches = {line};
    d.sources = {{.bus = "source"}};
    Issues issues;
    auto feeder = build_feeder(d, {}, issues);
    for (const Issue& issue : issues.list()) UNSCOPED_INFO(to_text(issue));
    REQUIRE(feeder);
    return std::move(*feeder);
}

Connectors wired(const std::vector<Wiring>& wiring) {
    Connectors connectors;
    connectors.bus.assign(wiring.size(), BusId(1));
    connectors.wiring = wiring;
    return connectors;
}

double voltage_at(const ChargingPorts& ports, std::size_t c, const LoadFlow& flow) {
    return ports.voltage_pu(ports.metering_point()[c], flow);
}

void draw(const ChargingPorts& ports, std::size_t c, double p_kw, PortPower& power) {
    const auto places = ports.places(ConnectorId(c));
    for (const std::uint32_t place : places) power.p[place] += p_kw / static_cast<double>(places.size());
}

}  // namespace

TEST_CASE("a charger on one phase lowers that phase only and unbalances its feeder") {
    const Feeder feeder = street();
    const Connectors connectors = wired({{{a, {}}}, {{b, {}}}});
    const ChargingNetwork network(feeder, places_of(connectors));
    const ChargingPorts ports(network, connectors);
    LoadFlow flow(ports.network(), {.tolerance_pu = 1e-13});
    PortPower power(flow.ports());
    draw(ports, 0, 7.4, power);
    REQUIRE(flow.solve(power).status == LoadFlowStatus::converged);
    const double v0 = 400.0 / std::sqrt(3.0);
    const double v = 0.5 * (v0 + std::sqrt(v0 * v0 - 4.0 * 0.1 * 7400.0)) / v0;  // V (V0 - V) = R P
    CHECK(voltage_at(ports, 0, flow) == Approx(v));
    CHECK(voltage_at(ports, 1, flow) == Approx(1.0));
    CHECK(iec_unbalance(phase_voltages(flow, BusId(1)).value()) == Approx((1.0 - v) / (2.0 + v)));
}

TEST_CASE("a charger on all phases lowers them alike and leaves the feeder balanced") {
    const Feeder feeder = street();
    const Connectors connectors = wired({{}, {{a, {}}, {b, {}}, {c, {}}}});
    const ChargingNetwork network(feeder, places_of(connectors));
    const ChargingPorts ports(network, connectors);
    LoadFlow flow(ports.network(), {.tolerance_pu = 1e-13});
    PortPower power(flow.ports());
    draw(ports, 0, 11.0, power);
    REQUIRE(flow.solve(power).status == LoadFlowStatus::converged);
    const double v0 = 400.0 / std::sqrt(3.0);
    const double v = 0.5 * (v0 + std::sqrt(v0 * v0 - 4.0 * 0.1 * 11000.0 / 3.0)) / v0;
    CHECK(voltage_at(ports, 0, flow) == Approx(v));
    CHECK(voltage_at(ports, 1, flow) == Approx(v));
    CHECK(iec_unbalance(phase_voltages(flow, BusId(1)).value()) == Approx(0.0).margin(1e-10));
}

TEST_CASE("a charger between two phases draws one current from the one into the other") {
    const Feeder feeder = street();
    const Connectors connectors = wired({{{a, b}}});
    const ChargingNetwork network(feeder, places_of(connectors));
    const ChargingPorts ports(network, connectors);
    LoadFlow flow(ports.network(), {.tolerance_pu = 1e-13});
    PortPower power(flow.ports());
    draw(ports, 0, 7.4, power);
    REQUIRE(flow.solve(power).status == LoadFlowStatus::converged);
    const double v = 0.5 * (400.0 + std::sqrt(400.0 * 400.0 - 4.0 * 0.2 * 7400.0)) / 400.0;  // there and back: 0.2 ohm
    CHECK(voltage_at(ports, 0, flow) == Approx(v));
    CHECK(std::abs(branch_return(flow, BranchId(0), End::to).neutral_a) == Approx(0.0).margin(1e-9));
}

TEST_CASE("in a network with more places than a fleet uses, its chargers draw and meter as in one of their own") {
    const Feeder feeder = street();
    const Connectors connectors = wired({{{b, {}}}, {{c, a}}});
    const ChargingNetwork own(feeder, places_of(connectors));
    const ChargingNetwork shared(feeder, places_of(wired({{{a, {}}}, {}, {{c, a}}, {{a, b}}, {{b, {}}}})));
    std::vector<double> voltages[2];
    for (const ChargingNetwork* network : {&own, &shared}) {
        const ChargingPorts ports(*network, connectors);
        CHECK(ports.metering_points() == 2);
        LoadFlow flow(ports.network(), {.tolerance_pu = 1e-13});
        PortPower power(flow.ports());
        draw(ports, 0, 7.4, power);
        draw(ports, 1, 3.7, power);
        REQUIRE(flow.solve(power).status == LoadFlowStatus::converged);
        voltages[network == &shared] = {voltage_at(ports, 0, flow), voltage_at(ports, 1, flow), flow.source_kw()};
    }
    for (std::size_t k = 0; k < 3; ++k) CHECK(voltages[0][k] == Approx(voltages[1][k]).epsilon(1e-11));
}

TEST_CASE("a charger wired from earth to a conductor is one from the conductor to earth") {
    const Feeder feeder = street();
    const Connectors connectors = wired({{{{}, b}}, {{b, {}}}});
    const ChargingNetwork network(feeder, places_of(connectors));
    const ChargingPorts ports(network, connectors);
    CHECK(ports.metering_points() == 1);
}

TEST_CASE("a charging point where no behaviour may place one is our mistake and told as such") {
    const Feeder feeder = street();
    const ChargingNetwork network(feeder, places_of(wired({{{a, {}}}})));
    CHECK_THROWS_AS(ChargingPorts(network, wired({{{b, {}}}})), ContractViolation);
}
