#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "places.hpp"
#include "sim/record/result_reader.hpp"
#include "sim/study/load_study.hpp"
#include "sim/study/study.hpp"
#include "sim/study/write_results.hpp"
#include "unit/record/scratch_folder.hpp"

using namespace evsweep;

namespace {

/// A street of three houses on phases a, b and a; 0.3 ohm per phase and section.
const char* const street = R"(name: street
phases: abc
source: {bus: head}
buses:
  - {id: head, nominal: 400 V, x: 0, y: 0}
  - {id: middle, nominal: 400 V, x: 1, y: 0}
  - {id: end, nominal: 400 V, x: 2, y: 1}
linecodes:
  - {id: cable, r: 0.3 | 0 0.3 | 0 0 0.3 ohm/km, x: 0 | 0 0 | 0 0 0 ohm/km}
lines:
  - {id: first, from: head, to: middle, code: cable, length: 1 km, rating: 60 A}
  - {id: second, from: middle, to: end, code: cable, length: 1 km}
loads:
  - {id: one, bus: middle, p: 1 kW, q: 0 kvar, phases: a}
  - {id: two, bus: end, p: 1 kW, q: 0 kvar, phases: b}
  - {id: three, bus: end, p: 1 kW, q: 0 kvar, phases: a}
)";

std::string scenario(const std::string& placement) {
    return R"(title: street
study: {replicas: 2, threads: 1}
time: {start: 2025-01-06 12:00, duration: 24 h, step: 5 min}
feeder: {file: street.yaml}
limits: {voltage_min: 0.94 pu, voltage_max: 1.1 pu}
base_load: {}
population:
  homes:
    behaviour: distribution
    placement: {)" +
           placement + R"(}
    arrival: {distribution: uniform, min: 17 h, max: 19 h}
    departure: 7 h
    initial_soc: 0.3
    target_soc: 0.9
    capacity: 40 kWh
    charge_rating: 3.7 kW
controllers:
  uncoordinated: {}
  fuzzy: {period: 5 min}
outputs: {kpis: {}, series: {every: 30 min}, voltages: {every: 30 min}}
)";
}

LoadedStudy loaded(const ScratchFolder& folder, const std::string& placement) {
    std::ofstream(folder / "street.yaml") << street;
    std::ofstream(folder / "study.yaml") << scenario(placement);
    Issues issues;
    auto study = load_study(folder / "study.yaml", {}, issues);
    for (const Issue& issue : issues.list()) UNSCOPED_INFO(to_text(issue));
    REQUIRE(study);
    return std::move(*study);
}

double kpi(const RunResult& run, const std::string& name) {
    for (const VariableResult& v : run.variables)
        if (v.output == "kpis" && v.variable.name == name) return v.values.at(0);
    FAIL("no KPI " << name);
    return 0.0;
}

}  // namespace

TEST_CASE("chargers on the phase of their house lower that phase, unbalance the feeder and load the neutral") {
    const ScratchFolder folder;
    const StudyResult result = run_study(loaded(folder, "rule: loads, connection: single_phase"), {});
    const RunResult& full = result.controllers[0];
    // Nobody lives on phase c: it stays as it is without vehicles.
    CHECK(kpi(full, "vmin_c_pu") == Approx(1.0));
    CHECK(kpi(full, "vmin_a_pu") < kpi(result.base, "vmin_a_pu") - 0.02);
    CHECK(kpi(full, "vmin_b_pu") < kpi(result.base, "vmin_b_pu") - 0.02);
    CHECK(kpi(full, "vmin_phase") == 0.0);
    CHECK(kpi(full, "unbalance_max_pct") > kpi(result.base, "unbalance_max_pct"));
    CHECK(kpi(full, "neutral_max_a") > kpi(result.base, "neutral_max_a"));
    // Whatever the controller, the same vehicles come and get what they need.
    CHECK(kpi(result.controllers[1], "charged_kwh") == Approx(kpi(full, "charged_kwh")).margin(1e-6));
}

TEST_CASE("the same energy on three phases disturbs a feeder less than on one") {
    const ScratchFolder folder;
    const StudyResult one = run_study(loaded(folder, "rule: loads, connection: single_phase"), {});
    const StudyResult three = run_study(loaded(folder, "rule: loads, connection: three_phase"), {});
    CHECK(kpi(three.controllers[0], "vmin_pu") > kpi(one.controllers[0], "vmin_pu"));
    CHECK(kpi(three.controllers[0], "loss_energy_kwh") < kpi(one.controllers[0], "loss_energy_kwh"));
    CHECK(kpi(three.controllers[0], "neutral_max_a") < kpi(one.controllers[0], "neutral_max_a"));
    CHECK(kpi(three.controllers[0], "unbalance_max_pct") < kpi(one.controllers[0], "unbalance_max_pct"));
}

TEST_CASE(
    "a result file tells the conductors and coordinates of an unbalanced feeder, and every figure that fits is drawn of it") {
    const ScratchFolder folder;
    const StudyResult result = run_study(loaded(folder, "rule: loads, connection: single_phase"), {});
    REQUIRE(write_results(result, folder / "study.h5") == std::nullopt);
    const ResultReader reader(folder / "study.h5");
    CHECK(reader.texts("/feeder/conductor").at(4) == "middle.b");
    CHECK(reader.texts("/feeder/conductor_phase").at(8) == "c");
    CHECK(reader.numbers("/feeder/conductor_bus").at(8) == 2.0);
    CHECK(reader.numbers("/feeder/base_v").at(0) == Approx(400.0 / std::sqrt(3.0)));
    CHECK(reader.numbers("/feeder/conductor_rating_a").at(3) == 60.0);
    CHECK(reader.numbers("/feeder/rating_a").at(0) == 60.0);
    CHECK(reader.numbers("/feeder/y").at(2) == 1.0);
    CHECK(reader.dims("/controllers/fuzzy/voltages/voltage_pu_mean") == std::vector<std::string>{"time", "conductor"});
    for (const char* name : {"voltages/voltage_pu_mean", "voltages/unbalance_pct_mean", "voltages/neutral_a_mean",
                             "series/phase_vmin_pu_mean", "kpis/unbalance_max_pct"}) {
        CAPTURE(name);
        CHECK_FALSE(reader.text_attribute(std::string("/controllers/fuzzy/") + name, "units").empty());
        CHECK_FALSE(reader.text_attribute(std::string("/controllers/fuzzy/") + name, "long_name").empty());
    }
    if (std::system("/usr/bin/python3 -c 'import h5py, matplotlib' 2>/dev/null") != 0) {
        WARN("skipped: python3 lacks h5py or matplotlib");
        return;
    }
    const std::string said = (folder / "said").string();
    const std::string plot = (test::source_dir() / "tools/plot ").string() + (folder / "study.h5").string();
    REQUIRE(std::system((plot + " > " + said + " 2>&1").c_str()) == 0);
    std::ostringstream text;
    text << std::ifstream(said).rdbuf();
    std::vector<std::string> skipped;
    std::istringstream lines(text.str());
    for (std::string line; std::getline(lines, line);)
        if (line.find("skipped ") == 0) skipped.push_back(line.substr(8, line.find(':') - 8));
    CHECK(skipped == std::vector<std::string>{"map_probability", "voltage_by_bus", "withheld_reactive", "vehicle_day",
                                              "cost"});  // of balanced feeders, and of plans
    for (const char* figure : {"voltage_profile", "phase_bands", "unbalance", "worst_phase"})
        CHECK(std::filesystem::file_size(folder / (std::string("study_") + figure + ".png")) > 1000);
}
