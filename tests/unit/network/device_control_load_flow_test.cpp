#include "sim/network/relays/device_control_load_flow.hpp"

#include <catch2/catch.hpp>
#include <cmath>

namespace evsweep {

namespace {

using Complex = std::complex<double>;

const std::vector<Conductor> abc{Conductor::a, Conductor::b, Conductor::c};

BusRow bus(const std::string& id, std::vector<Conductor> conductors = abc) {
    BusRow row;
    row.id = id;
    row.nominal = Volts(2400.0 * std::sqrt(3.0));
    row.conductors = std::move(conductors);
    return row;
}

/// An ideal regulator for one phase, or for all three at once.
TransformerRow regulator(const std::string& id, const std::vector<Conductor>& phases) {
    TransformerRow row;
    row.id = id;
    row.rated = KilovoltAmperes(5000.0);
    row.no_load_loss = row.magnetising_current = row.stray = 0.0;
    row.reactance = {0.0};
    for (const char* end : {"head", "behind"}) {
        WindingRow winding;
        winding.bus = end;
        winding.rated = Volts(2400.0);
        for (const Conductor phase : phases) winding.coils.push_back({phase, {}});
        row.windings.push_back(winding);
    }
    return row;
}

RegulatorRow relay(const std::string& transformer) {
    RegulatorRow row;
    row.id = row.transformer = transformer;
    row.pt_ratio = 20.0;
    row.ct_primary = Amperes(500.0);
    row.forward.set_v = 122.0;
    row.forward.band_v = 2.0;
    return row;
}

/// head =reg= behind -line- end; the line has `ohm` per phase and no coupling, and loads hang at `end`.
FeederDescription feeder_with(Complex ohm) {
    FeederDescription d;
    d.name = "behind a regulator";
    d.buses = {bus("head"), bus("behind"), bus("end")};
    BranchRow line;
    line.id = "line";
    line.from = "behind";
    line.to = "end";
    line.conductors = abc;
    line.series_ohm.assign(9, 0.0);
    for (const std::size_t k : {0, 4, 8}) line.series_ohm[k] = ohm;
    d.branches = {line};
    SourceRow source;
    source.bus = "head";
    d.sources = {source};
    return d;
}

LoadRow load(const std::string& id, Conductor phase, double kw, double kvar) {
    LoadRow row;
    row.id = id;
    row.bus = "end";
    row.p = Kilowatts(kw);
    row.q = Kilovars(kvar);
    row.terminals = {{phase, {}}};
    return row;
}

Feeder built(const FeederDescription& description) {
    Issues issues;
    auto feeder = build_feeder(description, {}, issues);
    for (const Issue& issue : issues.list()) UNSCOPED_INFO(issue.path << ": " << issue.problem);
    REQUIRE(feeder);
    return std::move(*feeder);
}

PortPower nominal(const Feeder& feeder) {
    PortPower power(feeder.ports());
    for (const LoadPoint& point : feeder.loads())
        for (const std::uint32_t port : point.ports) {
            power.p.raw()[port] += point.p_kw / static_cast<double>(point.ports.size());
            power.q.raw()[port] += point.q_kvar / static_cast<double>(point.ports.size());
        }
    return power;
}

double volts_at(const LoadFlow& flow, const std::string& name, Conductor phase) {
    const Feeder& feeder = flow.feeder();
    const auto c = feeder.find_conductor(*feeder.find_bus(name), phase);
    return flow.voltage_pu()[c->index()] * 2400.0;
}

}  // namespace

// Volts at the far end, from the quadratic of a line with constant power: V^4 + (2 (RP + XQ) - U^2) V^2 + |Z S|^2 = 0.
TEST_CASE("three single-phase regulators with line-drop compensation hold the far end, each its own phase") {
    const Complex ohm(0.3, 0.6);
    FeederDescription d = feeder_with(ohm);
    const double kw[] = {300.0, 600.0, 900.0}, kvar[] = {150.0, 200.0, 250.0};
    for (std::size_t k = 0; k < 3; ++k) {
        const std::string id = "reg_" + std::string(name_of(abc[k]));
        d.transformers.push_back(regulator(id, {abc[k]}));
        d.loads.push_back(load("load_" + std::string(name_of(abc[k])), abc[k], kw[k], kvar[k]));
        RegulatorRow row = relay(id);
        row.forward.r_v = ohm.real() * 500.0 / 20.0;
        row.forward.x_v = ohm.imag() * 500.0 / 20.0;
        d.regulators.push_back(row);
    }
    const Feeder feeder = built(d);
    LoadFlow flow(feeder, {.tolerance_pu = 1e-12});
    const SettledLoadFlow settled = settle(flow, nominal(feeder));
    REQUIRE(settled.devices.status == SettleStatus::settled);
    for (std::size_t k = 0; k < 3; ++k) {
        const double tap = flow.devices().tap[feeder.transformers()[k].first_tap + 1];
        const double u = 2400.0 * tap;
        const double p = 1000.0 * kw[k], q = 1000.0 * kvar[k];
        const double half = 0.5 * u * u - ohm.real() * p - ohm.imag() * q;
        const double v = std::sqrt(half + std::sqrt(half * half - std::norm(ohm) * (p * p + q * q)));
        CHECK(volts_at(flow, "end", abc[k]) == Approx(v).epsilon(1e-10));
        CHECK(std::abs(v / 20.0 - 122.0) <= 1.0);
        CHECK(tap > 1.0);
    }
    CHECK(tap_position({}, flow.devices().tap[1]) < tap_position({}, flow.devices().tap[5]));
}

TEST_CASE("a ganged regulator looks at one phase and moves all") {
    FeederDescription d = feeder_with({0.3, 0.6});
    d.transformers.push_back(regulator("reg", abc));
    for (const Conductor phase : abc) d.loads.push_back(load("load_" + std::string(name_of(phase)), phase, 300.0, 100.0));
    d.regulators.push_back(relay("reg"));
    d.regulators[0].coil = 1;
    const Feeder feeder = built(d);
    LoadFlow flow(feeder);
    REQUIRE(settle(flow, nominal(feeder)).devices.status == SettleStatus::settled);
    // 120 V to 122 V in steps of 0.75 V, of which the relay needs 2 to be at 121.5 V.
    for (const Conductor phase : abc) CHECK(volts_at(flow, "behind", phase) == Approx(2400.0 * 1.0125));
}

TEST_CASE("a ganged regulator may look at the phase with the highest or the lowest voltage") {
    FeederDescription d = feeder_with({0.3, 0.6});
    d.sources[0].voltage = PerUnit(1.02);
    d.sources[0].voltages = {PerUnit(1.02), PerUnit(1.0), PerUnit(0.98)};
    d.sources[0].angles = {Degrees(0.0), Degrees(-120.0), Degrees(120.0)};
    d.transformers.push_back(regulator("reg", abc));
    d.regulators.push_back(relay("reg"));
    d.regulators[0].coil = 1;
    const auto tap_where = [&](SeenCoil sees) {
        d.regulators[0].sees = sees;
        const Feeder feeder = built(d);
        LoadFlow flow(feeder);
        REQUIRE(settle(flow, nominal(feeder)).devices.status == SettleStatus::settled);
        return flow.devices().tap[1];
    };
    // Steps of 0.625 %: 120 V take 2 to come to 121 V, 122.4 V are there, and 117.6 V take 5.
    CHECK(tap_where(SeenCoil::given) == Approx(1.0125));
    CHECK(tap_where(SeenCoil::highest) == Approx(1.0));
    CHECK(tap_where(SeenCoil::lowest) == Approx(1.03125));
}

TEST_CASE("a regulator can watch a bus further on") {
    FeederDescription d = feeder_with({0.3, 0.6});
    d.transformers.push_back(regulator("reg", abc));
    for (const Conductor phase : abc) d.loads.push_back(load("load_" + std::string(name_of(phase)), phase, 600.0, 200.0));
    d.regulators.push_back(relay("reg"));
    d.regulators[0].bus = "end";
    d.regulators[0].bus_conductor = Conductor::c;
    const Feeder feeder = built(d);
    LoadFlow flow(feeder);
    REQUIRE(settle(flow, nominal(feeder)).devices.status == SettleStatus::settled);
    CHECK(std::abs(volts_at(flow, "end", Conductor::c) / 20.0 - 122.0) <= 1.0);
    CHECK(volts_at(flow, "behind", Conductor::c) / 20.0 > 123.0);
}

TEST_CASE("taps on the winding that faces the source move the other way") {
    FeederDescription d = feeder_with({0.3, 0.6});
    d.transformers.push_back(regulator("reg", abc));
    for (const Conductor phase : abc) d.loads.push_back(load("load_" + std::string(name_of(phase)), phase, 300.0, 100.0));
    d.regulators.push_back(relay("reg"));
    d.regulators[0].tap_winding = 0;
    const Feeder feeder = built(d);
    LoadFlow flow(feeder);
    REQUIRE(settle(flow, nominal(feeder)).devices.status == SettleStatus::settled);
    // 120 V / (1 - 2 x 0.00625) = 121.52 V.
    CHECK(flow.devices().tap[0] == Approx(0.9875));
    CHECK(flow.devices().tap[1] == 1.0);
    CHECK(volts_at(flow, "behind", Conductor::a) == Approx(2400.0 / 0.9875));
}

TEST_CASE("generation behind a regulator turns its power round") {
    FeederDescription d = feeder_with({0.3, 0.6});
    d.transformers.push_back(regulator("reg", abc));
    for (const Conductor phase : abc) d.loads.push_back(load("pv_" + std::string(name_of(phase)), phase, -400.0, 0.0));
    d.regulators.push_back(relay("reg"));
    d.regulators[0].on_reverse = ReversePower::neutral;
    const Feeder feeder = built(d);
    LoadFlow flow(feeder);
    flow.set_tap(0, 1, 1.05);
    const PortPower power = nominal(feeder);
    flow.draw(power);
    ControlledLoadFlow network(flow, Calendar());
    REQUIRE(network.solve());
    const RegulatorReading seen = network.see_regulator(0);
    // What comes back is what is made less what the line keeps.
    const double amperes = std::abs(seen.current_a);
    CHECK(seen.forward_kw == Approx(-1200.0 + 3.0 * 0.3 * amperes * amperes / 1000.0));
    CHECK((seen.voltage_v * std::conj(seen.current_a)).real() / 1000.0 == Approx(seen.forward_kw / 3.0));
    REQUIRE(settle(flow, power).devices.status == SettleStatus::settled);
    CHECK(flow.devices().tap[1] == 1.0);
}

TEST_CASE("a capacitor control sees the power that passes its line, and switches its bank") {
    FeederDescription d = feeder_with({0.3, 0.6});
    for (const Conductor phase : abc) d.loads.push_back(load("load_" + std::string(name_of(phase)), phase, 300.0, 200.0));
    BranchRow tie = d.branches[0];
    tie.id = "tie";
    tie.from = "head";
    tie.to = "behind";
    d.branches.push_back(tie);
    ShuntRow bank;
    bank.id = "bank";
    bank.bus = "end";
    bank.q = Kilovars(-450.0);
    bank.terminals = {{Conductor::a, {}}, {Conductor::b, {}}, {Conductor::c, {}}};
    bank.steps = 3;
    bank.steps_on = 0;
    d.shunts.push_back(bank);
    CapacitorControlRow row;
    row.id = "control";
    row.capacitor = "bank";
    row.element = "line";
    row.signal = CapacitorSignal::reactive_power;
    row.on = 300.0;
    row.off = -100.0;
    d.capacitor_controls.push_back(row);
    const Feeder feeder = built(d);
    LoadFlow flow(feeder);
    const PortPower power = nominal(feeder);
    flow.draw(power);
    ControlledLoadFlow network(flow, Calendar());
    REQUIRE(network.solve());
    const CapacitorReading seen = network.see_capacitor(0, Instant{});
    const double amperes = seen.current_a;
    CHECK(seen.power_kva.real() == Approx(900.0 + 3.0 * 0.3 * amperes * amperes / 1000.0));
    CHECK(seen.power_kva.imag() == Approx(600.0 + 3.0 * 0.6 * amperes * amperes / 1000.0));
    CHECK(seen.voltage_v == Approx(volts_at(flow, "behind", Conductor::a)));
    // More than 600 kvar; each step gives some 150: the second brings it to some 330, the third below 300.
    REQUIRE(settle(flow, power).devices.status == SettleStatus::settled);
    CHECK(flow.devices().steps_on[0] == 3);
    REQUIRE(network.solve());
    CHECK(network.see_capacitor(0, Instant{}).power_kva.imag() < 300.0);
}

TEST_CASE("a capacitor control sees its own line, not what lies beside it, whichever way that is drawn") {
    FeederDescription d = feeder_with({0.4, 0.8});
    d.transformers.clear();
    BranchRow head = d.branches[0];
    head.id = "head line";
    head.from = "head";
    head.to = "behind";
    BranchRow twin = head;
    twin.id = "twin";
    std::swap(twin.from, twin.to);
    for (std::complex<double>& z : twin.series_ohm) z *= 3.0;  // takes a quarter
    d.branches.insert(d.branches.begin(), {twin, head});
    LoadRow drawn;
    drawn.id = "load";
    drawn.bus = "end";
    drawn.p = Kilowatts(600.0);
    drawn.q = Kilovars(300.0);
    drawn.terminals = {{Conductor::a, {}}, {Conductor::b, {}}, {Conductor::c, {}}};
    d.loads = {drawn};
    ShuntRow bank;
    bank.id = "bank";
    bank.bus = "end";
    bank.terminals = drawn.terminals;
    bank.q = Kilovars(-50.0);
    bank.steps_on = 0;
    d.shunts = {bank};
    for (const char* element : {"head line", "twin"}) {
        CapacitorControlRow row;
        row.id = std::string("at ") + element;
        row.capacitor = "bank";
        row.element = element;
        row.signal = CapacitorSignal::reactive_power;
        row.at_to_end = row.element == "twin";  // both at the head
        d.capacitor_controls.push_back(row);
    }
    Issues issues;
    const auto feeder = build_feeder(d, {}, issues);
    REQUIRE(feeder);
    LoadFlow flow(*feeder);
    PortPower power(feeder->ports());
    for (const LoadPoint& l : feeder->loads()) power.add(l, 1.0);
    REQUIRE(flow.solve(power).status == LoadFlowStatus::converged);
    const ControlledLoadFlow network(flow, Calendar{});
    const CapacitorReading one = network.see_capacitor(0, Instant{}), other = network.see_capacitor(1, Instant{});
    CHECK(std::abs(one.power_kva - 3.0 * other.power_kva) < 1e-6 * std::abs(one.power_kva));
    CHECK(std::abs(one.power_kva + other.power_kva - Complex(flow.source_kw(), flow.source_kvar())) < 1e-6 * flow.source_kw());
    CHECK(one.current_a == Approx(3.0 * other.current_a).epsilon(1e-6));
}

TEST_CASE("without relays settling is one load flow") {
    FeederDescription d = feeder_with({0.3, 0.6});
    BranchRow tie = d.branches[0];
    tie.id = "tie";
    tie.from = "head";
    tie.to = "behind";
    d.branches.push_back(tie);
    const Feeder feeder = built(d);
    LoadFlow flow(feeder);
    const SettledLoadFlow settled = settle(flow, nominal(feeder));
    CHECK(settled.devices.rounds == 1);
    CHECK(settled.devices.moves == 0);
    CHECK(settled.result.status == LoadFlowStatus::converged);
}

TEST_CASE("relays that look at what is not there are refused, all at once") {
    FeederDescription d = feeder_with({0.3, 0.6});
    d.transformers.push_back(regulator("reg", abc));
    d.regulators = {relay("reg"), relay("reg")};
    d.regulators[0].id = "far";
    d.regulators[0].bus = "ends";
    d.regulators[1].id = "wire";
    d.regulators[1].bus = "end";
    d.regulators[1].bus_conductor = Conductor::n;
    ShuntRow bank;
    bank.id = "bank";
    bank.bus = "end";
    bank.terminals = {{Conductor::a, {}}};
    d.shunts.push_back(bank);
    CapacitorControlRow control;
    control.id = "no_line";
    control.capacitor = "bank";
    control.element = "lime";
    d.capacitor_controls = {control, control};
    d.capacitor_controls[1].id = "no_wire";
    d.capacitor_controls[1].element = "line";
    d.capacitor_controls[1].across = Terminals{Conductor::a, Conductor::s1};
    d.capacitor_controls[1].on = 127.0;
    Issues issues;
    REQUIRE_FALSE(build_feeder(d, {}, issues));
    std::vector<std::string> issue_texts;
    for (const Issue& issue : issues.list()) issue_texts.push_back(issue.path + ": " + issue.problem + "; " + issue.hint);
    CHECK(issue_texts ==
          std::vector<std::string>{
              "regulator far: unknown bus 'ends'; did you mean 'end'?",
              "regulator wire: bus end has no conductor n; name one that it has",
              "capacitor control no_line: unknown branch 'lime'; did you mean 'line'?",
              "capacitor control no_wire: its settings call for on and off at once; it will switch for ever; part them",
              "capacitor control no_wire: bus behind has no conductor s1; name one that it has"});
}

}  // namespace evsweep
