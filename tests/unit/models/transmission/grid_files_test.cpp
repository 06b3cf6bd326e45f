/// Files of transmission grids: what they become, and everything that is wrong with them, each at its line, all at once.
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "transmission/dispatch.hpp"
#include "transmission/grid_file.hpp"
#include "transmission/grid_matpower.hpp"
#include "transmission/grid_yaml.hpp"

using namespace evsweep;

namespace {

constexpr const char* sound = R"(name: two buses
reference: plant
buses:
  - {id: plant, voltage: [0.95 pu, 1.05 pu]}
  - {id: town, demand: 50 MW, reactive_demand: 10 Mvar, voltage: [0.95 pu, 1.05 pu], shunt_susceptance: 5 Mvar}
branches:
  - {from: plant, to: town, r: 0.01 pu, x: 0.1 pu, charging: 0.04 pu, ratio: 0.98, shift: 30 deg, rating: 80 MVA}
generators:
  - {bus: plant, p: [0 MW, 100 MW], q: [-50 Mvar, 50 Mvar], cost: {square: 0.01, linear: 20 $/MWh, fixed: 3}}
)";

std::string replaced(std::string text, const std::string& what, const std::string& by) {
    const std::size_t at = text.find(what);
    REQUIRE(at != std::string::npos);
    return text.replace(at, what.size(), by);
}

std::vector<std::string> problems_of(const std::string& yaml) {
    Issues issues;
    const auto grid = read_grid_yaml(yaml, "grid.yaml", issues);
    std::vector<std::string> texts;
    for (const Issue& issue : issues.list()) texts.push_back(to_text(issue));
    CHECK(grid.has_value() == texts.empty());
    return texts;
}

void require_problem(const std::string& yaml, const std::string& text) {
    const auto problems = problems_of(yaml);
    INFO(yaml);
    REQUIRE(problems.size() == 1);
    CHECK(problems.front() == text);
}

constexpr const char* matpower_case = R"(function mpc = small
mpc.version = '2';
mpc.baseMVA = 50;
mpc.bus = [
  7 3 0 0 0 0 1 1 0 345 1 1.06 0.94;
  8 1 90 30 2 19 1 1 0 345 1 1.06 0.94;
  9 4 0 0 0 0 1 1 0 345 1 1.06 0.94;
];
mpc.gen = [
  7 0 0 200 -100 1 100 1 250 10;
];
mpc.branch = [
  7 8 0.01 0.08 0.1 60 0 0 0.97 -12 1 -360 360;
  7 8 0.01 0.08 0.1 0 0 0 0 0 0 -360 360;
];
mpc.gencost = [
  2 0 0 3 0.02 20 5;
];
)";

std::vector<std::string> matpower_problems(const std::string& text) {
    Issues issues;
    const auto grid = read_grid_matpower(text, "small.m", issues);
    std::vector<std::string> texts;
    for (const Issue& issue : issues.list())
        if (issue.severity == Severity::error) texts.push_back(to_text(issue));
    CHECK(grid.has_value() == texts.empty());
    return texts;
}

}  // namespace

TEST_CASE("a grid file becomes a case in MW, pu and currency", "[transmission]") {
    Issues issues;
    const auto grid = read_grid_yaml(sound, "grid.yaml", issues);
    REQUIRE(grid);
    CHECK(issues.list().empty());
    CHECK(grid->reference == 0);
    CHECK(grid->buses[1].p_mw == 50.0);
    CHECK(grid->buses[1].shunt_mvar == 5.0);
    const GridBranch& branch = grid->branches[0];
    CHECK(branch.name == "plant-town");
    CHECK(branch.charging_from == .02);
    CHECK(branch.charging_to == .02);
    CHECK(branch.shift_rad == Approx(std::numbers::pi / 6));
    CHECK(branch.limit_mva == 80.0);
    const GridGenerator& generator = grid->generators[0];
    CHECK(generator.name == "plant");
    CHECK(generator.linear == Approx(20.0).epsilon(1e-15));
    CHECK(generator.constant == 3.0);
}

TEST_CASE("the charging of a line is the same by half and at each end", "[transmission]") {
    Issues issues;
    const auto grid = read_grid_yaml(replaced(sound, "charging: 0.04 pu", "charging_at_each_end: 0.02 pu"), "grid.yaml", issues);
    REQUIRE(grid);
    CHECK(grid->branches[0].charging_from == .02);
    CHECK(grid->branches[0].charging_to == .02);
}

TEST_CASE("each mistake in a grid file is told at its line", "[transmission]") {
    require_problem(replaced(sound, "r: 0.01 pu", "r: -0.01 pu"),
                    "grid.yaml:7:5: branches[0].r: the resistance -0.01 pu is negative; give 0 or more");
    require_problem(replaced(sound, "r: 0.01 pu", "r: .nan pu"),
                    "grid.yaml:7:32: branches[0].r: '.nan pu' is not a per-unit value; write e.g. `5.4 pu`");
    require_problem(replaced(sound, "p: [0 MW, 100 MW]", "p: [120 MW, 100 MW]"),
                    "grid.yaml:9:5: generators[0].p: the lower limit 120 MW is above the upper limit 100 MW; exchange them");
    require_problem(replaced(sound, "q: [-50 Mvar, 50 Mvar]", "q: [60 Mvar, 50 Mvar]"),
                    "grid.yaml:9:5: generators[0].q: the lower limit 60 Mvar is above the upper limit 50 Mvar; exchange them");
    require_problem(
        replaced(sound, "square: 0.01", "square: -0.01"),
        "grid.yaml:9:5: generators[0].cost.square: -0.01 is negative: the cost is not convex; give 0 or more, or it has no "
        "marginal price");
    require_problem(replaced(sound, "branches:", "  - {id: farm, voltage: [0.95 pu, 1.05 pu]}\nbranches:"),
                    "grid.yaml:6:5: buses[2].id: bus 'farm' is isolated: no branch leads to it; connect it, or take it out");
    require_problem(replaced(sound, "demand: 50 MW", "demand: 50"),
                    "grid.yaml:5:24: buses[1].demand: needs a unit; write e.g. `50 kW`");
    require_problem(replaced(sound, "to: town", "to: twon"),
                    "grid.yaml:7:5: branches[0].to: 'twon' is no bus; did you mean 'town'?");
    require_problem(replaced(sound, "reference: plant", "reference: plan"),
                    "grid.yaml:2:12: reference: 'plan' is no bus; did you mean 'plant'?");
    require_problem(replaced(sound, "ratio: 0.98", "ratio: 0"),
                    "grid.yaml:7:5: branches[0].ratio: 0 is not positive; give e.g. 0.98");
    require_problem(
        replaced(sound, "r: 0.01 pu, x: 0.1 pu", "r: 0 pu, x: 0 pu"),
        "grid.yaml:7:5: branches[0].x: neither resistance nor reactance; make the two buses one, or give an impedance");
    require_problem(replaced(sound, "voltage: [0.95 pu, 1.05 pu]}", "voltage: [1.06 pu, 1.05 pu]}"),
                    "grid.yaml:4:5: buses[0].voltage: the lower limit 1.06 pu is above the upper limit 1.05 pu; exchange them");
    require_problem(replaced(sound, "branches:", "  - {id: town, voltage: [0.95 pu, 1.05 pu]}\nbranches:"),
                    "grid.yaml:6:5: buses[2].id: bus 'town' is there twice; rename one of them");
}

TEST_CASE("the reference's name given to two buses is one mistake", "[transmission]") {
    require_problem(replaced(sound, "branches:", "  - {id: plant, voltage: [0.95 pu, 1.05 pu]}\nbranches:"),
                    "grid.yaml:6:5: buses[2].id: bus 'plant' is there twice; rename one of them");
}

TEST_CASE("a feeder in place of a grid is told as one", "[transmission]") {
    require_problem("name: feeder\nsource: {bus: a, voltage: 1.0 pu}\nbuses:\n  - {id: a, nominal: 20 kV}\n",
                    "grid.yaml:1:1: is a feeder, and no transmission grid; a grid has `reference`, `buses`, `branches` and "
                    "`generators`; a scenario names a feeder as `feeder: {file: ...}`");
}

TEST_CASE("all mistakes in a grid file are told at once", "[transmission]") {
    std::string text = replaced(sound, "r: 0.01 pu", "r: -0.01 pu");
    text = replaced(text, "p: [0 MW, 100 MW]", "p: [120 MW, 100 MW]");
    text = replaced(text, "square: 0.01", "square: -0.01");
    text = replaced(text, "demand: 50 MW", "demand: 50");
    const auto problems = problems_of(text);
    REQUIRE(problems.size() == 4);
    for (const char* place : {"grid.yaml:5:24: buses[1].demand", "branches[0].r", "generators[0].p", "generators[0].cost.square"})
        CHECK(std::count_if(problems.begin(), problems.end(), [&](const std::string& p) { return p.find(place) != p.npos; }) ==
              1);
}

TEST_CASE("parts that do not hang together are told by bus", "[transmission]") {
    const std::string text =
        replaced(sound, "branches:",
                 "  - {id: a, voltage: [0.95 pu, 1.05 pu]}\n  - {id: b, voltage: [0.95 pu, 1.05 pu]}\nbranches:\n"
                 "  - {from: a, to: b, r: 0.01 pu, x: 0.1 pu}");
    const auto problems = problems_of(text);
    REQUIRE(problems.size() == 2);
    CHECK(problems[0] ==
          "grid.yaml:6:5: buses[2].id: bus 'a' does not hang together with bus 'plant'; connect the parts, or study one of them");
}

TEST_CASE("a MATPOWER case becomes the same kind of grid", "[transmission]") {
    Issues issues;
    const auto grid = read_grid_matpower(matpower_case, "small.m", issues);
    REQUIRE(grid);
    REQUIRE(issues.list().size() == 1);
    CHECK_THAT(to_text(issues.list().front()),
               Catch::Contains("small.m:7:") && Catch::Contains("bus 9 is isolated (type 4) and left out"));
    CHECK(grid->base_mva == 50.0);
    CHECK(grid->buses.size() == 2);
    CHECK(grid->branches.size() == 1);  // the other is out of service
    CHECK(grid->branches[0].charging_from == .05);
    CHECK(grid->branches[0].ratio == .97);
    CHECK(grid->branches[0].limit_mva == 60.0);
    CHECK(grid->generators[0].p_max_mw == 250.0);
    CHECK(grid->generators[0].square == .02);
    CHECK(grid->generators[0].constant == 5.0);
}

TEST_CASE("what would change the answer of a MATPOWER case is refused at its row", "[transmission]") {
    const auto check = [](const char* what, const char* by, const char* told) {
        const auto problems = matpower_problems(replaced(matpower_case, what, by));
        REQUIRE(problems.size() == 1);
        CHECK_THAT(problems.front(), Catch::Contains(told) && Catch::StartsWith("small.m:"));
    };
    check("2 0 0 3 0.02 20 5;", "1 0 0 2 0 0 10;", "gencost[0].model: model 1 is not supported");
    check("2 0 0 3 0.02 20 5;", "2 0 0 4 0.1 0.02 20 5;", "gencost[0].c: a cost of degree 3 is not supported");
    check("2 0 0 3 0.02 20 5;", "2 0 0 3 0.02 20 5; 2 0 0 3 0 0 0;",
          "gencost: has 2 rows and gen has 1; costs of reactive power");
    check("-12 1 -360 360", "-12 1 -30 30", "branch[0].angmin: limits of the angle, -30 to 30 degrees, are not supported");
    check("0 0 200 -100 1 100 1 250 10", "0 0 200 -100 1 100 1 0 -10", "gen[0].Pmin: a dispatchable load");
    check("7 8 0.01 0.08 0.1 60", "7 8 -0.01 0.08 0.1 60", "branch[0].r: the resistance -0.01 pu is negative");
    check("7 8 0.01 0.08 0.1 60", "7 8 NaN 0.08 0.1 60", "branch[0].r: nan is not a number");
    check("2 0 0 3 0.02 20 5;", "2 0 0 3 -0.02 20 5;", "gen[0].cost.square: -0.02 is negative: the cost is not convex");
}

TEST_CASE("a grid may stand in the scenario in place of a file, and its text reads back", "[transmission]") {
    Issues issues;
    const Node root = parse_yaml(sound, "study.yaml", issues);
    Reader reader{issues};
    const auto grid = Value<GridFile>::read(root, "agents.grid.grid", reader);
    REQUIRE(grid);
    const auto again = Value<GridFile>::read(parse_yaml(Value<GridFile>::text(*grid), "text.yaml", issues), "grid", reader);
    for (const Issue& issue : issues.list()) UNSCOPED_INFO(to_text(issue));
    REQUIRE(again);
    const GridDispatch one = dispatch(*grid->grid, demand_of(*grid->grid)),
                       other = dispatch(*again->grid, demand_of(*again->grid));
    REQUIRE(one.is_solved());
    CHECK(one.cost_per_h == other.cost_per_h);
}

TEST_CASE("a shortage is told with its cause: too little, or generators that cannot give less", "[transmission]") {
    Issues issues;
    const auto grid = read_grid_yaml(replaced(sound, "p: [0 MW, 100 MW]", "p: [60 MW, 100 MW]"), "grid.yaml", issues);
    REQUIRE(grid);
    const auto told = [&](double factor) {
        const GridDispatch result = dispatch(*grid, demand_of(*grid, factor));
        REQUIRE(result.status == GridStatus::infeasible);
        CHECK(result.price.empty());
        return shortage_text(*grid, *result.shortage);
    };
    CHECK_THAT(told(2.4),
               Catch::StartsWith("20.000 MW are missing even without losses (120.000 MW of demand, 100.000 MW of generators); "
                                 "within all limits at least ") &&
                   Catch::Contains(" are missing, at buses town ("));
    // 25 MW are drawn, 60 MW are given; what is lost on the way need not be taken away.
    CHECK_THAT(told(.5),
               Catch::StartsWith("generators give at least 60.000 MW, and demand is 25.000 MW; within all limits at least ") &&
                   Catch::Contains(" are missing or (negative) too much, at buses ") && Catch::Contains(" (-"));
}
