// The sweep against an independent dense method on feeders with every kind of connection.
#include <catch2/catch.hpp>

#include "unit/network/unbalanced_garden.hpp"

namespace {

using namespace evsweep;
using namespace evsweep::testing;
using Complex = std::complex<double>;

void check_against_dense_method(const FeederDescription& d) {
    const Feeder feeder = built(d);
    LoadFlow flow(feeder, {.tolerance_pu = 1e-12});
    const LoadFlowResult result = flow.solve(nominal_power(feeder));
    REQUIRE(result.status == LoadFlowStatus::converged);
    DenseFeeder dense(d);
    const auto reference = dense.solve();
    double worst = 0.0;
    for (const auto& [name, volts] : reference) {
        const auto c = feeder.find_conductor(*feeder.find_bus(name.first), name.second);
        REQUIRE(c);
        worst = std::max(worst, std::abs(flow.voltage(c->index()) - volts / DenseFeeder::base(dense.bus(name.first))));
    }
    CHECK(worst < 1e-9);
    const double size = std::abs(flow.source_kw()) + std::abs(flow.drawn_kw());
    CHECK(std::abs(flow.source_kw() - flow.drawn_kw() - flow.loss_kw()) < 1e-11 * size);
    CHECK(std::abs(flow.source_kvar() - flow.drawn_kvar() - flow.loss_kvar()) < 1e-11 * size);
    double branches = 0.0;
    for (const BranchFlow& f : flow.branch_flows()) branches += (f.p_from + f.p_to).value();
    CHECK(std::abs(branches - flow.loss_kw()) < 1e-8 * size);
}

TEST_CASE("every kind of line, transformer and load agrees with dense nodal analysis on random feeders", "[unbalanced]") {
    const auto buses = GENERATE(3, 8, 20, 40);
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        Garden garden(seed);
        for (int i = 1; i < buses; ++i) garden.grow();
        garden.load_up(300.0 / buses);
        check_against_dense_method(garden.d);
    }
}

TEST_CASE("an ungrounded star point that no line feeds has the voltage that its windings give it", "[unbalanced]") {
    Garden garden(2);
    auto& d = garden.d;
    d.branches.push_back(garden.cable("0", "1", {A, B, C}, 12470.0));
    d.buses.push_back(Garden::phases("1", 12470.0, {A, B, C, Conductor::n}));
    const auto n = Conductor::n;
    garden.grow_transformer(d.buses[1], {{A, n}, {B, n}, {C, n}}, delta, 4160.0, {A, B, C});
    d.transformers[0].windings[0].rated = Volts(12470.0 / std::sqrt(3.0));
    LoadRow one = load("2", 300.0, 80.0);
    one.terminals = {{C, A}};
    one.rated = Volts(4160.0);
    d.loads = {one};
    check_against_dense_method(d);
}

TEST_CASE("meshed feeders agree with dense nodal analysis", "[unbalanced]") {
    const auto loops = GENERATE(1, 2, 4, 40);
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        Garden garden(seed);
        for (int i = 1; i < 20; ++i) garden.grow();
        garden.load_up(15.0);
        garden.mesh(static_cast<std::size_t>(loops));
        check_against_dense_method(garden.d);
    }
}

TEST_CASE("a tap or a capacitor that moves gives what a feeder built that way gives, bit for bit", "[unbalanced]") {
    Garden garden(3);
    for (int i = 1; i < 30; ++i) garden.grow();
    garden.load_up(10.0);
    REQUIRE(!garden.d.transformers.empty());
    REQUIRE(!garden.d.shunts.empty());
    const Feeder feeder = built(garden.d);
    LoadFlow moved(feeder);
    const auto transformers = feeder.transformers();
    const auto first = std::find_if(transformers.begin(), transformers.end(),
                                    [&](const FeederTransformer& t) { return t.id == garden.d.transformers[0].id; });
    moved.set_tap(static_cast<std::size_t>(first - transformers.begin()), 1, 1.0375);
    moved.set_steps(0, 0);
    garden.d.transformers[0].windings[1].tap = 1.0375;
    garden.d.shunts[0].steps_on = 0;
    const Feeder other = built(garden.d);
    LoadFlow fresh(other);
    moved.restart();
    REQUIRE(moved.solve(nominal_power(feeder)).status == LoadFlowStatus::converged);
    REQUIRE(fresh.solve(nominal_power(other)).status == LoadFlowStatus::converged);
    for (std::size_t c = 0; c < feeder.conductors(); ++c) CHECK(moved.voltage(c) == fresh.voltage(c));
}

TEST_CASE("a switch without impedance may lie beside lines, and two of them may not", "[unbalanced]") {
    Garden garden(4);
    auto& d = garden.d;
    d.buses.push_back(Garden::phases("1", 12470.0, {A, B, C}));
    d.branches = {garden.cable("0", "1", {A, B, C}, 12470.0), garden.cable("1", "0", {A, C}, 12470.0)};
    d.branches[1].id = "beside";
    BranchRow bypass = line("0", "1", 0.0);
    bypass.id = "bypass";
    bypass.kind = BranchKind::switch_;
    bypass.conductors = {B};
    d.branches.push_back(bypass);
    LoadRow one = load("1", 300.0, 80.0);
    one.terminals = wye;
    one.rated = Volts(12470.0 / std::sqrt(3.0));
    d.loads = {one};
    check_against_dense_method(d);
    d.branches.push_back(bypass);
    d.branches.back().id = "another";
    Issues issues;
    CHECK_FALSE(build_feeder(d, {}, issues));
    CHECK(to_text(issues.list().back()).find("a branch without impedance lies parallel to another") != std::string::npos);
}

TEST_CASE("a floating delta with a capacitor at one phase has that phase at earth, which is no collapse", "[unbalanced]") {
    Garden garden(5);
    auto& d = garden.d;
    garden.grow_transformer(d.buses[0], delta, delta, 4160.0, {A, B, C});
    d.transformers[0].stray = 1e-6;
    ShuntRow c = shunt("C", "1", 0.0, -100.0);
    c.terminals = {{B, {}}};
    c.rated = Volts(4160.0 / std::sqrt(3.0));
    d.shunts = {c};
    check_against_dense_method(d);
}

TEST_CASE("a delta that nothing ties to earth is refused, unless its transformer has a stray admittance", "[unbalanced]") {
    Garden garden(1);
    garden.grow_transformer(garden.d.buses[0], wye, delta, 4160.0, {A, B, C});
    CHECK(built(garden.d).buses() == 2);
    garden.d.transformers[0].stray = 0.0;
    Issues issues;
    CHECK_FALSE(build_feeder(garden.d, {}, issues));
    REQUIRE(issues.list().size() == 1);
    CHECK(to_text(issues.list()[0]) ==
          "bus 1: its voltage to earth is not determined: it hangs on ungrounded windings only; give "
          "the transformer a stray admittance, or connect something to earth");
}

TEST_CASE("coils carry what their winding's power says, also where they share conductors", "[unbalanced]") {
    for (const bool shares : {false, true}) {  // two coils that meet in b: ab with bc, and ab with cb
        Garden garden(1);
        auto& d = garden.d;
        const Coils coils{{A, B}, shares ? Terminals{B, C} : Terminals{C, B}};
        garden.grow_transformer(d.buses[0], coils, coils, 4160.0, {A, B, C});
        d.transformers[0].stray = d.transformers[0].no_load_loss = d.transformers[0].magnetising_current = 0.0;
        d.transformers[0].windings[0].resistance = d.transformers[0].windings[1].resistance = 0.0;
        LoadRow one = load("1", 200.0, 50.0);
        one.terminals = {coils[0]};
        LoadRow two = load("1", 90.0, 10.0);
        two.id = "other";
        two.terminals = {coils[1]};
        d.loads = {one, two};
        ShuntRow earth = shunt("earth", "1", 1000.0, 0.0);  // something has to hold the delta to earth
        earth.terminals = {{B, {}}};
        earth.rated = Volts(4160.0 / std::sqrt(3.0));
        d.shunts = {earth};
        const Feeder feeder = built(d);
        LoadFlow flow(feeder, {.tolerance_pu = 1e-12, .collapse_pu = 0.0});  // b is at earth
        REQUIRE(flow.solve(nominal_power(feeder)).status == LoadFlowStatus::converged);
        for (std::size_t coil = 0; coil < 2; ++coil) {
            const Complex s = flow.coil_voltage(0, 1, coil) * std::conj(flow.coil_current(0, 1, coil)) / 1000.0;
            CHECK(std::abs(s - (coil == 0 ? Complex(200.0, 50.0) : Complex(90.0, 10.0))) < 1e-6);
            const Complex above = flow.coil_voltage(0, 0, coil) * std::conj(flow.coil_current(0, 0, coil)) / 1000.0;
            CHECK(above.real() == Approx(-s.real()).epsilon(1e-9));  // no resistance keeps anything
        }
    }
}

TEST_CASE("an ideal open-delta regulator raises two line voltages and leaves the common phase", "[unbalanced]") {
    // V_ab and V_cb scaled by their taps, b common (Kersting, ch. 7.5).
    Garden garden(1);
    auto& d = garden.d;
    d.sources[0].series_ohm.clear();
    d.buses.push_back(Garden::phases("1", 12470.0, {A, B, C}));
    for (const auto& [id, coil, tap] : {std::tuple("ra", Terminals{A, B}, 1.04375), {"rc", Terminals{C, B}, 1.025}}) {
        TransformerRow t;
        t.id = id;
        t.windings = {{"0", {coil}, Volts(12470.0), 0.0, 1.0, {}}, {"1", {coil}, Volts(12470.0), 0.0, tap, {}}};
        t.rated = KilovoltAmperes(1000.0);
        t.reactance = {0.0};
        t.stray = 0.0;
        d.transformers.push_back(t);
    }
    BranchRow jumper = line("0", "1", 0.0);
    jumper.kind = BranchKind::switch_;
    jumper.conductors = {B};
    d.branches = {jumper};
    const Feeder feeder = built(d);
    LoadFlow flow(feeder);
    REQUIRE(flow.solve(PortPower(feeder.ports())).status == LoadFlowStatus::converged);
    const auto v = [&](std::size_t c) { return flow.voltage(c); };
    CHECK(std::abs((v(3) - v(4)) - 1.04375 * (v(0) - v(1))) < 1e-14);
    CHECK(std::abs((v(5) - v(4)) - 1.025 * (v(2) - v(1))) < 1e-14);
    CHECK(std::abs(v(4) - v(1)) < 1e-14);
}

}  // namespace
