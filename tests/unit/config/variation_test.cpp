// `base_load.variation`: a plug-in chosen in a section.
#include <catch2/catch.hpp>
#include <map>

#include "sim/config/describe.hpp"
#include "sim/config/scenario_reader.hpp"
#include "unit/config/support.hpp"

using namespace evsweep;
using Catch::Matchers::Contains;
using test::Texts;

namespace {

/// Reads a scenario with this base load, which is line 6, over another file with that of `below`.
struct Reading {
    explicit Reading(const std::string& base_load, const std::string& below = "{}") {
        folder.write("feeder.yaml", "");
        folder.write("below.yaml", "base_load: " + below + "\n");
        Issues issues;
        scenario =
            read_scenario(folder.write("s.yaml",
                                       "extends: below.yaml\ntime: {start: 2025-01-06 12:00}\nfeeder: {file: feeder.yaml}\n"
                                       "population: {}\ncontrollers: {test_drip: {}}\nbase_load: " +
                                           base_load + "\noutputs: {test_log: {}}\n"),
                          {}, issues);
        problems = folder.local(test::texts(issues));
        REQUIRE(scenario.has_value() == !issues.has_errors());
        if (scenario)
            for (const auto& setting : scenario->resolved) resolved[setting.path] = setting.value;
    }
    test::Folder folder{"variation"};
    std::optional<Scenario> scenario;
    Texts problems;
    std::map<std::string, std::string> resolved;
};

}  // namespace

TEST_CASE("a variation of the base load is read, resolved and taken down part by part") {
    const Reading reading("{variation: {demand: random_factors, load: 20 %}}");
    REQUIRE(reading.problems == Texts{});
    REQUIRE(reading.scenario->base_load.variation);
    CHECK(reading.scenario->base_load.variation->type == "random_factors");
    CHECK(reading.resolved.at("base_load.variation.demand") == "random_factors");
    CHECK(reading.resolved.at("base_load.variation.load") == "0.2");
    CHECK(reading.resolved.at("base_load.variation.every") == "15 min");
    CHECK(reading.resolved.count("base_load.variation") == 0);
}

TEST_CASE("without a variation all replicas have the load of the profiles, and the settings say so") {
    for (const char* none : {"{}", "{variation: none}", "{variation: ~}"}) {
        const Reading reading(none);
        CHECK(reading.problems == Texts{});
        CHECK_FALSE(reading.scenario->base_load.variation);
        CHECK(reading.resolved.at("base_load.variation") == "none");
    }
}

TEST_CASE("what is wrong with a variation is told at its place") {
    CHECK(Reading("{variation: {demand: random_factor}}").problems ==
          Texts{"s.yaml:6:33: base_load.variation.demand: unknown demand 'random_factor'; did you mean 'random_factors'?"});
    CHECK(Reading("{variation: {load: 20 %}}").problems.size() == 1);
    CHECK_THAT(Reading("{variation: {load: 20 %}}").problems.at(0),
               Contains("s.yaml:6:24: base_load.variation.demand: is missing"));
    CHECK(Reading("{variation: {demand: random_factors, load: -20 %}}").problems ==
          Texts{"s.yaml:6:55: base_load.variation.load: -0.2 is out of range; must be [0, 5]"});
    CHECK(Reading("{variation: {demand: random_factors, load: 20}}").problems.size() == 1);
    CHECK_THAT(Reading("{variation: {demand: random_factors, load: 20}}").problems.at(0), Contains("did you mean `20 %`?"));
    CHECK_THAT(Reading("{variation: random_factors}").problems.at(0), Contains("a map with the key 'demand'"));
}

TEST_CASE("a file changes one setting of the variation that it inherits, or takes it away") {
    const std::string below = "{variation: {demand: random_factors, day: 10 %, load: 20 %}}";
    const Reading changed("{variation: {load: 30 %}}", below);
    REQUIRE(changed.problems == Texts{});
    CHECK(changed.resolved.at("base_load.variation.day") == "0.1");
    CHECK(changed.resolved.at("base_load.variation.load") == "0.3");
    CHECK_FALSE(Reading("{variation: ~}", below).scenario->base_load.variation);
}

TEST_CASE("demands are described like other plug-ins, and with the section that chooses them") {
    CHECK_THAT(describe("demands").value(), Contains("random_factors"));
    CHECK_THAT(describe("random_factors").value(), Contains("(demand)") && Contains("fluctuation"));
    CHECK_THAT(describe("base_load").value(), Contains("variation") && Contains("random_factors"));
}
