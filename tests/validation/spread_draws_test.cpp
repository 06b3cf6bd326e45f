/// Replicas that are spread out, on the 33-bus study: means that are far more certain, intervals that stay honest, the same bits.
#include <catch2/catch.hpp>

#include "sim/report/comparison.hpp"
#include "sim/study/study_estimates.hpp"
#include "study_fixture.hpp"
#include "tests/unit/study/result_numbers.hpp"

using namespace evsweep;
using namespace evsweep::validation;

namespace {

std::vector<std::string> spread(const std::string& kind, int replicas, int batches = 16) {
    return {"study.replicas=" + std::to_string(replicas),
            "study.batches=" + std::to_string(batches),
            "study.draws=" + kind,
            "outputs.voltages=~",
            "outputs.traces=~",
            "outputs.events=~",
            "outputs.elements=~"};
}

StudyResult run_spread(const std::string& kind, int replicas, const StudyOptions& options = {}) {
    return run_study(load(scenario("ieee33/evms_study.yaml"), spread(kind, replicas)), options);
}

double gain(const StudyResult& result, const std::string& label, const std::string& kpi) {
    return StudyEstimates(result).gain(find(controller(result, label), "kpis", kpi));
}

std::string issues_of(const std::vector<std::string>& overrides) {
    Issues issues;
    (void)load_study(scenario("ieee33/evms_study.yaml"), overrides, issues);
    std::string all;
    for (const auto& issue : issues.list()) all += to_text(issue) + "\n";
    return all;
}

}  // namespace

TEST_CASE("spread draws are worth at least twice as many replicas for energy and peak of the 33-bus study", "[spread]") {
    for (const std::string kind : {"latin_hypercube", "sobol"}) {
        INFO(kind);
        const StudyResult result = run_spread(kind, 256);
        REQUIRE(result.failures.empty());
        CHECK(gain(result, "uncoordinated", "energy_kwh") > 2.0);
        CHECK(gain(result, "evms", "energy_kwh") > 2.0);
        CHECK(gain(result, "uncoordinated", "peak_kw") > 2.0);
        CHECK_THAT(comparison_table(result), Catch::Contains("Draws: " + kind + " in batches of 16 replicas"));
        // The mean is that of independent draws: within what both cannot know.
        const StudyResult independent =
            run_study(load(scenario("ieee33/evms_study.yaml"), {"study.replicas=256", "study.seed=9", "outputs.voltages=~"}), {});
        for (const char* const kpi : {"peak_kw", "energy_kwh", "loss_energy_kwh", "net_cost"}) {
            const Estimate a = StudyEstimates(result).mean(find(controller(result, "uncoordinated"), "kpis", kpi));
            const Estimate b = StudyEstimates(independent).mean(find(controller(independent, "uncoordinated"), "kpis", kpi));
            CHECK(std::abs(a.mean - b.mean) < 2.0 * (a.half_width() + b.half_width()));
        }
    }
}

TEST_CASE("pairing gains where both controllers follow the day, and nothing where one holds its number", "[spread]") {
    const StudyResult result =
        run_study(load(scenario("ieee33/evms_study.yaml"), {"study.replicas=200", "outputs.voltages=~"}), {});
    // The variance of differences between different days over that on the same days: how many times fewer replicas pairing takes.
    const auto saved = [&](const std::string& kpi) {
        const auto& a = values(controller(result, "evms"), kpi);
        const auto& b = values(controller(result, "uncoordinated"), kpi);
        const auto square = [](double deviation) { return deviation * deviation; };
        return (square(estimate_mean(a, 0.95).deviation) + square(estimate_mean(b, 0.95).deviation)) /
               square(estimate_paired_difference(a, b, 0.95).deviation);
    };
    CHECK(saved("energy_kwh") > 100.0);  // both charge the same vehicles
    CHECK(saved("loss_energy_kwh") > 2.0);
    CHECK(saved("peak_kw") == Approx(1.0).margin(0.3));  // evms holds the peak, which therefore does not follow the day
}

TEST_CASE("spread draws give the same bits on any number of threads and side by side", "[spread]") {
    const auto one = test::all_numbers(run_spread("sobol", 32, {.threads = 1, .ensemble_width = 1}));
    test::require_identical(one, test::all_numbers(run_spread("sobol", 32, {.threads = 3})));
    test::require_identical(one, test::all_numbers(run_spread("sobol", 32, {.threads = 2, .ensemble_width = 5})));
}

TEST_CASE("replicas that cannot be spread out are refused, and uneven ones warned of", "[spread]") {
    CHECK_THAT(issues_of(spread("latin_hypercube", 100)),
               Catch::Contains("study.replicas: 100 cannot be parted into 16 batches"));
    CHECK_THAT(issues_of(spread("latin_hypercube", 16)), Catch::Contains("16 in 16 batches leave nothing to spread out"));
    CHECK_THAT(issues_of(spread("sobol", 48)),
               Catch::Contains("warning: study.replicas: makes batches of 3") && Catch::Contains("take 64 replicas"));
    CHECK(issues_of(spread("latin_hypercube", 48)).empty());
    CHECK_THAT(issues_of({"study.batches=8"}), Catch::Contains("study.batches"));
    CHECK_THAT(issues_of({"study.draws=hypercube"}), Catch::Contains("unknown choice 'hypercube'"));
}
