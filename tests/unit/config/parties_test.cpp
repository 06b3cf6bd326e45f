// Alternatives as lists of parties: the short form of one controller, several controllers by groups, and agents.
#include <catch2/catch.hpp>
#include <map>

#include "sim/config/scenario_reader.hpp"
#include "unit/config/support.hpp"

using namespace evsweep;
using test::Texts;

namespace {

/// Reads a scenario with two groups and these lines after it; `controllers` is line 5.
struct Reading {
    explicit Reading(const std::string& lines) {
        folder.write("feeder.yaml", "");
        Issues issues;
        scenario = read_scenario(folder.write("s.yaml",
                                              "time: {start: 2025-01-06 12:00}\nfeeder: {file: feeder.yaml}\n"
                                              "population: {homes: {behaviour: test_fleet, vehicles: 3}, shops: {behaviour: "
                                              "test_fleet, vehicles: 2}}\noutputs: {test_log: {}}\n" +
                                                  lines),
                                 {}, issues);
        problems = folder.local(test::texts(issues));
        REQUIRE(scenario.has_value() == !issues.has_errors());
        if (scenario)
            for (const auto& setting : scenario->resolved) resolved[setting.path] = setting.value;
    }
    test::Folder folder{"parties"};
    std::optional<Scenario> scenario;
    Texts problems;
    std::map<std::string, std::string> resolved;
};

Texts problems(const std::string& lines) { return Reading(lines).problems; }

const std::string drip = "controller: test_drip";

}  // namespace

TEST_CASE("the short form is an alternative of one controller, which decides all groups") {
    const Reading reading("controllers: {test_drip: {rate: 4 kW}, slow: {controller: test_drip}}\n");
    REQUIRE(reading.problems == Texts{});
    const auto& controllers = reading.scenario->controllers;
    REQUIRE(controllers.size() == 2);
    CHECK(controllers[0].label == "test_drip");
    CHECK(controllers[1].label == "slow");
    CHECK(controllers[1].type == "test_drip");
    REQUIRE(controllers[1].parties.size() == 1);
    CHECK(controllers[1].parties[0].label == "slow");
    CHECK(controllers[1].parties[0].path == "controllers.slow");
    CHECK(controllers[1].parties[0].groups.empty());
    CHECK(controllers[1].parties[0].controller());
    CHECK_FALSE(controllers[1].parties[0].agent());
    CHECK(reading.resolved.at("controllers.slow.controller") == "test_drip");
    CHECK(reading.resolved.at("controllers.test_drip.rate") == "4 kW");
}

TEST_CASE("an alternative may be several parties, each controller with its groups") {
    const Reading reading(
        "controllers: {mixed: {parties: {one: {controller: test_drip, rate: 7 kW, groups: [homes]}, "
        "two: {controller: test_drip, groups: [shops]}, market: {agent: test_market, size: 50 kW}}}}\n");
    REQUIRE(reading.problems == Texts{});
    REQUIRE(reading.scenario->controllers.size() == 1);
    const Alternative& mixed = reading.scenario->controllers[0];
    CHECK(mixed.type == "test_drip + test_drip + test_market");
    REQUIRE(mixed.parties.size() == 3);
    CHECK(mixed.parties[0].path == "controllers.mixed.parties.one");
    CHECK(mixed.parties[0].groups == std::vector<std::string>{"homes"});
    CHECK(mixed.parties[1].groups == std::vector<std::string>{"shops"});
    CHECK(mixed.parties[2].agent());
    CHECK(mixed.parties[2].type() == "test_market");
    CHECK(reading.resolved.at("controllers.mixed.parties.one.controller") == "test_drip");
    CHECK(reading.resolved.at("controllers.mixed.parties.one.groups") == "[homes]");
    CHECK(reading.resolved.at("controllers.mixed.parties.one.rate") == "7 kW");
    CHECK(reading.resolved.at("controllers.mixed.parties.market.agent") == "test_market");
    CHECK(reading.resolved.at("controllers.mixed.parties.market.size") == "50 kW");
    CHECK(reading.resolved.count("controllers.mixed.controller") == 0);
}

TEST_CASE("a party is chosen by its label where no plug-in is named") {
    const Reading reading("controllers: {mixed: {parties: {test_drip: {}}}}\n");
    REQUIRE(reading.problems == Texts{});
    CHECK(reading.scenario->controllers[0].parties[0].type() == "test_drip");
}

TEST_CASE("one controller of several may decide more than one group") {
    CHECK(problems("controllers: {it: {" + drip + ", groups: [homes, shops]}}\n") == Texts{});
    CHECK(problems("controllers: {it: {parties: {a: {" + drip + ", groups: [shops, homes]}}}}\n") == Texts{});
}

TEST_CASE("groups are groups of the population, each named once") {
    CHECK(problems("controllers: {it: {" + drip + ", groups: [homes, shop, shops]}}\n") ==
          Texts{"s.yaml:5:51: controllers.it.groups: there is no group 'shop' in the population; did you mean 'shops'?"});
    CHECK(problems("controllers: {it: {" + drip + ", groups: [homes, shops, homes]}}\n") ==
          Texts{"s.yaml:5:51: controllers.it.groups: names group 'homes' twice; name it once"});
    CHECK(problems("controllers: {it: {" + drip + ", groups: []}}\n") ==
          Texts{"s.yaml:5:51: controllers.it.groups: names no group; leave it out for all groups"});
}

TEST_CASE("every group has one controller") {
    CHECK(problems("controllers: {it: {" + drip + ", groups: [homes]}}\n") ==
          Texts{"s.yaml:5:15: controllers.it: no controller decides group 'shops'; name it in the `groups` of one of the "
                "parties"});
    CHECK(problems("controllers: {it: {parties: {a: {" + drip + ", groups: [homes]}, b: {" + drip +
                   ", groups: [homes, shops]}}}}\n") ==
          Texts{"s.yaml:5:110: controllers.it.parties.b.groups: group 'homes' is decided by 'a' already; give each controller "
                "groups of its own with `groups: [...]`"});
    CHECK(problems("controllers: {it: {parties: {a: {" + drip + "}, b: {" + drip + "}}}}\n") ==
          Texts{"s.yaml:5:58: controllers.it.parties.b: group 'homes' is decided by 'a' already; give each controller groups of "
                "its own with `groups: [...]`"});
    CHECK(problems("controllers: {it: {parties: {m: {agent: test_market}}}}\n") ==
          Texts{"s.yaml:5:15: controllers.it: no controller decides group 'homes'; name it in the `groups` of one of the parties",
                "s.yaml:5:15: controllers.it: no controller decides group 'shops'; name it in the `groups` of one of the "
                "parties"});
}

TEST_CASE("an agent decides no groups") {
    CHECK(problems("controllers: {it: {parties: {a: {" + drip + "}, m: {agent: test_market, groups: [homes]}}}}\n") ==
          Texts{"s.yaml:5:90: controllers.it.parties.m.groups: an agent decides no connection points; remove it, or take a "
                "controller"});
}

TEST_CASE("parameters stand in the parties, not beside them") {
    CHECK(problems("controllers: {it: {rate: 3 kW, parties: {a: {" + drip + "}}}}\n") ==
          Texts{"s.yaml:5:20: controllers.it.rate: stands beside `parties`; parameters belong to one of the parties"});
    CHECK(problems("controllers: {it: {parties: {}}}\n") ==
          Texts{"s.yaml:5:29: controllers.it.parties: expected a map of parties; write e.g. `parties: {homes: {controller: "
                "evms, groups: [homes]}}`"});
    CHECK(problems("controllers: {it: {parties: [a]}}\n") ==
          Texts{"s.yaml:5:29: controllers.it.parties: expected a map of parties; write e.g. `parties: {homes: {controller: "
                "evms, groups: [homes]}}`"});
}

TEST_CASE("mistakes within parties are told at their places") {
    CHECK(problems("controllers: {it: {parties: {a: {controller: test_drp}, b: {" + drip +
                   ", rate: 3}, m: {agent: test_markt}}}}\n") ==
          Texts{"s.yaml:5:46: controllers.it.parties.a.controller: unknown controller 'test_drp'; did you mean 'test_drip'?",
                "s.yaml:5:90: controllers.it.parties.b.rate: needs a unit; write e.g. `3 kW`",
                "s.yaml:5:105: controllers.it.parties.m.agent: unknown agent 'test_markt'; did you mean 'test_market'?"});
    CHECK(problems("controllers: {it: {parties: {x/y: {" + drip + "}}}}\n") ==
          Texts{"s.yaml:5:30: controllers.it.parties.x/y: is not a label; use letters, digits, '_' and '-'"});
}

TEST_CASE("agents of the section are read and the mistakes in them told") {
    const Reading reading("agents: {test_market: {}, other: {agent: test_market, size: 7 kW}}\ncontrollers: {test_drip: {}}\n");
    REQUIRE(reading.problems == Texts{});
    REQUIRE(reading.scenario->agents.size() == 2);
    CHECK(reading.scenario->agents[1].label == "other");
    CHECK(reading.resolved.at("agents.other.agent") == "test_market");
    CHECK(reading.resolved.at("agents.other.size") == "7 kW");
    CHECK(reading.resolved.at("agents.test_market.size") == "100 kW");
    CHECK(problems("agents: {m: {agent: test_markt}, n: {agent: test_market, size: 0 kW}}\ncontrollers: {test_drip: {}}\n") ==
          Texts{"s.yaml:5:21: agents.m.agent: unknown agent 'test_markt'; did you mean 'test_market'?",
                "s.yaml:5:64: agents.n.size: 0 kW is out of range; must be > 0 kW"});
    CHECK(problems("agents: [test_market]\ncontrollers: {test_drip: {}}\n") ==
          Texts{"s.yaml:5:9: agents: expected a map of labels, found a list"});
}

TEST_CASE("agents name prices in the currency of the scenario, as controllers do") {
    CHECK(problems("agents: {m: {agent: test_market, cap: 0.2 EUR/kWh}}\ncontrollers: {test_drip: {}}\n"
                   "prices: {buy: {every: 1 h, values: [0.3 $/kWh]}}\n") ==
          Texts{"s.yaml:5:39: agents.m.cap: is in 'EUR' but the prices are in '$'; use one currency"});
}

TEST_CASE("a period of a controller need not be a whole number of control steps") {
    CHECK(problems("controllers: {test_drip: {period: 90 s}}\n") == Texts{});
    CHECK(problems("controllers: {test_drip: {period: 10 ms}}\n") == Texts{});
    CHECK(problems("controllers: {test_drip: {period: 0 s}}\n") ==
          Texts{"s.yaml:5:35: controllers.test_drip.period: 0 ms is out of range; must be > 0 ms"});
}

TEST_CASE("channels are read by their topics") {
    const Reading reading("channels: {bids: {channel: test_wire}, test_wire: {delay: 2 s}}\ncontrollers: {test_drip: {}}\n");
    REQUIRE(reading.problems == Texts{});
    REQUIRE(reading.scenario->channels.size() == 2);
    CHECK(reading.resolved.at("channels.bids.channel") == "test_wire");
    CHECK(reading.resolved.at("channels.bids.delay") == "1 s");
    CHECK(reading.resolved.at("channels.test_wire.delay") == "2 s");
    CHECK(problems("channels: {bids: {channel: test_wir}}\ncontrollers: {test_drip: {}}\n") ==
          Texts{"s.yaml:5:28: channels.bids.channel: unknown channel 'test_wir'; did you mean 'test_wire'?"});
}

TEST_CASE("meters are read by the names of signals, with quantities in units that their signals will know") {
    const auto metering = [](const std::string& text) {
        return problems("metering: " + text + "\ncontrollers: {test_drip: {}}\n");
    };
    CHECK(metering("{voltage: {noise: 1 %, resolution: 0.001 pu, delay: 5 min, sampling: 10 min}}") == Texts{});
    CHECK(metering("{signal_of_a_party: {noise: 3 furlongs}}") == Texts{});  // for whoever knows the parties to judge
    CHECK(metering("{voltage: }") == Texts{});
    CHECK(metering("[voltage]") == Texts{"s.yaml:5:11: metering: expected a map from signals to meters, found a list"});
    CHECK(metering("{voltage: {noise: [1]}}") ==
          Texts{"s.yaml:5:29: metering.voltage.noise: expected a quantity in the signal's unit, found a list"});
    CHECK(metering("{voltage: {nois: 0.1 pu}}") ==
          Texts{"s.yaml:5:22: metering.voltage.nois: unknown key; did you mean 'noise'?"});
    CHECK(metering("{voltage: {sampling: 0 s}}") ==
          Texts{"s.yaml:5:32: metering.voltage.sampling: 0 is out of range; must be > 0"});
    CHECK(metering("{voltage: {delay: -1 s}}") ==
          Texts{"s.yaml:5:29: metering.voltage.delay: '-1 s' is negative; a duration is 0 or more"});
    CHECK(metering("{voltage: {delay: 24 h}}") ==
          Texts{"s.yaml:5:12: metering.voltage.delay: 24 h is no shorter than the study; must be less than 24 h"});
}
