#include "sim/study/study.hpp"

#include <catch2/catch.hpp>
#include <cstring>
#include <map>
#include <set>

#include "tests/validation/study_fixture.hpp"

using namespace evsweep;
using namespace evsweep::validation;

namespace {

/// Every number of a result, by a name that says where it stands.
std::map<std::string, std::vector<double>> all_numbers(const StudyResult& result) {
    std::map<std::string, std::vector<double>> numbers;
    const auto add = [&](const RunResult& run) {
        for (const auto& v : run.variables) {
            const std::string name = run.label + "/" + v.output + "/" + v.variable.name;
            numbers[name] = v.values;
            numbers[name + " mean"] = v.bands.mean;
            for (std::size_t q = 0; q < v.bands.quantiles.size(); ++q)
                numbers[name + " q" + std::to_string(q)] = v.bands.quantiles[q];
            for (const auto& [replica, trace] : v.traces) numbers[name + " trace " + std::to_string(replica.index())] = trace;
        }
    };
    add(result.base);
    for (const auto& run : result.controllers) add(run);
    return numbers;
}

/// Bit for bit, so that NaN equals NaN and -0 differs from 0.
bool is_identical(const std::vector<double>& a, const std::vector<double>& b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
}

StudyResult run_on(const LoadedStudy& study, int threads) {
    StudyOptions options;
    options.threads = threads;
    return run_study(study, options);
}

}  // namespace

TEST_CASE("a study's result is the same to the last bit for 1, 2 and 7 threads") {
    const LoadedStudy study =
        load(scenario("ieee33/comparison_study.yaml"), {"study.replicas=9", "population.homes.vehicles=90"});
    const auto one = all_numbers(run_on(study, 1));
    REQUIRE(one.size() > 100);
    for (int threads : {2, 7}) {
        const auto many = all_numbers(run_on(study, threads));
        REQUIRE(many.size() == one.size());
        for (const auto& [name, values] : one) {
            INFO(name);
            REQUIRE(is_identical(values, many.at(name)));
        }
    }
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

TEST_CASE("net benefit is the reference's net cost less one's own, replica by replica") {
    const StudyResult result =
        run_on(load(scenario("ieee33/evms_study.yaml"), {"study.replicas=3", "population.homes.vehicles=60"}), 1);
    const auto& reference = values(controller(result, "uncoordinated"), "net_cost");
    const auto& own = values(controller(result, "evms"), "net_cost");
    for (std::size_t r = 0; r < 3; ++r) {
        REQUIRE(values(controller(result, "evms"), "net_benefit")[r] == Approx(reference[r] - own[r]));
        REQUIRE(values(controller(result, "uncoordinated"), "net_benefit")[r] == 0.0);
    }
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
