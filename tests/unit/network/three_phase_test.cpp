// The sweep in blocks of three coupled phases, so that the one code path is tried at both sizes.
#include <catch2/catch.hpp>

#include <Eigen/Dense>
#include <numbers>

#include "unit/network/descriptions.hpp"

namespace {

using namespace evsweep;
using namespace evsweep::testing;
using Complex = std::complex<double>;

const Complex turn = std::polar(1.0, 2.0 * std::numbers::pi / 3.0);

/// A line with all nine couplings, none equal to another's.
BranchRow coupled_line(const std::string& from, const std::string& to, double length) {
    BranchRow row = line(from, to);
    row.series_ohm = {{0.3465, 1.0179}, {0.1560, 0.5017}, {0.1580, 0.4236},  // IEEE 13-bus configuration 601, ohm per mile
                      {0.1560, 0.5017}, {0.3375, 1.0478}, {0.1535, 0.3849}, {0.1580, 0.4236}, {0.1535, 0.3849}, {0.3414, 1.0348}};
    for (Complex& z : row.series_ohm) z *= length;
    return row;
}

FeederDescription three_phase_feeder() {
    FeederDescription d = buses(4);
    for (BusRow& row : d.buses) row.nominal = Volts(4160.0);
    d.branches = {coupled_line("1", "2", 0.4), coupled_line("2", "3", 0.3), coupled_line("2", "4", 0.2)};
    d.shunts = {shunt("C", "3", 0.0, -300.0)};
    make_three_phase(d);
    return d;
}

TEST_CASE("unbalanced loads on coupled phases solve the dense network equations", "[three_phase]") {
    auto d = three_phase_feeder();
    const double p[12] = {0, 0, 0, 100, 250, 80, 300, 20, 160, 50, 0, 400};
    for (std::size_t c = 0; c < 12; ++c) {
        LoadRow row = load(std::to_string(c / 3 + 1), p[c], 0.4 * p[c]);
        row.id += std::to_string(c % 3);
        row.terminals = {{static_cast<Conductor>(1 + c % 3), {}}};
        row.response.active = {.z = 0.1, .i = 0.2, .p = 0.7};
        d.loads.push_back(row);
    }
    const Feeder feeder = built(d);
    REQUIRE(feeder.conductors() == 12);
    const PortPower power = nominal_power(feeder);
    LoadFlow flow(feeder, {.tolerance_pu = 1e-13});
    REQUIRE(flow.solve(power).status == LoadFlowStatus::converged);

    // Independent check in volts and amperes: Kirchhoff's voltage law on every branch with the currents that the loads draw.
    const double base = 4160.0 / std::sqrt(3.0);
    Eigen::VectorXcd v(12), i(12);
    for (Eigen::Index c = 0; c < 12; ++c) {
        const auto k = static_cast<std::size_t>(c);
        v(c) = flow.voltage(k) * base;
        const double a = std::abs(v(c)) / base;
        const Complex s = Complex(p[k] * (0.7 + 0.2 * a + 0.1 * a * a), 0.4 * p[k]) * 1000.0;
        i(c) = std::conj(s / v(c));
        if (feeder.site().bus[k / 3] == "3") i(c) += v(c) * Complex(0.0, 100e3 / (base * base));  // 300 kvar over three phases
    }
    const auto at = [&](const char* bus) { return static_cast<Eigen::Index>(feeder.find_bus(bus)->index()) * 3; };
    const auto residual = [&](std::size_t branch, const char* from, const char* to, const Eigen::Vector3cd& current) {
        Eigen::Matrix3cd z;
        for (Eigen::Index e = 0; e < 9; ++e) z(e / 3, e % 3) = d.branches[branch].series_ohm[static_cast<std::size_t>(e)];
        return (v.segment<3>(at(from)) - v.segment<3>(at(to)) - z * current).cwiseAbs().maxCoeff();
    };
    const Eigen::Vector3cd i2 = i.segment<3>(at("2")), i3 = i.segment<3>(at("3")), i4 = i.segment<3>(at("4"));
    CHECK(residual(0, "1", "2", i2 + i3 + i4) < 1e-8);
    CHECK(residual(1, "2", "3", i3) < 1e-8);
    CHECK(residual(2, "2", "4", i4) < 1e-8);
    for (Eigen::Index phase = 0; phase < 3; ++phase) CHECK(std::abs(v(phase) - base * std::pow(turn, -phase)) < 1e-9);
    CHECK(flow.source_kw() == Approx(flow.drawn_kw() + flow.loss_kw()).epsilon(1e-12));
    const Eigen::Vector3cd head = i2 + i3 + i4;
    for (Eigen::Index phase = 0; phase < 3; ++phase)
        CHECK(flow.current_a()[3 + static_cast<std::size_t>(phase)] == Approx(std::abs(head(phase))).epsilon(1e-10));
}

TEST_CASE("a balanced three-phase feeder has the voltages and losses of its one-phase equivalent", "[three_phase]") {
    // Equal self impedances zs and mutual impedances zm have the positive-sequence impedance zs - zm.
    const Complex zs(0.4, 1.0), zm(0.1, 0.4);
    FeederDescription three = buses(3);
    FeederDescription one = buses(3);
    for (const auto& ends : {std::pair("1", "2"), std::pair("2", "3")}) {
        BranchRow row = line(ends.first, ends.second);
        row.series_ohm = {zs - zm};
        row.shunt_s = {{0.0, 1e-4}};
        one.branches.push_back(row);
        row.series_ohm = {zs, zm, zm, zm, zs, zm, zm, zm, zs};
        row.shunt_s.assign(9, 0.0);
        for (const std::size_t e : {0, 4, 8}) row.shunt_s[e] = {0.0, 1e-4};
        three.branches.push_back(row);
    }
    for (auto* d : {&one, &three}) {
        d->loads = {load("2", 60.0, 30.0), load("3", 50.0, 10.0)};
        set_zip(d->loads[1], 0.0, 0.5);
    }
    make_three_phase(three);
    const Feeder a = built(one), b = built(three);
    LoadFlow fa(a, {.tolerance_pu = 1e-12}), fb(b, {.tolerance_pu = 1e-12});
    REQUIRE(fa.solve(nominal_power(a)).status == LoadFlowStatus::converged);
    REQUIRE(fb.solve(nominal_power(b)).status == LoadFlowStatus::converged);
    for (std::size_t k = 0; k < 3; ++k)
        for (std::size_t phase = 0; phase < 3; ++phase)
            CHECK(std::abs(fb.voltage(3 * k + phase) * std::pow(turn, phase) - fa.voltage(k)) < 1e-11);
    CHECK(fb.loss_kw() == Approx(fa.loss_kw()).epsilon(1e-9));
    CHECK(fb.loss_kvar() == Approx(fa.loss_kvar()).epsilon(1e-9));
    CHECK(fb.current_a()[3] == Approx(fa.current_a()[1]).epsilon(1e-9));
}

}  // namespace
