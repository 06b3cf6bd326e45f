#include <catch2/catch.hpp>

#include "sim/record/result_reader.hpp"
#include "sim/report/comparison.hpp"
#include "sim/study/read_summary.hpp"
#include "sim/study/study_profile.hpp"
#include "sim/study/write_results.hpp"
#include "tests/unit/record/scratch_folder.hpp"
#include "tests/unit/study/planner.hpp"
#include "tests/unit/study/result_numbers.hpp"
#include "tests/validation/study_fixture.hpp"

using namespace evsweep;
using namespace evsweep::test;
using namespace evsweep::validation;
using Catch::Matchers::Contains;
using Texts = std::vector<std::string>;

namespace {

const bool registered = add_plugin<Controller, Planner>();

/// The 33-bus study with few vehicles, and the planner beside its controllers.
LoadedStudy study_with(const ScratchFolder& folder, const std::string& settings, int replicas = 7) {
    std::ofstream(folder / "study.yaml") << "extends: " << scenario("ieee33/evms_study.yaml").string() << "\n"
                                         << "study: {replicas: " << replicas << ", reference: planner}\n"
                                         << "time: {step: 5 min}\noutputs: {traces: ~, events: ~}\n"
                                         << "population: {homes: {vehicles: 30}}\n"
                                         << "controllers: {evms: ~, planner: {controller: test_planner, " << settings << "}}\n";
    return load(folder / "study.yaml");
}

const RunResult& planner(const StudyResult& result) { return controller(result, "planner"); }

Texts texts_of(const RunResult& run) {
    Texts texts;
    for (const ReplicaRemark& r : run.remarks)
        texts.push_back(std::to_string(r.replica.index()) + " " + std::to_string(r.at.time_since_epoch().count()) + " " + r.text);
    return texts;
}

bool is_same_stay(const Session& a, const Session& b) {
    return a.connector == b.connector && a.plug_in == b.plug_in && a.unplug == b.unplug && a.initial_soc == b.initial_soc;
}

bool are_same_stays(const Population& a, const Population& b) {
    return std::equal(a.sessions.begin(), a.sessions.end(), b.sessions.begin(), b.sessions.end(), is_same_stay);
}

}  // namespace

TEST_CASE("a forecast of stays is another draw at the same connectors, a function of seed and replica alone") {
    const LoadedStudy study = load(scenario("ieee33/evms_study.yaml"), {"population.homes.vehicles=60"});
    const LoadedStudy other_seed = load(scenario("ieee33/evms_study.yaml"), {"population.homes.vehicles=60", "study.seed=2"});
    const Population truth = study.draw(ReplicaId(3));
    const Population forecast = study.forecast_stays(ReplicaId(3), truth);
    CHECK(are_same_stays(forecast, study.forecast_stays(ReplicaId(3), study.draw(ReplicaId(3)))));
    CHECK_FALSE(are_same_stays(forecast, truth));
    CHECK_FALSE(are_same_stays(forecast, study.forecast_stays(ReplicaId(4), truth)));
    CHECK_FALSE(are_same_stays(forecast, other_seed.forecast_stays(ReplicaId(3), truth)));
    CHECK(forecast.connectors.bus == truth.connectors.bus);
    CHECK(is_identical({forecast.connectors.charge_rating.raw().begin(), forecast.connectors.charge_rating.raw().end()},
                       {truth.connectors.charge_rating.raw().begin(), truth.connectors.charge_rating.raw().end()}));
    CHECK(forecast.sessions.size() > 40);
}

TEST_CASE("no replica of any study is what another's forecast is") {
    const LoadedStudy study = load(scenario("ieee33/evms_study.yaml"), {"population.homes.vehicles=10"});
    const Population forecast = study.forecast_stays(ReplicaId(0), study.draw(ReplicaId(0)));
    for (std::size_t r = 0; r < 50; ++r) CHECK_FALSE(are_same_stays(forecast, study.draw(ReplicaId(r))));
}

TEST_CASE("what a controller reads and uses is stored, with whom it has it from") {
    const ScratchFolder folder;
    const LoadedStudy study = study_with(folder, "", 2);
    const StudyResult result = run_study(study, {.threads = 1});
    REQUIRE(result.failures.empty());
    Texts services, publishers;
    for (const ReadSignal& read : planner(result).reads) services.push_back(read.signal), publishers.push_back(read.publisher);
    CHECK(services == Texts{"linear_grid", "arrivals", "foresight"});
    CHECK(publishers == Texts(3, "simulator"));
    CHECK(controller(result, "uncoordinated").reads.empty());
    REQUIRE(write_results(result, folder / "r.h5") == std::nullopt);
    const ResultReader reader(folder / "r.h5");
    CHECK(reader.texts("/controllers/planner/reads/signal") == services);
    CHECK(reader.texts("/controllers/planner/reads/party") == Texts(3, "planner"));
    CHECK_FALSE(reader.has("/controllers/uncoordinated/reads"));
}

TEST_CASE("remarks reach the result in replica order, whatever threads and widths") {
    const ScratchFolder folder;
    const LoadedStudy study = study_with(folder, "remarks: 3");
    const Texts one = texts_of(planner(run_study(study, {.threads = 1, .ensemble_width = 1})));
    REQUIRE(one.size() == 9);
    CHECK(one[4] == "3 3600000 limit 1 was not kept by 0.1 kW in replica 3");
    for (const StudyOptions& options : {StudyOptions{.threads = 1}, StudyOptions{.threads = 3, .ensemble_width = 2},
                                        StudyOptions{.threads = 2, .ensemble_width = 3, .profile = true}}) {
        CAPTURE(options.threads, options.ensemble_width);
        const StudyResult result = run_study(study, options);
        CHECK(texts_of(planner(result)) == one);
        CHECK(planner(result).remark_count == 9);
        CHECK(planner(result).remarked_replicas == 3);
        CHECK(result.controllers.front().remarks.empty());
    }
}

TEST_CASE("a file tells the first thousand remarks and how many there were, and its summary what the run told") {
    const ScratchFolder folder;
    const StudyResult result = run_study(study_with(folder, "remarks: 350"), {});
    REQUIRE(planner(result).remark_count == 1050);
    REQUIRE(planner(result).remarks.size() == 1000);
    REQUIRE(write_results(result, folder / "r.h5") == std::nullopt);
    const ResultReader reader(folder / "r.h5");
    CHECK(reader.number_attribute("/controllers/planner", "remarks") == 1050.0);
    CHECK(reader.number_attribute("/controllers/planner", "remarked_replicas") == 3.0);
    CHECK(reader.texts("/controllers/planner/remarks/text").at(1) == "limit 1 was not kept by 0.1 kW in replica 1");
    CHECK(reader.numbers("/controllers/planner/remarks/time_h").at(1) == 1.0);
    CHECK(reader.numbers("/controllers/planner/remarks/replica").at(999) == 5.0);
    CHECK_FALSE(reader.has("/controllers/uncoordinated/remarks"));
    const ReadSummary read = read_summary(folder / "r.h5");
    REQUIRE(read.result);
    CHECK(comparison_table(*read.result) == comparison_table(result));
    CHECK_THAT(comparison_table(result),
               Contains("\nplanner: 1050 remarks in 3 of 7 replicas; among the first 1000\n"
                        "  in 3 replicas, first in replica 1 at 12:00: limit 0 was not kept by 0.0 kW in replica 1\n"));
}

TEST_CASE("a replica whose controller cannot decide has failed with its words, and the others are kept") {
    const ScratchFolder folder;
    const StudyResult result = run_study(study_with(folder, "trouble: when_it_decides, remarks: 1"), {.threads = 2});
    REQUIRE(result.failures.size() == 2);
    CHECK(result.failures[0].replica == ReplicaId(2));
    CHECK(result.failures[0].controller == "planner");
    CHECK_THAT(result.failures[0].what, Catch::Matchers::Matches("at [0-2][0-9]:[0-5][0-9]: the forecast has no numbers; look at "
                                                                 "base_load"));
    CHECK(result.replicas.size() == 5);
    CHECK(planner(result).remarked_replicas == 2);  // 1 and 3: the fifth has failed
}

TEST_CASE("a controller that cannot be made for the study is named with its place in the file") {
    const ScratchFolder folder;
    const auto text_of = [&](const std::string& trouble) {
        std::ofstream(folder / "study.yaml")
            << "extends: " << scenario("ieee33/evms_study.yaml").string() << "\n"
            << "study: {reference: planner}\n"
            << "controllers:\n  planner: {controller: test_planner, trouble: " << trouble << "}\n";
        Issues issues;
        REQUIRE_FALSE(load_study(folder / "study.yaml", {}, issues));
        REQUIRE(issues.list().size() == 1);
        return to_text(issues.list().front());
    };
    CHECK_THAT(text_of("when_made"), Contains("study.yaml:4:3: controllers.planner: cannot be made: it plans for 2 h, and the "
                                              "study has 1 h; ask for less"));
    CHECK_THAT(text_of("bug_when_made"), Contains("study.yaml:4:3: controllers.planner: cannot be made: internal error: a bug"));
}

TEST_CASE("an output cannot take a name that results use themselves") {
    const ScratchFolder folder;
    std::ofstream(folder / "study.yaml") << "extends: " << scenario("ieee33/evms_study.yaml").string() << "\n"
                                         << "outputs:\n  remarks: {output: kpis}\n";
    Issues issues;
    REQUIRE_FALSE(load_study(folder / "study.yaml", {}, issues));
    CHECK_THAT(to_text(issues.list().at(0)),
               Contains("study.yaml:3:3: outputs.remarks: is a name that results use themselves; name it otherwise"));
}

TEST_CASE("a profile tells how long each controller took to decide") {
    const ScratchFolder folder;
    const StudyResult result = run_study(study_with(folder, ""), {.threads = 2, .profile = true});
    REQUIRE(result.profile);
    const RunProfile& total = result.profile->total;
    REQUIRE(total.controllers.size() == result.controllers.size());
    DecisionProfile sum;
    for (std::size_t c = 0; c < total.controllers.size(); ++c) {
        CAPTURE(result.profile->controllers[c]);
        CHECK(result.profile->controllers[c] == result.controllers[c].label);
        CHECK(total.controllers[c].decisions > 7 * 10);
        CHECK(total.controllers[c].longest <= total.controllers[c].spent);
        CHECK(total.controllers[c].longest.count() > 0);
        sum += total.controllers[c];
    }
    CHECK(sum.decisions == total.decided.decisions);
    CHECK(sum.spent == total.decided.spent);
    CHECK(sum.spent <= total.spent[static_cast<std::size_t>(Activity::control)]);
    REQUIRE(write_results(result, folder / "r.h5") == std::nullopt);
    const ResultReader reader(folder / "r.h5");
    CHECK(reader.texts("/profile/controller") == result.profile->controllers);
    const auto seconds = reader.numbers("/profile/decision_seconds");
    const auto mean_ms = reader.numbers("/profile/decision_mean_ms");
    const auto decisions = reader.numbers("/profile/decisions");
    for (std::size_t c = 0; c < seconds.size(); ++c) CHECK(mean_ms.at(c) * decisions.at(c) == Approx(1e3 * seconds[c]));
    CHECK(reader.text_attribute("/profile/decision_longest_ms", "units") == "ms");
}
