// What a section `sweep` says, and what is wrong with it.
#include "sim/config/sweep.hpp"

#include <catch2/catch.hpp>

#include "sim/config/flow_text.hpp"
#include "sim/config/swept_files.hpp"
#include "support.hpp"

using namespace evsweep;
using namespace evsweep::test;

namespace {

struct ReadSweep {
    std::optional<Sweep> sweep;
    Texts issues;
};

ReadSweep sweep_in(const std::string& text) {
    Issues issues;
    const Node root = parse_yaml(text, "f.yaml", issues);
    ReadSweep read;
    if (const Node* section = root.find("sweep")) read.sweep = read_sweep_section(*section, issues);
    read.issues = texts(issues);
    return read;
}

Texts labels_of(const Sweep& sweep) {
    Texts labels;
    for (std::size_t point = 0; point < sweep.points(); ++point) labels.push_back(sweep.label_of(point));
    return labels;
}

}  // namespace

TEST_CASE("a sweep combines its axes, the last of which varies fastest") {
    const auto read = sweep_in(R"(sweep:
  axes:
    share: {path: population.homes.penetration, values: [0 %, 50 %]}
    rating: {path: [population.homes.charge_rating, population.homes.discharge_rating], values: [3.7 kW, 7400 W]}
)");
    CHECK(read.issues == Texts{});
    REQUIRE(read.sweep);
    CHECK(labels_of(*read.sweep) == Texts{"share 0 %, rating 3.7 kW", "share 0 %, rating 7400 W", "share 50 %, rating 3.7 kW",
                                          "share 50 %, rating 7400 W"});
    const auto& axes = read.sweep->axes;
    CHECK(axes[0].unit == "%");
    CHECK(axes[0].numbers == std::vector<double>{0.0, 50.0});
    CHECK(axes[1].unit == "kW");  // written in two units, so in the one that both can be read in
    CHECK(axes[1].numbers == std::vector<double>{3.7, 7.4});
    CHECK(axes[1].values[1].settings.size() == 2);
    CHECK(axes[1].values[1].settings[1].path == "population.homes.discharge_rating");
}

TEST_CASE("in the short form an axis is called after the end of its path, or after all of it") {
    const auto read = sweep_in(R"(sweep:
  controllers.evms.period: [5 min, 15 min]
  controllers.fuzzy.period: [5 min, 15 min]
  study.accounting: [exact, literal]
  limits.bands: {none: {}, medium: {m: {from: 1 kV, voltage_min: 0.95 pu}}}
)");
    CHECK(read.issues == Texts{});
    REQUIRE(read.sweep);
    Texts names;
    for (const SweepAxis& axis : read.sweep->axes) names.push_back(axis.name);
    CHECK(names == Texts{"controllers_evms_period", "controllers_fuzzy_period", "accounting", "bands"});
    CHECK(read.sweep->axes[2].numbers.empty());
    CHECK(read.sweep->label_of(1) ==
          "controllers_evms_period 5 min, controllers_fuzzy_period 5 min, accounting exact, bands medium");
}

TEST_CASE("listed points are one axis, each with its own settings") {
    const auto read = sweep_in(R"(sweep:
  points:
    - {label: as planned, set: {}}
    - {set: {population.homes.penetration: 20 %, limits.voltage_min: 0.95 pu}}
)");
    CHECK(read.issues == Texts{});
    REQUIRE(read.sweep);
    CHECK(labels_of(*read.sweep) ==
          Texts{"point as planned", "point population.homes.penetration=20 %, limits.voltage_min=0.95 pu"});
    CHECK(read.sweep->axes.front().values[1].settings.size() == 2);
}

TEST_CASE("all mistakes of a sweep are reported at once, each in its place") {
    CHECK(sweep_in(R"(sweep:
  axes:
    a: {path: populatin.homes.penetration, values: [0 %, 0 %]}
    b: {path: population.homes, values: []}
    c: {path: population.homes.penetration, values: [0 %, 0.0 %], value: 3}
    controller: {path: [study.reference, study.seed]}
    1d: 3
)")
              .issues ==
          Texts{"f.yaml:3:58: sweep.axes.a.values: '0 %' is there twice; keep one of them",
                "f.yaml:4:41: sweep.axes.b.values: is an empty list; name at least one value",
                "f.yaml:5:67: sweep.axes.c.value: is not known here; did you mean 'values'?",
                "f.yaml:5:53: sweep.axes.c.values: has values that are the same; keep one of them",
                "f.yaml:6:17: sweep.axes.controller: has no values; give one of values, files and glob",
                "f.yaml:7:5: sweep.axes.1d: is no name of an axis; use letters, digits and _, e.g. `penetration`",
                "f.yaml:7:9: sweep.axes.1d: is not an axis; write `{path: population.homes.penetration, values: [0 %, 20 %]}`",
                "f.yaml:3:15: sweep: 'populatin.homes.penetration' names nothing: there is no section 'populatin'; did you mean "
                "'population'?",
                "f.yaml:5:5: sweep: 'population.homes.penetration' is set by two axes; keep one of them",
                "f.yaml:6:5: sweep: 'study.reference' cannot be swept; all points are compared in one way: set study.reference "
                "and study.confidence for all"});
    CHECK(sweep_in("sweep: {}").issues.size() == 1);
    CHECK(sweep_in("sweep: 3").issues.size() == 1);
    CHECK(sweep_in("sweep: {study.seed: 3}").issues == Texts{"f.yaml:1:21: sweep.study.seed: is no list of values; write e.g. "
                                                             "`[0 %, 20 %]`, or `{mild: 5 kW, strong: 10 kW}` with "
                                                             "labels"});
    CHECK(sweep_in("sweep: {feeder.file: {glob: none/*.yaml}}").issues ==
          Texts{"f.yaml:1:29: sweep.feeder.file.glob: no file is called 'none/*.yaml'; looked in 'none'"});
    CHECK(sweep_in("sweep: {feeder.file: {glob: '*/x.yaml'}}").issues ==
          Texts{"f.yaml:1:29: sweep.feeder.file.glob: has a `*` or `?` in the name of a folder; use them in the last part, e.g. "
                "`feeders/*.yaml`"});
    CHECK(sweep_in(
              "sweep: {points: [{set: {study.seed: 1, study.seed.x: 2}}, {label: a}, {label: b, set: {}}, {label: b, set: {}}]}")
              .issues == Texts{"f.yaml:1:59: sweep.points[1]: sets nothing; write e.g. `{label: mild, set: {limits.voltage_min: "
                               "0.95 pu}}`; an empty "
                               "`set: {}` is the scenario as it is",
                               "f.yaml:1:92: sweep.points[3]: is another point 'b'; give each its own label",
                               "f.yaml:1:40: sweep.points: 'study.seed.x' is set twice by one point; keep one of them"});
}

TEST_CASE("a pattern finds files in the order of their names, and no hidden ones") {
    const Folder folder("swept");
    for (const char* name : {"b.yaml", "a.yaml", ".c.yaml", "a.yml", "aa.yaml"}) (void)folder.write(name, "x");
    Texts names;
    for (const auto& file : files_matching(folder.path() / "*.yaml")) names.push_back(file.filename().string());
    CHECK(names == Texts{"a.yaml", "aa.yaml", "b.yaml"});
    CHECK(matches_pattern("aXbXc", "a*b*c"));
    CHECK(matches_pattern("ab", "a?"));
    CHECK(!matches_pattern("abc", "a?"));
    CHECK(!matches_pattern("abcd", "*bc"));
    CHECK(matches_pattern("", "*"));
}

TEST_CASE("files that a pattern found are fixed by an override that reads back to the same points") {
    const Folder folder("fixed");
    for (const char* name : {"b: 1.yaml", "a.yaml"}) (void)folder.write(name, "x");
    const auto scenario = folder.write(
        "s.yaml", "sweep:\n  feeder.file: {glob: '*.yaml'}\n  limits.voltage_min: [0.9 pu, 0.95 pu]\n  title: [one, '2']\n");
    std::filesystem::remove(folder.path() / "s.yaml");
    const std::string text =
        "sweep:\n  feeder.file: {glob: '*.yaml'}\n  limits.voltage_min: [0.9 pu, 0.95 pu]\n  title: [one, '2']\n";
    Issues issues;
    const Node root = parse_yaml(text, scenario, issues);
    const auto sweep = read_sweep_section(*root.find("sweep"), issues);
    REQUIRE(sweep);
    const std::string fixed = files_fixed(*sweep);
    Node again = Node::make_map({});
    CHECK(!apply_overrides(again, {fixed, "sweep.point=0"}, issues));
    CHECK(texts(issues) == Texts{});
    CHECK(again.find("feeder")->find("file")->scalar == (folder.path() / "a.yaml").string());
    Node other = Node::make_map({});
    CHECK(!apply_overrides(other, {fixed, "sweep.point=7"}, issues));
    CHECK(other.find("feeder")->find("file")->scalar == (folder.path() / "b: 1.yaml").string());
    CHECK(other.find("limits")->find("voltage_min")->scalar == "0.95 pu");
    CHECK(other.find("title")->scalar == "2");
    CHECK(other.find("title")->quoted);
}

TEST_CASE("a node is written on one line and read back as it was") {
    Issues issues;
    for (const std::string text :
         {"{a: [1 kW, \"2\", -3 %, ~], \"b: c\": {d: \"x, y\"}}", "[./f/*.yaml, \"\", \".\", \"- a\"]"}) {
        const std::string once = flow_text(parse_yaml("x: " + text, "f.yaml", issues).entries.front().value);
        CHECK(flow_text(parse_yaml("x: " + once, "f.yaml", issues).entries.front().value) == once);
    }
    CHECK(texts(issues) == Texts{});
}

TEST_CASE("overrides after the point are set over it, and a point that is not there is an error") {
    Issues issues;
    const std::string text =
        "limits: {voltage_min: 0.9 pu}\nsweep: {points: [{label: mild, set: {limits.voltage_min: 0.95 pu}}]}\n";
    Node root = parse_yaml(text, "f.yaml", issues);
    const auto value = [&](const Texts& overrides) {
        Node copy = root;
        (void)apply_overrides(copy, overrides, issues);
        return copy.find("limits")->find("voltage_min")->scalar;
    };
    CHECK(value({"limits.voltage_min=0.8 pu", "sweep.point=0"}) == "0.95 pu");
    CHECK(value({"sweep.point=mild", "limits.voltage_min=0.8 pu"}) == "0.8 pu");
    CHECK(value({}) == "0.9 pu");
    CHECK(texts(issues) == Texts{});
    (void)value({"sweep.point=1"});
    CHECK(texts(issues) == Texts{"--set: sweep.point: there is no point '1'; points are 0 to 0"});
    CHECK(apply_overrides(root, {}, issues));  // a section is left that nobody has chosen a point of
}
