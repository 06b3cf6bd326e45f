/// What stands between controllers and chargers in whole studies: the same under every alternative and on any number of threads,
/// seen in results, and checked against the fleet.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <string>

#include "sim/record/result_reader.hpp"
#include "sim/report/comparison.hpp"
#include "sim/study/write_results.hpp"
#include "tests/unit/record/scratch_folder.hpp"
#include "tests/unit/study/result_numbers.hpp"
#include "tests/validation/study_fixture.hpp"

using namespace evsweep;
using namespace evsweep::test;
using namespace evsweep::validation;

namespace {

const char* const street = R"(name: a street
source: {bus: s}
buses:
  - {id: s, nominal: 400 V}
  - {id: e, nominal: 400 V}
lines:
  - {id: l, from: s, to: e, r: 0.1 ohm, x: 0.05 ohm}
loads:
  - {id: d, bus: e, p: 20 kW, q: 0 kvar}
)";

std::string group(const std::string& name) {
    return "  " + name + R"(:
    behaviour: distribution
    vehicles: 12
    placement: {rule: round_robin, buses: [e]}
    arrival: {distribution: uniform, min: 17 h, max: 20 h}
    departure: {distribution: uniform, min: 7 h, max: 9 h}
    departure_day: next
    initial_soc: {distribution: uniform, min: 0.2, max: 0.6}
    target_soc: 0.9
    capacity: 40 kWh
    charge_rating: 7.4 kW
    minimum_power: 1.4 kW
)";
}

const char* const roofs = R"(  roofs:
    behaviour: photovoltaic
    units: 2
    peak: 10 kW
    yield: {every: 12 h, values: [0.1, 0.2]}
    placement: {rule: round_robin, buses: [e]}
)";

std::string study_of(const std::string& sections, const std::string& more_groups = {}) {
    return R"(title: a street
study: {replicas: 5, threads: 1}
time: {start: 2025-01-06 12:00, step: 5 min, duration: 24 h}
feeder: {file: feeder.yaml}
population:
)" + group("homes") +
           group("shops") + more_groups +
           "controllers: {uncoordinated: {}, droop: {controller: voltage_droop}}\noutputs: {kpis: {}, series: {every: 1 h}}\n" +
           sections;
}

LoadedStudy loaded(const ScratchFolder& folder, const std::string& text) {
    std::ofstream(folder / "feeder.yaml") << street;
    std::ofstream(folder / "study.yaml") << text;
    return load(folder / "study.yaml");
}

std::string told_of(const std::string& sections, const std::string& more_groups = {}) {
    const ScratchFolder folder;
    std::ofstream(folder / "feeder.yaml") << street;
    std::ofstream(folder / "study.yaml") << study_of(sections, more_groups);
    Issues issues;
    (void)load_study(folder / "study.yaml", {}, issues);
    std::string all;
    for (const auto& issue : issues.list()) all += to_text(issue) + "\n";
    return all;
}

const std::string imperfect =
    "metering: {voltage: {delay: 5 min, noise: 0.002 pu, loss: 40 %}}\n"
    "actuation: {homes: {delay: 20 s, response: 45 s, ignoring: 25 %, outages: {every: 4 h, lasting: 40 min}, fallback: 2 kW}, "
    "all: {delay: 3 min}}\n";

std::vector<double> counted(const StudyResult& result, const std::string& label, const std::string& name) {
    return find(controller(result, label), "actuation", name).values.read();
}

}  // namespace

TEST_CASE("an imperfect study is the same to the last bit on any number of threads and for any width of ensembles") {
    const ScratchFolder folder;
    const LoadedStudy study = loaded(folder, study_of(imperfect));
    const Numbers one = all_numbers(run_study(study, {.threads = 1, .ensemble_width = 1}));
    REQUIRE(one.count("droop/actuation/commands_lost") == 1);
    for (const StudyOptions& options :
         {StudyOptions{.threads = 1}, StudyOptions{.threads = 3}, StudyOptions{.threads = 2, .ensemble_width = 3}})
        require_identical(one, all_numbers(run_study(study, options)));
}

TEST_CASE("every alternative meets the same outages and the same chargers that follow nobody") {
    const ScratchFolder folder;
    const StudyResult result = run_study(loaded(folder, study_of(imperfect)), {.threads = 1});
    REQUIRE(result.failures.empty());
    for (const char* const name : {"outage_share", "ignoring_share"}) {
        CHECK(counted(result, "uncoordinated", name) == counted(result, "droop", name));
        const std::vector<double> shares = counted(result, "droop", name);
        CHECK(std::count(shares.begin(), shares.end(), shares[0]) < 5);  // every replica draws its own
    }
    for (std::size_t r = 0; r < 5; ++r) {
        CHECK(counted(result, "uncoordinated", "commands")[r] >= 24.0);
        CHECK(counted(result, "droop", "short_of_command_kwh")[r] > 0.0);
    }
}

TEST_CASE("results and tables show what became of commands, and are without it where nothing stands between") {
    const ScratchFolder folder;
    const StudyResult result = run_study(loaded(folder, study_of(imperfect)), {.threads = 1});
    REQUIRE(write_results(result, folder / "r.h5") == std::nullopt);
    const ResultReader reader(folder / "r.h5");
    CHECK(reader.numbers("/controllers/droop/actuation/commands") == counted(result, "droop", "commands"));
    CHECK_THAT(comparison_table(result),
               Catch::Contains("share of time in outage") && Catch::Contains("commands lost in outages"));
    const StudyResult ideal = run_study(loaded(folder, study_of("")), {.threads = 1});
    for (const VariableResult& row : controller(ideal, "droop").variables) CHECK(row.output != "actuation");
}

TEST_CASE("a group whose chargers are not named is as in the ideal world under a controller that only it concerns") {
    const ScratchFolder folder;
    const auto charged = [&](const std::string& sections) {
        return values(controller(run_study(loaded(folder, study_of(sections)), {.threads = 1}), "uncoordinated"), "charged_kwh");
    };
    CHECK(charged("actuation: {homes: {}}\n") == charged(""));
    CHECK_FALSE(charged("actuation: {homes: {outages: {every: 1 s, lasting: 900 h}}}\n") == charged(""));
}

TEST_CASE("a fall-back power that chargers cannot draw is warned of with what they draw instead") {
    CHECK_THAT(told_of("actuation: {homes: {outages: {every: 4 h, lasting: 40 min}, fallback: 11 kW}}\n"),
               Catch::Contains("warning: actuation.homes.fallback: 12 of 12 charging points cannot draw 11 kW") &&
                   Catch::Contains("e.g. 7.4 kW, which they draw instead"));
    CHECK_THAT(told_of("actuation: {all: {outages: {every: 4 h, lasting: 40 min}, fallback: 1 kW}}\n"),
               Catch::Contains("24 of 24 charging points cannot draw 1 kW") && Catch::Contains("e.g. 0 kW"));
    CHECK(told_of("actuation: {all: {outages: {every: 4 h, lasting: 40 min}, fallback: 3 kW}}\n").empty());
}

TEST_CASE("generators have no fall-back power and need somebody who steers them") {
    CHECK_THAT(told_of("actuation: {roofs: {outages: {every: 4 h, lasting: 40 min}, fallback: 1 kW}}\n", roofs),
               Catch::Contains("actuation.roofs.fallback: is power drawn, and this group has no charging points"));
}
