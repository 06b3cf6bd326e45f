// The sweep against an independent dense method on feeders with every kind of connection.
#include <catch2/catch.hpp>

#include <set>

#include "unit/network/descriptions.hpp"
#include "unit/network/unbalanced_reference.hpp"

namespace {

using namespace evsweep;
using namespace evsweep::testing;
using Complex = std::complex<double>;
using Coils = std::vector<Terminals>;

constexpr auto A = Conductor::a, B = Conductor::b, C = Conductor::c, S1 = Conductor::s1, S2 = Conductor::s2;
const Coils wye{{A, {}}, {B, {}}, {C, {}}};
const Coils delta{{A, B}, {B, C}, {C, A}};

/// Grows a feeder bus by bus from a seed.
class Garden {
   public:
    explicit Garden(std::uint64_t seed) : engine_(seed) {
        d.buses = {phases("0", 12470.0, {A, B, C})};
        d.sources = {{"0", PerUnit(1.02), Degrees(20.0), {}, {}}};
        for (const auto& e : {0, 1, 2, 3, 4, 5, 6, 7, 8})
            d.sources[0].series_ohm.push_back(e % 4 == 0 ? Complex(0.05, 0.3) : Complex(0.01, 0.1));
    }

    double draw(double low, double high) { return std::uniform_real_distribution<double>(low, high)(engine_); }
    std::size_t pick(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(engine_); }
    static BusRow phases(const std::string& id, double volts, std::vector<Conductor> conductors) {
        BusRow row = bus(id, volts);
        row.conductors = std::move(conductors);
        return row;
    }

    /// A coupled line with charging.
    BranchRow cable(const std::string& from, const std::string& to, const std::vector<Conductor>& wires, double volts) {
        BranchRow row = line(from, to);
        row.conductors = wires;
        row.series_ohm.clear();
        const double scale = volts * volts / 12470.0 / 12470.0;
        for (std::size_t i = 0; i < wires.size(); ++i)
            for (std::size_t j = 0; j < wires.size(); ++j) {
                const Complex mutual(0.05 + 0.01 * static_cast<double>(i + j), 0.15 + 0.02 * static_cast<double>(i * j));
                row.series_ohm.push_back(scale * (i == j ? Complex(0.3, 0.6 + 0.1 * static_cast<double>(i)) : mutual));
                row.shunt_s.push_back(Complex(0.0, i == j ? 6e-6 : -1e-6) / scale);
            }
        return row;
    }

    void grow_line(const BusRow& above) {
        std::vector<Conductor> wires;
        for (const Conductor c : above.conductors)
            if (draw(0, 1) < 0.7) wires.push_back(c);
        if (wires.empty()) wires = above.conductors;
        d.branches.push_back(cable(above.id, next(), wires, above.nominal.value()));
        if (draw(0, 1) < 0.3) std::swap(d.branches.back().from, d.branches.back().to);
        zone_[next()] = zone_[above.id];
        d.buses.push_back(phases(next(), above.nominal.value(), wires));
    }

    void grow_transformer(const BusRow& above, const Coils& high, const Coils& low, double volts,
                          const std::vector<Conductor>& below) {
        TransformerRow t;
        t.id = "T" + next();
        const auto across = [](const Terminals& coil, double nominal) {
            return coil.plus && coil.minus ? nominal : nominal / std::sqrt(3.0);
        };
        t.windings = {{above.id, high, Volts(across(high.front(), above.nominal.value())), 0.005, 1.0, {}},
                      {next(), low, Volts(across(low.front(), volts)), 0.006, draw(0.95, 1.05), {}}};
        t.rated = KilovoltAmperes(2000.0);
        t.reactance = {0.06};
        t.no_load_loss = 0.002;
        t.magnetising_current = 0.01;
        t.stray = 1e-4;
        d.transformers.push_back(t);
        zone_[next()] = ++zones_;
        if (low.front().minus) floating_.insert(zones_);
        d.buses.push_back(phases(next(), volts, below));
    }

    void grow_center_tap(const BusRow& above) {
        TransformerRow t;
        t.id = "T" + next();
        const Conductor primary = above.conductors[pick(above.conductors.size())];
        t.windings = {{above.id, {{primary, {}}}, Volts(above.nominal.value() / std::sqrt(3.0)), 0.006, 1.0, {}},
                      {next(), {{S1, {}}}, Volts(120.0), 0.012, 1.0, {}},
                      {next(), {{{}, S2}}, Volts(120.0), 0.012, 1.0, {}}};
        t.rated = KilovoltAmperes(50.0);
        t.reactance = {0.0204, 0.0204, 0.0136};
        t.no_load_loss = 0.002;
        t.magnetising_current = 0.005;
        d.transformers.push_back(t);
        zone_[next()] = ++zones_;
        d.buses.push_back(phases(next(), 240.0, {S1, S2}));
    }

    void grow() {
        const BusRow above = d.buses[pick(d.buses.size())];
        const bool whole = above.conductors.size() == 3;
        const bool split = above.conductors.front() == S1;
        const double kind = draw(0, 1);
        if (split || kind < 0.5) return grow_line(above);
        const bool floats = floating_.count(zone_[above.id]) > 0;  // no current finds its way through a grounded wye
        if (!whole) return above.nominal.value() > 1000.0 && !floats ? grow_center_tap(above) : grow_line(above);
        const double low = above.nominal.value() > 5000.0 ? 4160.0 : above.nominal.value();
        switch (pick(floats ? 3 : 6)) {
            case 0:
                return grow_transformer(above, delta, wye, low, {A, B, C});
            case 1:
                return grow_transformer(above, delta, delta, low, {A, B, C});
            case 2:
                return grow_transformer(above, {{A, B}, {C, B}}, {{A, B}, {C, B}}, low, {A, B, C});  // open delta
            case 3:
                return grow_transformer(above, wye, wye, low, {A, B, C});
            case 4:
                return grow_transformer(above, wye, delta, low, {A, B, C});
            default:
                return grow_transformer(above, {{A, {}}, {B, {}}}, {{A, B}, {B, C}}, low, {A, B, C});  // open wye - open delta
        }
    }

    /// Loads of every kind between whatever conductors there are.
    void load_up(double kw) {
        for (const BusRow& row : d.buses) {
            const bool split = row.conductors.front() == S1;
            const double base = DenseFeeder::base(row);
            const bool floats = floating_.count(zone_[row.id]) > 0;  // there is no way back through the earth
            if (floats && row.conductors.size() == 1) continue;
            LoadRow l = load(row.id, draw(0.2, 1.0) * (split ? 5.0 : kw), draw(0.0, 0.5) * (split ? 5.0 : kw));
            l.terminals = {{row.conductors[pick(row.conductors.size())], {}}};
            if ((draw(0, 1) < 0.5 || floats) && row.conductors.size() > 1) l.terminals = {{row.conductors[0], row.conductors[1]}};
            if (row.conductors.size() == 3 && draw(0, 1) < 0.5) l.terminals = delta;
            l.rated = Volts(l.terminals.front().minus ? base * (split ? 2.0 : std::sqrt(3.0)) : base);
            const double kind = draw(0, 1);
            if (kind < 0.3) l.response.active = {0.4, 0.3, 0.3}, l.response.reactive = {1.0, 0.0, 0.0};
            if (kind > 0.8) l.response.active = {0, 0, 0, 1.0, 0.8}, l.response.reactive = {0, 0, 0, 1.0, 2.3};
            d.loads.push_back(l);
            if (draw(0, 1) > 0.2 || split || floats) continue;
            ShuntRow c = shunt("C" + row.id, row.id, 0.0, -kw);
            c.terminals = {{row.conductors.front(), {}}};
            c.rated = Volts(base);
            d.shunts.push_back(c);
        }
    }

    /// Lines that close loops between buses of one zone.
    void mesh(std::size_t loops) {
        for (int attempts = 0; attempts < 200 && loops > 0; ++attempts) {
            const BusRow& one = d.buses[pick(d.buses.size())];
            const BusRow& two = d.buses[pick(d.buses.size())];
            if (one.id == two.id || zone_[one.id] != zone_[two.id] || one.conductors.front() == S1) continue;
            std::vector<Conductor> common;
            for (const Conductor c : one.conductors)
                if (std::count(two.conductors.begin(), two.conductors.end(), c) > 0) common.push_back(c);
            if (common.empty()) continue;
            BranchRow row = cable(one.id, two.id, common, one.nominal.value());
            row.id = "tie" + std::to_string(loops--);
            d.branches.push_back(row);
        }
    }

    std::string next() const { return std::to_string(d.buses.size()); }
    FeederDescription d;

   private:
    std::mt19937_64 engine_;
    std::map<std::string, int> zone_;
    std::set<int> floating_;  ///< zones behind ungrounded windings
    int zones_ = 0;
};

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

TEST_CASE("weakly meshed feeders agree with dense nodal analysis", "[unbalanced]") {
    const auto loops = GENERATE(1, 2, 4);
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
