/// Photovoltaics in whole studies: energies by closed form, vehicles that are left as they were, and voltages that droop keeps.
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <string>

#include "tests/unit/study/result_numbers.hpp"
#include "tests/validation/study_fixture.hpp"
#include "unit/record/scratch_folder.hpp"

using namespace evsweep;
using namespace evsweep::test;
using namespace evsweep::validation;

namespace {

const char* const feeder = R"(name: two buses
source: {bus: s}
buses:
  - {id: s, nominal: 400 V}
  - {id: e, nominal: 400 V}
lines:
  - {id: l, from: s, to: e, r: 0.2 ohm, x: 0.05 ohm}
loads:
  - {id: d, bus: e, p: 20 kW, q: 0 kvar}
)";

// 0.1, 0.5, 0.9 and 0.3 of the peak for two hours each.
const char* const roofs = R"(
  roofs:
    behaviour: photovoltaic
    units: 4
    peak: 20 kW
    apparent_rating: 25 kVA
    yield: {every: 2 h, values: [0, 0, 0, 0, 0.1, 0.5, 0.9, 0.3, 0, 0, 0, 0]}
    clearness: {distribution: uniform, min: 0.5, max: 1}
    placement: {rule: round_robin, buses: [e]}
)";

const char* const homes = R"(
  homes:
    behaviour: distribution
    vehicles: 6
    placement: {rule: round_robin, buses: [e]}
    arrival: {distribution: uniform, min: 7 h, max: 10 h}
    departure: {distribution: uniform, min: 15 h, max: 18 h}
    departure_day: same
    initial_soc: {distribution: uniform, min: 0.2, max: 0.6}
    target_soc: 0.9
    capacity: 40 kWh
    charge_rating: 7.4 kW
)";

std::string study(const std::string& population, const std::string& controllers) {
    return R"(title: roofs and cars
study: {replicas: 6, threads: 1}
time: {start: 2025-06-02 00:00, step: 10 min, duration: 24 h}
feeder: {file: feeder.yaml}
limits: {voltage_min: 0.9 pu, voltage_max: 1.1 pu}
population:)" +
           population + "controllers:" + controllers + R"(
outputs: {kpis: {}, series: {every: 1 h}, elements: {}, stays: {}}
)";
}

const char* const droops = R"(
  uncoordinated: {}
  droop: {controller: voltage_droop, deadband: 0.02 pu, full_at: 0.08 pu}
  curtailing: {controller: voltage_droop, deadband: 0.02 pu, full_at: 0.08 pu, curtail_from: 1.01 pu, curtail_all_at: 1.04 pu}
)";

StudyResult result_of(const ScratchFolder& folder, const std::string& text, const std::vector<std::string>& overrides = {},
                      const StudyOptions& options = {}) {
    std::ofstream(folder / "feeder.yaml") << feeder;
    std::ofstream(folder / "study.yaml") << text;
    return run_study(load(folder / "study.yaml", overrides), options);
}

std::string issues_of(const ScratchFolder& folder, const std::string& text) {
    std::ofstream(folder / "feeder.yaml") << feeder;
    std::ofstream(folder / "study.yaml") << text;
    Issues issues;
    (void)load_study(folder / "study.yaml", {}, issues);
    std::string all;
    for (const auto& issue : issues.list()) all += to_text(issue) + "\n";
    return all;
}

}  // namespace

TEST_CASE("generated and curtailed energy are what the sky gives, under every controller", "[photovoltaic][study]") {
    const ScratchFolder folder;
    const StudyResult result = result_of(folder, study(std::string(roofs) + homes, droops));
    REQUIRE(result.failures.empty());
    const double clear_kwh = 4 * 20.0 * 2.0 * (0.1 + 0.5 + 0.9 + 0.3);
    const auto& given = values(controller(result, "uncoordinated"), "generated_kwh");
    for (std::size_t r = 0; r < given.size(); ++r) {
        CHECK((given[r] >= 0.5 * clear_kwh && given[r] <= clear_kwh));
        CHECK(values(controller(result, "uncoordinated"), "curtailed_kwh")[r] == Approx(0.0).margin(1e-9));
        for (const char* const label : {"droop", "curtailing"}) {
            const RunResult& run = controller(result, label);
            CHECK(values(run, "generated_kwh")[r] + values(run, "curtailed_kwh")[r] == Approx(given[r]).epsilon(1e-12));
            CHECK(values(run, "charged_kwh")[r] == values(controller(result, "uncoordinated"), "charged_kwh")[r]);
        }
    }
    CHECK(given[0] != given[1]);
    CHECK(mean_of(controller(result, "droop"), "vmax_pu") < mean_of(controller(result, "uncoordinated"), "vmax_pu") - 0.005);
    CHECK(mean_of(controller(result, "curtailing"), "vmax_pu") < 1.04);
    CHECK(mean_of(controller(result, "curtailing"), "curtailed_kwh") > 0.0);
    CHECK(mean_of(controller(result, "uncoordinated"), "reverse_peak_kw") > 20.0);
    const auto& series = find(controller(result, "uncoordinated"), "series", "generated_kw").bands.mean;
    CHECK(series[12] == Approx(4 * 20.0 * 0.9 * mean_of(controller(result, "uncoordinated"), "generated_kwh") / clear_kwh));
}

TEST_CASE("roofs change nothing of the vehicles beside them, wherever they stand in the population", "[photovoltaic][study]") {
    const ScratchFolder folder;
    const auto stays_of = [&](const std::string& population) {
        const StudyResult result = result_of(folder, study(population, "\n  uncoordinated: {}\n"));
        REQUIRE(result.failures.empty());
        std::vector<std::vector<double>> columns;
        for (const char* const kpi : {"charged_kwh", "recharge_time", "v2g_kwh", "unserved_kwh"})
            columns.push_back(values(controller(result, "uncoordinated"), kpi));
        for (const char* const column : {"charged_kwh", "final_soc"})
            for (const auto& [replica, trace] : find(controller(result, "uncoordinated"), "stays", column).traces)
                columns.push_back(trace);
        return columns;
    };
    const auto alone = stays_of(homes);
    CHECK(stays_of(std::string(homes) + roofs) == alone);
    CHECK(stays_of(std::string(roofs) + homes) == alone);
}

TEST_CASE("studies with roofs are the same on any number of threads and side by side", "[photovoltaic][study]") {
    const ScratchFolder folder;
    const std::string text = study(std::string(roofs) + homes, droops);
    const Numbers one = all_numbers(result_of(folder, text, {}, {.threads = 1, .ensemble_width = 1}));
    require_identical(one, all_numbers(result_of(folder, text, {}, {.threads = 3})));
    require_identical(one, all_numbers(result_of(folder, text, {}, {.threads = 2, .ensemble_width = 4})));
}

TEST_CASE("photovoltaics need no controller, and one that cannot steer them is told", "[photovoltaic][study]") {
    const ScratchFolder folder;
    const std::string both = std::string(roofs) + homes;
    CHECK(issues_of(folder, study(both, "\n  apart: {parties: {cars: {controller: uncoordinated, groups: [homes]}}}\n")).empty());
    CHECK_THAT(issues_of(folder, study(both,
                                       "\n  apart: {parties: {cars: {controller: uncoordinated, groups: [homes]}, sun: "
                                       "{controller: uncoordinated, groups: [roofs]}}}\n")),
               Catch::Contains("controllers.apart.parties.sun.groups: has nothing to control") &&
                   Catch::Contains("generators such as photovoltaics feed in by themselves"));
    CHECK(issues_of(folder, study(both,
                                  "\n  apart: {parties: {cars: {controller: uncoordinated, groups: [homes]}, sun: "
                                  "{controller: voltage_droop, groups: [roofs]}}}\n"))
              .empty());
    CHECK_THAT(issues_of(folder, study(both, "\n  planned: {controller: valley_filling, power: 7.4 kW}\n")),
               Catch::Contains("controllers.planned: plans with the base load, without knowing what photovoltaics"));
}
