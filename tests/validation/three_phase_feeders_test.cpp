// The IEEE 13-, 37- and 123-node feeders against an independent nodal solution and published figures: one folder each.
#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "reference_tables.hpp"
#include "sim/network/relays/device_control_load_flow.hpp"

namespace {

using namespace evsweep;
using namespace evsweep::validation;
using Complex = std::complex<double>;

constexpr double degrees = 180.0 / std::numbers::pi;

/// Difference of two angles in degrees.
double turn_between(double x, double y) { return std::abs(std::remainder(x - y, 360.0)); }

struct Worst {
    double magnitude = 0.0;
    double angle = 0.0;
    std::string node;
    std::size_t count = 0;
    void see(Complex v, const std::string& vm, const std::string& va, const std::string& name) {
        if (vm.empty()) return;
        ++count;
        const double off = std::abs(std::abs(v) - std::stod(vm));
        if (off > magnitude) magnitude = off, node = name;
        if (!va.empty()) angle = std::max(angle, turn_between(std::arg(v) * degrees, std::stod(va)));
    }
};

/// Voltages to earth against two columns of the folder's table.
Worst worst_to_earth(const LoadFlow& flow, const std::string& name, const std::string& source) {
    Worst worst;
    for (const Row& row : table(test::source_dir() / "tests/validation" / name / "voltages.csv"))
        worst.see(flow.voltage(conductor(flow.feeder(), row.at("bus"), row.at("phase"))), row.at(source + "vm_pu"),
                  row.at(source + "va_deg"), row.at("bus") + "." + row.at("phase"));
    return worst;
}

/// Voltages between phases, in units of the nominal one.
Worst worst_between_phases(const LoadFlow& flow, const std::string& name, const std::string& source) {
    Worst worst;
    for (const Row& row : table(test::source_dir() / "tests/validation" / name / "voltages_ll.csv")) {
        const std::string pair = row.at("pair");
        const Complex v = flow.voltage(conductor(flow.feeder(), row.at("bus"), pair.substr(0, 1))) -
                          flow.voltage(conductor(flow.feeder(), row.at("bus"), pair.substr(1, 1)));
        worst.see(v / std::sqrt(3.0), row.at(source + "vm_pu"), row.at(source + "va_deg"), row.at("bus") + "." + pair);
    }
    return worst;
}

/// Which transformer a relay moves.
std::size_t transformer_of(const Feeder& feeder, const RegulatorRow& row) {
    const auto list = feeder.transformers();
    const auto found = std::find_if(list.begin(), list.end(), [&](const auto& t) { return t.id == row.transformer; });
    REQUIRE(found != list.end());
    return static_cast<std::size_t>(found - list.begin());
}

/// Steps above neutral of the winding that a relay moves.
int position_of(const LoadFlow& flow, const RegulatorRow& row) {
    const FeederTransformer& t = flow.feeder().transformers()[transformer_of(flow.feeder(), row)];
    return tap_position(t.windings[row.winding].taps, flow.devices().tap[t.first_tap + row.winding]);
}

void set_neutral(LoadFlow& flow) {
    for (const RegulatorRow& row : flow.feeder().regulators()) flow.set_tap(transformer_of(flow.feeder(), row), row.winding, 1.0);
}

/// The published tap of a relay; RG1_a, RG1_b and RG1_c of the 123-node feeder are one, RG1.
int published_position(const std::string& name, const std::string& id) {
    for (const Row& row : table(test::source_dir() / "tests/validation" / name / "taps.csv"))
        if (row.at("regulator") == id || row.at("regulator") == id + "_a") return std::stoi(row.at("tap"));
    FAIL("no published tap of " << id);
    return 0;
}

/// What a relay reads, and its distance from the set voltage in steps (120 V x 0.625 %).
struct Reading {
    double volts = 0.0;
    double steps = 0.0;
    bool in_band = false;
};
std::map<std::string, Reading> readings(LoadFlow& flow) {
    flow.draw(nominal_power(flow.feeder()));
    ControlledLoadFlow network(flow, {});
    REQUIRE(network.solve());
    DeviceControl control = make_device_control(flow.feeder());
    control.look(network, Instant{});
    std::map<std::string, Reading> seen;
    for (std::size_t r = 0; r < control.regulators().size(); ++r) {
        const RegulatorRow& row = flow.feeder().regulators()[r];
        const double off = control.regulators()[r].deviation_v();
        seen[row.id] = {row.forward.set_v + off, -off / 0.75, !control.regulators()[r].is_outside_band()};
    }
    return seen;
}

TEST_CASE("IEEE feeders with given taps: every voltage agrees with an independent solution", "[feeders]") {
    const std::string name = GENERATE("ieee13", "ieee37", "ieee123");
    INFO(name);
    const Feeder feeder = own_feeder(name);
    LoadFlow flow(feeder, {.tolerance_pu = 1e-12});
    REQUIRE(flow.solve(nominal_power(feeder)).status == LoadFlowStatus::converged);
    const Worst worst = worst_to_earth(flow, name, "");
    INFO("worst at " << worst.node);
    CHECK(worst.count == feeder.conductors());
    CHECK(worst.magnitude < 1e-6);
    CHECK(worst.angle < 1e-6 * degrees);
    std::map<std::string, double> expected;
    for (const Row& row : table(test::source_dir() / "tests/validation" / name / "expected.csv"))
        expected[row.at("quantity")] = number(row, "value");
    // Given to nine digits; 1e-6 pu of voltage is a few watts here.
    CHECK(flow.source_kw() == Approx(expected.at("source_p")).margin(0.005));
    CHECK(flow.source_kvar() == Approx(expected.at("source_q")).margin(0.005));
    CHECK(flow.loss_kw() == Approx(expected.at("total_loss_p")).margin(0.005));
}

TEST_CASE("IEEE 37-node feeder: voltages between phases agree with an independent solution", "[feeders]") {
    const Feeder feeder = own_feeder("ieee37");
    LoadFlow flow(feeder, {.tolerance_pu = 1e-12});
    REQUIRE(flow.solve(nominal_power(feeder)).status == LoadFlowStatus::converged);
    const Worst worst = worst_between_phases(flow, "ieee37", "");
    CHECK(worst.count == 38 * 3);
    CHECK(worst.magnitude < 1e-6);
    CHECK(worst.angle < 1e-6 * degrees);
    // Published to four digits, for buses 741 and 775.
    const Worst published = worst_between_phases(flow, "ieee37", "published_");
    CHECK(published.count == 6);
    CHECK(published.magnitude < 5e-5);
}

TEST_CASE("IEEE 13-node feeder: voltages agree with the published ones to their last digit", "[feeders]") {
    const Feeder feeder = own_feeder("ieee13");
    LoadFlow flow(feeder, {.tolerance_pu = 1e-12});
    REQUIRE(flow.solve(nominal_power(feeder)).status == LoadFlowStatus::converged);
    const Worst published = worst_to_earth(flow, "ieee13", "published_");
    CHECK(published.count == 31);
    CHECK(published.magnitude < 5e-5);  // four digits are given
    CHECK(published.angle < 0.0063);
}

TEST_CASE("IEEE 123-node feeder: voltages agree with another program's as well as its line model allows", "[feeders]") {
    const Feeder feeder = own_feeder("ieee123");
    LoadFlow flow(feeder, {.tolerance_pu = 1e-12});
    REQUIRE(flow.solve(nominal_power(feeder)).status == LoadFlowStatus::converged);
    const Worst other = worst_to_earth(flow, "ieee123", "gridlabd_");
    CHECK(other.count == 53);
    CHECK(other.magnitude < 7.95e-4);
    CHECK(other.angle < 0.074);
}

TEST_CASE("IEEE feeders: the published taps are where regulators left to themselves stay", "[feeders]") {
    const std::string name = GENERATE("ieee13", "ieee37", "ieee123");
    INFO(name);
    const Feeder feeder = own_feeder(name);
    LoadFlow flow(feeder, {.tolerance_pu = 1e-10});
    const auto seen = readings(flow);
    for (const Row& row : table(test::source_dir() / "tests/validation" / name / "taps.csv")) {
        const auto reading = seen.find(row.at("regulator"));
        if (reading == seen.end()) continue;  // phases that follow another one's relay
        INFO(row.at("regulator"));
        CHECK(reading->second.volts == Approx(number(row, "relay_v")).margin(2e-4));
    }
    const SettledLoadFlow settled = settle(flow, nominal_power(feeder));
    REQUIRE(settled.result.status == LoadFlowStatus::converged);
    CHECK(settled.devices.status == SettleStatus::settled);
    CHECK(settled.devices.moves == 0);
    for (const RegulatorRow& row : feeder.regulators()) CHECK(position_of(flow, row) == published_position(name, row.id));
}

TEST_CASE("IEEE 13- and 37-node feeders: the published taps are those nearest to the set voltages, seen from neutral",
          "[feeders]") {
    const std::string name = GENERATE("ieee13", "ieee37");
    INFO(name);
    const Feeder feeder = own_feeder(name);
    LoadFlow flow(feeder, {.tolerance_pu = 1e-10});
    set_neutral(flow);
    for (const auto& [id, reading] : readings(flow)) {
        INFO(id);
        CHECK(std::lround(reading.steps) == published_position(name, id));
    }
}

TEST_CASE("IEEE 13- and 37-node feeders: regulators that go the whole way at once settle from neutral on the published taps",
          "[feeders]") {
    const std::string name = GENERATE("ieee13", "ieee37");
    INFO(name);
    const Feeder feeder = own_feeder(name);
    LoadFlow flow(feeder, {.tolerance_pu = 1e-10});
    set_neutral(flow);
    const SettledLoadFlow settled = settle(flow, nominal_power(feeder), {}, {.share = 1.0});
    REQUIRE(settled.devices.status == SettleStatus::settled);
    for (const RegulatorRow& row : feeder.regulators()) {
        INFO(row.id);
        CHECK(position_of(flow, row) == published_position(name, row.id));
    }
}

TEST_CASE("IEEE feeders: from neutral, all regulators come to rest within their bands", "[feeders]") {
    const std::string name = GENERATE("ieee13", "ieee37", "ieee123");
    INFO(name);
    const Feeder feeder = own_feeder(name);
    LoadFlow flow(feeder, {.tolerance_pu = 1e-10});
    set_neutral(flow);
    const SettledLoadFlow settled = settle(flow, nominal_power(feeder));
    REQUIRE(settled.result.status == LoadFlowStatus::converged);
    CHECK(settled.devices.status == SettleStatus::settled);
    CHECK(settled.devices.moves > 0);
    for (const auto& [id, reading] : readings(flow)) {
        INFO(id);
        CHECK(reading.in_band);
    }
}

}  // namespace
