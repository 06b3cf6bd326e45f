#include <catch2/catch.hpp>

#include "evsweep/connections.hpp"
#include "evsweep/feeder_format.hpp"
#include "evsweep/plugins.hpp"

namespace {

using namespace evsweep;

struct Outcome {
    std::optional<FeederDescription> feeder;
    std::vector<std::string> issues;
};

std::unique_ptr<FeederFormat> format() {
    Issues issues;
    Reader reader{issues};
    return plugins<FeederFormat>().at("evsweep").configure(Node::make_map({}), "", reader)->make({});
}

Outcome read(const std::string& text) {
    Issues issues;
    Outcome outcome;
    outcome.feeder = format()->read({"f.yaml", text}, issues);
    for (const Issue& issue : issues.list()) outcome.issues.push_back(to_text(issue));
    return outcome;
}

using Texts = std::vector<std::string>;

const std::string small = R"(name: two feet
note: made up
buses:
  - {id: 1, nominal: 20 kV}
  - {id: low, nominal: 400 V, class: residential, x: 3, y: -1.5}
lines:
  - {id: L, from: 1, to: low, r: 92.2 mohm, x: 0.047 ohm, b: 134 uS, g: 1 uS, rating: 145 A, open: true}
transformers:
  - {from: 1, to: low, power: 400 kVA, r: 1 %, x: 4 %, tap: 0.975, shift: 150 deg}
loads:
  - {bus: low, p: 0.1 MW, q: 60 kvar, zip: [0.2, 0.3, 0.5], profile: shop}
  - {bus: low, p: -5 kW}
shunts:
  - {bus: low, q: -30 kvar}
source: {bus: 1, voltage: 102 %, angle: 5 deg}
)";

TEST_CASE("every row of the project's feeder file arrives with its units", "[formats]") {
    const Outcome outcome = read(small);
    CHECK(outcome.issues == Texts{});
    REQUIRE(outcome.feeder);
    const FeederDescription& f = *outcome.feeder;
    CHECK(f.name == "two feet");
    REQUIRE(f.buses.size() == 2);
    CHECK(f.buses[0].id == "1");
    CHECK(f.buses[0].nominal == Volts(20000.0));
    CHECK(f.buses[1].bus_class == "residential");
    CHECK(f.buses[1].y == -1.5);
    CHECK(f.buses[1].at.line == 5);
    REQUIRE(f.branches.size() == 2);
    CHECK(f.branches[0].series_ohm[0].real() == Approx(0.0922).epsilon(1e-14));
    CHECK(f.branches[0].shunt_s[0].imag() == Approx(134e-6).epsilon(1e-14));
    CHECK(f.branches[0].shunt_s[0].real() == Approx(1e-6).epsilon(1e-14));
    CHECK(f.branches[0].rating == Amperes(145.0));
    CHECK_FALSE(f.branches[0].closed);
    CHECK(f.branches[1].id == "1-low");
    CHECK(f.branches[1].kind == BranchKind::transformer);
    CHECK(f.branches[1].series_ohm[0].imag() == Approx(0.04 * 400.0 * 400.0 / 400e3).epsilon(1e-14));  // on the `to` side
    CHECK(f.branches[1].tap == 0.975);
    CHECK(f.branches[1].shift == Degrees(150.0));
    REQUIRE(f.loads.size() == 2);
    CHECK(f.loads[0].p == Kilowatts(100.0));
    CHECK(f.loads[0].response.active.i == 0.3);
    CHECK(f.loads[0].profile == "shop");
    CHECK(f.loads[1].id == "low#2");
    CHECK(f.loads[1].response.reactive == PowerLaw{});
    REQUIRE(f.shunts.size() == 1);
    CHECK(f.shunts[0].q == Kilovars(-30.0));
    REQUIRE(f.sources.size() == 1);
    CHECK(f.sources[0].voltage.value() == Approx(1.02).epsilon(1e-15));
    CHECK(f.sources[0].angle == Degrees(5.0));
}

TEST_CASE("all problems of a feeder file are reported at once with their places", "[formats]") {
    const Outcome outcome = read(R"(buses:
  - {id: 1, nominal: 20 kW}
  - {id: 2, nominl: 20 kV}
lines:
  - {from: 1, to: 2, r: -1 ohm, x: 1 ohm}
load: []
loads:
  - {bus: 2, p: 1 kW, zip: [1, 0]}
)");
    CHECK_FALSE(outcome.feeder);
    REQUIRE(outcome.issues.size() == 6);
    CHECK(outcome.issues[0] == "f.yaml:6:1: load: unknown key; did you mean 'loads'?");
    CHECK(outcome.issues[1].rfind("f.yaml:2:22: buses[0].nominal: ", 0) == 0);
    CHECK(outcome.issues[2] == "f.yaml:3:13: buses[1].nominl: unknown key; did you mean 'nominal'?");
    CHECK(outcome.issues[3] == "f.yaml:3:5: buses[1].nominal: is missing; nominal line-to-line voltage, e.g. 12.66 kV");
    CHECK(outcome.issues[4] == "f.yaml:5:25: lines[0].r: -1 ohm is out of range; must be >= 0 ohm");
    CHECK(outcome.issues[5] ==
          "f.yaml:8:28: loads[0].zip: 2 shares; give three: constant impedance, current and power, e.g. [0, 0, 1]");
}

const std::string three_phase = R"(phases: abc
source: {bus: 1, r1: 1 ohm, x1: 4 ohm, r0: 4 ohm, x0: 7 ohm}
buses:
  - {id: 1, nominal: 4.16 kV}
  - {id: 2, nominal: 4.16 kV}
  - {id: 3, nominal: 4.16 kV, phases: ca}
  - {id: 4, nominal: 480 V, phases: abcn}
  - {id: 5, nominal: 240 V, phases: s1s2}
linecodes:
  - {id: full, r: 0.3 | 0.1 0.2 | 0.15 0.05 0.25 ohm/km, x: 1 0.4 0.5 | 0.4 1.1 0.6 | 0.5 0.6 1.2 ohm/km, b: 3 | -1 4 | -2 -0.5 5 uS/km}
  - {id: seq, r1: 1 ohm/mi, x1: 2 ohm/mi, r0: 4 ohm/mi, x0: 8 ohm/mi, rating: 200 A}
lines:
  - {from: 1, to: 2, code: full, length: 500 m}
  - {from: 2, to: 3, code: seq, length: 1 mi}
switches:
  - {id: S, from: 2, to: 1, open: true}
transformers:
  - {id: T, power: 500 kVA, x: 2 %, windings: [{bus: 2, connection: delta, r: 0.5 %}, {bus: 4, r: 0.6 %, tap: 1.05}]}
  - {power: 25 kVA, x: [2 %, 3 %, 1 %], windings: [{bus: 3, coils: [c]}, {bus: 5, coils: [s1]}, {bus: 5, coils: [0s2]}]}
loads:
  - {bus: 3, p: 10 kW}
  - {bus: 4, p: 10 kW, q: 3 kvar, phases: b, zip: [1, 0, 0], zip_q: [0, 1, 0]}
  - {bus: 2, p: 10 kW, connection: delta, exponent: 1.5, linear_outside: {min: 0.9 pu}}
  - {bus: 5, p: 2 kW, phases: s1s2, connection: delta, rated: 230 V}
capacitors:
  - {bus: 2, q: 600 kvar, steps: 3, steps_on: 2}
regulators:
  - {id: R, transformer: T, set: 122 V, band: 2 V, r: 3 V, x: 9 V, pt: 20, ct: 700 A, reverse: {set: 121 V}}
capacitor_controls:
  - {id: C, capacitor: 2, signal: current, element: 1-2, phase: b, on: 100, off: 80, delay_on: 1 min}
profiles:
  - {id: day, every: 8 h, values: [1, 0.5, 0.75]}
)";

TEST_CASE("phases, line codes and windings of the project's feeder file are worked out", "[formats]") {
    const Outcome outcome = read(three_phase);
    CHECK(outcome.issues == Texts{});
    REQUIRE(outcome.feeder);
    const FeederDescription& f = *outcome.feeder;
    CHECK(name_of(f.buses[0].conductors) == "abc");
    CHECK(name_of(f.buses[2].conductors) == "ca");
    REQUIRE(f.branches.size() == 3);
    CHECK(f.branches[0].series_ohm[1] == std::complex<double>(0.05, 0.2));  // half a kilometre
    CHECK(f.branches[0].series_ohm[3] == std::complex<double>(0.05, 0.2));
    CHECK(f.branches[0].shunt_s[5].imag() == Approx(-0.25e-6).epsilon(1e-14));
    CHECK(name_of(f.branches[1].conductors) == "ac");  // what both buses have, in the order of the first
    // (Z0 + 2 Z1) / 3 and (Z0 - Z1) / 3
    CHECK(f.branches[1].series_ohm[0].real() == Approx(2.0).epsilon(1e-14));
    CHECK(f.branches[1].series_ohm[1].imag() == Approx(2.0).epsilon(1e-14));
    CHECK(f.branches[1].rating == Amperes(200.0));
    CHECK(f.branches[2].kind == BranchKind::switch_);
    CHECK(f.branches[2].series_ohm == std::vector<std::complex<double>>(9));
    CHECK(f.sources[0].series_ohm[4] == std::complex<double>(2.0, 5.0));
    REQUIRE(f.transformers.size() == 2);
    const auto& windings = f.transformers[0].windings;
    CHECK(windings[0].coils ==
          std::vector<Terminals>{{Conductor::a, Conductor::b}, {Conductor::b, Conductor::c}, {Conductor::c, Conductor::a}});
    CHECK(windings[0].rated == Volts(4160.0));
    CHECK(windings[1].coils[2] == Terminals{Conductor::c, Conductor::n});
    CHECK(windings[1].rated.value() == Approx(480.0 / std::sqrt(3.0)).epsilon(1e-14));
    CHECK(f.transformers[1].id == "3-5");
    CHECK(f.transformers[1].windings[2].coils == std::vector<Terminals>{{{}, Conductor::s2}});
    CHECK(f.transformers[1].windings[2].rated == Volts(120.0));
    CHECK(f.transformers[1].reactance == std::vector<double>{0.02, 0.03, 0.01});
}

TEST_CASE("sequence values mean the positive sequence on a balanced feeder, and nothing to a neutral", "[formats]") {
    const std::string code = "linecodes: [{id: k, r1: 1 ohm/km, x1: 2 ohm/km, r0: 4 ohm/km, x0: 8 ohm/km, b1: 3 uS/km}]\n";
    const std::string line = "lines: [{from: 1, to: 2, code: k, length: 2 km}]\n";
    const Outcome one = read(code + line + "buses: [{id: 1, nominal: 1 kV}, {id: 2, nominal: 1 kV}]\n");
    REQUIRE(one.feeder);
    CHECK(one.feeder->branches[0].series_ohm == std::vector<std::complex<double>>{{2.0, 4.0}});
    CHECK(one.feeder->branches[0].shunt_s[0].imag() == Approx(6e-6).epsilon(1e-14));
    const Outcome four = read(code + line + "phases: abcn\nbuses: [{id: 1, nominal: 1 kV}, {id: 2, nominal: 1 kV}]\n");
    CHECK(four.issues ==
          Texts{"f.yaml:2:9: lines[0].code: sequence values say nothing about a neutral; give matrices over abcn"});
}

TEST_CASE("loads, capacitors and relays of the project's feeder file arrive", "[formats]") {
    const Outcome outcome = read(three_phase);
    REQUIRE(outcome.feeder);
    const FeederDescription& f = *outcome.feeder;
    REQUIRE(f.loads.size() == 4);
    CHECK(f.loads[0].terminals == std::vector<Terminals>{{Conductor::c, {}}, {Conductor::a, {}}});
    CHECK(f.loads[1].terminals == std::vector<Terminals>{{Conductor::b, Conductor::n}});
    CHECK(f.loads[1].response.active == PowerLaw{1.0, 0.0, 0.0});
    CHECK(f.loads[1].response.reactive == PowerLaw{0.0, 1.0, 0.0});
    CHECK(f.loads[2].terminals.size() == 3);
    CHECK(f.loads[2].response.reactive == PowerLaw{0.0, 0.0, 0.0, 1.0, 1.5});
    CHECK(f.loads[2].response.linear == LinearOutside{0.5, 0.9, 1.05});
    CHECK(f.loads[3].terminals == std::vector<Terminals>{{Conductor::s1, Conductor::s2}});
    CHECK(f.loads[3].rated == Volts(230.0));
    REQUIRE(f.shunts.size() == 1);
    CHECK(f.shunts[0].q == Kilovars(-600.0));
    CHECK(f.shunts[0].steps_on == 2);
    REQUIRE(f.regulators.size() == 1);
    CHECK(f.regulators[0].winding == 1);  // the second
    CHECK(f.regulators[0].forward.x_v == 9.0);
    CHECK(f.regulators[0].reverse.set_v == 121.0);
    REQUIRE(f.capacitor_controls.size() == 1);
    CHECK(f.capacitor_controls[0].signal == CapacitorSignal::current);
    CHECK(f.capacitor_controls[0].delay_on == std::chrono::minutes(1));
    REQUIRE(f.profiles.size() == 1);
    CHECK(f.profiles[0].values == std::vector<double>{1.0, 0.5, 0.75});
}

TEST_CASE("what is wrong with phases, matrices and windings is reported at once with its place", "[formats]") {
    const Outcome outcome = read(R"(buses:
  - {id: 4, nominal: 4 kV, phases: abd}
  - {id: 1, nominal: 4 kV, phases: abc}
  - {id: 2, nominal: 4 kV, phases: bc}
  - {id: 3, nominal: 4 kV, phases: a}
linecodes:
  - {id: one, r: 0.3 ohm/km, x: 1 ohm}
  - {id: two, r: 0.3 | 0.1 ohm/km, x: 1 ohm/km}
  - {id: three, r: 0.3 ohm/km, x: 1 ohm/km}
lines:
  - {from: 1, to: 2, code: tree, length: 1 km}
  - {from: 1, to: 2, code: three}
  - {from: 1, to: 2, code: three, length: 1 km}
  - {from: 2, to: 3, r: 1 ohm, x: 1 ohm}
transformers:
  - {power: 1 kVA, windings: [{bus: 1, coils: [ax]}, {bus: 3, connection: delta}]}
loads:
  - {bus: 3, p: 1 kW, phases: a, terminals: [a]}
  - {bus: 3, p: 1 kW, exponent: 1, zip: [0, 0, 1]}
)");
    CHECK_FALSE(outcome.feeder);
    const auto issues_that_start = [&](const std::string& start) {
        return std::count_if(outcome.issues.begin(), outcome.issues.end(),
                             [&](const std::string& issue) { return issue.rfind(start, 0) == 0; });
    };
    for (const std::string& issue : outcome.issues) UNSCOPED_INFO(issue);
    CHECK(issues_that_start("f.yaml:2:36: buses[0].phases: 'abd' names no phases; write e.g. abc, bn or s1s2") == 1);
    CHECK(issues_that_start("f.yaml:7:33: linecodes[0].x: 'ohm' is not an impedance per length; expected ohm/km") == 1);
    CHECK(issues_that_start(
              "f.yaml:8:18: linecodes[1].r: its rows make no square; give all rows in full, or each up to the diagonal") == 1);
    CHECK(issues_that_start("f.yaml:11:5: lines[0].code: unknown line code 'tree'; did you mean 'three'?") == 1);
    CHECK(issues_that_start("f.yaml:12:5: lines[1].length: is missing; the values of its line code are per km") == 1);
    CHECK(issues_that_start(
              "f.yaml:13:5: lines[2]: its matrices are 1 x 1 and its phases are bc; give one value per pair of phases") == 1);
    CHECK(issues_that_start("f.yaml:14:5: lines[3]: its buses have no phase in common: bc and a; give its `phases`") == 1);
    CHECK(issues_that_start(
              "f.yaml:16:48: transformers[0].windings[0].coils[0]: 'ax' names no two ends; write e.g. ab, a (to earth)") == 1);
    CHECK(issues_that_start(
              "f.yaml:16:54: transformers[0].windings[1]: phases a make no delta; a delta has two or three phases") == 1);
    CHECK(issues_that_start("f.yaml:18:45: loads[0].terminals: stand beside phases or a connection; give the one or the other") ==
          1);
    CHECK(issues_that_start("f.yaml:19:33: loads[1].exponent: stands beside three shares; give a fourth share") == 1);
    CHECK(outcome.issues.size() == 11);
}

TEST_CASE("two sources are read, so that they can be refused by name", "[formats]") {
    const Outcome outcome = read("buses: [{id: 1, nominal: 1 kV}, {id: 2, nominal: 1 kV}]\nsource: [{bus: 1}, {bus: 2}]\n");
    REQUIRE(outcome.feeder);
    CHECK(outcome.feeder->sources.size() == 2);
}

TEST_CASE("texts that are no feeder are refused without a half result", "[formats]") {
    const auto text = GENERATE("", "[1, 2]", "buses: 3", "{", "buses: [3]", "lines: {a: b}", "source: 7");
    const Outcome outcome = read(text);
    INFO(text);
    CHECK_FALSE(outcome.feeder);
    CHECK_FALSE(outcome.issues.empty());
}

TEST_CASE("the project's feeder files are recognised by ending and content", "[formats]") {
    CHECK(format()->recognises({"a/f.yaml", small}));
    CHECK_FALSE(format()->recognises({"a/f.yaml", "title: a study\npopulation: {}\n"}));
    CHECK(format()->recognises({"a/f.json", R"({"buses": []})"}));
    CHECK_FALSE(format()->recognises({"a/f.m", small}));
}

}  // namespace
