// Studies that stop by themselves: which replicas they run, that nothing but values decides it, and what is refused.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "sim/record/result_reader.hpp"
#include "sim/report/comparison.hpp"
#include "sim/study/read_summary.hpp"
#include "sim/study/study_estimates.hpp"
#include "sim/study/write_results.hpp"
#include "tests/unit/record/scratch_folder.hpp"
#include "tests/unit/study/result_numbers.hpp"
#include "tests/validation/study_fixture.hpp"

using namespace evsweep;
using namespace evsweep::validation;
using namespace evsweep::test;
using Catch::Matchers::Contains;
using Overrides = std::vector<std::string>;

namespace {

/// Sixty vehicles on the 33-bus feeder, a step of 15 minutes, and numbers only.
Overrides small(const Overrides& more) {
    Overrides all{"population.homes.vehicles=60", "time.step=15 min", "outputs={kpis: {mark_every: 1 h}}"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

LoadedStudy study_with(const std::string& stop, const Overrides& more = {}) {
    Overrides all = small({"study.replicas=20", "study.stop=" + stop});
    all.insert(all.end(), more.begin(), more.end());
    return load(scenario("ieee33/evms_study.yaml"), all);
}

const std::string paired_peak = "{kpi: peak_kw, controller: evms, versus: uncoordinated, half_width: 6 kW, max_replicas: 200}";

/// What is said of a study that is not as it should be.
std::string complaints(const Overrides& overrides) {
    Issues issues;
    (void)load_study(scenario("ieee33/evms_study.yaml"), small(overrides), issues);
    std::string text;
    for (const Issue& issue : issues.list()) text += to_text(issue) + "\n";
    return text;
}

std::string complaint_of(const std::string& stop) { return complaints({"study.replicas=20", "study.stop=" + stop}); }

}  // namespace

TEST_CASE("a study stops once the interval that it reports is as narrow as asked", "[stop]") {
    const StudyResult result = run_study(study_with(paired_peak), {.threads = 2});
    REQUIRE(result.stop);
    const StopOutcome& stop = *result.stop;
    CHECK(stop.is_reached());
    CHECK(stop.asked == 6.0);
    REQUIRE(stop.looks.size() >= 2);
    CHECK(stop.looks.front() == 20);
    CHECK(stop.looks.back() == static_cast<double>(result.replicas.size()));
    CHECK(result.planned == static_cast<int>(result.replicas.size()));
    CHECK_FALSE(result.interrupted);
    const auto& evms = find(controller(result, "evms"), "kpis", "peak_kw");
    const auto& uncoordinated = find(controller(result, "uncoordinated"), "kpis", "peak_kw");
    CHECK(StudyEstimates(result).difference(evms, uncoordinated).half_width() == stop.reached);
    CHECK(StudyEstimates(result).difference(evms, uncoordinated).mean == stop.estimate);
}

TEST_CASE("its replicas are those of a study of that size, whatever threads and width of ensembles", "[stop]") {
    const LoadedStudy study = study_with(paired_peak);
    const StudyResult one = run_study(study, {.threads = 1, .ensemble_width = 1});
    const Numbers numbers = all_numbers(one);
    REQUIRE(one.replicas.size() > 20);
    const StudyOptions others[] = {
        {.threads = 2}, {.threads = 3, .ensemble_width = 5}, {.threads = 1, .ensemble_width = 7, .profile = true}};
    for (const StudyOptions& options : others) {
        const StudyResult other = run_study(study, options);
        require_identical(numbers, all_numbers(other));
        CHECK(other.stop->looks == one.stop->looks);
    }
    const std::string size = std::to_string(one.replicas.size());
    require_identical(numbers, all_numbers(run_study(load(scenario("ieee33/evms_study.yaml"), small({"study.replicas=" + size})),
                                                     {.threads = 2})));
}

TEST_CASE("a probability, a share of the mean and another confidence are aims as well", "[stop]") {
    // Sixty vehicles break no limit: 1 - 0.025^(1/n) <= 10 % takes 36 replicas, and 9 more make up for the first stage.
    const StudyResult never =
        run_study(study_with("{kpi: network_violation, controller: evms, half_width: 10 %, max_replicas: 400}"), {.threads = 2});
    REQUIRE(never.stop->estimate == 0.0);
    CHECK(never.stop->looks == std::vector<double>{20, 45});
    CHECK(never.stop->reached == Approx(1.0 - std::pow(0.025, 1.0 / 45.0)));
    CHECK_THAT(comparison_table(never), Contains("kpis.network_violation of evms ± 7.871 % at 95 %, asked for ± 10 %"));
    const StudyResult share = run_study(
        study_with("{kpi: peak_kw, controller: evms, relative: 0.3 %, confidence: 90 %, max_replicas: 400}"), {.threads = 2});
    CHECK(share.stop->is_reached());
    CHECK(share.stop->asked == Approx(0.003 * share.stop->estimate));
    StudyResult at_90 = share;
    at_90.confidence = 0.9;
    const auto& peak = find(controller(at_90, "evms"), "kpis", "peak_kw");
    CHECK(StudyEstimates(at_90).mean(peak).half_width() == share.stop->reached);
}

TEST_CASE("where the replicas that are allowed are too few, the table says so and how many would do", "[stop]") {
    const StudyResult result =
        run_study(study_with("{kpi: peak_kw, controller: evms, versus: uncoordinated, half_width: 0.5 kW, max_replicas: 45}"),
                  {.threads = 2});
    CHECK(result.replicas.size() == 45);
    CHECK_FALSE(result.stop->is_reached());
    CHECK(result.stop->would_do > 45);
    const std::string table = comparison_table(result);
    CHECK_THAT(table, Contains("replicas as needed: kpis.peak_kw of evms minus uncoordinated ± "));
    CHECK_THAT(table, Contains("Not as precise as asked: kpis.peak_kw of evms minus uncoordinated: asked ± 0.5 kW, reached ± "));
    CHECK_THAT(table, Contains("\nafter 45 replicas; study.stop.max_replicas is 45, about "));
}

TEST_CASE("a study that is interrupted keeps what is finished and says what it had planned", "[stop]") {
    std::stop_source source;
    const auto stop_after_22 = [&source](const Progress& progress) {
        CHECK(progress.at_most == 200);
        if (progress.finished == 22) source.request_stop();
    };
    const StudyResult result = run_study(
        study_with(paired_peak), {.threads = 1, .stop = source.get_token(), .progress = stop_after_22, .ensemble_width = 1});
    CHECK(result.interrupted);
    CHECK(result.replicas.size() == 22);
    CHECK(result.planned > 22);
    CHECK(result.stop->looks == std::vector<double>{20});
    const StudyResult whole = run_study(study_with(paired_peak), {.threads = 2});
    CHECK(result.planned == static_cast<int>(whole.stop->looks.at(1)));
}

TEST_CASE("files say by what rule a study stopped, and their table is that of the run", "[stop]") {
    const ScratchFolder folder;
    const StudyResult result = run_study(study_with(paired_peak), {.threads = 2});
    REQUIRE(write_results(result, folder / "r.h5") == std::nullopt);
    const ResultReader reader(folder / "r.h5");
    CHECK(reader.number_attribute("/stop", "half_width_asked") == 6.0);
    CHECK(reader.number_attribute("/stop", "half_width_reached") == result.stop->reached);
    CHECK(reader.number_attribute("/stop", "is_reached") == 1.0);
    CHECK(reader.numbers_attribute("/stop", "looked_at") == result.stop->looks);
    CHECK_THAT(reader.text_attribute("/stop", "rule"), Contains("Hall 1981"));
    const ReadSummary summary = read_summary(folder / "r.h5");
    REQUIRE(summary.result);
    CHECK(comparison_table(*summary.result) == comparison_table(result));
}

TEST_CASE("one day that all replicas repeat is not repeated more often", "[stop]") {
    const std::string day =
        "population.homes={behaviour: distribution, vehicles: 6, placement: {rule: round_robin, buses: [1, 2]}, "
        "arrival: 18 h, departure: 7 h, initial_soc: 0.4, target_soc: 0.8, capacity: 40 kWh, charge_rating: 7 kW}";
    const StudyResult result =
        run_study(study_with("{kpi: peak_kw, controller: evms, half_width: 1 kW, max_replicas: 100}", {day}), {.threads = 2});
    CHECK(result.replicas.size() == 20);
    CHECK_FALSE(result.stop->is_reached());
    CHECK_THAT(comparison_table(result), Contains("which are one day: no number of them says more"));
}

TEST_CASE("a single replica is run without the rule", "[stop]") {
    const StudyResult result = run_study(study_with(paired_peak), {.threads = 1, .only = ReplicaId(3)});
    CHECK(result.replicas == std::vector<ReplicaId>{ReplicaId(3)});
    CHECK_FALSE(result.stop);
}

TEST_CASE("a stop that cannot be is refused at its place", "[stop]") {
    CHECK_THAT(complaint_of("{kpi: peak_kv, controller: evms, half_width: 1 kW, max_replicas: 100}"),
               Contains("study.stop.kpi: no output has a number per replica 'peak_kv'; did you mean 'peak_kw'?"));
    CHECK_THAT(complaint_of("{kpi: kpis.peak_kv, controller: evms, half_width: 1 kW, max_replicas: 100}"),
               Contains("did you mean 'kpis.peak_kw'?"));
    CHECK_THAT(complaint_of("{kpi: peak_kw, controller: emvs, half_width: 1 kW, max_replicas: 100}"),
               Contains("study.stop.controller: there is no controller 'emvs'; did you mean 'evms'?"));
    CHECK_THAT(
        complaint_of("{kpi: peak_kw, half_width: 1 kW, max_replicas: 100}"),
        Contains("study.stop.controller: is missing: the study compares several; say whose number it is: uncoordinated, evms"));
    CHECK_THAT(complaint_of("{kpi: peak_kw, controller: evms, versus: evms, half_width: 1 kW, max_replicas: 100}"),
               Contains("study.stop.versus: is the controller itself"));
    CHECK_THAT(complaint_of("{kpi: vmin_bus, controller: evms, half_width: 1, max_replicas: 100}"),
               Contains("study.stop.kpi: kpis.vmin_bus is a name and no number"));
    CHECK_THAT(complaint_of("{kpi: peak_time_h, controller: evms, half_width: 1 h, max_replicas: 100}"),
               Contains("study.stop.kpi: kpis.peak_time_h is a time of day"));
    CHECK_THAT(complaint_of("{kpi: peak_kw, controller: evms, half_width: 1 kWh, max_replicas: 100}"),
               Contains("study.stop.half_width: 'kWh' is not a power"));
    CHECK_THAT(complaint_of("{kpi: peak_kw, controller: evms, half_width: 10, max_replicas: 100}"),
               Contains("study.stop.half_width: needs a unit"));
    CHECK_THAT(complaint_of("{kpi: peak_kw, controller: evms, half_width: 0 kW, max_replicas: 100}"),
               Contains("study.stop.half_width: 0 kW is not above 0"));
    CHECK_THAT(complaint_of("{kpi: any_violation, controller: evms, half_width: 2, max_replicas: 100}"),
               Contains("study.stop.half_width: 2 is wider than all that a probability can be; say a share below 1, e.g. `2 %`"));
    CHECK_THAT(complaint_of("{kpi: peak_kw, controller: evms, relative: 2, max_replicas: 100}"),
               Contains("study.stop.relative: 2 is out of range; must be (0, 1]; did you mean `2 %`?"));
    CHECK_THAT(complaint_of("{kpi: net_cost, controller: evms, half_width: 1 EUR, max_replicas: 100}"),
               Contains("study.stop.half_width: '1 EUR' is no number of $"));
    CHECK_THAT(complaint_of("{kpi: peak_kw, controller: evms, max_replicas: 100}"),
               Contains("study.stop.half_width: is missing"));
    CHECK_THAT(complaint_of("{kpi: peak_kw, controller: evms, half_width: 1 kW, relative: 1 %, max_replicas: 100}"),
               Contains("study.stop.relative: is given beside half_width"));
    CHECK_THAT(complaint_of("{kpi: peak_kw, controller: evms, half_width: 1 kW}"),
               Contains("study.stop.max_replicas: is missing"));
    CHECK_THAT(complaint_of("{kpi: peak_kw, controller: evms, half_width: 1 kW, max_replicas: 10}"),
               Contains("study.stop: max_replicas, 10, is below study.replicas, 20"));
}

TEST_CASE("numbers of replicas that do not go with a stop are refused, and what they leave open is warned of", "[stop]") {
    const std::string stop = "study.stop={kpi: peak_kw, controller: evms, half_width: 10 kW, max_replicas: 100}";
    CHECK_THAT(complaints({stop, "study.replicas=5"}),
               Contains("study.replicas: with study.stop these are the replicas of the first stage"));
    CHECK_THAT(complaints({stop, "study.replicas=32", "study.draws=latin_hypercube"}),
               Contains("study.draws: are spread out over replicas whose number study.stop decides"));
    CHECK_THAT(complaints({stop, "study.replicas=20", "outputs={kpis: {}, traces: {replicas: [0, 30], every: 1 h}}"}),
               Contains("outputs.traces.replicas: replica 30 is recorded only if study.stop takes the study so far"));
    CHECK_THAT(complaints({stop, "study.replicas=20", "outputs={kpis: {}, again: {output: kpis}}"}),
               Contains("study.stop.kpi: several outputs have a 'peak_kw'; say which: kpis.peak_kw, again.peak_kw"));
    CHECK(complaints({stop, "study.replicas=20"}) == "");
}

TEST_CASE("half-widths may be in any unit of their kind", "[stop]") {
    const auto half_width = [](const std::string& kpi, const std::string& text) {
        return study_with("{kpi: " + kpi + ", controller: evms, half_width: " + text + ", max_replicas: 100}").stop->half_width;
    };
    CHECK(half_width("peak_kw", "0.01 MW") == 10.0);
    CHECK(half_width("minutes_outside_band", "0.5 h") == 30.0);
    CHECK(half_width("minutes_outside_band", "30 min") == 30.0);
    CHECK(half_width("loading_max_pct", "2 %") == 2.0);
    CHECK(half_width("net_cost", "1.5 $") == 1.5);
    CHECK(half_width("vmin_pu", "0.001 pu") == 0.001);
}
