/// Hosting capacities of shipped scenarios against all replicas at all values, by the output `kpis` and `run_study`: shorter
/// days, longer steps and fewer replicas than the scenarios have.

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "sim/study/hosting/hosting.hpp"
#include "study_fixture.hpp"

using namespace evsweep;
using namespace evsweep::validation;

namespace {

/// A scenario made small, and the limits that are compared.
struct Small {
    std::string scenario;
    std::vector<std::string> overrides;
    std::vector<std::string> limits;
};

HostingResult searched(const Small& small) {
    std::vector<std::string> overrides = small.overrides;
    overrides.emplace_back("hosting.places=~");
    overrides.emplace_back("hosting.curve=0");
    Issues issues;
    const auto plan = plan_hosting(scenario(small.scenario), overrides, issues);
    for (const auto& issue : issues.list()) UNSCOPED_INFO(to_text(issue));
    REQUIRE(plan);
    return find_hosting(*plan, {});
}

/// By controller, limit and level: how many replicas break the limit.
using Broken = std::vector<std::vector<std::vector<std::size_t>>>;

Broken brute_force(const Small& small, const HostingResult& result) {
    Broken broken(result.runs.size(), std::vector<std::vector<std::size_t>>(small.limits.size()));
    for (std::size_t level = 0; level < result.levels.count; ++level) {
        std::vector<std::string> overrides = small.overrides;
        overrides.emplace_back("outputs={kpis: {}}");
        overrides.push_back("study.replicas=" + std::to_string(result.replicas));
        for (const auto& assignment : result.levels.overrides(level)) overrides.push_back(assignment);
        const StudyResult all = run_study(load(scenario(small.scenario), overrides), {});
        for (std::size_t c = 0; c < result.runs.size(); ++c)
            for (std::size_t l = 0; l < small.limits.size(); ++l) {
                const auto& events = values(all.controllers[c], small.limits[l] + "_violation");
                broken[c][l].push_back(static_cast<std::size_t>(std::count(events.begin(), events.end(), 1.0)));
            }
    }
    return broken;
}

void check_against_brute_force(const Small& small) {
    const HostingResult result = searched(small);
    const Broken broken = brute_force(small, result);
    const auto allowed = static_cast<std::size_t>(result.at_most * static_cast<double>(result.replicas) + 1e-9);
    for (std::size_t c = 0; c < result.runs.size(); ++c) {
        for (std::size_t l = 0; l < small.limits.size(); ++l) {
            INFO(small.scenario << ", " << result.runs[c].controller << ", " << small.limits[l]);
            const auto at = std::find(result.limits.begin(), result.limits.end(), small.limits[l]);
            REQUIRE(at != result.limits.end());
            const HostingCapacity& found = result.runs[c].capacities[static_cast<std::size_t>(at - result.limits.begin())];
            const auto& counts = broken[c][l];
            // The shares that are told are those of whole studies, and the capacity is where they cross.
            if (found.at) {
                CHECK(found.at->broken == counts[static_cast<std::size_t>(found.estimate)]);
                CHECK(found.at->broken <= allowed);
            }
            if (found.above) {
                CHECK(found.above->broken == counts[static_cast<std::size_t>(found.estimate + 1)]);
                CHECK(found.above->broken > allowed);
            }
            // The first crossing of whole studies is inside the interval.
            const auto beyond = std::find_if(counts.begin(), counts.end(), [&](std::size_t n) { return n > allowed; });
            const std::ptrdiff_t first = beyond - counts.begin() - 1;
            CHECK((!found.low || *found.low <= first));
            REQUIRE(found.high);
            CHECK(first <= *found.high);
            if (found.contradicting == 0) CHECK(found.estimate == first);
        }
    }
    CHECK(result.replicas_run() < result.replicas_of_all_levels());
}

}  // namespace

TEST_CASE("the 33-bus feeder has the capacities of all replicas at all numbers of vehicles", "[hosting][slow]") {
    check_against_brute_force(
        {"ieee33/hosting_study.yaml",
         {"hosting.replicas=40", "hosting.at_most=10 %", "hosting.step=50", "time.step=15 min", "controllers.fuzzy=~"},
         {"any", "low_voltage", "line"}});
}

TEST_CASE("the European LV feeder has the capacities of all replicas at all numbers of vehicles", "[hosting][slow]") {
    check_against_brute_force({"european_lv/hosting_study.yaml",
                               {"hosting.replicas=40", "hosting.at_most=10 %", "hosting.to=48", "hosting.step=4",
                                "time.start=2025-01-06 17:00", "time.duration=5 h", "controllers.fuzzy=~"},
                               {"any", "low_voltage", "unbalance"}});
}
