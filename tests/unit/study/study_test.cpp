#include "sim/study/study.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <optional>

#include "sim/record/result_reader.hpp"
#include "sim/study/run_ensemble.hpp"
#include "sim/study/write_results.hpp"
#include "tests/unit/record/scratch_folder.hpp"
#include "tests/unit/study/result_numbers.hpp"
#include "tests/validation/study_fixture.hpp"

using namespace evsweep;
using namespace evsweep::validation;
using namespace evsweep::test;

namespace {

StudyResult run_on(const LoadedStudy& study, int threads) {
    StudyOptions options;
    options.threads = threads;
    return run_study(study, options);
}

/// None where the array holds texts.
std::optional<std::vector<double>> numbers_of(const ResultReader& reader, const std::string& path) {
    try {
        return reader.numbers(path);
    } catch (const FileError&) {
        return std::nullopt;
    }
}

/// Every array of `group` and below, but for the profile.
void require_same_arrays(const ResultReader& one, const ResultReader& many, const std::string& group, std::size_t& compared) {
    const std::string prefix = group == "/" ? "/" : group + "/";
    REQUIRE(one.arrays(group) == many.arrays(group));
    for (const std::string& name : one.arrays(group)) {
        CAPTURE(prefix + name);
        ++compared;
        REQUIRE(one.dims(prefix + name) == many.dims(prefix + name));
        if (const auto numbers = numbers_of(one, prefix + name))
            REQUIRE(is_identical(*numbers, many.numbers(prefix + name)));
        else
            REQUIRE(one.texts(prefix + name) == many.texts(prefix + name));
    }
    for (const std::string& below : one.groups(group)) require_same_arrays(one, many, prefix + below, compared);
}

}  // namespace

TEST_CASE("a study's result is the same to the last bit for 1, 2, 3 and 7 threads, for any width of ensembles, profiled or not") {
    const LoadedStudy study =
        load(scenario("ieee33/comparison_study.yaml"), {"study.replicas=9", "population.homes.vehicles=90"});
    const Numbers one = all_numbers(run_study(study, {.threads = 1, .ensemble_width = 1}));
    REQUIRE(one.size() > 100);
    const StudyOptions others[] = {{.threads = 1},
                                   {.threads = 2},
                                   {.threads = 3, .profile = true},
                                   {.threads = 7},
                                   {.threads = 1, .ensemble_width = 2, .profile = true},
                                   {.threads = 2, .ensemble_width = 5},
                                   {.threads = 3, .ensemble_width = 9},
                                   {.threads = 2, .ensemble_width = 100},
                                   {.threads = 1, .scratch_block = 1},
                                   {.threads = 2, .scratch_block = 4}};
    for (const StudyOptions& options : others) {
        CAPTURE(options.threads, options.ensemble_width, options.profile);
        require_identical(one, all_numbers(run_study(study, options)));
    }
}

TEST_CASE("result files are the same but for their provenance, whatever threads, widths and profile") {
    const ScratchFolder folder;
    const LoadedStudy study = load(scenario("ieee33/evms_study.yaml"), {"study.replicas=8", "population.homes.vehicles=60"});
    REQUIRE(write_results(run_study(study, {.threads = 1, .ensemble_width = 1}), folder / "one.h5") == std::nullopt);
    REQUIRE(write_results(run_study(study, {.threads = 3, .ensemble_width = 3, .profile = true}), folder / "many.h5") ==
            std::nullopt);
    const ResultReader one(folder / "one.h5");
    const ResultReader many(folder / "many.h5");
    std::size_t compared = 0;
    require_same_arrays(one, many, "/", compared);
    REQUIRE(compared > 100);
    CHECK_FALSE(one.has("/profile"));
    CHECK(many.has("/profile"));
}

TEST_CASE("a replica does not depend on how many others there are") {
    const auto few =
        all_numbers(run_on(load(scenario("ieee33/evms_study.yaml"), {"study.replicas=2", "population.homes.vehicles=60"}), 1));
    const auto more =
        all_numbers(run_on(load(scenario("ieee33/evms_study.yaml"), {"study.replicas=4", "population.homes.vehicles=60"}), 2));
    const std::string name = "evms/kpis/peak_kw";
    for (std::size_t r = 0; r < 2; ++r) REQUIRE(few.at(name).at(r) == more.at(name).at(r));
}

TEST_CASE("every controller sees the same days") {
    const LoadedStudy study = load(scenario("ieee33/evms_study.yaml"), {"study.replicas=3", "population.homes.vehicles=60"});
    const StudyResult result = run_on(study, 2);
    for (const char* series : {"arrivals", "departures"}) {
        const auto& a = find(result.controllers.at(0), "series", series).bands.mean;
        const auto& b = find(result.controllers.at(1), "series", series).bands.mean;
        REQUIRE(is_identical(a, b));
    }
}

TEST_CASE("the feeder alone is outside the band by its buses, not by its source, and not by less than the tolerance") {
    const auto steps_outside = [](const std::vector<std::string>& overrides) {
        const LoadedStudy study = load(scenario("ieee33/evms_study.yaml"), overrides);
        StudyOutputs outputs = make_outputs(study, study.draw(ReplicaId(0)));
        (void)run_base(study, outputs);
        REQUIRE(outputs.base_outside.size() == study.base->steps());
        return std::count(outputs.base_outside.begin(), outputs.base_outside.end(), 1);
    };
    const std::string high = "feeder.source_voltage=1.05 pu";
    CHECK(steps_outside({high, "limits.voltage_max=1.0499 pu"}) == 0);
    CHECK(steps_outside({high, "limits.voltage_max=1.04 pu"}) == 1440);
    CHECK(steps_outside({high, "limits.voltage_max=1.04 pu", "limits.tolerance=0.0099"}) == 0);
    CHECK(steps_outside({"limits.voltage_min=0.9132 pu"}) > 0);
    CHECK(steps_outside({"limits.voltage_min=0.9132 pu", "limits.tolerance=2e-4"}) == 0);
}

TEST_CASE("another seed gives other days") {
    const auto first = all_numbers(run_on(load(scenario("ieee33/evms_study.yaml"), {"study.replicas=1", "study.seed=1"}), 1));
    const auto second = all_numbers(run_on(load(scenario("ieee33/evms_study.yaml"), {"study.replicas=1", "study.seed=2"}), 1));
    REQUIRE(first.at("uncoordinated/kpis/peak_kw") != second.at("uncoordinated/kpis/peak_kw"));
}

TEST_CASE("a study that is asked to stop keeps what it finished and says that it was interrupted") {
    const LoadedStudy study = load(scenario("ieee33/evms_study.yaml"), {"study.replicas=50", "population.homes.vehicles=60"});
    std::stop_source stop;
    StudyOptions options;
    options.threads = 2;
    options.ensemble_width = 1;
    options.stop = stop.get_token();
    options.progress = [&](const Progress& p) {
        if (p.finished == 5) stop.request_stop();
    };
    const StudyResult result = run_study(study, options);
    REQUIRE(result.interrupted);
    REQUIRE(result.planned == 50);
    REQUIRE(result.replicas.size() >= 5);
    REQUIRE(result.replicas.size() <= 5 + 2 * 3);  // threads may be three ensembles ahead of what is put together
    REQUIRE(values(result.controllers.at(0), "peak_kw").size() == result.replicas.size());
}

TEST_CASE("replicas that were finished before a stop are those of the whole study, to the last bit") {
    const LoadedStudy study = load(scenario("ieee33/evms_study.yaml"), {"study.replicas=12", "population.homes.vehicles=60"});
    const StudyResult whole = run_on(study, 1);
    std::stop_source stop;
    StudyOptions options;
    options.threads = 3;
    options.ensemble_width = 1;
    options.stop = stop.get_token();
    options.progress = [&](const Progress& p) {
        if (p.finished == 4) stop.request_stop();
    };
    const StudyResult part = run_study(study, options);
    REQUIRE(part.interrupted);
    REQUIRE(part.replicas.size() < whole.replicas.size());
    for (const auto& run : part.controllers)
        for (const auto& variable : run.variables) {
            if (variable.values.empty()) continue;
            const auto& all = find(controller(whole, run.label), variable.output, variable.variable.name).values.read();
            std::vector<double> expected;
            for (const ReplicaId replica : part.replicas) expected.push_back(all.at(replica.index()));
            INFO(run.label << " " << variable.variable.name);
            REQUIRE(is_identical(variable.values.read(), expected));
        }
}

TEST_CASE("a study that is stopped before its first replica has nothing, and says so") {
    std::stop_source stop;
    stop.request_stop();
    StudyOptions options;
    options.stop = stop.get_token();
    const StudyResult result = run_study(load(scenario("ieee33/evms_study.yaml"), {"study.replicas=7"}), options);
    CHECK(result.interrupted);
    CHECK(result.planned == 7);
    CHECK(result.replicas.empty());
}

TEST_CASE("problems of a scenario and of its feeder are told together") {
    const auto folder = std::filesystem::temp_directory_path() / "evsweep_told_together";
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "net.yaml") << "source: {bus: 1}\nbuses:\n  - {id: 1, nominal: 10 kV}\n  - {id: 2, nominal: 10 kV}\n";
    std::ofstream(folder / "study.yaml") << "feeder: {file: net.yaml}\nstudy: {sed: 3}\ntime: {start: 2025-01-06 00:00}\n"
                                         << "population: {}\ncontrollers: {uncoordinated: {}}\n";
    Issues issues;
    REQUIRE_FALSE(load_study(folder / "study.yaml", {}, issues));
    std::string all;
    for (const auto& issue : issues.list()) all += to_text(issue) + "\n";
    REQUIRE_THAT(all, Catch::Matchers::Contains("study.yaml:2:9: study.sed: unknown key; did you mean 'seed'?"));
    REQUIRE_THAT(all, Catch::Matchers::Contains("net.yaml:4:5"));
    std::filesystem::remove_all(folder);
}
