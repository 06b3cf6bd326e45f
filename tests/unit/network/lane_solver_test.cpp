// Lanes against the load flow of one replica at a time; and that no lane sees another.
#include "sim/network/sweep/lane_solver.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "evsweep/feeder_format.hpp"
#include "sim/network/sweep/network_model.hpp"
#include "tests/bench/feeders.hpp"

namespace {

using namespace evsweep;

constexpr LoadFlowOptions precise{.tolerance_pu = 1e-12, .max_iterations = 100};

std::vector<InstructionSet> sets_here() {
    std::vector<InstructionSet> sets;
    for (const auto& [name, set] : names_of(InstructionSet{}))
        if (is_available(set)) sets.push_back(set);
    return sets;
}

/// Load flows of one network, with the powers given.
struct Flows {
    std::vector<LoadFlow> flows;
    std::vector<LoadFlow*> pointers;
    std::vector<LoadFlowResult> results;

    Flows(const std::shared_ptr<const SweptNetwork>& network, const std::vector<PortPower>& powers, LoadFlowOptions options) {
        flows.reserve(powers.size());
        for (const PortPower& power : powers) {
            flows.emplace_back(network, options);
            flows.back().power() = power;
            pointers.push_back(&flows.back());
        }
        results.resize(powers.size());
    }
    void solve(InstructionSet set) { LaneSolver(set).solve(pointers, results); }
};

std::shared_ptr<const SweptNetwork> whole(const Feeder& feeder) {
    return std::make_shared<SweptNetwork>(feeder, DrawingPlaces::everywhere(feeder), feeder.folded());
}

double widest_gap(const LoadFlow& a, const LoadFlow& b) {
    double gap = 0.0;
    for (std::size_t c = 0; c < a.feeder().conductors(); ++c) gap = std::max(gap, std::abs(a.voltage(c) - b.voltage(c)));
    return gap;
}

bool same_bits(const LoadFlow& a, const LoadFlow& b) {
    for (std::size_t c = 0; c < a.feeder().conductors(); ++c)
        if (a.voltage(c) != b.voltage(c)) return false;
    return a.source_kw() == b.source_kw() && a.source_kvar() == b.source_kvar() && a.loss_kw() == b.loss_kw();
}

TEST_CASE("lanes find what one load flow after the other finds, for one, two and three phases and every law of loads") {
    for (const char* file : {"ieee33/feeder.yaml", "feeders/cigre_mv.yaml", "feeders/ieee13.yaml", "feeders/ieee37.yaml",
                             "feeders/ieee123.yaml", "feeders/case141.yaml"}) {
        const Feeder& feeder = bench::feeder_of(file);
        const auto powers = bench::random_powers(feeder, 13);  // no multiple of any width
        for (const InstructionSet set : sets_here()) {
            CAPTURE(file, name_of(set));
            Flows lanes(whole(feeder), powers, precise);
            lanes.solve(set);
            LoadFlow single(feeder, precise);
            for (std::size_t f = 0; f < powers.size(); ++f) {
                single.restart();
                const LoadFlowResult expected = single.solve(powers[f]);
                REQUIRE(expected.status == LoadFlowStatus::converged);
                CHECK(lanes.results[f].status == LoadFlowStatus::converged);
                CHECK(std::abs(lanes.results[f].iterations - expected.iterations) <= 1);
                CHECK(widest_gap(lanes.flows[f], single) < 1e-11);
                CHECK(lanes.flows[f].loss_kw() == Approx(single.loss_kw()).epsilon(1e-9));
            }
        }
    }
}

TEST_CASE("a lane finds the same bits at every place, with any others beside it, warm or cold") {
    const Feeder& feeder = bench::feeder_of("feeders/ieee13.yaml");
    const auto network = whole(feeder);
    const auto powers = bench::random_powers(feeder, 32);
    for (const InstructionSet set : sets_here()) {
        CAPTURE(name_of(set));
        Flows together(network, {powers.begin(), powers.begin() + 16}, {});
        together.solve(set);
        for (std::size_t f = 0; f < 16; ++f) together.flows[f].power() = powers[16 + f];
        together.solve(set);
        for (std::size_t f = 0; f < 16; ++f) {
            Flows alone(network, {powers[f]}, {});
            alone.solve(set);
            alone.flows[0].power() = powers[16 + f];
            alone.solve(set);
            CHECK(same_bits(alone.flows[0], together.flows[f]));
            CHECK(alone.results[0].iterations == together.results[f].iterations);
        }
    }
}

TEST_CASE("a lane that is lost does not touch the others and is reported as if it were alone") {
    const Feeder& feeder = bench::feeder_of("ieee33/feeder.yaml");
    const auto network = whole(feeder);
    auto powers = bench::random_powers(feeder, 8);
    const auto sound = powers;
    powers[1].p[17] = 1e6;           // collapses
    powers[4].p[20] = std::nan("");  // no number
    powers[6].q[30] = HUGE_VAL;      // no number either
    for (const InstructionSet set : sets_here()) {
        CAPTURE(name_of(set));
        Flows mixed(network, powers, {});
        Flows healthy(network, sound, {});
        mixed.solve(set);
        healthy.solve(set);
        for (std::size_t f = 0; f < 8; ++f) {
            LoadFlow single(feeder);
            const LoadFlowResult expected = single.solve(powers[f]);
            CHECK(mixed.results[f].status == expected.status);
            if (expected.status == LoadFlowStatus::converged)
                CHECK(same_bits(mixed.flows[f], healthy.flows[f]));
            else
                CHECK(mixed.results[f].worst_bus == expected.worst_bus);
        }
        // Afterwards a lost one starts flat and finds its way.
        mixed.flows[1].power() = sound[1];
        mixed.solve(set);
        CHECK(same_bits(mixed.flows[1], healthy.flows[1]));
    }
}

TEST_CASE("load flows of different networks and with moved taps may be solved in one go") {
    const Feeder& thirteen = bench::feeder_of("feeders/ieee13.yaml");
    const Feeder& thirtyseven = bench::feeder_of("feeders/ieee37.yaml");
    const auto powers13 = bench::random_powers(thirteen, 3);
    const auto powers37 = bench::random_powers(thirtyseven, 2);
    Flows a(whole(thirteen), powers13, precise);
    Flows b(whole(thirtyseven), powers37, precise);
    a.flows[1].set_tap(1, 1, 1.1);
    std::vector<LoadFlow*> all{a.pointers[0], b.pointers[0], a.pointers[1], a.pointers[2], b.pointers[1]};
    std::vector<LoadFlowResult> results(all.size());
    LaneSolver().solve(all, results);
    LoadFlow moved(thirteen, precise);
    moved.set_tap(1, 1, 1.1);
    CHECK(moved.solve(powers13[1]).status == results[2].status);
    CHECK(widest_gap(moved, a.flows[1]) == 0.0);
    LoadFlow still(thirteen, precise);
    still.solve(powers13[2]);
    CHECK(widest_gap(still, a.flows[2]) < 1e-11);
    LoadFlow unmoved(thirteen, precise);
    unmoved.solve(powers13[1]);
    CHECK(widest_gap(moved, unmoved) > 1e-3);
    for (const LoadFlowResult& result : results) CHECK(result.status == LoadFlowStatus::converged);
}

TEST_CASE("instruction sets agree to rounding") {
    const Feeder& feeder = bench::feeder_of("feeders/ieee123.yaml");
    const auto powers = bench::random_powers(feeder, 8);
    Flows reference(whole(feeder), powers, precise);
    reference.solve(InstructionSet::baseline);
    for (const InstructionSet set : sets_here()) {
        CAPTURE(name_of(set));
        Flows other(whole(feeder), powers, precise);
        other.solve(set);
        for (std::size_t f = 0; f < powers.size(); ++f) CHECK(widest_gap(other.flows[f], reference.flows[f]) < 1e-11);
    }
}

}  // namespace
