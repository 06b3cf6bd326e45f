// A reduced network against the whole one: same voltages, currents and losses, and only as many conductors as it takes.
#include "sim/network/sweep/reduced_network.hpp"

#include <catch2/catch.hpp>

#include "evsweep/contracts.hpp"
#include "sim/network/sweep/network_model.hpp"
#include "tests/bench/feeders.hpp"
#include "unit/network/unbalanced_garden.hpp"

namespace {

using namespace evsweep;
using evsweep::bench::drawing;
using namespace evsweep::testing;
using Complex = std::complex<double>;

/// Columns of a sweep with a place for the earth.
struct Columns {
    explicit Columns(std::size_t conductors)
        : v_re(conductors + 1, 0.0), v_im(conductors + 1, 0.0), i_re(conductors + 1, 0.0), i_im(conductors + 1, 0.0) {}
    SweepState<double> state() { return {v_re, v_im, i_re, i_im}; }
    [[nodiscard]] Complex v(std::size_t c) const { return {v_re[c], v_im[c]}; }
    [[nodiscard]] Complex i(std::size_t c) const { return {i_re[c], i_im[c]}; }
    void set_i(std::size_t c, Complex value) { i_re[c] = value.real(), i_im[c] = value.imag(); }
    AlignedVector<double> v_re, v_im, i_re, i_im;
};

/// Voltages and currents J for currents that are drawn.
Columns swept(const SweepNetwork& net, const std::vector<Complex>& drawn) {
    Columns columns(drawn.size());
    for (std::size_t c = 0; c < drawn.size(); ++c) columns.set_i(c, drawn[c]);
    backward(net, columns.state());
    Columns currents = columns;
    static_cast<void>(forward(net, columns.state()));
    columns.i_re = currents.i_re, columns.i_im = currents.i_im;
    return columns;
}

std::vector<Complex> random_currents(const std::vector<std::uint8_t>& draws, std::uint64_t seed) {
    std::mt19937_64 engine(seed);
    std::uniform_real_distribution<double> amount(-100.0, 100.0);
    std::vector<Complex> drawn(draws.size());
    for (std::size_t c = 0; c < draws.size(); ++c)
        if (draws[c] != 0) drawn[c] = {amount(engine), amount(engine)};
    return drawn;
}

std::vector<Complex> at_kept(const ReducedNetwork& reduced, const std::vector<Complex>& all) {
    std::vector<Complex> own;
    for (const std::uint32_t c : reduced.kept()) own.push_back(all[c]);
    return own;
}

/// Any currents at all that the loads may draw; `least_left_out` keeps the check from being about nothing.
void check_same_as_whole(const Feeder& feeder, const FoldedNetwork& full, std::size_t least_left_out) {
    std::vector<std::uint8_t> draws = drawing(feeder);
    const ReducedNetwork reduced(feeder.model(), full, draws);
    REQUIRE(reduced.conductors() + least_left_out <= feeder.conductors());
    for (const LoopEnd& end : feeder.model().loop_ends) draws[end.leaf] = draws[end.main] = 1;
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        const std::vector<Complex> drawn = random_currents(draws, seed);
        const Columns whole = swept(full.sweep(), drawn);
        Columns part = swept(reduced.sweep(), at_kept(reduced, drawn));
        Columns back(feeder.conductors());
        recover(full.sweep(), reduced.recovery(), part.state(), back.state());
        double worst_v = 0.0;
        double worst_i = 0.0;
        double highest_v = 1.0;  // such currents may take voltages far from 1
        for (std::size_t c = 0; c < feeder.conductors(); ++c) {
            worst_v = std::max(worst_v, std::abs(back.v(c) - whole.v(c)));
            highest_v = std::max(highest_v, std::abs(whole.v(c)));
            worst_i = std::max(worst_i, std::abs(back.i(c) - whole.i(c)));
        }
        CAPTURE(highest_v);
        CHECK(1e12 * worst_v < highest_v);
        CHECK(worst_i < 1e-11);  // of currents up to some thousand
        for (std::size_t c = 0; c < reduced.conductors(); ++c) CHECK(back.v(reduced.kept()[c]) == part.v(c));
    }
}

/// A garden where only some buses have loads.
Garden thinned(std::uint64_t seed, int buses, double share_of_loads) {
    Garden garden(seed);
    for (int i = 1; i < buses; ++i) garden.grow();
    garden.load_up(300.0 / buses);
    std::erase_if(garden.d.loads, [&](const LoadRow&) { return garden.draw(0, 1) > share_of_loads; });
    return garden;
}

void drop_charging(FeederDescription& d) {
    for (BranchRow& row : d.branches) row.shunt_s.clear();
    d.shunts.clear();
}

}  // namespace

TEST_CASE("a reduced network has the voltages and currents of the whole on random feeders of every kind", "[reduced]") {
    const auto share = GENERATE(0.1, 0.4, 0.8);
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        Garden garden = thinned(seed, 60, share);
        if (seed % 2 == 0) drop_charging(garden.d);
        const Feeder feeder = built(garden.d);
        check_same_as_whole(feeder, *feeder.folded(), share < 0.5 ? 10 : 1);
    }
}

TEST_CASE("balanced feeders are reduced as well, with charging, shunts, taps and shifts", "[reduced]") {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        FeederDescription d = random_feeder(200, seed, seed % 2 == 0);
        std::mt19937_64 engine(seed);
        std::erase_if(d.loads, [&](const LoadRow&) { return engine() % 4 != 0; });
        const Feeder feeder = built(d);
        check_same_as_whole(feeder, *feeder.folded(), 60);
    }
}

TEST_CASE("loop ends stay in a reduced network, so that loops can be closed", "[reduced]") {
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        Garden garden = thinned(seed, 30, 0.2);
        garden.mesh(3);
        const Feeder feeder = built(garden.d);
        REQUIRE(!feeder.model().loop_ends.empty());
        check_same_as_whole(feeder, *feeder.folded(), 5);
        const ReducedNetwork reduced(feeder.model(), *feeder.folded(), drawing(feeder));
        for (const LoopEnd& end : feeder.model().loop_ends) {
            CHECK(reduced.place_of(end.leaf));
            CHECK(reduced.place_of(end.main));
        }
    }
}

TEST_CASE("a network with moved taps and steps is reduced like any other", "[reduced]") {
    const Garden garden = thinned(3, 40, 0.3);
    const Feeder feeder = built(garden.d);
    REQUIRE(!feeder.transformers().empty());
    REQUIRE(!feeder.shunts().empty());
    DeviceState devices = feeder.initial_devices();
    devices.tap[feeder.transformers()[0].first_tap + 1] = 1.0375;
    devices.steps_on[0] = 0;
    FoldedNetwork moved = *feeder.folded();
    const std::vector<std::uint32_t> changed{feeder.transformers()[0].link, feeder.model().shunts[0].bus};
    moved.update(devices, changed);
    check_same_as_whole(feeder, moved, 10);
}

TEST_CASE("a dead end is left out, and lines in series become one", "[reduced]") {
    // 1 - 2 - 3 - 4 - 5, with 6 at 3; power is drawn at 4 and at 7, which hangs on 3 by 6.
    FeederDescription d = buses(7);
    d.branches = {line("1", "2", {1.0, 2.0}), line("2", "3", {3.0, 5.0}), line("3", "4", {1.0, 1.0}),
                  line("4", "5", {1.0, 1.0}), line("3", "6", {2.0, 1.0}), line("6", "7", {4.0, 7.0})};
    d.loads = {load("4", 10.0), load("7", 20.0)};
    const Feeder feeder = built(d);
    const ReducedNetwork reduced(feeder.model(), *feeder.folded(), drawing(feeder));
    const auto conductor = [&](const char* bus) { return static_cast<std::uint32_t>(feeder.find_bus(bus)->index()); };
    REQUIRE(reduced.conductors() == 4);
    CHECK(reduced.buses() == 4);
    for (const char* left_out : {"2", "5", "6"}) CHECK_FALSE(reduced.place_of(conductor(left_out)));
    for (std::uint32_t c = 0; c < 4; ++c) CHECK(reduced.place_of(reduced.kept()[c]) == c);
    CHECK(reduced.place_of(feeder.conductors()) == 4U);  // the earth
    const SweepNetwork net = reduced.sweep();
    REQUIRE(net.runs.size() == 1);
    CHECK(net.runs[0].identity);
    CHECK(net.runs[0].buses() == 3);
    // 1 kV and 1 kVA: an ohm is 1e-3.
    const auto impedance = [&](const char* bus) {
        const std::size_t w = *reduced.place_of(conductor(bus)) - 1;
        return Complex(net.w_re[w], net.w_im[w]) * 1e3;
    };
    CHECK(std::abs(impedance("3") - Complex(4.0, 7.0)) < 1e-12);
    CHECK(std::abs(impedance("4") - Complex(1.0, 1.0)) < 1e-12);
    CHECK(std::abs(impedance("7") - Complex(6.0, 8.0)) < 1e-12);
}

TEST_CASE("of a three-phase lateral with load on one phase that phase is left", "[reduced]") {
    FeederDescription d;
    d.buses = {Garden::phases("0", 12470.0, {A, B, C}), Garden::phases("1", 12470.0, {A, B, C}),
               Garden::phases("2", 12470.0, {C, B, A})};
    d.sources = {{"0", PerUnit(1.0), Degrees(0.0), {}, {}}};
    Garden garden(1);
    d.branches = {garden.cable("0", "1", {A, B, C}, 12470.0), garden.cable("1", "2", {A, B, C}, 12470.0)};
    LoadRow one = load("2", 100.0, 30.0);
    one.terminals = {{B, {}}};
    d.loads = {one};
    drop_charging(d);
    const Feeder feeder = built(d);
    const ReducedNetwork reduced(feeder.model(), *feeder.folded(), drawing(feeder));
    REQUIRE(reduced.conductors() == 4);
    CHECK(feeder.site().conductor[reduced.kept()[3]] == B);
    CHECK(feeder.site().bus_of_conductor[reduced.kept()[3]] == 2);
    const SweepNetwork net = reduced.sweep();
    REQUIRE(net.runs.size() == 1);
    CHECK(net.runs[0].identity);
    CHECK(net.runs[0].above == 1);
    CHECK(net.up[0] == 1);
    check_same_as_whole(feeder, *feeder.folded(), 5);
}

TEST_CASE("a closed switch is passed through, whatever hangs on it", "[reduced]") {
    FeederDescription d = buses(5);
    BranchRow closed = line("1", "2", {0.0, 0.0});
    closed.kind = BranchKind::switch_;
    d.branches = {closed, line("2", "3"), line("2", "4"), line("2", "5")};
    d.loads = {load("3", 10.0), load("4", 20.0), load("5", 20.0)};
    const Feeder feeder = built(d);
    const ReducedNetwork reduced(feeder.model(), *feeder.folded(), drawing(feeder));
    CHECK(reduced.conductors() == 4);
    CHECK_FALSE(reduced.place_of(feeder.find_bus("2")->index()));
    check_same_as_whole(feeder, *feeder.folded(), 1);
}

TEST_CASE("a feeder without load is its source, and is recovered", "[reduced]") {
    FeederDescription d = random_feeder(30, 1, false);
    d.loads.clear();
    const Feeder feeder = built(d);
    const ReducedNetwork reduced(feeder.model(), *feeder.folded(), std::vector<std::uint8_t>(feeder.conductors(), 0));
    CHECK(reduced.conductors() == 1);
    CHECK(reduced.sweep().runs.empty());
    check_same_as_whole(feeder, *feeder.folded(), 29);
}

TEST_CASE("a network is reduced for as many conductors as it has", "[reduced]") {
    const Feeder feeder = built(random_feeder(3, 1, true));
    const std::vector<std::uint8_t> draws(2, 1);
    CHECK_THROWS_WITH(ReducedNetwork(feeder.model(), *feeder.folded(), draws),
                      "broken promise: whether it draws is known of every conductor");
}
