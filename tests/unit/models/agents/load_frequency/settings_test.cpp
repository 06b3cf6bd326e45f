/// What the agent `load_frequency` refuses, with place and hint, and what it says of a loop that is unstable.
#include <algorithm>
#include <catch2/catch.hpp>

#include "agents/load_frequency/recorded.hpp"
#include "evsweep/party.hpp"
#include "tests/scratch.hpp"
#include "tests/unit/models/agents/load_frequency/area_rig.hpp"

using namespace evsweep;
using namespace evsweep::test;

namespace {

const std::string north = "north: {base: 1000 MW, inertia: 10 s, droop: 0.08, governor: 0.2 s, turbine: 0.5 s, groups: [homes]}";
const std::string south = "south: {base: 1000 MW, inertia: 10 s, droop: 0.08, governor: 0.2 s, turbine: 0.5 s}";
const std::string tie = "{between: [north, south], coefficient: 0.2}";

std::string with(const std::string& areas, const std::string& rest = {}) {
    return "{agent: load_frequency, areas: {" + areas + "}" + (rest.empty() ? "" : ", ") + rest + "}";
}

/// The one problem of the text.
std::string problem_of(const std::string& yaml) {
    const auto [configured, texts] = read_text_of<Agent>(yaml);
    INFO(yaml);
    REQUIRE_FALSE(configured);
    REQUIRE(texts.size() == 1);
    return texts[0];
}

void require_problem(const std::string& yaml, const std::string& problem) {
    REQUIRE_THAT(problem_of(yaml), Catch::Contains(problem) && Catch::StartsWith("rig.yaml:1:"));
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
    text.replace(text.find(what), what.size(), by);
    return text;
}

std::string recorded(const std::filesystem::path& file, const std::string& sum = "load_mw") {
    return "disturbances: {recorded: {every: 1 s, file: " + file.string() + ", load_mw: {north: " + sum + "}}}";
}

}  // namespace

TEST_CASE("time constants, droop and base have to be above 0", "[load_frequency]") {
    for (const auto& [what, by] : {std::pair{"base: 1000 MW", "base: 0 MW"},
                                   {"inertia: 10 s", "inertia: 0 s"},
                                   {"droop: 0.08", "droop: -0.08"},
                                   {"turbine: 0.5 s", "turbine: 0 s"}})
        require_problem(with(replaced(north, what, by)), "is out of range; must be > 0");
}

TEST_CASE("ties join two areas that there are, once, and reach all", "[load_frequency]") {
    const std::string both = north + ", " + south;
    require_problem(with(both), "ties: none reaches the area 'north'; name a tie, or take the area out");
    require_problem(with(both, "ties: [{between: [north, soth], coefficient: 0.2}]"),
                    "ties: 'soth' is no area; did you mean 'south'?");
    require_problem(with(both, "ties: [" + tie + ", {between: [south, north], coefficient: 0.1}]"),
                    "the tie between 'south' and 'north' is named twice; give one tie with the sum of the coefficients");
    require_problem(with(both, "ties: [{between: [north, north], coefficient: 0.2}]"), "does not name two areas");
}

TEST_CASE("what wanders does so in areas that there are", "[load_frequency]") {
    require_problem(with(north, "disturbances: {drawn: {wandering: {wind: {deviation: 5 MW, memory: 60 s, areas: [nort]}}}}"),
                    "drawn.wandering.wind.areas: 'nort' is no area; did you mean 'north'?");
    require_problem(with(north, "disturbances: {drawn: {load: {deviation: 5 MW, memory: 60 s, areas: [east]}}}"),
                    "drawn.load.areas: 'east' is no area");
}

TEST_CASE("cycles are whole numbers of integration steps", "[load_frequency]") {
    require_problem(with(north, "secondary_control: {period: 15 ms}"),
                    "secondary_control: period: 15 ms does not fit; give a whole number of integration steps of 10 ms");
    require_problem(with(north, "judge_every: 25 ms"), "judge_every: 25 ms does not fit");
}

TEST_CASE("a group lies in one area", "[load_frequency]") {
    require_problem(
        with(north + ", " + replaced(south, "turbine: 0.5 s", "turbine: 0.5 s, groups: [homes]"), "ties: [" + tie + "]"),
        "the group 'homes' lies in 'north' and in 'south'; name it in one area, once");
}

TEST_CASE("an area's group that the population does not have ends the replica with its name", "[load_frequency]") {
    const auto agent = configured_of<Agent>(with(replaced(north, "[homes]", "[hoses]")));
    const auto controller = configured_of<Controller>("{controller: fuzzy_frequency}");
    REQUIRE_THROWS_WITH(AreaRig(agent, controller, {{"homes", 0.5}}, std::chrono::minutes(1)),
                        "areas.north.groups: 'hoses' is no group of the population; did you mean 'homes'?");
}

TEST_CASE("sums of columns are read as they are written", "[load_frequency]") {
    REQUIRE(parse_terms("load_mw") == std::vector<ColumnTerm>{{"load_mw", 1.0}});
    REQUIRE(parse_terms("-wind_mw + load_mw") == std::vector<ColumnTerm>{{"wind_mw", -1.0}, {"load_mw", 1.0}});
    REQUIRE(parse_terms(" load - 338.5 * pv ") == std::vector<ColumnTerm>{{"load", 1.0}, {"pv", -338.5}});
    for (const char* wrong : {"", "+", "a b", "a -", "2", "a * 2", "* a", "a / b"}) {
        CAPTURE(wrong);
        REQUIRE_FALSE(parse_terms(wrong));
    }
}

TEST_CASE("a recording is refused where it is not what it should be", "[load_frequency]") {
    const ScratchFolder scratch;
    const auto file = scratch.write("loads.csv", "second,load_mw\n0,1\n1,2\n3,3\n");
    require_problem(with(north, recorded(file)), "loads.csv:4:1: second 3 where 2 comes next");
    scratch.write("loads.csv", "second,load_mw\n0,1\n1,x\n");
    require_problem(with(north, recorded(file)), "loads.csv:3:3: 'x' is not a number; give a number");
    scratch.write("loads.csv", "second,load_mw\n0,1\n1\n");
    require_problem(with(north, recorded(file)), "loads.csv:3:1: 1 cells where the header has 2");
    scratch.write("loads.csv", "second,load_mw\n0,1\n1,2\n");
    require_problem(with(north, recorded(file, "lod_mw")), "has no column 'lod_mw'; did you mean 'load_mw'?");
    require_problem(with(north, recorded(file, "load_mw / 2")), "'load_mw / 2' is no sum of columns");
    require_problem(with(north, replaced(recorded(file), "{north:", "{nort:")), "'nort' is no area; did you mean 'north'?");
    const auto agent = configured_of<Agent>(with(north, recorded(file)));
    REQUIRE_THROWS_WITH(
        AreaRig(agent, configured_of<Controller>("{controller: fuzzy_frequency}"), {{"homes", 0.5}}, std::chrono::minutes(1)),
        Catch::Contains("loads.csv: ends after 1 s, the scenario lasts 1 min; give a row for every mark"));
}

TEST_CASE("calibrating needs clouds and no ramp", "[load_frequency]") {
    require_problem(with(north, "disturbances: {calibrate: {area: north, largest: 0.2 Hz}}"), "calibrate: has no clouds");
}

TEST_CASE("a loop that is unstable is a remark with area and instant, and the areas stand still from then on",
          "[load_frequency]") {
    // 200,000 vehicles that respond half a second late swing about the nominal frequency, ever wider.
    const std::string fleet = replaced(north, "groups: [homes]", "groups: [homes], vehicles_stand_for: 200000");
    std::string rows = "load_mw\n0\n";
    for (int k = 0; k < 60; ++k) rows += "50\n";
    const ScratchFolder scratch;
    const auto file = scratch.write("loads.csv", rows);
    AreaRig rig(configured_of<Agent>(with(fleet, "lost_at: 0.5 Hz, " + recorded(file))),
                configured_of<Controller>("{controller: fuzzy_frequency, saturation: 0.01 Hz}"), {{"homes", 0.5}},
                std::chrono::minutes(1), std::chrono::milliseconds(500));
    rig.run(std::chrono::minutes(1));
    REQUIRE(rig.counter("unstable") == 1.0);
    const auto remarks = rig.agent().remarks();
    REQUIRE(remarks.size() == 1);
    REQUIRE_THAT(remarks[0].text, Catch::Contains("unstable: the frequency of area 'north' is") && Catch::Contains("0.5 Hz"));
    const double stood = rig.of("frequency_deviation")[0];
    REQUIRE(std::abs(stood) > 0.5);
    REQUIRE(std::abs(stood) < 0.6);
}
