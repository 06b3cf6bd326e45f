/// Fuzzy charging in three areas, through the whole simulator: every row of the published study that the shipped scenario holds,
/// and what five draws of the project's own disturbances show. The series of every second are held by the unit tests of the
/// agent.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "places.hpp"
#include "tests/validation/study_fixture.hpp"

using namespace evsweep;
using namespace evsweep::validation;

namespace {

constexpr const char* scenario_file = "frequency_three_areas/reference_study.yaml";

double counter(const RunResult& run, const std::string& area, const std::string& what, std::size_t replica = 0) {
    return find(run, "counters", "power_system_" + area + "_" + what).values.at(replica);
}

StudyResult run_with(std::vector<std::string> overrides, const std::string& file = scenario_file) {
    return run_study(load(scenario(file), overrides), {});
}

/// Fleets of `size` times 300, 240 and 240 MW.
std::vector<std::string> fleet_of(double size) {
    std::vector<std::string> overrides;
    const double ratings_mw[] = {300.0, 240.0, 240.0};
    for (int i = 0; i < 3; ++i)
        overrides.push_back("agents.power_system.areas.area_" + std::to_string(i + 1) +
                            ".vehicles_stand_for=" + std::to_string(ratings_mw[i] * size / 0.7));
    return overrides;
}

void require_row(const RunResult& run, const std::vector<double>& hz, const std::vector<double>& tie_mw) {
    for (std::size_t i = 0; i < 3; ++i) {
        const std::string area = "area_" + std::to_string(i + 1);
        CAPTURE(run.label, area);
        REQUIRE(counter(run, area, "largest_deviation_hz") == Approx(hz[i]).margin(2e-4));
        REQUIRE(counter(run, area, "largest_tie_mw") == Approx(tie_mw[i]).margin(0.1));
    }
}

}  // namespace

TEST_CASE("three areas: the shipped study has the published deviations of frequency and exchange", "[study]") {
    const StudyResult result = run_with({});
    REQUIRE(result.failures.empty());
    require_row(controller(result, "dumb"), {.2147, .2142, .2158}, {87.34, 39.50, 78.64});
    require_row(controller(result, "frequency"), {.0549, .0550, .0556}, {84.82, 36.69, 75.80});
    require_row(controller(result, "frequency_and_tie"), {.0546, .0548, .0545}, {23.93, 11.65, 22.57});
    for (const auto& run : result.controllers)
        for (const char* gap : {"feeder_gap_kwh", "session_gap_kwh", "fleet_gap_kwh"})
            for (double kwh : find(run, "ledger", gap).values.read()) REQUIRE(std::abs(kwh) < 1e-6);
}

TEST_CASE("three areas: other fleets and gains have the published deviations", "[study][slow]") {
    require_row(controller(run_with(fleet_of(1.0)), "frequency"), {.0715, .0715, .0722}, {84.98, 36.67, 76.08});
    require_row(controller(run_with(fleet_of(2.0)), "frequency"), {.0449, .0449, .0455}, {84.63, 36.80, 75.63});
    require_row(controller(run_with({"controllers.frequency_and_tie.tie_gain=2"}), "frequency_and_tie"), {.0545, .0547, .0545},
                {14.26, 6.87, 13.44});
    require_row(controller(run_with({"controllers.frequency_and_tie.tie_gain=8"}), "frequency_and_tie"), {.0543, .0545, .0544},
                {4.27, 1.99, 4.03});
}

TEST_CASE("three areas: old readings cost what was published, and half a second is worse than no response", "[study][slow]") {
    const std::pair<const char*, double> expected[] = {
        {"100 ms", .0550}, {"200 ms", .1917}, {"300 ms", .3364}, {"500 ms", .5314}};
    for (const auto& [delay, hz] : expected) {
        CAPTURE(delay);
        const StudyResult result = run_with({std::string("metering.frequency_deviation.delay=") + delay});
        REQUIRE(counter(controller(result, "frequency"), "area_1", "largest_deviation_hz") ==
                Approx(hz).epsilon(0.03).margin(2e-4));
        REQUIRE(counter(controller(result, "dumb"), "area_1", "largest_deviation_hz") == Approx(.2147).margin(2e-4));
    }
}

TEST_CASE("three areas: a response does not take more energy than none when the sun only goes", "[study]") {
    std::vector<std::string> overrides{"time.duration=2 min"};  // the first cloud comes after 75 s and stays
    const char* const sun[] = {"338.0 * clouds_1", "202.8 * clouds_2", "270.4 * clouds_3"};
    for (int i = 0; i < 3; ++i)
        overrides.push_back("agents.power_system.disturbances.recorded.load_mw.area_" + std::to_string(i + 1) + "=" + sun[i]);
    const StudyResult result = run_with(overrides);
    const double without = mean_of(controller(result, "dumb"), "charged_kwh");
    for (const char* label : {"frequency", "frequency_and_tie"})
        REQUIRE(mean_of(controller(result, label), "charged_kwh") <= without);
}

TEST_CASE("three areas: 20 drawn disturbances confirm the reductions", "[study][slow]") {
    const StudyResult result = run_with({"study.replicas=20"}, "frequency_three_areas/drawn_study.yaml");
    REQUIRE(result.failures.empty());
    const RunResult &dumb = controller(result, "dumb"), &frequency = controller(result, "frequency"),
                    &both = controller(result, "frequency_and_tie");
    double reduction = 0.0;
    for (std::size_t r = 0; r < 20; ++r) {
        REQUIRE(counter(dumb, "area_1", "largest_deviation_hz", r) == Approx(.2147).epsilon(1e-9));
        reduction +=
            1.0 - counter(both, "area_1", "largest_deviation_hz", r) / counter(dumb, "area_1", "largest_deviation_hz", r);
    }
    REQUIRE(reduction / 20 == Approx(0.71).margin(0.08));
    for (const char* area : {"area_1", "area_2", "area_3"}) {
        double by_frequency = 0.0, by_both = 0.0;
        for (std::size_t r = 0; r < 20; ++r) {
            by_frequency += 1.0 - counter(frequency, area, "largest_tie_mw", r) / counter(dumb, area, "largest_tie_mw", r);
            by_both += 1.0 - counter(both, area, "largest_tie_mw", r) / counter(dumb, area, "largest_tie_mw", r);
        }
        CAPTURE(area);
        REQUIRE(by_both / 20 >= 0.60);
        REQUIRE(by_frequency / 20 < 0.20);
    }
}
