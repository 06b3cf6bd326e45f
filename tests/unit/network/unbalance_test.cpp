#include "sim/network/unbalance.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>
#include <random>

#include "unit/network/descriptions.hpp"

namespace {

using namespace evsweep;
using namespace evsweep::testing;
using Complex = std::complex<double>;
using Phases = std::array<Complex, 3>;

const Complex turn = std::polar(1.0, 2.0 * std::numbers::pi / 3.0);

/// Phases whose line-to-line magnitudes are the sides of a triangle.
Phases with_sides(double ab, double bc, double ca) {
    const double x = (ab * ab + ca * ca - bc * bc) / (2.0 * ab);  // a at 0, b at ab, c above the line between them
    return {Complex(0.0), Complex(ab), Complex(x, std::sqrt(ca * ca - x * x))};
}

}  // namespace

TEST_CASE("symmetrical components of three phases add up to them again", "[unbalance]") {
    const Complex zero(0.1, -0.2), positive(1.0, 0.3), negative(-0.05, 0.02);
    const Complex back = std::conj(turn);
    const Sequences found = sequences_of(
        {zero + positive + negative, zero + back * positive + turn * negative, zero + turn * positive + back * negative});
    CHECK(std::abs(found.zero - zero) < 1e-15);
    CHECK(std::abs(found.positive - positive) < 1e-15);
    CHECK(std::abs(found.negative - negative) < 1e-15);
    CHECK(iec_unbalance({zero + positive + negative, zero + back * positive + turn * negative,
                         zero + turn * positive + back * negative}) == Approx(std::abs(negative) / std::abs(positive)));
}

TEST_CASE("the unbalance factor is that of the line-to-line magnitudes, whatever the neutral does", "[unbalance]") {
    // The formula of IEC 61000-4-30 from line-to-line magnitudes alone.
    std::mt19937_64 engine(7);
    std::uniform_real_distribution<double> draw(-0.1, 0.1);
    for (int k = 0; k < 100; ++k) {
        const auto noise = [&] { return Complex(draw(engine), draw(engine)); };
        const Complex shift = noise();
        const Phases v{1.0 + noise() + shift, std::conj(turn) + noise() + shift, turn + noise() + shift};
        const double ab = std::norm(v[0] - v[1]), bc = std::norm(v[1] - v[2]), ca = std::norm(v[2] - v[0]);
        const double beta = (ab * ab + bc * bc + ca * ca) / ((ab + bc + ca) * (ab + bc + ca));
        const double root = std::sqrt(3.0 - 6.0 * beta);
        CHECK(iec_unbalance(v) == Approx(std::sqrt((1.0 - root) / (1.0 + root))));
    }
}

TEST_CASE("460, 467 and 450 V are 1.96 % out of balance, as in NEMA's own example", "[unbalance]") {
    CHECK(100.0 * nema_unbalance(with_sides(460.0, 467.0, 450.0)) == Approx(1.96).margin(0.005));
    CHECK(nema_unbalance({Complex(1.0), std::conj(turn), turn}) == Approx(0.0).margin(1e-15));
}

TEST_CASE("what returns is the neutral's current, or all that the phases leave to the earth", "[unbalance]") {
    using enum Conductor;
    const std::array<Complex, 4> currents{Complex(10.0), Complex(0.0, 3.0), Complex(-1.0), Complex(-8.0, 1.0)};
    const std::array<Conductor, 4> with_neutral{a, b, c, n};
    CHECK(return_current(with_neutral, currents) == Complex(-8.0, 1.0));
    CHECK(return_current(std::span(with_neutral).first(3), std::span(currents).first(3)) == Complex(9.0, 3.0));
}

TEST_CASE("a load on one phase returns through the earth whole, a third of it as zero sequence", "[unbalance]") {
    FeederDescription d = buses(2);
    BranchRow row = line("1", "2");
    row.series_ohm = {1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0};
    d.branches = {row};
    make_three_phase(d);
    LoadRow one = load("2", 30.0);
    one.terminals = {{Conductor::b, {}}};
    d.loads = {one};
    const Feeder feeder = built(d);
    LoadFlow flow(feeder, {.tolerance_pu = 1e-13});
    REQUIRE(flow.solve(nominal_power(feeder)).status == LoadFlowStatus::converged);

    // V (V0 - V) = R P with V0 = 1 kV / sqrt(3)
    const double v0 = 1000.0 / std::sqrt(3.0);
    const double v = 0.5 * (v0 + std::sqrt(v0 * v0 - 4.0 * 30e3));
    const double amperes = 30e3 / v;
    for (const End end : {End::from, End::to}) {
        const BranchReturn back = branch_return(flow, BranchId(0), end);
        CHECK(std::abs(back.neutral_a) == Approx(amperes));
        CHECK(std::abs(back.zero_a.value()) == Approx(amperes / 3.0));
    }
    std::vector<double> factor(2), neutral(1);
    UnbalanceReader(flow.feeder()).fill_unbalance(flow, factor);
    UnbalanceReader(flow.feeder()).fill_neutral_currents(flow, neutral);
    CHECK(neutral[0] == Approx(amperes));
    CHECK(factor[0] == Approx(0.0).margin(1e-12));
    CHECK(factor[1] == Approx((1.0 - v / v0) / (2.0 + v / v0)));  // V2 = (1 - v) / 3, V1 = (2 + v) / 3

    const auto lines = line_voltages(flow);
    REQUIRE(lines.size() == 6);
    const double x = v / v0;
    CHECK(std::abs(lines[3].voltage_pu) == Approx(std::sqrt((1.0 + x + x * x) / 3.0)));  // ab at bus 2
    CHECK(std::abs(lines[5].voltage_pu) == Approx(1.0));                                 // ca
    CHECK(lines[3].base_v == Approx(1000.0));
}

TEST_CASE("a bus without three phases has no unbalance factor, and a balanced feeder no line-to-line voltages", "[unbalance]") {
    FeederDescription d = buses(2);
    d.branches = {line("1", "2")};
    const Feeder balanced = built(d);
    LoadFlow flow(balanced);
    REQUIRE(flow.solve(nominal_power(balanced)).status == LoadFlowStatus::converged);
    std::vector<double> factor(2);
    UnbalanceReader(flow.feeder()).fill_unbalance(flow, factor);
    CHECK(std::isnan(factor[1]));
    CHECK(line_voltages(flow).empty());
}
