/// Discrete charging with few switchings, through the whole simulator: the published instances that the shipped scenario holds,
/// what happens where limits leave too little room, and what is said of bad input.
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "tests/scratch.hpp"
#include "tests/validation/reference_tables.hpp"
#include "tests/validation/study_fixture.hpp"

using namespace evsweep;
using namespace evsweep::validation;

namespace {

StudyResult run_with(const std::string& study, std::vector<std::string> overrides = {}) {
    return run_study(load(scenario("discrete_charging/" + study + "_study.yaml"), overrides), {});
}

double counter(const RunResult& run, const std::string& what, std::size_t replica = 0) {
    return find(run, "counters", what).values.at(replica);
}
double shape(const RunResult& run, const std::string& what, std::size_t replica = 0) {
    return find(run, "load_shape", what).values.at(replica);
}

/// What a plan promises, and what the plant says of it.
struct Expected {
    double kw2, peak_kw, deviation_kw;
    double transformer_slots, feeder_slots;  ///< at their limits
    double runs, needed_kwh;
};

void require_carried_out(const RunResult& run, const Expected& expected) {
    CAPTURE(run.label);
    CHECK(std::abs(counter(run, "primal_kw2") - expected.kw2) <= 1e-6);
    CHECK(std::abs(counter(run, "dual_kw2") - expected.kw2) <= 1e-6);
    CHECK(counter(run, "worst_gap_kw2") <= 1e-6);
    CHECK(counter(run, "worst_violation_kw") <= 1e-7);
    CHECK(std::abs(shape(run, "squared_demand") - expected.kw2) <= 1e-6 * expected.kw2);
    CHECK(std::abs(shape(run, "demand_peak") - expected.peak_kw) < 5.1e-3);
    CHECK(std::abs(shape(run, "demand_deviation") - expected.deviation_kw) < 5.1e-5);
    if (expected.transformer_slots >= 0.0) CHECK(counter(run, "transformer_slots_at_limit") == expected.transformer_slots);
    CHECK(counter(run, "feeder_slots_at_limit") == expected.feeder_slots);
    CHECK(counter(run, "transformer_slots_above_limit") == 0.0);
    CHECK(counter(run, "feeder_slots_above_limit") == 0.0);
    CHECK(counter(run, "switchings") == 2.0 * counter(run, "on_runs"));
    CHECK(shape(run, "charging_runs") == counter(run, "on_runs"));
    CHECK(std::abs(mean_of(run, "charged_kwh") - expected.needed_kwh) <= 1e-6);
    CHECK(mean_of(run, "unserved_kwh") <= 1e-6);
    CHECK(values(run, "vmin_pu").at(0) >= 0.95);
    for (const char* gap : {"feeder_gap_kwh", "session_gap_kwh", "fleet_gap_kwh"})
        for (const double kwh : find(run, "ledger", gap).values.read()) CHECK(std::abs(kwh) < 1e-6);
}

/// The limits of 40 vehicles with all from slot 22 on cut to `kw`.
std::string lowered_limits(const test::ScratchFolder& folder, double kw) {
    std::string text = "base_1,limit_1,limit_feeder\n";
    int slot = 0;
    for (const Row& row : table(scenario("discrete_charging/load_40.csv"))) {
        const auto cut = [&](const std::string& cell) { return slot >= 22 ? std::min(std::stod(cell), kw) : std::stod(cell); };
        text += row.at("base_1") + "," + std::to_string(cut(row.at("limit_1"))) + "," +
                std::to_string(cut(row.at("limit_feeder"))) + "\n";
        ++slot;
    }
    return folder.write("limits.csv", text).string();
}

}  // namespace

TEST_CASE("discrete charging: 40 vehicles in the plant have the published load, few runs and all their energy", "[study]") {
    const StudyResult result = run_with("small");
    REQUIRE(result.failures.empty());
    const Expected expected{1088129.509400, 153.00, 12.9839, 10, 4, 41, 282 * 1.65};
    require_carried_out(controller(result, "stage_1"), expected);
    require_carried_out(controller(result, "socdc"), expected);
    CHECK(counter(controller(result, "socdc"), "on_runs") <= 46.0);
    CHECK(counter(controller(result, "socdc"), "on_runs") <= 0.25 * counter(controller(result, "stage_1"), "on_runs"));
    const RunResult& uncontrolled = controller(result, "uncontrolled");
    CHECK(std::abs(shape(uncontrolled, "demand_peak") - 291.10) <= 1e-6);
    CHECK(std::abs(shape(uncontrolled, "demand_deviation") - 75.531) < 5.1e-4);
    CHECK(shape(uncontrolled, "charging_runs") == 40.0);
}

TEST_CASE("discrete charging: 200 vehicles in the plant have the published load, few runs and all their energy", "[study]") {
    const StudyResult result = run_with("reference");
    REQUIRE(result.failures.empty());
    const Expected expected{24448548.882100, 685.92, 52.3326, -1, 8, 250, 1530 * 1.65};
    require_carried_out(controller(result, "stage_1"), expected);
    require_carried_out(controller(result, "socdc"), expected);
    CHECK(counter(controller(result, "socdc"), "on_runs") <= 250.0);
    CHECK(counter(controller(result, "socdc"), "on_runs") <= 0.25 * counter(controller(result, "stage_1"), "on_runs"));
    const RunResult& uncontrolled = controller(result, "uncontrolled");
    CHECK(std::abs(shape(uncontrolled, "demand_peak") - 1376.98) <= 1e-6);
    CHECK(std::abs(shape(uncontrolled, "demand_deviation") - 369.356) < 5.1e-4);
}

TEST_CASE("discrete charging: nobody who keeps to whole slots is below the day-ahead plan, and continuous power is", "[study]") {
    const StudyResult result = run_with("reference");
    const double best = shape(controller(result, "socdc"), "squared_demand");
    for (const char* label : {"uncontrolled", "least_laxity", "receding"}) {
        CAPTURE(label);
        const RunResult& run = controller(result, label);
        CHECK(shape(run, "squared_demand") >= best);
        CHECK(mean_of(run, "unserved_kwh") <= 1e-6);
        if (run.label == "uncontrolled") continue;
        CHECK(counter(run, "transformer_slots_above_limit") == 0.0);
        CHECK(counter(run, "feeder_slots_above_limit") == 0.0);
    }
    const StudyResult bound = run_with("bound");
    REQUIRE(bound.failures.empty());
    CHECK(mean_of(controller(bound, "continuous"), "unserved_kwh") <= 1e-6 * 1530 * 1.65);  // what its solver leaves
    CHECK(shape(controller(bound, "continuous"), "squared_demand") <= best);
}

TEST_CASE("discrete charging: too little room is said with number, vehicles and slots, and as many as can are served",
          "[study]") {
    const test::ScratchFolder folder;
    for (const auto& [kw, served] : {std::pair(75.0, 232), std::pair(82.0, 255), std::pair(90.0, 282)}) {
        CAPTURE(kw);
        const std::string file = lowered_limits(folder, kw);
        const StudyResult result = run_with("small", {"controllers.socdc.limits.file=" + file, "controllers.stage_1=~",
                                                      "controllers.least_laxity=~", "controllers.receding=~"});
        REQUIRE(result.failures.empty());
        const RunResult& run = controller(result, "socdc");
        CHECK(counter(run, "unserved_slots") == 282 - served);
        CHECK(std::abs(mean_of(run, "charged_kwh") - served * 1.65) <= 1e-6);
        CHECK(counter(run, "transformer_slots_above_limit") == 0.0);
        const std::string expected =
            "limits leave room for " + std::to_string(served) +
            " of the 282 slots that vehicles need and are there for; short together are the charging points "
            "transformer_1 1-28, 30-40, in the slots transformer_1 4-60";
        const bool told =
            std::any_of(run.remarks.begin(), run.remarks.end(), [&](const auto& remark) { return remark.text == expected; });
        CHECK(told == (served < 282));
    }
}

TEST_CASE("discrete charging: a base load above its limit is said with slot and power, and nobody charges then", "[study]") {
    const test::ScratchFolder folder;
    const std::string file = lowered_limits(folder, 65.0);
    const StudyResult result =
        run_with("small", {"controllers.socdc.limits.file=" + file, "controllers.receding.limits.file=" + file,
                           "controllers.stage_1=~", "controllers.least_laxity=~"});
    REQUIRE(result.failures.empty());
    // The largest base load from slot 22 on, and how often it is above the limits of transformer and feeder.
    double most_kw = 0.0;
    int slot = 0, above = 0, worst = 0;
    for (const Row& row : table(scenario("discrete_charging/load_40.csv"))) {
        const double base = number(row, "base_1");
        if (slot >= 22 && base > 65.0) above += 2;
        if (slot >= 22 && base > most_kw) most_kw = base, worst = slot;
        ++slot;
    }
    const RunResult& run = controller(result, "socdc");
    char expected[200];
    std::snprintf(
        expected, sizeof expected,
        "the base load alone exceeds limits %d times, most by %.2f kW at transformer_1 in slot %d; no vehicle charges there "
        "then",
        above, most_kw - 65.0, worst);
    CHECK(std::any_of(run.remarks.begin(), run.remarks.end(), [&](const auto& remark) { return remark.text == expected; }));
    for (const char* label : {"socdc", "receding"}) {
        CAPTURE(label);
        CHECK(counter(controller(result, label), "transformer_slots_above_limit") == 0.0);
        CHECK(counter(controller(result, label), "feeder_slots_above_limit") == 0.0);
        CHECK(counter(controller(result, label), "unserved_slots") > 0.0);
        CHECK(mean_of(controller(result, label), "unserved_kwh") > 0.0);
    }
}

TEST_CASE("discrete charging: stays that are too short for what they need are said, and charge all the time", "[study]") {
    const test::ScratchFolder folder;
    const std::string stays = folder
                                  .write("stays.csv",
                                         "station_id,plug_in_local,plug_out_local,energy_kwh\n"
                                         "1,2025-01-13 19:05,2025-01-13 20:55,33.0\n"  // 20 slots; six whole and two parts
                                         "2,2025-01-13 18:00,2025-01-14 08:00,3.3\n")
                                  .string();
    const StudyResult result = run_with("small", {"population.transformer_1.file=" + stays, "controllers.least_laxity=~",
                                                  "population.transformer_1.placement.counts.station_1=2", "time.step=5 min"});
    REQUIRE(result.failures.empty());
    for (const char* label : {"socdc", "receding"}) {
        CAPTURE(label);
        const RunResult& run = controller(result, label);
        CHECK(std::abs(mean_of(run, "charged_kwh") - (6.6 * 110.0 / 60.0 + 3.3)) <= 1e-6);
        CHECK(counter(run, "short_slots") >= 12.0);
        CHECK(std::any_of(run.remarks.begin(), run.remarks.end(), [](const auto& remark) {
            return remark.text.find("do not fit into their stays, whatever the limits") != std::string::npos;
        }));
    }
    CHECK(counter(controller(result, "socdc"), "short_slots") == 12.0);
}

TEST_CASE("discrete charging: a power that is no level of the chargers is an error of the scenario with its place", "[study]") {
    Issues issues;
    const auto file = scenario("discrete_charging/small_study.yaml");
    CHECK_FALSE(load_study(file, {"controllers.socdc.power=5 kW"}, issues));
    REQUIRE_FALSE(issues.list().empty());
    CHECK_THAT(
        to_text(issues.list().front()),
        Catch::Contains("small_study.yaml:") &&
            Catch::Contains("controllers.socdc: cannot be made: power: 5 kW is not a power of charging point 1, which has the "
                            "levels 6.6 kW; choose one that all have"));
}

TEST_CASE("discrete charging: vehicles that limits do not see are warned of when a scenario is checked", "[study]") {
    const auto warnings_with = [](const std::vector<std::string>& settings) {
        std::vector<std::string> all{
            "population.other={behaviour: distribution, placement: {rule: counts, counts: {station_1: 20}}, "
            "arrival: 18 h, departure: 8 h, departure_day: next, initial_soc: 0.4, target_soc: 0.9, "
            "capacity: 60 kWh, charge_rating: 6.6 kW}",
            "controllers.stage_1=~", "controllers.receding=~", "controllers.least_laxity=~"};
        all.insert(all.end(), settings.begin(), settings.end());
        Issues issues;
        (void)load_study(scenario("discrete_charging/small_study.yaml"), all, issues);
        std::vector<std::string> texts;
        for (const Issue& issue : issues.list()) texts.push_back(issue.path + ": " + issue.problem);
        return texts;
    };
    const std::string of =
        "{controller: valley_filling, power: 6.6 kW, limits: {file: " + scenario("discrete_charging/load_40.csv").string() +
        ", every: 15 min, feeder: limit_feeder, transformers: {transformer_1: {limit: limit_1, groups: ";
    const auto has = [](const std::vector<std::string>& texts, const std::string& text) {
        CAPTURE(texts);
        return std::find(texts.begin(), texts.end(), text) != texts.end();
    };
    CHECK(
        has(warnings_with({"controllers.socdc=" + of + "[transformer_1]}}}}"}),
            "controllers.socdc.limits: vehicles of 'other' are behind none of the transformers, and only the limit of the feeder "
            "holds for them"));
    CHECK(warnings_with({"controllers.socdc=" + of + "[transformer_1, other]}}}}"}).empty());
    CHECK(
        has(warnings_with({"controllers.socdc=" + of + "[transformer_1, transformer_1]}}}}"}),
            "controllers.socdc: cannot be made: limits: transformer 'transformer_1' names the group 'transformer_1' twice; name "
            "it once"));
    const std::string own = of + "[transformer_1]}}}, groups: [transformer_1]}";
    CHECK(has(warnings_with({"controllers.socdc={parties: {a: " + own + ", b: {controller: uncoordinated, groups: [other]}}}"}),
              "controllers.socdc.parties.a.limits: do not see what vehicles of 'other' draw, which another controller of this "
              "alternative "
              "decides"));
}

TEST_CASE("discrete charging: drawn fleets are served within the limits by every controller that keeps them", "[study][slow]") {
    const StudyResult result = run_with("drawn", {"study.replicas=5"});
    REQUIRE(result.failures.empty());
    const RunResult& ahead = controller(result, "socdc");
    for (std::size_t r = 0; r < 5; ++r) {
        CAPTURE(r);
        for (const char* label : {"least_laxity", "stage_1", "socdc", "receding"}) {
            CAPTURE(label);
            CHECK(counter(controller(result, label), "transformer_slots_above_limit", r) == 0.0);
            CHECK(counter(controller(result, label), "feeder_slots_above_limit", r) == 0.0);
        }
        CHECK(counter(ahead, "worst_gap_kw2", r) <= 1e-6);
        CHECK(counter(controller(result, "receding"), "worst_gap_kw2", r) <= 1e-6);
        CHECK(counter(ahead, "on_runs", r) < 0.5 * counter(controller(result, "stage_1"), "on_runs", r));
        CHECK(values(ahead, "unserved_kwh").at(r) <= 1e-6);
    }
}
