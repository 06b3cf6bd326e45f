// Section `actuation`: what stands between controllers and chargers, by group.
#include "sim/config/actuation.hpp"

#include <catch2/catch.hpp>
#include <map>

#include "sim/config/scenario_reader.hpp"
#include "unit/config/support.hpp"

using namespace evsweep;
using test::Texts;
using namespace std::chrono_literals;

namespace {

/// Reads a scenario with two groups and this section `actuation`, which begins in line 6.
struct ActuationReading {
    explicit ActuationReading(const std::string& section, const std::string& groups = "homes, shops") {
        folder.write("feeder.yaml", "");
        Issues issues;
        std::string population;
        for (std::size_t from = 0; from < groups.size();
             from = groups.find(", ", from) == std::string::npos ? groups.size() : groups.find(", ", from) + 2) {
            const std::string name = groups.substr(from, groups.find(", ", from) - from);
            population += (population.empty() ? "" : ", ") + name + ": {behaviour: test_fleet, vehicles: 3}";
        }
        scenario = read_scenario(
            folder.write("s.yaml", "time: {start: 2025-01-06 12:00}\nfeeder: {file: feeder.yaml}\npopulation: {" + population +
                                       "}\ncontrollers: {test_drip: {}}\noutputs: {test_log: {}}\n" + section),
            {}, issues);
        problems = folder.local(test::texts(issues));
        REQUIRE(scenario.has_value() == !issues.has_errors());
        if (scenario)
            for (const auto& setting : scenario->resolved) resolved[setting.path] = setting.value;
    }
    test::Folder folder{"actuation"};
    std::optional<Scenario> scenario;
    Texts problems;
    std::map<std::string, std::string> resolved;
};

Texts problems_of(const std::string& section, const std::string& groups = "homes, shops") {
    return ActuationReading(section, groups).problems;
}

}  // namespace

TEST_CASE("what stands between controllers and chargers is read by group") {
    const ActuationReading reading(
        "actuation:\n  homes: {delay: 90 s, response: 2500 ms, ignoring: 20 %, outages: {every: 6 h, lasting: 30 min}, fallback: "
        "1.4 kW}\n"
        "  all: {delay: 1 ms}\n");
    REQUIRE(reading.problems == Texts{});
    const auto& list = reading.scenario->actuation;
    REQUIRE(list.size() == 2);
    CHECK(list[0].group == "homes");
    CHECK(list[0].delay == 90s);
    CHECK(list[0].response == 2500ms);
    CHECK(list[0].ignoring == Fraction(0.2));
    REQUIRE(list[0].outages);
    CHECK(list[0].outages->every == 6h);
    CHECK(list[0].outages->lasting == 30min);
    CHECK(list[0].fallback == Kilowatts(1.4));
    CHECK(list[1].group.empty());
    CHECK(list[1].delay == 1ms);
    CHECK_FALSE(list[1].outages);
    CHECK(reading.resolved.at("actuation.homes.delay") == "90 s");
    CHECK(reading.resolved.at("actuation.homes.ignoring") == "0.2");
    CHECK(reading.resolved.at("actuation.homes.outages") == "{every: 6 h, lasting: 30 min}");
    CHECK(reading.resolved.at("actuation.all.fallback") == "none");
}

TEST_CASE("a scenario without the section has nothing between controllers and chargers") {
    const ActuationReading reading("");
    CHECK(reading.scenario->actuation.empty());
    for (const auto& [path, value] : reading.resolved) CHECK(path.rfind("actuation", 0) != 0);
}

TEST_CASE("an unknown group of the section is told with the nearest name") {
    CHECK(problems_of("actuation: {hoems: {delay: 1 s}}\n") ==
          Texts{"s.yaml:6:13: actuation.hoems: the population has no group of this name; did you mean 'homes'?"});
    CHECK(problems_of("actuation: {all: {delay: 1 s}}\n", "homes, all") ==
          Texts{"s.yaml:6:13: actuation.all: means all groups that have no entry of their own, and a group of the population has "
                "this name; give that group another name"});
}

TEST_CASE("entries of the section that change nothing are warned of") {
    CHECK(problems_of("actuation: {homes: {}, shops: {fallback: 2 kW}, all: {delay: 1 s}}\n") ==
          Texts{"s.yaml:6:13: warning: actuation.homes: changes nothing: chargers do at once what they are told; give e.g. a "
                "delay, or "
                "remove it",
                "s.yaml:6:24: warning: actuation.shops: changes nothing: chargers do at once what they are told; give e.g. a "
                "delay, or "
                "remove it",
                "s.yaml:6:42: warning: actuation.shops.fallback: has no effect here: it is used with outages; leave it out",
                "s.yaml:6:49: warning: actuation.all: is for nobody: every group has an entry of its own; remove it"});
    const ActuationReading reading("actuation: {homes: {}}\n");
    CHECK(reading.scenario->actuation.empty());
    CHECK(problems_of("actuation: {homes: {ignoring: 1, delay: 3 s}}\n").size() == 1);
}

TEST_CASE("numbers of the section that mean nothing are refused") {
    CHECK(problems_of("actuation: {homes: {delay: -1 s, response: -1 s, ignoring: 120 %, fallback: -2 kW}}\n").size() == 4);
    CHECK(problems_of("actuation: {homes: {outages: {every: 0 s, lasting: 0 s}}}\n").size() == 2);
    CHECK(problems_of("actuation: {homes: {outages: {every: 2 h}}}\n").size() == 1);
    CHECK(
        problems_of("actuation: {homes: {delay: 24 h}}\n") ==
        Texts{"s.yaml:6:13: actuation.homes.delay: 24 h is no shorter than the study: no command would ever arrive; must be less "
              "than 24 h"});
    CHECK(problems_of("actuation: [1]\n").size() == 1);
}

TEST_CASE("a meter may lose a share of its readings but not all of them") {
    const ActuationReading reading("metering: {voltage: {loss: 30 %}}\n");
    REQUIRE(reading.problems == Texts{});
    CHECK(reading.scenario->metering.at(0).loss == Fraction(0.3));
    CHECK(reading.resolved.at("metering.voltage.loss") == "0.3");
    CHECK(problems_of("metering: {voltage: {loss: 100 %}}\n").size() == 1);
    CHECK(problems_of("metering: {voltage: {loss: -1 %}}\n").size() == 1);
}
