// What OpenDSS elements mean: impedances, connections, ratings, load models, controls. Numbers are worked out by hand.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "unit/models/feeder_formats/opendss/opendss_reading.hpp"

namespace {

using namespace evsweep;
using Complex = std::complex<double>;
constexpr auto a = Conductor::a;
constexpr auto b = Conductor::b;
constexpr auto c = Conductor::c;
constexpr auto n = Conductor::n;
const double sqrt3 = std::numbers::sqrt3;

const BusRow& bus(const FeederDescription& d, const std::string& id) {
    const auto found = std::find_if(d.buses.begin(), d.buses.end(), [&](const BusRow& row) { return row.id == id; });
    REQUIRE(found != d.buses.end());
    return *found;
}

LoadRow only_load(const std::string& properties) {
    const FeederDescription d = circuit_with("New Load.l bus1=src " + properties);
    REQUIRE(d.loads.size() == 1);
    return d.loads.front();
}

}  // namespace

TEST_CASE("sequence impedances become phase matrices, times length in the code's units") {
    const std::string code = "New LineCode.c r1=0.3 x1=0.6 r0=0.9 x0=1.8 c1=10 c0=4 units=km normamps=250\n";
    const BranchRow line = only_line(code + "New Line.l src b c length=500 units=m");
    REQUIRE(line.series_ohm.size() == 9);
    check_near(line.series_ohm[0], Complex(0.25, 0.5));  // (2 z1 + z0) / 3 over half a kilometre
    check_near(line.series_ohm[1], Complex(0.1, 0.2));
    check_near(line.shunt_s[0], Complex(0.0, 2.0 * std::numbers::pi * 60.0 * 4e-9));
    check_near(line.shunt_s[1], Complex(0.0, -2.0 * std::numbers::pi * 60.0 * 1e-9));
    CHECK(line.rating == Amperes(250.0));
    const BranchRow single =
        only_line(code + "New LineCode.s nphases=1 r1=0.3 x1=0.6 units=km\nNew Line.l src.2 b.2 s 1 units=mi");
    check_near(single.series_ohm[0], 1.609344 * Complex(0.3, 0.6));
    CHECK(single.conductors == std::vector<Conductor>{b});
    check_near(only_line(code + "New Line.l src b c length=2").series_ohm[1], 2.0 * Complex(0.2, 0.4));
}

TEST_CASE("impedances at the line are per its own length, and capacitance not given is that of a thousand feet") {
    const BranchRow line = only_line("New Line.l src b length=2 units=km r1=1 x1=2 r0=1 x0=2 c1=0 c0=0");
    check_near(line.series_ohm[0], Complex(2.0, 4.0));
    CHECK(line.shunt_s.empty());
    const BranchRow guessed = only_line("New Line.l src b r1=1 x1=2 r0=1 x0=2 length=1 units=km");
    const double nf = (2.0 * 3.4 + 1.6) / 3.0 / 0.3048;
    check_near(guessed.shunt_s[0], Complex(0.0, 2.0 * std::numbers::pi * 60.0 * nf * 1e-9));
    const BranchRow matrix =
        only_line("New Line.l phases=2 bus1=src.3.1 bus2=b.3.1 rmatrix=(1|.2 1) xmatrix=(2|.4 3) cmatrix=(0|0 0)");
    CHECK(matrix.conductors == std::vector<Conductor>{c, a});
    check_near(matrix.series_ohm[1], Complex(0.2, 0.4));
    check_near(matrix.series_ohm[3], Complex(1.0, 3.0));
}

TEST_CASE("a switch is a thousandth of an ohm, and open ones are open") {
    const BranchRow line = only_line("New Line.l src b switch=y");
    CHECK(line.kind == BranchKind::switch_);
    check_near(line.series_ohm[0], Complex(0.001, 0.001));
    CHECK(std::abs(line.series_ohm[1]) == 0.0);
    const FeederDescription d = circuit_with(
        "New Line.one src b switch=y\nNew Line.two b d switch=y r1=1e-4 x1=0 r0=1e-4 x0=0 c1=0 c0=0\nNew Line.tie src d "
        "switch=y\n"
        "New Line.off src d switch=y enabled=no\nOpen Line.tie 1");
    REQUIRE(d.branches.size() == 3);
    check_near(d.branches[1].series_ohm[0], 1e-7);
    CHECK_FALSE(d.branches[2].closed);
    CHECK_FALSE(only_line("New Line.l src b switch=y\nNew Line.t src b\nDisable Line.t\nNew SwtControl.s Line.l 1\n").id.empty());
    const auto outcome = read_opendss(
        "New Circuit.x bus1=src\nNew Line.l src b switch=y\nNew Load.far bus1=b\nNew SwtControl.s switchedobj=Line.l "
        "action=open");
    REQUIRE(outcome.feeder);
    CHECK(outcome.feeder->buses.size() == 1);
    CHECK(outcome.warnings.front() ==
          "f.dss:1:5: warning: buses: 1 are not reached from the source and left out: b; 1 loads there go with them");
}

TEST_CASE("the reactance follows the frequency of the circuit") {
    const auto outcome = read_opendss(
        "Set DefaultBaseFrequency=50\nNew Circuit.x bus1=src\n"
        "New LineCode.c nphases=1 r1=1 x1=3 c1=60 basefreq=60 rg=0 xg=0\nNew Line.l src.1 b.1 c");
    REQUIRE(outcome.feeder);
    check_near(outcome.feeder->branches[0].series_ohm[0], Complex(1.0, 2.5));
    check_near(outcome.feeder->branches[0].shunt_s[0], Complex(0.0, 2.0 * std::numbers::pi * 50.0 * 60e-9));
}

TEST_CASE("the source's impedance follows from its short-circuit powers") {
    const FeederDescription d =
        read_opendss("New Circuit.x basekv=115 mvasc3=20000 mvasc1=21000 pu=1.02 angle=30").feeder.value();
    const SourceRow& source = d.sources.front();
    CHECK(source.bus == "sourcebus");
    CHECK(source.voltage.value() == Approx(1.02));
    CHECK(source.angle.value() == 30.0);
    const Complex zs = source.series_ohm[0];
    const Complex zm = source.series_ohm[1];
    const Complex z1 = zs - zm;
    const Complex z0 = zs + 2.0 * zm;
    CHECK(std::abs(z1) == Approx(115.0 * 115.0 / 20000.0));  // three-phase fault
    CHECK(z1.imag() / z1.real() == Approx(4.0));
    CHECK(z0.imag() / z0.real() == Approx(3.0));
    CHECK(std::abs(2.0 * z1 + z0) == Approx(3.0 * 115.0 * 115.0 / 21000.0));  // fault of one phase to earth
    const FeederDescription ohms =
        read_opendss("New Circuit.x basekv=4.16 bus1=150 R1=0 X1=0.0001 R0=0 X0=0.0004\nSet voltagebases=[4]").feeder.value();
    check_near(ohms.sources.front().series_ohm[0], Complex(0.0, 0.0002));
    check_near(ohms.sources.front().series_ohm[1], Complex(0.0, 0.0001));
    CHECK(ohms.sources.front().voltage.value() == Approx(4.16 / 4.0));
}

TEST_CASE("the coils of a transformer follow its connections, and delta lags or leads by the higher voltage") {
    const std::string two = "New Transformer.t buses=(src lv.1.2.3.4) kvs=(12.47 0.4) kvas=(500 500) ";
    const auto coils = [&](const std::string& more, std::size_t winding) {
        return circuit_with(two + more).transformers.front().windings[winding].coils;
    };
    using Coils = std::vector<Terminals>;
    CHECK(coils("conns=(wye wye)", 0) == Coils{{a, {}}, {b, {}}, {c, {}}});
    CHECK(coils("conns=(wye wye)", 1) == Coils{{a, n}, {b, n}, {c, n}});
    CHECK(coils("conns=(delta wye)", 0) == Coils{{a, c}, {b, a}, {c, b}});
    CHECK(coils("conns=(delta wye) leadlag=lead", 0) == Coils{{a, b}, {b, c}, {c, a}});
    CHECK(coils("conns=(wye delta)", 1) == Coils{{a, b}, {b, c}, {c, a}});
    CHECK(coils("conns=(delta delta)", 0) == Coils{{a, b}, {b, c}, {c, a}});
    const FeederDescription d =
        circuit_with(two + "conns=(delta wye) %rs=(0.5 0.7) xhl=6 %noloadloss=0.2 %imag=1.5 taps=(1 1.05)");
    const TransformerRow& t = d.transformers.front();
    CHECK(t.windings[0].rated.value() == Approx(12470.0));
    CHECK(t.windings[1].rated.value() == Approx(400.0 / sqrt3));
    CHECK(t.windings[0].resistance == Approx(0.005));
    CHECK(t.windings[1].resistance == Approx(0.007));
    CHECK(t.windings[1].tap == 1.05);
    CHECK(t.reactance == std::vector<double>{0.06});
    CHECK(t.no_load_loss == Approx(0.002));
    CHECK(t.magnetising_current == Approx(0.015));
    CHECK(t.stray == Approx(5e-7));  // a millionth, half at each end
    CHECK(t.rated == KilovoltAmperes(500.0));
    CHECK(t.rating->value() == Approx(550.0));
    CHECK(bus(d, "lv").nominal.value() == Approx(400.0));
}

TEST_CASE("windings may be given one by one, by a code, or like another's") {
    const FeederDescription d = circuit_with(
        "New XfmrCode.ct phases=1 windings=3 kvs=[7.2 .12 .12] kvas=[10 10 10] %rs=[.6 1.2 1.2] xhl=2.04 xht=2.04 xlt=1.36\n"
        "New Transformer.t1 xfmrcode=ct buses=[src.2 h.1.0 h.0.2]\n"
        "New Transformer.t2 phases=1 windings=3 %loadloss=1 wdg=1 bus=src.1 kv=7.2 kva=25 wdg=2 bus=g.1.0 kv=.12 wdg=3 bus=g.0.2 "
        "kv=.12\n"
        "New Transformer.t3 like=t1 buses=[src.3 k.1.0 k.0.2]\n"
        "New Line.s phases=2 bus1=h.1.2 bus2=m.1.2\n"
        "New Load.two phases=2 bus1=m.1.2 kv=0.208 kw=4 pf=1\n"
        "New Load.across phases=1 bus1=m.1.2 kv=0.24 kw=4 pf=1\nSet VoltageBases=[12.47 0.48 0.208]");
    REQUIRE(d.transformers.size() == 3);
    using Coils = std::vector<Terminals>;
    CHECK(d.transformers[0].windings[0].coils == Coils{{b, {}}});
    CHECK(d.transformers[0].windings[1].coils == Coils{{Conductor::s1, {}}});
    CHECK(d.transformers[0].windings[2].coils == Coils{{{}, Conductor::s2}});
    CHECK(d.transformers[0].reactance[1] == Approx(0.0204));
    CHECK(d.transformers[0].reactance[2] == Approx(0.0136));
    CHECK(d.transformers[1].windings[0].resistance == Approx(0.005));
    CHECK(d.transformers[1].windings[2].rated.value() == Approx(120.0));
    CHECK(d.transformers[1].rated == KilovoltAmperes(25.0));
    CHECK(d.transformers[2].windings[1].bus == "k");
    CHECK(bus(d, "m").conductors == std::vector<Conductor>{Conductor::s1, Conductor::s2});
    CHECK(bus(d, "m").nominal.value() == Approx(2.0 * 208.0 / sqrt3));  // OpenDSS's base is 208 V between phases
    CHECK(d.loads[0].terminals == Coils{{Conductor::s1, {}}, {Conductor::s2, {}}});
    CHECK(d.loads[0].rated.value() == Approx(208.0 / sqrt3));
    CHECK(d.loads[1].terminals == Coils{{Conductor::s1, Conductor::s2}});
    CHECK(d.loads[1].rated.value() == 240.0);
}

TEST_CASE("buses take the nearest voltage base, or the one that transformers give them") {
    const std::string network =
        "New Transformer.t buses=(src lv) conns=(delta wye) kvs=(12.47 0.415)\nNew Line.l lv end\n"
        "New Transformer.u phases=1 buses=(end.1.2 small.1) kvs=(0.415 0.1)\n";
    const FeederDescription free = circuit_with(network);
    CHECK(bus(free, "end").nominal.value() == Approx(415.0));
    CHECK(bus(free, "small").nominal.value() == Approx(100.0 * sqrt3));
    const FeederDescription based = circuit_with(network + "Set VoltageBases=[12.47, 0.4]\ncalcv\nSetkVBase bus=small kvll=0.2");
    CHECK(bus(based, "end").nominal.value() == Approx(400.0));
    CHECK(bus(based, "small").nominal.value() == Approx(200.0));
}

TEST_CASE("loads hang between the conductors that their connection says") {
    using Ends = std::vector<Terminals>;
    CHECK(only_load("").terminals == Ends{{a, {}}, {b, {}}, {c, {}}});
    CHECK(only_load("conn=delta").terminals == Ends{{a, b}, {b, c}, {c, a}});
    CHECK(only_load("phases=2 conn=delta bus1=src.2.3.1").terminals == Ends{{b, c}, {c, a}});
    CHECK(only_load("phases=1 conn=delta bus1=src.3.1").terminals == Ends{{c, a}});
    CHECK(only_load("phases=1 conn=LL bus1=src.1.2").terminals == Ends{{a, b}});
    CHECK(only_load("phases=1 conn=delta bus1=src.2").terminals == Ends{{b, {}}});  // as OpenDSS has it
    CHECK(only_load("phases=1 bus1=src.3").terminals == Ends{{c, {}}});
    CHECK(circuit_with("New Line.l bus1=src bus2=b\nNew Load.l phases=1 bus1=b.3.4").loads.front().terminals == Ends{{c, n}});
    CHECK(only_load("phases=3 kv=12.47").rated.value() == Approx(12470.0 / sqrt3));
    CHECK(only_load("phases=1 kv=7.2").rated.value() == Approx(7200.0));
    CHECK(only_load("phases=3 conn=delta kv=12.47").rated.value() == Approx(12470.0));
}

TEST_CASE("the power of a load may be given in each way of OpenDSS") {
    const auto power = [](const std::string& properties) {
        const LoadRow load = only_load(properties);
        return Complex(load.p.value(), load.q.value());
    };
    check_near(power("kw=30 kvar=40"), Complex(30.0, 40.0));
    check_near(power("kw=30 pf=0.6"), Complex(30.0, 40.0));
    check_near(power("kw=30 pf=-0.6"), Complex(30.0, -40.0));
    check_near(power("kva=50 pf=0.6"), Complex(30.0, 40.0));
    check_near(power("xfkva=100 allocationfactor=0.5 pf=0.6\nEdit Load.l allocationfactor=0.5"), Complex(30.0, 40.0));
    check_near(power("pf=0.6 kwh=7200 kwhdays=30 cfactor=3"), Complex(30.0, 40.0));
    check_near(power("kw=30 kvar=40\nSet loadmult=0.5"), Complex(15.0, 20.0));
    check_near(power("kw=30 kvar=40 status=fixed\nSet loadmult=0.5"), Complex(30.0, 40.0));
    check_near(power("kw=60 kvar=40\nLoad.l.kW=30"), Complex(30.0, 30.0 * 40.0 / 60.0));
    check_near(power("pf=1"), Complex(10.0, 0.0));
}

TEST_CASE("the models of loads become laws of voltage with OpenDSS's limits") {
    const auto law = [](const std::string& properties) { return only_load(properties).response; };
    CHECK(law("model=1").active == PowerLaw{});
    CHECK(law("model=1 vminpu=0.88").linear == LinearOutside{0.5, 0.88, 1.05});
    CHECK_FALSE(law("model=2").linear);
    CHECK(law("model=2").active.z == 1.0);
    CHECK(law("model=3").reactive.z == 1.0);
    CHECK(law("model=4").active.i == 1.0);
    CHECK(law("model=4").reactive.z == 1.0);
    CHECK(law("model=4").linear->at_rated_power);
    CHECK(law("model=4 cvrwatts=0.8 cvrvars=3").active == PowerLaw{0.0, 0.0, 0.0, 1.0, 0.8});
    CHECK(law("model=4 cvrwatts=0.8 cvrvars=3").reactive.exponent == 3.0);
    CHECK(law("model=5").active.i == 1.0);
    CHECK(law("model=7").reactive.z == 1.0);
    const LoadRow zip = only_load("model=8 kw=10 kvar=10 zipv=(0.2 0.3 0.5 0.4 0.4 0.4 0.6)");
    CHECK(zip.response.active == PowerLaw{0.2, 0.3, 0.5});
    CHECK(zip.response.cut_off == 0.6);
    CHECK(zip.q.value() == Approx(12.0));  // shares beyond one are more power
    CHECK(zip.response.reactive.i == Approx(1.0 / 3.0));
    CHECK(errors_of("New Load.l bus1=src model=8").front() ==
          "f.dss:2:5: load.l: is of model 8 without ZIPV; give its 7 numbers");
}

TEST_CASE("load shapes become profiles of factors") {
    const Files files{{"s.csv", "0.1\n0.2\n\n0.4\n"}, {"two.csv", "h, 1, 2\n0, 0.5, 0.6\n1, 0.7, 0.8\n"}};
    const FeederDescription d = circuit_with(
        "New LoadShape.one npts=3 minterval=15 mult=(file=s.csv)\nNew LoadShape.two interval=1 pmult=[file=two.csv, column=3, "
        "header=yes]\n"
        "New LoadShape.three npts=2 sinterval=60 csvfile=s.csv action=normalize\n"
        "New LoadShape.four npts=2 interval=.5 mult=(20 40) useactual=yes\nNew LoadShape.unused mult=(1 2)\n"
        "New Load.a bus1=src kw=5 daily=one yearly=two\nNew Load.b bus1=src yearly=two\nNew Load.c bus1=src duty=three\n"
        "New Load.d bus1=src pf=0.8 yearly=four\n",
        files);
    REQUIRE(d.profiles.size() == 4);
    CHECK(d.profiles[0].id == "one");
    CHECK(d.profiles[0].every == std::chrono::minutes(15));
    CHECK(d.profiles[0].values == std::vector<double>{0.1, 0.2, 0.4});
    CHECK(d.profiles[1].values == std::vector<double>{0.6, 0.8});
    CHECK(d.profiles[2].values == std::vector<double>{0.5, 1.0});
    CHECK(d.profiles[2].every == std::chrono::minutes(1));
    CHECK(d.loads[0].profile == "one");
    CHECK(d.loads[1].profile == "two");
    CHECK(d.loads[3].p.value() == Approx(40.0));  // the shape's maximum
    CHECK(d.loads[3].q.value() == Approx(30.0));
    CHECK(d.profiles[3].values == std::vector<double>{0.5, 1.0});
}

TEST_CASE("generators and photovoltaic systems feed in") {
    const FeederDescription d = circuit_with(
        "New Generator.g bus1=src.2 phases=1 kv=7.2 kw=30 pf=0.6\nNew PVSystem.p bus1=src kv=12.47 pmpp=100 irradiance=0.5 "
        "kva=60\n"
        "Set genmult=2\n");
    CHECK(d.loads[0].p.value() == Approx(-60.0));
    CHECK(d.loads[0].q.value() == Approx(-80.0));
    CHECK(d.loads[0].response.linear == LinearOutside{0.0, 0.9, 1.1});
    CHECK(d.loads[1].p.value() == Approx(-50.0));
    CHECK(d.loads[1].q.value() == 0.0);
}

TEST_CASE("a photovoltaic system's power passes through its curves") {
    const FeederDescription d = circuit_with(
        "New XYCurve.heat npts=4 xarray=[0 25 75 100] yarray=[1.2 1.0 0.8 0.6]\nNew XYCurve.eff npts=2 points=(0.1 0.86  1.1 "
        "0.96)\n"
        "New PVSystem.p bus1=src kv=12.47 pmpp=100 irradiance=0.8 kva=100 temperature=50 effcurve=eff p-tcurve=heat pf=0.8\n");
    // 100 kW * 0.8 * 0.9 = 72 kW of the panel, 0.86 + 0.1 * 0.62 of it through the inverter
    CHECK(d.loads[0].p.value() == Approx(-72.0 * 0.922));
    CHECK(d.loads[0].q.value() == Approx(-72.0 * 0.922 * 0.75));
}

TEST_CASE("there is a load shape to begin with") {
    const FeederDescription d = circuit_with("New Load.l bus1=src daily=default");
    REQUIRE(d.profiles.size() == 1);
    CHECK(d.profiles[0].values.size() == 24);
    CHECK(d.profiles[0].values[16] == 1.0);
}

TEST_CASE("capacitors and reactors are shunts, or a branch where a reactor joins two buses") {
    const FeederDescription d = circuit_with(
        "New Capacitor.c3 bus1=src kvar=600 kv=12.47\nNew Capacitor.c1 bus1=src.2 phases=1 kvar=100 kv=7.2\n"
        "New Capacitor.cd bus1=src conn=delta kvar=300 kv=12.47 numsteps=3 states=(1 1 0)\n"
        "New Capacitor.cf bus1=src.1 phases=1 kv=7.2 cuf=10\nNew Capacitor.neutral bus1=b bus2=b.4.4.4 kvar=60\n"
        "New Reactor.shunt bus1=src kvar=90 kv=12.47\nNew Reactor.series bus1=src bus2=b r=0.1 x=(2 3 *)\n");
    REQUIRE(d.shunts.size() == 6);
    CHECK(d.shunts[0].id == "reactor.shunt");
    CHECK(d.shunts[0].q.value() == Approx(90.0));
    CHECK(d.shunts[1].q.value() == Approx(-600.0));
    CHECK(d.shunts[1].rated.value() == Approx(12470.0 / sqrt3));
    CHECK(d.shunts[2].terminals == std::vector<Terminals>{{b, {}}});
    CHECK(d.shunts[3].q.value() == Approx(-300.0));
    CHECK(d.shunts[3].steps == 3);
    CHECK(d.shunts[3].steps_on == 2);
    CHECK(d.shunts[3].terminals == std::vector<Terminals>{{a, b}, {b, c}, {c, a}});
    CHECK(d.shunts[4].q.value() == Approx(-2.0 * std::numbers::pi * 60.0 * 1e-5 * 7.2 * 7.2 * 1000.0));
    CHECK(d.shunts[5].terminals == std::vector<Terminals>{{a, n}, {b, n}, {c, n}});
    REQUIRE(d.branches.size() == 1);
    check_near(d.branches[0].series_ohm[4], Complex(0.1, 6.0));
    CHECK(std::abs(d.branches[0].series_ohm[1]) == 0.0);
    CHECK_FALSE(errors_of("New Capacitor.s bus1=src bus2=b").empty());
}

TEST_CASE("regulator controls become relays of their transformers") {
    const FeederDescription d = circuit_with(
        "New Transformer.r phases=1 buses=(src.2 x.2) kvs=(7.2 7.2) kvas=(1000 1000) xhl=.01 wdg=2 maxtap=1.15 numtaps=16\n"
        "New RegControl.c transformer=r winding=2 vreg=122 band=2 ptratio=60 ctprim=700 r=3 x=9 delay=30 tapdelay=4 "
        "reversible=yes "
        "revneutral=yes revthreshold=50 maxtapchange=1 vlimit=128 tapnum=3\nNew RegControl.off transformer=r winding=2 "
        "enabled=no");
    REQUIRE(d.regulators.size() == 1);
    const RegulatorRow& r = d.regulators.front();
    CHECK(r.transformer == "transformer.r");
    CHECK(r.winding == 1);
    CHECK(r.forward.set_v == 122.0);
    CHECK(r.forward.x_v == 9.0);
    CHECK(r.forward.delay == std::chrono::seconds(30));
    CHECK(r.tap_delay == std::chrono::seconds(4));
    CHECK(r.ct_primary == Amperes(700.0));
    CHECK(r.on_reverse == ReversePower::neutral);
    CHECK(r.max_steps == 1);
    CHECK(r.limit_v == 128.0);
    CHECK(d.transformers[0].windings[1].taps.steps == 16);
    CHECK(d.transformers[0].windings[1].tap == Approx(1.025 + 3.0 * 0.25 / 16.0));
}

TEST_CASE("capacitor controls watch a line") {
    const FeederDescription d = circuit_with(
        "New Line.l src.3.1 x.3.1 phases=2\nNew Capacitor.c bus1=x.1 phases=1 kv=7.2 kvar=100\n"
        "New CapControl.k capacitor=c element=line.l terminal=2 type=voltage ptphase=2 ptratio=60 onsetting=118 offsetting=124 "
        "delay=20 delayoff=25 deadtime=100");
    REQUIRE(d.capacitor_controls.size() == 1);
    const CapacitorControlRow& k = d.capacitor_controls.front();
    CHECK(k.capacitor == "capacitor.c");
    CHECK(k.element == "line.l");
    CHECK(k.at_to_end);
    CHECK(k.conductor == a);
    CHECK(k.on == 118.0);
    CHECK(k.delay_off == std::chrono::seconds(25));
}

TEST_CASE("a negative ampacity is no rating, which a warning says") {
    const auto outcome =
        read_opendss("New Circuit.test basekv=12.47 bus1=src\nNew Line.l bus1=src bus2=b r1=0.1 x1=0.1 normamps=-5\n");
    REQUIRE(outcome.feeder);
    CHECK_FALSE(outcome.feeder->branches.front().rating);
    REQUIRE(outcome.warnings.size() == 1);
    CHECK(outcome.warnings.front() == "f.dss:2:51: warning: line.l.normamps: is negative: it counts as no rating");
}
