/// Planned charging through the whole machine: the exact load flow of every step, several replicas, threads.
#include <catch2/catch.hpp>

#include "tests/unit/study/result_numbers.hpp"
#include "tests/validation/study_fixture.hpp"

using namespace evsweep;
using namespace evsweep::test;
using namespace evsweep::validation;

namespace {

/// The sampled fleets of the CIGRE MV study with a tenth of the vehicles, each ten times as large.
LoadedStudy few_large_vehicles(const std::vector<std::string>& controllers, const std::string& threads = "1") {
    std::vector<std::string> overrides{
        "study.replicas=3",
        "study.threads=" + threads,
        "study.reference=uncoordinated",
        "population.sampled_homes.placement.counts={3: 7, 4: 11, 5: 18, 6: 13, 8: 14, 10: 12, 11: 8, 14: 5}",
        "population.sampled_homes.capacity=160 kWh",
        "population.sampled_homes.charge_rating=36 kW",
        "population.sampled_homes.discharge_rating=36 kW",
        "controllers.smart=~",
        "controllers.smart_q=~",
        "controllers.v2g=~",
        "controllers.v2g_q=~",
        "controllers.smart_q_without_q=~"};
    for (const auto& it : controllers) overrides.push_back("controllers." + it);
    return load(scenario("cigre_mv/sampled_study.yaml"), overrides);
}

const std::vector<std::string> planned{
    "ahead={controller: optimal_schedule, strategy: smart, mode: day_ahead}",
    "ahead_q={controller: optimal_schedule, strategy: v2g_q, mode: day_ahead}",
    "receding={controller: optimal_schedule, strategy: smart, mode: receding, every: 30 min}",
    "foretold={controller: optimal_schedule, strategy: v2g, mode: receding, every: 1 h, arrivals: forecast}",
};

}  // namespace

TEST_CASE("planned charging keeps the exact load flow within the band that full power leaves",
          "[study][optimal_schedule][slow]") {
    const StudyResult result = run_study(few_large_vehicles(planned), {});
    REQUIRE(result.failures.empty());
    for (const double lowest : values(controller(result, "uncoordinated"), "vmin_pu")) CHECK(lowest < 0.95);
    for (const std::string label : {"ahead", "ahead_q", "receding", "foretold"}) {
        CAPTURE(label);
        const RunResult& run = controller(result, label);
        for (const double lowest : values(run, "vmin_pu")) CHECK(lowest >= 0.97 - 1.1e-4);
        for (const double violation : find(run, "counters", "worst_violation_pu").values.read()) CHECK(violation <= 1e-4);
        for (const double excess : find(run, "counters", "worst_excess_pu").values.read()) CHECK(excess == 0.0);
        for (const double stalled : find(run, "counters", "stalled_plans").values.read()) CHECK(stalled == 0.0);
    }
    for (const char* label : {"ahead", "ahead_q"})
        for (const double gap : find(controller(result, label), "counters", "worst_relative_gap").values.read())
            CHECK(gap < 1e-6);
}

TEST_CASE("planned studies are the same to the last bit for any number of threads", "[study][optimal_schedule][slow]") {
    const Numbers one = all_numbers(run_study(few_large_vehicles(planned, "1"), {}));
    require_identical(one, all_numbers(run_study(few_large_vehicles(planned, "2"), {})));
}
