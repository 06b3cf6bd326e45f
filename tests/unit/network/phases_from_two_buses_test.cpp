// Buses whose phases arrive over branches from several buses: radial phase by phase, against mesh equations in ohm.
#include <catch2/catch.hpp>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <complex>

#include "unit/network/descriptions.hpp"
#include "unit/network/unbalanced_reference.hpp"

namespace {

using namespace evsweep;
using namespace evsweep::testing;
using Complex = std::complex<double>;
using enum Conductor;

constexpr double volts = 577.35026918962576;  // 1 pu to earth

BranchRow wire(const std::string& from, const std::string& to, std::vector<Conductor> conductors, std::vector<Complex> ohm) {
    BranchRow row = line(from, to);
    row.conductors = std::move(conductors);
    row.series_ohm = std::move(ohm);
    return row;
}

/// Bus 1 feeds phase a to bus 2 and phase b to bus 3; both go on to bus 4, and from there together to bus 5.
FeederDescription meeting_phases() {
    FeederDescription d = buses(5);
    const std::vector<std::vector<Conductor>> wires{{a, b, c}, {a}, {b}, {a, b}, {a, b}};
    for (std::size_t i = 0; i < wires.size(); ++i) d.buses[i].conductors = wires[i];
    d.branches = {wire("1", "2", {a}, {{0.1, 0.2}}), wire("1", "3", {b}, {{0.2, 0.1}}), wire("2", "4", {a}, {{0.3, 0.3}}),
                  wire("3", "4", {b}, {{0.2, 0.5}}), wire("4", "5", {a, b}, {{0.2, 0.4}, {0.1, 0.2}, {0.1, 0.2}, {0.3, 0.4}})};
    return d;
}

LoadRow impedance_at(const std::string& bus, Terminals ends, double p, double q) {
    LoadRow row = load(bus, p, q);
    row.id += name_of(*ends.plus);
    row.terminals = {ends};
    row.rated = Volts(volts);
    row.response.active = row.response.reactive = {.z = 1.0, .p = 0.0};
    return row;
}

Complex siemens(double p, double q) { return Complex(p, -q) * 1000.0 / (volts * volts); }

Complex at(const Feeder& feeder, const LoadFlow& flow, const char* bus, Conductor conductor) {
    return flow.voltage(feeder.find_conductor(*feeder.find_bus(bus), conductor)->index());
}

TEST_CASE("phases that arrive from two buses go on together", "[meeting]") {
    FeederDescription d = meeting_phases();
    d.loads = {impedance_at("4", {a, b}, 20.0, 5.0), impedance_at("5", {a, {}}, 30.0, 10.0),
               impedance_at("5", {b, {}}, 50.0, 0.0)};
    for (const bool is_reversed : {false, true}) {  // whichever branch the search meets first
        if (is_reversed) std::reverse(d.branches.begin(), d.branches.end());
        Issues issues;
        const auto feeder = build_feeder(d, {}, issues);
        REQUIRE(feeder);
        CHECK_FALSE(issues.has_errors());
        // Nodes 4a, 4b, 5a, 5b; phases 1 to 4 in series, admittances to the ideal source.
        const Complex ya = 1.0 / Complex(0.4, 0.5), yb = 1.0 / Complex(0.4, 0.6), between = siemens(20.0, 5.0);
        Eigen::Matrix2cd z;
        z << Complex(0.2, 0.4), Complex(0.1, 0.2), Complex(0.1, 0.2), Complex(0.3, 0.4);
        const Eigen::Matrix2cd y = z.inverse();
        Eigen::Matrix4cd nodal = Eigen::Matrix4cd::Zero();
        nodal.topLeftCorner<2, 2>() = y;
        nodal.topRightCorner<2, 2>() = nodal.bottomLeftCorner<2, 2>() = -y;
        nodal.bottomRightCorner<2, 2>() = y;
        nodal(0, 0) += ya + between;
        nodal(1, 1) += yb + between;
        nodal(0, 1) -= between;
        nodal(1, 0) -= between;
        nodal(2, 2) += siemens(30.0, 10.0);
        nodal(3, 3) += siemens(50.0, 0.0);
        const Complex turn = std::polar(1.0, -2.0943951023931953);
        const Eigen::Vector4cd v = nodal.partialPivLu().solve(Eigen::Vector4cd(ya, yb * turn, 0.0, 0.0));
        for (const bool is_reduced : {false, true}) {
            const std::vector<std::uint32_t> none;
            LoadFlow flow(std::make_shared<SweptNetwork>(
                              *feeder, is_reduced ? DrawingPlaces::at(*feeder, none) : DrawingPlaces::everywhere(*feeder),
                              feeder->folded()),
                          {.tolerance_pu = 1e-13});
            PortPower power(flow.ports());
            for (const LoadPoint& l : feeder->loads()) power.add(l, 1.0, flow.places());
            REQUIRE(flow.solve(power).status == LoadFlowStatus::converged);
            CHECK(std::abs(at(*feeder, flow, "4", a) - v(0)) < 1e-11);
            CHECK(std::abs(at(*feeder, flow, "4", b) - v(1)) < 1e-11);
            CHECK(std::abs(at(*feeder, flow, "5", a) - v(2)) < 1e-11);
            CHECK(std::abs(at(*feeder, flow, "5", b) - v(3)) < 1e-11);
            CHECK(flow.source_kw() == Approx(flow.drawn_kw() + flow.loss_kw()).epsilon(1e-11));
            double lost = 0.0;
            for (const BranchFlow& branch : flow.branch_flows()) lost += (branch.p_from + branch.p_to).value();
            CHECK(lost == Approx(flow.loss_kw()).epsilon(1e-9));
        }
    }
}

void check_against_dense_method(const FeederDescription& d) {
    const DenseFeeder dense(d);
    const auto expected = dense.solve();
    Issues issues;
    const auto feeder = build_feeder(d, {}, issues);
    REQUIRE(feeder);
    CHECK(issues.list().empty());
    const std::vector<std::uint32_t> none;
    for (const bool is_reduced : {false, true}) {
        LoadFlow flow(
            std::make_shared<SweptNetwork>(
                *feeder, is_reduced ? DrawingPlaces::at(*feeder, none) : DrawingPlaces::everywhere(*feeder), feeder->folded()),
            {.tolerance_pu = 1e-12});
        PortPower power(flow.ports());
        for (const LoadPoint& l : feeder->loads()) power.add(l, 1.0, flow.places());
        const LoadFlowResult result = flow.solve(power);
        REQUIRE(result.status == LoadFlowStatus::converged);
        CHECK(result.iterations < 40);
        for (const BusRow& bus : d.buses)
            for (const Conductor wire : bus.conductors) {
                CAPTURE(bus.id, name_of(wire));
                const Complex found = at(*feeder, flow, bus.id.c_str(), wire) * DenseFeeder::base(bus);
                CHECK(std::abs(found - expected.at({bus.id, wire})) < 1e-9 * DenseFeeder::base(bus));
            }
        CHECK(flow.source_kw() == Approx(flow.drawn_kw() + flow.loss_kw()).epsilon(1e-10));
        CHECK(flow.source_kvar() == Approx(flow.drawn_kvar() + flow.loss_kvar()).epsilon(1e-10));
        double lost = 0.0;
        for (const BranchFlow& branch : flow.branch_flows()) lost += (branch.p_from + branch.p_to).value();
        CHECK(lost == Approx(flow.loss_kw()).epsilon(1e-8));
    }
}

LoadRow power_at(const std::string& bus, Terminals ends, double p, double q) {
    LoadRow row = load(bus, p, q);
    row.id += name_of(*ends.plus);
    row.terminals = {ends};
    return row;
}

TEST_CASE("admittances may lie between phases that arrive from two buses", "[meeting]") {
    FeederDescription d = meeting_phases();
    ShuntRow bank = shunt("C", "5", 0.0, -30.0);
    bank.terminals = {{a, b}};
    d.shunts = {bank};
    d.branches[4].shunt_s = {{0.0, 1e-3}, {0.0, -2e-4}, {0.0, -2e-4}, {0.0, 1e-3}};
    d.loads = {power_at("4", {a, b}, 20.0, 5.0), power_at("5", {a, {}}, 30.0, 10.0), power_at("5", {b, {}}, 50.0, 0.0)};
    check_against_dense_method(d);
}

TEST_CASE("three lines of one phase each bring three phases from three buses", "[meeting]") {
    FeederDescription d = buses(6);
    const std::vector<std::vector<Conductor>> wires{{a, b, c}, {a, b, c}, {a, b}, {b, c}, {a, b, c}, {c, a, b}};
    for (std::size_t i = 0; i < wires.size(); ++i) d.buses[i].conductors = wires[i];
    const std::vector<Complex> two{{0.2, 0.4}, {0.1, 0.2}, {0.1, 0.2}, {0.3, 0.4}};
    const std::vector<Complex> three{{0.2, 0.4}, {0.1, 0.2}, {0.1, 0.1}, {0.1, 0.2}, {0.3, 0.4},
                                     {0.1, 0.2}, {0.1, 0.1}, {0.1, 0.2}, {0.3, 0.4}};
    d.branches = {wire("1", "2", {a, b, c}, three),  wire("1", "3", {a, b}, two),       wire("1", "4", {b, c}, two),
                  wire("2", "5", {a}, {{0.1, 0.2}}), wire("3", "5", {b}, {{0.2, 0.2}}), wire("5", "4", {c}, {{0.1, 0.3}}),
                  wire("5", "6", {a, b, c}, three)};
    d.branches[6].shunt_s = {{0.0, 1e-3},  {0.0, -2e-4}, {0.0, -2e-4}, {0.0, -2e-4}, {0.0, 1e-3},
                             {0.0, -2e-4}, {0.0, -2e-4}, {0.0, -2e-4}, {0.0, 1e-3}};
    d.loads = {power_at("6", {a, {}}, 30.0, 10.0), power_at("6", {b, c}, 50.0, 5.0), power_at("5", {c, {}}, 40.0, 0.0),
               power_at("3", {a, {}}, 10.0, 3.0)};
    check_against_dense_method(d);
}

/// Phase a goes from bus 2 to bus 3 over a line, and phase b comes back over it: that reaches bus 3 over a line of its own.
FeederDescription forth_and_back() {
    FeederDescription d = buses(4);
    const std::vector<std::vector<Conductor>> wires{{a, b}, {a, b}, {a, b}, {a, b}};
    for (std::size_t i = 0; i < wires.size(); ++i) d.buses[i].conductors = wires[i];
    const std::vector<Complex> two{{0.2, 0.4}, {0.1, 0.2}, {0.1, 0.2}, {0.3, 0.4}};
    d.branches = {wire("1", "2", {a}, {{0.2, 0.4}}), wire("2", "3", {a, b}, two), wire("1", "3", {b}, {{0.3, 0.3}}),
                  wire("2", "4", {a, b}, two)};
    d.loads = {power_at("2", {b, {}}, 30.0, 10.0), power_at("3", {a, {}}, 50.0, 5.0), power_at("4", {a, b}, 40.0, 0.0)};
    return d;
}

TEST_CASE("a line may carry one phase forth and another back", "[meeting]") {
    FeederDescription d = forth_and_back();
    const std::vector<Complex> charging{{0.0, 1e-3}, {0.0, -2e-4}, {0.0, -2e-4}, {0.0, 1e-3}};
    for (const bool has_charging : {false, true}) {
        if (has_charging) d.branches[1].shunt_s = d.branches[3].shunt_s = charging;
        for (int turn = 0; turn < 4; ++turn) {  // whichever branch the search meets first
            std::rotate(d.branches.begin(), d.branches.begin() + 1, d.branches.end());
            check_against_dense_method(d);
        }
    }
}

TEST_CASE("what is fed over a branch outside of the tree may feed others in the same way", "[meeting]") {
    FeederDescription d = forth_and_back();
    for (const char* id : {"5", "6", "7"}) {
        d.buses.push_back(d.buses[1]);
        d.buses.back().id = id;
    }
    const std::vector<Complex> two{{0.2, 0.4}, {0.1, 0.2}, {0.1, 0.2}, {0.3, 0.4}};
    // Bus 5 gets b from bus 4, which has it from bus 2, where it comes back; bus 6 and 7 in the same way from there.
    for (BranchRow row : {wire("1", "5", {a}, {{0.3, 0.3}}), wire("4", "5", {b}, {{0.2, 0.3}}), wire("5", "6", {b}, {{0.1, 0.3}}),
                          wire("3", "6", {a}, {{0.2, 0.2}}), wire("6", "7", {a, b}, two)})
        d.branches.push_back(row);
    d.loads.push_back(power_at("7", {a, b}, 20.0, 5.0));
    d.loads.push_back(power_at("7", {b, {}}, 20.0, 5.0));
    for (LoadRow& row : d.loads) row.p = Kilowatts(0.2 * row.p.value()), row.q = Kilovars(0.2 * row.q.value());
    check_against_dense_method(d);
}

TEST_CASE("an open end of a phase that comes back draws nothing", "[meeting]") {
    FeederDescription d = forth_and_back();
    std::erase_if(d.loads, [](const LoadRow& row) { return row.bus != "3"; });
    check_against_dense_method(d);
}

TEST_CASE("a conductor that nothing feeds is refused, however many branches there are", "[meeting]") {
    FeederDescription d = forth_and_back();
    d.branches.erase(d.branches.begin() + 2);
    d.loads.clear();
    Issues issues;
    CHECK(!build_feeder(d, {}, issues));
    REQUIRE(issues.list().size() == 1);
    CHECK(to_text(issues.list().front()) == "bus 2: nothing feeds its conductor b; branch L1_2 leads to it from bus 1");
}

TEST_CASE("a conductor that comes over two branches is a loop, however others arrive", "[meeting]") {
    FeederDescription d = meeting_phases();
    d.buses[2].conductors = {a, b};
    d.branches[1] = wire("1", "3", {a, b}, {{0.2, 0.1}, 0.0, 0.0, {0.2, 0.1}});
    d.branches[3] = wire("3", "4", {a, b}, {{0.2, 0.5}, 0.0, 0.0, {0.2, 0.5}});
    Issues issues;
    const auto feeder = build_feeder(d, {}, issues);
    REQUIRE(feeder);
    REQUIRE(issues.list().size() == 1);
    CHECK(to_text(issues.list().front()).find("closed branches form a loop") != std::string::npos);
}

}  // namespace
