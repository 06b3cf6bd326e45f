// Solutions near the nose of a feeder's curve, and what it says beyond: against closed forms of two buses.
#include <catch2/catch.hpp>

#include <cmath>
#include <complex>

#include "sim/network/sweep/lane_solver.hpp"
#include "unit/network/unbalanced_garden.hpp"

namespace {

using namespace evsweep;
using namespace evsweep::testing;
using Complex = std::complex<double>;

/// A source at 1 pu (1 kV), a line, and a load of constant power.
struct TwoBuses {
    Complex z_pu;  // on 1 MVA
    Complex s_pu;
    /// V^4 + (2 (R P + X Q) - 1) V^2 + |Z|^2 |S|^2 = 0, the upper root.
    [[nodiscard]] double voltage() const {
        const double b = 2.0 * (z_pu.real() * s_pu.real() + z_pu.imag() * s_pu.imag()) - 1.0;
        return std::sqrt(0.5 * (-b + std::sqrt(b * b - 4.0 * std::norm(z_pu * s_pu))));
    }
    /// The discriminant is zero at this share of the load.
    [[nodiscard]] double highest_share() const {
        const double a = z_pu.real() * s_pu.real() + z_pu.imag() * s_pu.imag();
        return 0.5 / (a + std::abs(z_pu * s_pu));
    }
    [[nodiscard]] FeederDescription description() const {
        auto d = buses(2);
        d.branches = {line("1", "2", z_pu)};
        d.loads = {load("2", 1000.0 * s_pu.real(), 1000.0 * s_pu.imag())};
        return d;
    }
};

TEST_CASE("a load just below the nose is solved, whatever plain sweeps do", "[load_flow][nose]") {
    const TwoBuses two =
        GENERATE(TwoBuses{{0.5, 0.0}, {0.3, 0.0}}, TwoBuses{{0.3, 0.4}, {0.3, 0.1}}, TwoBuses{{0.1, 0.6}, {0.3, -0.1}});
    const Feeder feeder = built(two.description());
    const double below = GENERATE(1e-2, 1.7e-3, 1e-4, 1e-6);
    const double share = two.highest_share() * (1.0 - below);
    LoadFlow flow(feeder, {.tolerance_pu = 1e-11});
    const LoadFlowResult result = flow.solve(nominal_power(feeder, share));
    REQUIRE(result.status == LoadFlowStatus::converged);
    // The voltage hangs on the square root of the distance to the nose, and so does its error.
    CHECK(flow.voltage_pu()[1] == Approx(TwoBuses{two.z_pu, share * two.s_pu}.voltage()).epsilon(2e-10 / std::sqrt(below)));
    CHECK(flow.source_kw() == Approx(flow.drawn_kw() + flow.loss_kw()).epsilon(1e-12));
    CHECK(flow.source_kvar() == Approx(flow.drawn_kvar() + flow.loss_kvar()).epsilon(1e-12));
}

TEST_CASE("beyond the nose a collapse reports the largest share that the feeder can carry", "[load_flow][nose]") {
    const TwoBuses two =
        GENERATE(TwoBuses{{0.5, 0.0}, {0.3, 0.0}}, TwoBuses{{0.3, 0.4}, {0.3, 0.1}}, TwoBuses{{0.1, 0.6}, {0.3, -0.1}});
    const Feeder feeder = built(two.description());
    const double beyond = GENERATE(1e-6, 1e-3, 0.5, 20.0);
    LoadFlow flow(feeder);
    const LoadFlowResult result = flow.solve(nominal_power(feeder, two.highest_share() * (1.0 + beyond)));
    CHECK(result.status == LoadFlowStatus::collapsed);
    CHECK(result.worst_bus == BusId(1));
    REQUIRE(result.highest_share);
    CHECK(*result.highest_share == Approx(1.0 / (1.0 + beyond)).epsilon(1e-7));
    CHECK(flow.solve(nominal_power(feeder)).status == LoadFlowStatus::converged);
}

TEST_CASE("a load that becomes an impedance has a solution below the nose of its constant power", "[load_flow][nose]") {
    // Constant power down to 0.9 pu, an impedance below: R = 0.5 and P = 0.6 have no solution with constant power.
    auto d = TwoBuses{{0.5, 0.0}, {0.6, 0.0}}.description();
    d.loads[0].response.linear = LinearOutside{.low = 0.9, .min = 0.9, .max = 1.1};
    const Feeder feeder = built(d);
    LoadFlow flow(feeder);
    REQUIRE(flow.solve(nominal_power(feeder)).status == LoadFlowStatus::converged);
    // Below `low` it is the impedance of its rated power at rated voltage: 1 / 0.6 behind 0.5.
    CHECK(flow.voltage_pu()[1] == Approx(1.0 / (1.0 + 0.5 * 0.6)).epsilon(1e-7));
}

TEST_CASE("lanes near and beyond the nose end as load flows that are solved alone", "[load_flow][nose][lanes]") {
    const TwoBuses two{{0.3, 0.4}, {0.3, 0.1}};
    const Feeder feeder = built(two.description());
    const auto network = std::make_shared<const SweptNetwork>(feeder, DrawingPlaces::everywhere(feeder, {}), feeder.folded());
    const std::vector<double> shares{0.5, 0.9999, 1.01, 0.2};
    std::vector<LoadFlow> together, alone;
    std::vector<LoadFlow*> flows;
    for (std::size_t i = 0; i < shares.size(); ++i)
        together.emplace_back(network, LoadFlowOptions{}), alone.emplace_back(network, LoadFlowOptions{});
    for (std::size_t i = 0; i < shares.size(); ++i) {
        const PortPower power = nominal_power(feeder, shares[i] * two.highest_share());
        together[i].draw(power);
        alone[i].draw(power);
        together[i].expect(LoadFlow::Questions::everything);
        flows.push_back(&together[i]);
    }
    std::vector<LoadFlowResult> results(shares.size());
    LaneSolver solver;
    solver.solve(flows, results);
    solver.answer(flows);
    for (std::size_t i = 0; i < shares.size(); ++i) {
        const LoadFlowResult result = alone[i].solve();
        CHECK(results[i].status == result.status);
        CHECK(results[i].highest_share == result.highest_share);
        if (result.status != LoadFlowStatus::converged) continue;
        CHECK(together[i].voltage_pu()[1] == Approx(alone[i].voltage_pu()[1]).epsilon(1e-12));
        CHECK(together[i].loss_kw() == Approx(alone[i].loss_kw()).epsilon(1e-11));
    }
}

TEST_CASE("with any connection and with loops, a load just below the nose solves the nodal equations", "[load_flow][nose]") {
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        Garden garden(seed);
        for (int i = 1; i < 12; ++i) garden.grow();
        if (seed % 2 == 0) garden.mesh(2);
        garden.load_up(30.0);
        const Feeder feeder = built(garden.d);
        LoadFlow flow(feeder);
        const LoadFlowResult beyond = flow.solve(nominal_power(feeder, 1000.0));
        CAPTURE(seed);
        if (!beyond.highest_share) continue;  // loads that become impedances have a solution
        const double share = 1000.0 * *beyond.highest_share * 0.999;
        REQUIRE(flow.solve(nominal_power(feeder, share)).status == LoadFlowStatus::converged);
        const double size = std::abs(flow.source_kw()) + std::abs(flow.drawn_kw());
        CHECK(std::abs(flow.source_kw() - flow.drawn_kw() - flow.loss_kw()) < 1e-9 * size);
        FeederDescription d = garden.d;
        for (LoadRow& row : d.loads) row.p = Kilowatts(row.p.value() * share), row.q = Kilovars(row.q.value() * share);
        // With this much load the dense method's own iteration may go elsewhere; a solution is where it stands still.
        DenseFeeder dense(d);
        DenseFeeder::Voltages found;
        for (std::size_t c = 0; c < feeder.conductors(); ++c) {
            const std::string& bus = feeder.site().bus[feeder.site().bus_of_conductor[c]];
            if (bus.back() == '\'') continue;  // the end of a loop, which is its true bus once more
            found[{bus, feeder.site().conductor[c]}] = flow.voltage(c) * DenseFeeder::base(dense.bus(bus));
        }
        double worst = 0.0;
        for (const auto& [name, volts] : dense.step(found))
            worst = std::max(worst, std::abs(volts - found.at(name)) / DenseFeeder::base(dense.bus(name.first)));
        CHECK(worst < 2e-9);
    }
}

}  // namespace
