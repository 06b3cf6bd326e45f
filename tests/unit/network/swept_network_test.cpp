// A load flow on the reduced network against the same on the whole: everything that can be asked for is the same.
#include "sim/network/sweep/swept_network.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "sim/network/sweep/lane_solver.hpp"
#include "sim/network/unbalance.hpp"
#include "tests/bench/feeders.hpp"

namespace {

using namespace evsweep;

constexpr LoadFlowOptions precise{.tolerance_pu = 1e-13, .max_iterations = 200};

/// Random loads, the same for both numberings of places.
struct Powers {
    PortPower whole, reduced;
    Powers(const Feeder& feeder, const DrawingPlaces& places, unsigned seed)
        : whole(DrawingPlaces::everywhere(feeder).size()), reduced(places.size()) {
        std::mt19937_64 engine(seed);
        std::uniform_real_distribution<double> scale(0.3, 1.5);
        for (const LoadPoint& load : feeder.loads()) {
            const double s = scale(engine);
            whole.add(load, s);
            reduced.add(load, s, places);
        }
    }
};

void require_same(const LoadFlow& a, const LoadFlow& b) {
    const Feeder& feeder = a.feeder();
    CHECK(a.loss_kw() == Approx(b.loss_kw()).epsilon(1e-8));  // before anything is recovered
    for (std::size_t c = 0; c < feeder.conductors(); ++c) {
        REQUIRE(std::abs(a.voltage(c) - b.voltage(c)) < 1e-12);
        REQUIRE(std::abs(a.voltage_pu()[c] - b.voltage_pu()[c]) < 1e-12);
        REQUIRE(a.current_a()[c] == Approx(b.current_a()[c]).epsilon(1e-9).margin(1e-7));
    }
    CHECK(a.source_kw() == Approx(b.source_kw()).epsilon(1e-11));
    CHECK(a.source_kvar() == Approx(b.source_kvar()).epsilon(1e-11));
    CHECK(a.drawn_kw() == Approx(b.drawn_kw()).epsilon(1e-11));
    CHECK(std::abs(a.source_kw() - a.drawn_kw() - a.loss_kw()) < 1e-9 * std::abs(a.source_kw()));
    double kept_kw = 0.0;  // branch by branch, from currents at both ends
    double kept_kvar = 0.0;
    for (const BranchFlow& flow : a.branch_flows()) {
        kept_kw += (flow.p_from + flow.p_to).value();
        kept_kvar += (flow.q_from + flow.q_to).value();
    }
    CHECK(a.loss_kw() == Approx(kept_kw).epsilon(1e-9));
    CHECK(a.loss_kvar() == Approx(kept_kvar).epsilon(1e-9));
    for (std::size_t b1 = 0; b1 < feeder.branches(); b1 += 7) {
        const BranchReturn x = branch_return(a, BranchId(b1), End::to);
        const BranchReturn y = branch_return(b, BranchId(b1), End::to);
        CHECK(std::abs(x.neutral_a - y.neutral_a) < 1e-6);
    }
}

TEST_CASE("what is asked of a reduced network is what the whole one gives, on every shipped feeder") {
    for (const char* file : {"ieee33/feeder.yaml", "feeders/cigre_mv.yaml", "feeders/ieee13.yaml", "feeders/ieee37.yaml",
                             "feeders/ieee123.yaml", "feeders/european_lv.yaml"}) {
        CAPTURE(file);
        const Feeder& feeder = bench::feeder_of(file);
        const DrawingPlaces places = DrawingPlaces::at(feeder, {});
        const auto network = std::make_shared<SweptNetwork>(feeder, places, feeder.folded());
        LoadFlow whole(feeder, precise);
        LoadFlow reduced(network, precise);
        LoadFlow lane(network, precise);
        const Powers powers(feeder, places, 7);
        REQUIRE(whole.solve(powers.whole).status == LoadFlowStatus::converged);
        REQUIRE(reduced.solve(powers.reduced).status == LoadFlowStatus::converged);
        require_same(reduced, whole);
        lane.power() = powers.reduced;
        LoadFlow* const flow = &lane;
        LoadFlowResult result;
        LaneSolver().solve({&flow, 1}, {&result, 1});
        REQUIRE(result.status == LoadFlowStatus::converged);
        require_same(lane, whole);
    }
}

TEST_CASE("taps and capacitors move in a reduced network as in the whole") {
    const Feeder& feeder = bench::feeder_of("feeders/ieee123.yaml");
    const DrawingPlaces places = DrawingPlaces::at(feeder, {});
    LoadFlow whole(feeder, precise);
    LoadFlow reduced(std::make_shared<SweptNetwork>(feeder, places, feeder.folded()), precise);
    const Powers powers(feeder, places, 3);
    for (const double tap : {1.0, 1.025, 0.9625}) {
        for (LoadFlow* flow : {&whole, &reduced}) {
            flow->set_tap(1, 1, tap);
            flow->set_steps(feeder.shunts().size() - 1, tap > 1.0 ? 0 : 1);
        }
        REQUIRE(whole.solve(powers.whole).status == LoadFlowStatus::converged);
        REQUIRE(reduced.solve(powers.reduced).status == LoadFlowStatus::converged);
        require_same(reduced, whole);
    }
}

TEST_CASE("the European LV feeder is swept at a tenth of its conductors") {
    const Feeder& feeder = bench::feeder_of("feeders/european_lv.yaml");
    const SweptNetwork network(feeder, DrawingPlaces::at(feeder, {}), feeder.folded());
    CHECK(network.conductors() * 10 < feeder.conductors());
    CHECK(network.reduced().buses() <= 111);
}

TEST_CASE("places number the conductors that draw, then the ports") {
    const Feeder& feeder = bench::feeder_of("feeders/ieee13.yaml");
    const auto everywhere = DrawingPlaces::everywhere(feeder);
    CHECK(everywhere.size() == feeder.ports());
    for (std::size_t port = 0; port < feeder.ports(); ++port) CHECK(everywhere.find(port) == port);
    const std::vector<std::uint32_t> chosen{5, 2};
    const auto places = DrawingPlaces::at(feeder, chosen, {Port{4, 5, 1.0, 0}});
    CHECK(places.find(2));
    CHECK(places.find(5));
    CHECK(places.find(feeder.ports()) == places.size() - 1);  // the extra port
    CHECK(places.size() < feeder.ports());
    CHECK_FALSE(places.find(0));  // the source
}

}  // namespace
