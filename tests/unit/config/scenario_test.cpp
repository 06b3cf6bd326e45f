#include <catch2/catch.hpp>
#include <map>

#include "sim/config/scenario_reader.hpp"
#include "unit/config/support.hpp"

using namespace evsweep;
using test::Texts;

namespace {

const std::string small_scenario = R"(time: {start: 2025-01-06 12:00}
feeder: {file: feeder.yaml}
population: {homes: {behaviour: test_fleet, vehicles: 3}}
controllers: {test_drip: {}}
outputs: {test_log: {}}
)";

/// Reads a scenario that stands in a folder with a feeder file.
struct Reading {
    explicit Reading(const std::string& text, const std::vector<std::string>& overrides = {}) {
        folder.write("feeder.yaml", "");
        Issues issues;
        scenario = read_scenario(folder.write("s.yaml", text), overrides, issues);
        error_texts = folder.local(test::texts(issues));
        REQUIRE(scenario.has_value() == !issues.has_errors());
        if (scenario)
            for (const auto& setting : scenario->resolved) resolved[setting.path] = setting.value;
    }
    test::Folder folder{"scenario"};
    std::optional<Scenario> scenario;
    Texts error_texts;
    std::map<std::string, std::string> resolved;
};

Texts error_texts(const std::string& text, const std::vector<std::string>& overrides = {}) {
    return Reading(text, overrides).error_texts;
}

/// The small scenario with lines added at its end.
Texts error_texts_with(const std::string& lines) { return error_texts(small_scenario + lines); }

}  // namespace

TEST_CASE("a small scenario takes its defaults, and reports all of them") {
    const Reading reading(small_scenario);
    REQUIRE(reading.error_texts == Texts{});
    const Scenario& s = *reading.scenario;
    CHECK(s.title == "s");
    CHECK(s.study.replicas == 100);
    CHECK(s.study.reference == "test_drip");
    CHECK(s.time.duration == std::chrono::hours(24));
    CHECK(s.feeder.file.path.filename() == "feeder.yaml");
    CHECK_FALSE(s.prices);
    REQUIRE(s.population.size() == 1);
    CHECK(s.population[0].label == "homes");
    CHECK(s.population[0].type == "test_fleet");
    CHECK(reading.resolved.at("study.confidence") == "0.95");
    CHECK(reading.resolved.at("study.reference") == "test_drip");
    CHECK(reading.resolved.at("time.start") == "2025-01-06 12:00");
    CHECK(reading.resolved.at("time.step") == "1 min");
    CHECK(reading.resolved.at("load_flow.tolerance") == "1e-08 pu");
    CHECK(reading.resolved.at("controllers.test_drip.controller") == "test_drip");
    CHECK(s.metering.empty());
    CHECK(s.channels.empty());
    CHECK(s.agents.empty());
    CHECK(reading.resolved.at("population.homes.behaviour") == "test_fleet");
    CHECK(reading.resolved.at("population.homes.vehicles") == "3");
    CHECK(reading.resolved.at("controllers.test_drip.rate") == "3 kW");
    CHECK(reading.resolved.at("outputs.test_log.output") == "test_log");
}

TEST_CASE("every section is read") {
    const Reading reading(R"(title: A title
study: {replicas: 7, seed: 3, threads: 2, confidence: 90 %, accounting: literal, reference: slow}
time: {start: 2025-01-06 00:00, duration: 48 h, warm_up: 6 h, step: 5 min}
feeder: {file: feeder.yaml, source_voltage: 1.05 pu}
load_flow: {tolerance: 1e-10 pu, max_iterations: 50, collapse: 40 %}
devices: {start: as_given, control: off}
limits: {voltage_min: 0.95 pu, voltage_max: 105 %, tolerance: 1e-4}
base_load:
  scale: 120 %
  profiles: {day: {every: 12 h, interpolation: linear, values: [0.2, 60 %]}}
  by_class: {residential: day}
prices: {buy: {every: 6 h, unit: EUR/MWh, values: [80, 100, -5, 12 ct/kWh]}, sell_share: 60 %, fee: 3 ct/kWh, day_ahead: {every: 24 h, values: [90 EUR/MWh]}}
metering: {voltage: {delay: 5 min, noise: 0.001 pu}, feeder_head: {resolution: 100 W, sampling: 10 min}}
channels: {bids: {channel: test_wire, delay: 20 ms}}
agents: {market: {agent: test_market, size: 50 kW}}
population: {homes: {behaviour: test_fleet, vehicles: 3, arrival: {distribution: uniform, min: 17:30, max: 20 h}}}
controllers: {quick: {controller: test_drip, rate: 7.4 kW}, slow: {controller: test_drip}}
outputs: {test_log: {}}
)");
    REQUIRE(reading.error_texts == Texts{});
    const Scenario& s = *reading.scenario;
    CHECK(s.title == "A title");
    CHECK(s.study.seed == 3);
    CHECK(s.study.confidence.value() == 0.9);
    CHECK(s.study.accounting == Accounting::literal);
    CHECK(s.study.reference == "slow");
    CHECK(s.time.warm_up == std::chrono::hours(6));
    CHECK(s.feeder.source_voltage == PerUnit(1.05));
    CHECK(s.load_flow.tolerance.value() == 1e-10);
    CHECK(s.devices.start == DeviceStart::as_given);
    CHECK(s.devices.control == DeviceControls::off);
    CHECK(s.limits.voltage_max.value() == 1.05);
    CHECK(s.limits.tolerance.value().value() == 1e-4);
    CHECK(s.base_load.scale.value() == 1.2);
    CHECK(s.base_load.profiles.at("day").values == std::vector<double>{0.2, 0.6});
    CHECK(s.base_load.profiles.at("day").linear);
    CHECK(s.prices->buy.values == std::vector<double>{0.08, 0.1, -0.005, 0.12});
    CHECK(s.prices->currency == "EUR");
    CHECK(s.prices->fee.value() == Approx(0.03));
    REQUIRE(s.prices->day_ahead);
    CHECK(s.prices->day_ahead->values == std::vector<double>{0.09});
    CHECK(reading.resolved.at("prices.day_ahead.values") == "[90 EUR/MWh]");
    CHECK(reading.resolved.count("prices.day_ahead") == 0);
    CHECK(reading.resolved.at("prices.fee") == "0.03 currency/kWh");
    REQUIRE(s.metering.size() == 2);
    CHECK(s.metering[0].signal == "voltage");
    CHECK(s.metering[0].delay == std::chrono::minutes(5));
    CHECK(s.metering[0].noise == "0.001 pu");
    CHECK(s.metering[1].signal == "feeder_head");
    CHECK(s.metering[1].resolution == "100 W");
    CHECK(s.metering[1].sampling == std::chrono::minutes(10));
    CHECK(reading.resolved.at("metering.feeder_head.resolution") == "100 W");
    CHECK(reading.resolved.at("metering.voltage.delay") == "5 min");
    REQUIRE(s.channels.size() == 1);
    CHECK(s.channels[0].label == "bids");
    CHECK(s.channels[0].type == "test_wire");
    CHECK(reading.resolved.at("channels.bids.delay") == "20 ms");
    REQUIRE(s.agents.size() == 1);
    CHECK(s.agents[0].label == "market");
    CHECK(s.agents[0].path == "agents.market");
    CHECK(s.agents[0].type() == "test_market");
    CHECK(reading.resolved.at("agents.market.size") == "50 kW");
    CHECK(s.controllers[0].label == "quick");
    CHECK(s.controllers[0].type == "test_drip");
    CHECK(reading.resolved.at("controllers.quick.rate") == "7.4 kW");
    CHECK(reading.resolved.at("population.homes.arrival") == "{distribution: uniform, min: 17.5 h, max: 20 h}");
    CHECK(reading.resolved.at("prices.buy.values") == "[80, 100, -5, 12 ct/kWh]");
    CHECK(reading.resolved.at("base_load.profiles.day.every") == "12 h");
}

TEST_CASE("shares far above nominal power are warned of, and the unit that the warning offers says that they are meant") {
    const auto warnings = [](const std::string& unit) {
        const test::Folder folder("shares");
        std::string rows = "kW\n40\n";
        for (int hour = 1; hour < 24; ++hour) rows += "120\n";
        folder.write("load.csv", rows);
        folder.write("feeder.yaml", "x\n");
        const auto file = folder.write("s.yaml",
                                       "time: {start: 2025-01-06 12:00, duration: 2 h, step: 60 s}\nfeeder: {file: feeder.yaml}\n"
                                       "base_load: {profiles: {day: {every: 1 h, file: load.csv, column: kW" +
                                           unit + "}}, other: day}\npopulation: {}\ncontrollers: {}\n");
        Issues issues;
        (void)read_scenario(file, {}, issues);
        std::string texts;
        for (const Issue& issue : issues.list())
            if (issue.path.find("base_load") == 0) texts += issue.problem + "; " + issue.hint + "\n";
        return texts;
    };
    CHECK(
        warnings("") ==
        "its highest value is 120 times nominal power; if its values are in percent, write `unit: %`; if not, `unit: \"1\"` says "
        "so\n");
    CHECK(warnings(", unit: \"1\"").empty());
    CHECK(warnings(", unit: \"%\"").empty());
}

TEST_CASE(
    "the band with the highest nominal voltage that a bus reaches holds there, and what it leaves out is the general limit") {
    Limits limits;
    limits.voltage_min = PerUnit(0.9);
    limits.voltage_max = PerUnit(1.1);
    limits.bands["medium"] = {Volts(1000), PerUnit(0.95), std::nullopt, {}};
    limits.bands["high"] = {Volts(33000), PerUnit(0.97), PerUnit(1.03), {}};
    CHECK(limits.band_at(400) == VoltageBand{0.9, 1.1});
    CHECK(limits.band_at(1000) == VoltageBand{0.95, 1.1});
    CHECK(limits.band_at(12470) == VoltageBand{0.95, 1.1});
    CHECK(limits.band_at(32999) == VoltageBand{0.97, 1.03});  // 19.052 kV times sqrt(3) is meant to be 33 kV
    CHECK(limits.band_at(110000) == VoltageBand{0.97, 1.03});
}

TEST_CASE("bands by nominal voltage are read, and mistakes in them are reported with their place") {
    const std::string rest = "feeder: {file: feeder.yaml}\npopulation: {}\ncontrollers: {}\n";
    const auto texts = [&](const std::string& bands) {
        return error_texts("limits: {voltage_min: 0.9 pu, bands: {" + bands + "}}\n" + rest);
    };
    const auto about_bands = [](Texts all) {
        std::erase_if(all, [](const std::string& text) { return text.find("limits") == std::string::npos; });
        return all;
    };
    CHECK(about_bands(texts("medium: {from: 1 kV, voltage_min: 0.95 pu, voltage_max: 1.05 pu}")).empty());
    CHECK(about_bands(texts("medium: {from: 1 kV}, other: {from: 1000 V}")) ==
          Texts{"s.yaml:1:38: limits.bands: 'medium' and 'other' begin at the same nominal voltage (within 0.1 %); keep one of "
                "them"});
    CHECK(about_bands(texts("medium: {from: 20 kV}, other: {from: 20.005 kV}")).size() == 1);
    CHECK(about_bands(texts("medium: {from: 1 kV, voltage_min: 1.06 pu, voltage_max: 0.96 pu}")) ==
          Texts{"s.yaml:1:38: limits.bands: voltage_min of 'medium' is not below its voltage_max; exchange them?"});
    CHECK(about_bands(texts("medium: {from: 1 kV, voltage_max: 0.9 pu}")) ==
          Texts{"s.yaml:1:38: limits.bands: voltage_min of 'medium' is not below its voltage_max; give both: what a band leaves "
                "out is the limit of all others"});
    CHECK(about_bands(texts("medium: {voltage_max: 1.04 pu}")) ==
          Texts{"s.yaml:1:47: limits.bands.medium.from: is missing; lowest nominal voltage, line to line (within 0.1 %)"});
}

TEST_CASE("many mistakes are reported at once, in the order of the file") {
    CHECK(error_texts(R"(study: {replicas: 0, seeed: 1, reference: test_drop}
time: {start: 2025-02-30 12:00, step: 7}
feeder: {file: feder.yaml, format: evswep}
limits: {voltage_min: 1.1 pu, voltage_max: 0.9 pu}
base_load:
  profiles: {day: {every: 1 h, values: [0.5, 3 kW]}}
  by_class: {shops: dya}
prices: {buy: {every: 1 h, values: [0.1]}, sell_share: 0.6 kW}
metring: {}
population: {homes: {behaviour: test_fleet, arrival: {distribution: uniform, min: 17, max: 20 h}}}
controllers:
  test_drip: {rate: 5.4, priod: 15 min}
  drop: {controller: test_drip, lowest: 0.9, highest: 0.2}
outputs: {test_log: {every: 1 h}}
)") == Texts{
           "s.yaml:1:19: study.replicas: 0 is out of range; must be [1, 10000000]",
           "s.yaml:1:22: study.seeed: unknown key; did you mean 'seed'?",
           "s.yaml:1:43: study.reference: there is no controller 'test_drop'; did you mean 'test_drip'?",
           "s.yaml:2:15: time.start: '2025-02-30 12:00' is not a date and time; write e.g. `2025-01-06 12:00`",
           "s.yaml:2:39: time.step: needs a unit; write e.g. `7 min` (units d, h, min, s, ms)",
           "s.yaml:3:16: feeder.file: file 'feder.yaml' does not exist; did you mean 'feeder.yaml'?",
           "s.yaml:3:36: feeder.format: unknown format 'evswep'; did you mean 'evsweep'?",
           "s.yaml:4:23: limits.voltage_min: is not below voltage_max; exchange them?",
           "s.yaml:6:46: base_load.profiles.day.values[1]: 'kW' is not a share; expected a plain number or %",
           "s.yaml:7:21: base_load.by_class.shops: there is no profile 'dya'; did you mean 'day'?",
           "s.yaml:8:37: prices.buy.values[0]: needs a unit; write e.g. `0.1 $/kWh`",
           "s.yaml:8:56: prices.sell_share: 'kW' is not a share; expected a plain number or %",
           "s.yaml:9:1: metring: unknown section; did you mean 'metering'?",
           "s.yaml:10:21: population.homes.vehicles: is missing; number of vehicles",
           "s.yaml:10:83: population.homes.arrival.min: needs a unit; write e.g. `17 h`",
           "s.yaml:12:21: controllers.test_drip.rate: needs a unit; write e.g. `5.4 kW`",
           "s.yaml:12:26: controllers.test_drip.priod: unknown key; did you mean 'period'?",
           "s.yaml:13:41: controllers.drop.lowest: is not below highest; exchange them?",
           "s.yaml:14:22: outputs.test_log.every: unknown key; known: output",
       });
}

TEST_CASE("what every scenario needs is asked for") {
    CHECK(error_texts("title: nothing\n") ==
          Texts{"s.yaml:1:1: time.start: is missing; local date and time, e.g. `2025-01-06 12:00`",
                "s.yaml:1:1: feeder.file: is missing; feeder file, relative to this file",
                "s.yaml:1:1: population: is missing; describe a group of vehicles, or write `population: {}`",
                "s.yaml:1:1: controllers: is missing; name at least one, e.g. `uncoordinated: {}`"});
    CHECK(error_texts("time: {start: 2025-01-06}\nfeeder: {file: feeder.yaml}\npopulation: {}\ncontrollers: {}\noutputs: {}\n") ==
          Texts{"s.yaml:4:14: controllers: is empty; name at least one, e.g. `uncoordinated: {}`"});
    CHECK(error_texts("") == Texts{"s.yaml:1:1: the file is empty"});
}

TEST_CASE("the reference is a controller of the scenario") {
    CHECK(error_texts_with("study: {reference: test_drop}\n") ==
          Texts{"s.yaml:6:20: study.reference: there is no controller 'test_drop'; did you mean 'test_drip'?"});
}

TEST_CASE("a file that is no scenario is said to be none, without a word of what it is") {
    const Texts none{
        "s.yaml:1:1: is no scenario: none of its sections is there; scenarios have sections such as `study: {...}`; "
        "`evsweep describe` lists them"};
    CHECK(error_texts("alice: secret\nbob: secret\n") == none);
    CHECK(error_texts("alice:secret:1\nbob:secret:2\n") == none);
    CHECK(error_texts("studdy: {replicas: 3}\n").front() == "s.yaml:1:1: studdy: unknown section; did you mean 'study'?");
}

TEST_CASE("confidence is a share strictly between none and all") {
    for (const std::string share : {"0", "1"})
        CHECK(error_texts_with("study: {confidence: " + share + "}\n") ==
              Texts{"s.yaml:6:21: study.confidence: " + share + " is out of range; must be (0, 1)"});
    CHECK(error_texts_with("study: {confidence: 95}\n") ==
          Texts{"s.yaml:6:21: study.confidence: 95 is out of range; must be (0, 1); did you mean `95 %`?"});
}

TEST_CASE("labels name plug-ins or choose one, and can stand in a result file") {
    CHECK(error_texts_with("controllers: {x/y: {controller: test_drip}}\n")[0] ==
          "s.yaml:6:1: controllers: is there twice; first on line 4");
    const std::string head = "time: {start: 2025-01-06}\nfeeder: {file: feeder.yaml}\npopulation: {}\noutputs: {}\n";
    CHECK(error_texts(head + "controllers: {x/y: {controller: test_drip}}\n") ==
          Texts{"s.yaml:5:15: controllers.x/y: is not a label; use letters, digits, '_' and '-'"});
    CHECK(error_texts(head + "controllers: {test_drp: {}}\n") ==
          Texts{"s.yaml:5:25: controllers.test_drp: unknown controller 'test_drp'; did you mean 'test_drip'?"});
    CHECK(error_texts(head + "controllers: {mine: {controller: test_drp}}\n") ==
          Texts{"s.yaml:5:34: controllers.mine.controller: unknown controller 'test_drp'; did you mean 'test_drip'?"});
    CHECK(error_texts(head + "controllers: {test_drip: ~}\n") ==
          Texts{"s.yaml:5:26: controllers.test_drip: there is nothing that '~' could remove; write `{}` for the defaults"});
    CHECK(error_texts(head + "controllers: [test_drip]\n") ==
          Texts{"s.yaml:5:14: controllers: expected a map of labels, found a list"});
    CHECK(error_texts(head + "controllers: {test_drip: }\n") == Texts{});
}

TEST_CASE("a feeder format that is named exists") {
    CHECK(error_texts(small_scenario, {"feeder.format=evswep"}) ==
          Texts{"--set: feeder.format: unknown format 'evswep'; did you mean 'evsweep'?"});
}

TEST_CASE("overrides have the last word, and their mistakes are reported as theirs, after the file's") {
    const Reading reading(small_scenario,
                          {"study.replicas=5", "controllers.test_drip.rate=7 kW", "outputs.more={output: test_log}"});
    REQUIRE(reading.error_texts == Texts{});
    CHECK(reading.scenario->study.replicas == 5);
    CHECK(reading.resolved.at("controllers.test_drip.rate") == "7 kW");
    CHECK(reading.scenario->outputs.size() == 2);
    CHECK(error_texts(small_scenario + "limits: {voltage_mim: 1 pu}\n",
                      {"study.replcas=5", "controllers.test_drip.rate=7", "population.home.vehicles=4"}) ==
          Texts{"s.yaml:6:10: limits.voltage_mim: unknown key; did you mean 'voltage_min'?",
                "--set: population.home: is not in the scenario; did you mean 'homes'?",
                "--set: study.replcas: unknown key; did you mean 'replicas'?",
                "--set: controllers.test_drip.rate: needs a unit; write e.g. `7 kW`"});
}

TEST_CASE("a mistake in an extended file is reported at its place there, and its files count from there") {
    const test::Folder folder("extends");
    std::filesystem::create_directories(folder.path() / "base");
    folder.write("base/feeder.yaml", "");
    folder.write("base/s.yaml", small_scenario + "limits: {voltage_mim: 1 pu}\n");
    const auto file = folder.write("t.yaml", "extends: base/s.yaml\nstudy: {seeed: 1}\n");
    Issues issues;
    CHECK_FALSE(read_scenario(file, {}, issues));
    CHECK(folder.local(test::texts(issues)) ==
          Texts{"t.yaml:2:9: study.seeed: unknown key; did you mean 'seed'?",
                "base/s.yaml:6:10: limits.voltage_mim: unknown key; did you mean 'voltage_min'?"});
    Issues none;
    const auto fixed = folder.write("u.yaml", "extends: base/s.yaml\nlimits: {voltage_mim: ~}\n");
    const auto scenario = read_scenario(fixed, {}, none);
    REQUIRE(scenario);
    CHECK(scenario->feeder.file.path == folder.path() / "base/feeder.yaml");
    CHECK(scenario->title == "u");
}

TEST_CASE("a scenario that is not there is named") {
    const test::Folder folder("missing");
    folder.write("study.yaml", "");
    Issues issues;
    CHECK_FALSE(read_scenario(folder.path() / "stduy.yaml", {}, issues));
    CHECK(folder.local(test::texts(issues)) == Texts{"file 'stduy.yaml' does not exist; did you mean 'study.yaml'?"});
}

TEST_CASE("outputs that are not named are the four that people look at first") {
    const std::string text = small_scenario.substr(0, small_scenario.find("outputs"));
    const Reading reading(text);
    REQUIRE(reading.error_texts == Texts{});
    std::vector<std::string> labels;
    for (const auto& output : reading.scenario->outputs) labels.push_back(output.label);
    CHECK(labels == std::vector<std::string>{"elements", "kpis", "series", "voltages"});
}
