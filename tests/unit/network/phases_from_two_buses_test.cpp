// Buses whose phases arrive over branches from several buses: radial phase by phase, against mesh equations in ohm.
#include <catch2/catch.hpp>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <complex>

#include "unit/network/descriptions.hpp"

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

TEST_CASE("admittances between phases that arrive from two buses are refused", "[meeting]") {
    FeederDescription d = meeting_phases();
    ShuntRow bank = shunt("C", "5", 0.0, -30.0);
    bank.terminals = {{a, b}};
    d.shunts = {bank};
    Issues issues;
    CHECK(!build_feeder(d, {}, issues));
    REQUIRE(issues.list().size() == 1);
    CHECK(to_text(issues.list().front()) ==
          "bus 4: its phases arrive from several buses, and there or below admittances lie between them, which is not supported; "
          "leave "
          "out the capacitance of lines below, or bring all phases from one bus");
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
