// Studies whose base load differs from replica to replica.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "sim/report/comparison.hpp"
#include "sim/study/fleet_fingerprint.hpp"
#include "sim/study/load_study.hpp"
#include "sim/study/read_summary.hpp"
#include "sim/study/run_ensemble.hpp"
#include "sim/study/study.hpp"
#include "sim/study/write_results.hpp"
#include "unit/record/scratch_folder.hpp"
#include "unit/study/result_numbers.hpp"

using namespace evsweep;
using namespace evsweep::test;
using Catch::Matchers::Contains;

namespace {

constexpr double ohm = 0.01, nominal_kw = 40.0, volt = 400.0;

/// 40 kW behind 10 mohm.
const char* const two_buses = R"(name: two buses
source: {bus: s}
buses:
  - {id: s, nominal: 400 V}
  - {id: e, nominal: 400 V}
lines:
  - {id: l, from: s, to: e, r: 0.01 ohm, x: 0 ohm, rating: 1000 A}
loads:
  - {id: d, bus: e, p: 40 kW, q: 0 kvar}
)";

/// Two hours of ten cars that come soon after 18:00. The load varies by day, so within a replica it is constant.
const char* const evening = R"(title: evening
study: {replicas: 24, threads: 1}
time: {start: 2025-01-06 18:00, step: 10 min, duration: 2 h}
feeder: {file: feeder.yaml}
base_load: {variation: {demand: random_factors, day: 30 %}}
population:
  homes:
    behaviour: distribution
    vehicles: 10
    placement: {rule: round_robin, buses: [e]}
    arrival: {distribution: uniform, min: 18 h, max: 19 h}
    departure: 7 h
    initial_soc: {distribution: uniform, min: 0.2, max: 0.6}
    target_soc: 0.9
    capacity: 40 kWh
    charge_rating: 1 kW
    charge_efficiency: 0.9
controllers: {uncoordinated: {}, again: {controller: uncoordinated}}
outputs: {kpis: {}, series: {every: 30 min}, voltages: {every: 30 min}}
)";

struct Loading {
    explicit Loading(const std::vector<std::string>& overrides = {}, const std::string& text = evening) {
        std::ofstream(folder / "feeder.yaml") << two_buses;
        std::ofstream(folder / "study.yaml") << text;
        study = load_study(folder / "study.yaml", overrides, issues);
    }
    ScratchFolder folder;
    Issues issues;
    std::optional<LoadedStudy> study;
    [[nodiscard]] const LoadedStudy& loaded() const {
        for (const Issue& issue : issues.list()) UNSCOPED_INFO(to_text(issue));
        REQUIRE(study);
        return *study;
    }
};

std::vector<double> values(const RunResult& run, const std::string& name) {
    for (const VariableResult& v : run.variables)
        if (v.output == "kpis" && v.variable.name == name) return v.values.read();
    FAIL("no variable " << name);
    throw 0;
}

/// The load's factor of that replica, which is its day's.
double factor(const LoadedStudy& study, std::size_t replica) { return study.draw(ReplicaId(replica)).load_factors.factor.at(0); }

/// The factor at which the bus of the load is at `v_pu`: v (e - v) = R P, between phases.
double factor_at(double v_pu) { return v_pu * volt * (volt - v_pu * volt) / (ohm * 1000.0 * nominal_kw); }

}  // namespace

TEST_CASE("steps that the load of a replica itself puts outside the band are not the vehicles' doing") {
    // A limit between the voltage at the load of the profiles, .9975 pu, and those of days with a larger load.
    const Loading loading({"limits.voltage_min=0.9968 pu"});
    const LoadedStudy& study = loading.loaded();
    const double tolerance_pu = study.scenario.limits.voltage_tolerance_pu();
    const double critical = factor_at(0.9968 - tolerance_pu);
    REQUIRE(critical > 1.1);
    REQUIRE(critical < 1.5);
    const StudyResult result = run_study(study, {});
    REQUIRE(result.failures.empty());
    CHECK(values(result.base, "minutes_outside_band").at(0) == 0.0);
    const auto &all = values(result.controllers[0], "minutes_outside_band"),
               &caused = values(result.controllers[0], "vehicle_minutes_outside_band");
    std::size_t of_load = 0, of_vehicles = 0;
    for (std::size_t r = 0; r < result.replicas.size(); ++r) {
        CAPTURE(r, factor(study, r), critical);
        const bool is_outside_alone = factor(study, r) > critical;
        if (is_outside_alone) CHECK(all[r] == 120.0);
        CHECK(caused[r] == (is_outside_alone ? 0.0 : all[r]));
        of_load += is_outside_alone;
        of_vehicles += !is_outside_alone && all[r] > 0.0;
    }
    CHECK(of_load > 0);
    CHECK(of_vehicles > 0);
    CHECK(of_load + of_vehicles < result.replicas.size());
}

TEST_CASE("steps that photovoltaics put outside the band are not the vehicles' doing") {
    const Loading loading(
        {"base_load={}", "population.homes.vehicles=1", "population.homes.charge_rating=0.001 kW",
         "population.roofs={behaviour: photovoltaic, units: 4, peak: 20 kW, yield: {every: 1 h, values: [0.9]}, "
         "clearness: {distribution: uniform, min: 0.5, max: 1}, placement: {rule: round_robin, buses: [e]}}",
         "limits.voltage_max=1.0005 pu"});
    const StudyResult result = run_study(loading.loaded(), {});
    REQUIRE(result.failures.empty());
    CHECK(values(result.base, "minutes_outside_band").at(0) == 0.0);
    // 72 kW at most and 36 kW at least against 40 kW: beyond the limit on some days, which no vehicle draws anything on
    const auto& all = values(result.controllers[0], "minutes_outside_band");
    CHECK(std::count(all.begin(), all.end(), 120.0) > 0);
    CHECK(std::count(all.begin(), all.end(), 0.0) > 0);
    for (const double caused : values(result.controllers[0], "vehicle_minutes_outside_band")) CHECK(caused == 0.0);
}

TEST_CASE("replicas run without vehicles only where somebody looks at that") {
    const auto reads = [](const std::string& outputs) {
        const Loading loading({"outputs=" + outputs});
        const LoadedStudy& study = loading.loaded();
        const StudyOutputs made = make_outputs(study, study.draw(ReplicaId(0)));
        return made.read.count(signals::outside_band_without_vehicles.name) > 0;
    };
    CHECK(reads("{kpis: {}}"));
    CHECK_FALSE(reads("{series: {every: 30 min}}"));
    CHECK(reads("{record: {signals: [outside_band_without_vehicles], every: 30 min}}"));
}

TEST_CASE("a study with random loads is the same to the last bit for any number of threads and width of ensembles") {
    const Loading loading({"base_load.variation.load=20 %", "base_load.variation.fluctuation=40 %",
                           "base_load.variation.every=10 min", "limits.voltage_min=0.9968 pu"});
    const LoadedStudy& study = loading.loaded();
    const Numbers one = all_numbers(run_study(study, {.threads = 1, .ensemble_width = 1}));
    REQUIRE(one.at("uncoordinated/kpis/peak_kw").size() == 24);
    for (const StudyOptions& options : {StudyOptions{.threads = 2}, StudyOptions{.threads = 3, .ensemble_width = 2},
                                        StudyOptions{.threads = 1, .ensemble_width = 5, .profile = true}})
        require_identical(one, all_numbers(run_study(study, options)));
}

TEST_CASE("every alternative meets the same loads, and replicas meet others") {
    const Loading loading({"limits.voltage_min=0.9968 pu"});
    const StudyResult result = run_study(loading.loaded(), {});
    for (const VariableResult& v : result.controllers[0].variables)
        for (const VariableResult& other : result.controllers[1].variables)
            if (v.output == other.output && v.variable.name == other.variable.name)
                CHECK(is_identical(v.values.read(), other.values.read()));
    const auto& peaks = values(result.controllers[0], "peak_kw");
    CHECK(std::set<double>(peaks.begin(), peaks.end()).size() == peaks.size());
}

TEST_CASE("without vehicles to speak of, the feeder's demand is the load of each replica") {
    const Loading loading({"population.homes.vehicles=1", "population.homes.charge_rating=0.001 kW"});
    const LoadedStudy& study = loading.loaded();
    const StudyResult result = run_study(study, {});
    CHECK(values(result.base, "peak_kw").at(0) == Approx(nominal_kw).epsilon(1e-6));
    for (std::size_t r = 0; r < result.replicas.size(); ++r)
        CHECK(std::abs(values(result.controllers[0], "peak_kw")[r] - nominal_kw * factor(study, r)) < 0.0011);
}

TEST_CASE("who plans with a forecast of stays learns nothing of a replica's load") {
    const Loading loading;
    const LoadedStudy& study = loading.loaded();
    const Population fleet = study.draw(ReplicaId(0));
    REQUIRE(fleet.load_factors.vary());
    CHECK_FALSE(study.forecast_stays(ReplicaId(0), fleet).load_factors.vary());
}

TEST_CASE("replicas that differ in nothing but their load are different days") {
    const std::vector<std::string> nothing_random{"population.homes.arrival=18.5 h", "population.homes.initial_soc=0.5"};
    const Loading varied(nothing_random);
    CHECK(varied.issues.list().empty());
    const LoadedStudy& study = varied.loaded();
    CHECK(fleet_fingerprint(study.draw(ReplicaId(0))) != fleet_fingerprint(study.draw(ReplicaId(1))));
    CHECK_FALSE(run_study(study, {}).same_fleets);
    std::vector<std::string> same = nothing_random;
    same.emplace_back("base_load={}");
    const Loading constant(same);
    REQUIRE(constant.issues.list().size() == 1);
    CHECK_THAT(to_text(constant.issues.list().front()), Contains("all 24 replicas are the same day"));
}

TEST_CASE("a table and a file say that the column without vehicles has the load of the profiles") {
    const Loading loading;
    const StudyResult result = run_study(loading.loaded(), {});
    const std::string words = "base: the feeder without vehicles, at the load of its profiles before anything random";
    CHECK_THAT(comparison_table(result), Contains(words));
    REQUIRE_FALSE(write_results(result, loading.folder / "r.h5"));
    const ReadSummary read = read_summary(loading.folder / "r.h5");
    REQUIRE(read.result);
    CHECK_THAT(comparison_table(*read.result), Contains(words));
    const Loading constant({"base_load={}"});
    CHECK_THAT(comparison_table(run_study(constant.loaded(), {})), Contains("base: the feeder without vehicles\n"));
}

TEST_CASE("marks of a random load that are not control steps are an error of the scenario") {
    const Loading loading({"base_load.variation.every=15 min"});
    CHECK_FALSE(loading.study);
    REQUIRE_FALSE(loading.issues.list().empty());
    CHECK_THAT(
        to_text(loading.issues.list().front()),
        Contains("study.yaml:5:24: base_load.variation.every: 15 min is not a whole number of control steps; the control step "
                 "is 10 min"));
}
