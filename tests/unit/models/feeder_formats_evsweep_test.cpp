#include <catch2/catch.hpp>

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
    CHECK(f.loads[0].share_i == 0.3);
    CHECK(f.loads[0].profile == "shop");
    CHECK(f.loads[1].id == "low#2");
    CHECK(f.loads[1].share_p == 1.0);
    REQUIRE(f.shunts.size() == 1);
    CHECK(f.shunts[0].q == Kilovars(-30.0));
    REQUIRE(f.sources.size() == 1);
    CHECK(f.sources[0].voltage.value() == Approx(1.02).epsilon(1e-15));
    CHECK(f.sources[0].angle == Degrees(5.0));
}

TEST_CASE("all problems of a feeder file are told at once with their places", "[formats]") {
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
    CHECK_FALSE(format()->recognises({"a/f.m", small}));
}

}  // namespace
