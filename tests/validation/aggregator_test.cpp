/// The aggregator's study through the whole simulator: every row of the reference (two independent solvers) that the shipped
/// scenarios hold, targets, cap and floor in the plant with exact times and with losses, and what is told where there is no plan.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "places.hpp"
#include "scratch.hpp"
#include "tests/validation/study_fixture.hpp"

using namespace evsweep;
using namespace evsweep::validation;

namespace {

/// Cost of a day in EUR, wear of .02 EUR per kWh returned included.
struct Row {
    int day;
    double fee, uncontrolled, v1g, v2g, day_ahead, rolling;
};
const Row reference[] = {
    {1, 0.00, 118.399721, 69.976195, 60.532202, 68.489310, 62.719309},
    {1, 0.05, 192.646300, 144.222774, 144.222774, 146.195665, 144.793223},
    {1, 0.10, 266.892879, 218.469352, 218.469352, 220.442244, 219.072675},
    {1, 0.15, 341.139457, 292.715931, 292.715931, 294.688823, 293.334181},
    {2, 0.00, 19.820550, -11.168865, -36.096810, -33.027397, -36.081986},
    {2, 0.05, 96.626865, 66.110490, 59.838459, 69.262562, 63.384724},
    {2, 0.10, 173.433181, 142.986940, 141.962827, 148.418218, 142.971055},
    {2, 0.15, 250.239497, 219.793256, 219.597356, 225.831179, 220.694862},
    {3, 0.00, 158.618700, 98.095243, 75.833705, 78.289635, 78.289635},
    {3, 0.05, 235.578173, 175.054716, 172.496446, 175.661229, 174.660560},
    {3, 0.10, 312.537647, 252.014190, 252.014190, 255.142566, 254.345896},
    {3, 0.15, 389.497121, 328.973664, 328.973664, 332.102040, 331.288529},
    {4, 0.00, 127.191129, 98.252729, 82.901285, 91.235957, 86.547172},
    {4, 0.05, 200.776919, 171.838519, 170.458202, 175.942645, 172.253120},
    {4, 0.10, 274.362708, 245.424308, 245.401012, 249.840486, 246.172903},
    {4, 0.15, 347.948498, 319.010098, 319.010098, 323.426275, 319.861113},
    {5, 0.00, 504.618261, 169.243261, -121.863937, -121.863937, -121.863937},
    {5, 0.05, 589.239840, 253.864840, 4.068127, 5.795487, 5.795487},
    {5, 0.10, 673.861419, 338.486419, 124.853141, 125.474741, 125.474741},
    {5, 0.15, 758.482998, 423.107998, 245.638154, 246.259754, 246.259754},
};

/// What makes `file` of the shipped scenarios the study of another day and fee.
std::vector<std::string> of_day(int day, double fee = 0.0) {
    const char* const dates[] = {"2024-02-13", "2024-05-12", "2024-06-18", "2024-09-17", "2024-11-06"};
    const std::string table = scenario("aggregator/day_" + std::to_string(day) + ".csv").string();
    std::vector<std::string> list{std::string("time.start=") + dates[day - 1] + " 12:00", "prices.buy.file=" + table,
                                  "prices.day_ahead.file=" + table, "base_load.profiles.day.file=" + table,
                                  "prices.fee=" + std::to_string(fee) + " EUR/kWh"};
    const char* const last_days[] = {"2024-02-14", "2024-05-13", "2024-06-19", "2024-09-18", "2024-11-07"};
    for (const std::string size : {"small", "medium", "large"}) {
        list.push_back("population." + size + ".file=" + scenario("aggregator/fleet_" + std::to_string(day) + ".csv").string());
        list.push_back("population." + size + ".to=" + last_days[day - 1]);
    }
    return list;
}

StudyResult run_day(const std::string& file, int day, double fee = 0.0, std::vector<std::string> more = {}) {
    std::vector<std::string> overrides = of_day(day, fee);
    overrides.insert(overrides.end(), more.begin(), more.end());
    return run_study(load(scenario("aggregator/" + file), overrides), {});
}

double kpi(const RunResult& run, const std::string& name) { return values(run, name).at(0); }
double counter(const RunResult& run, const std::string& name) { return find(run, "counters", name).values.at(0); }
double cost(const RunResult& run, double wear = 0.02) { return kpi(run, "net_cost") + wear * kpi(run, "v2g_kwh"); }

const char* const planned[] = {"v1g", "v2g", "day_ahead", "rolling"};

void require_certified(const StudyResult& result) {
    for (const char* label : planned) {
        const RunResult& run = controller(result, label);
        CAPTURE(label);
        CHECK(counter(run, "worst_relative_gap") <= 1e-7);
        CHECK(counter(run, "worst_violation") <= 1e-7);
        CHECK(counter(run, "unfollowed_kwh") <= 1e-6);
        CHECK(counter(run, "lowered_targets") == 0.0);
    }
    CHECK(counter(controller(result, "rolling"), "plans") == 24.0);
}

void require_energy_is_kept(const StudyResult& result) {
    for (const auto& run : result.controllers)
        for (const char* gap : {"feeder_gap_kwh", "session_gap_kwh", "fleet_gap_kwh"})
            for (double kwh : find(run, "ledger", gap).values.read()) CHECK(std::abs(kwh) < 1e-6);
}

}  // namespace

TEST_CASE("aggregator: the shipped days have the costs of the reference, in every row", "[study][slow]") {
    double before[5] = {};
    for (const Row& row : reference) {
        CAPTURE(row.day, row.fee);
        const StudyResult result = run_day("hour_study.yaml", row.day, row.fee);
        REQUIRE(result.failures.empty());
        const double uncontrolled = cost(controller(result, "uncontrolled")), v1g = cost(controller(result, "v1g")),
                     v2g = cost(controller(result, "v2g")), day_ahead = cost(controller(result, "day_ahead")),
                     rolling = cost(controller(result, "rolling"));
        CHECK(uncontrolled == Approx(row.uncontrolled).margin(1e-5).epsilon(0));
        CHECK(v1g == Approx(row.v1g).margin(1e-5).epsilon(0));
        CHECK(v2g == Approx(row.v2g).margin(1e-5).epsilon(0));
        CHECK(day_ahead == Approx(row.day_ahead).margin(1e-4).epsilon(0));
        CHECK(rolling == Approx(row.rolling).margin(0.005 * row.uncontrolled).epsilon(0));
        CHECK(counter(controller(result, "v2g"), "planned_cost") == Approx(v2g).margin(1e-5).epsilon(0));
        // Whoever knows more, or may do more, pays no more; fees cost.
        CHECK(v2g <= std::min(rolling, day_ahead) + 1e-9);
        CHECK(v2g <= v1g + 1e-9);
        CHECK(rolling <= day_ahead + 1e-4);
        const double now[] = {uncontrolled, v1g, v2g, day_ahead, rolling};
        for (std::size_t k = 0; k < 5; ++k) {
            if (row.fee > 0.0) CHECK(now[k] > before[k]);
            before[k] = now[k];
        }
        require_certified(result);
        require_energy_is_kept(result);
    }
}

TEST_CASE("aggregator: peaks fall to the cap, and valleys to the floor where selling pays", "[study]") {
    const double peaks[] = {466.474, 477.305, 457.200, 462.432, 440.589};
    for (int day = 1; day <= 5; ++day) {
        CAPTURE(day);
        const StudyResult result = run_day("hour_study.yaml", day);
        CHECK(kpi(controller(result, "uncontrolled"), "peak_hourly_kw") == Approx(peaks[day - 1]).margin(1e-3));
        for (const char* label : planned) {
            const RunResult& run = controller(result, label);
            CAPTURE(label);
            CHECK(kpi(run, "peak_kw") == Approx(330.0).margin(1e-6));
            CHECK(kpi(run, "peak_kw") - kpi(run, "peak_to_valley_kw") >= 50.0 - 1e-6);
        }
        const RunResult& v2g = controller(result, "v2g");
        CHECK(kpi(v2g, "peak_kw") - kpi(v2g, "peak_to_valley_kw") == Approx(50.0).margin(1e-6));
    }
}

TEST_CASE("aggregator: with exact times the plans are the same, and nobody leaves short", "[study]") {
    for (int day = 1; day <= 5; ++day) {
        CAPTURE(day);
        const StudyResult hours = run_day("hour_study.yaml", day), exact = run_day("day_study.yaml", day);
        REQUIRE(exact.failures.empty());
        for (const char* label : planned) {
            CAPTURE(label);
            const RunResult& run = controller(exact, label);
            // Equal forecasts tie, and which of the equal plans is taken may hang on the last digit of a state of charge.
            const double tie = label == std::string("rolling") ? 0.005 * cost(controller(hours, "uncontrolled")) : 1e-6;
            CHECK(cost(run) == Approx(cost(controller(hours, label))).margin(std::abs(tie)).epsilon(0));
            CHECK(kpi(run, "unserved_kwh") <= 1e-6);
            CHECK(kpi(run, "short_vehicles") == 0.0);
            CHECK(kpi(run, "peak_kw") <= 330.0 + 1e-6);
            CHECK(kpi(run, "peak_kw") - kpi(run, "peak_to_valley_kw") >= 50.0 - 1e-6);
        }
        require_certified(exact);
        require_energy_is_kept(exact);
    }
}

TEST_CASE("aggregator: behind cables the cap holds at the feeder's head, with the losses of each step", "[study]") {
    for (int day = 1; day <= 5; ++day) {
        CAPTURE(day);
        const StudyResult result = run_day("cable_study.yaml", day);
        REQUIRE(result.failures.empty());
        for (const char* label : planned) {
            const RunResult& run = controller(result, label);
            CAPTURE(label);
            CHECK(kpi(run, "source_peak_kw") <= 330.0 + 1e-5);
            CHECK(kpi(run, "source_peak_kw") >= 330.0 - 1e-2);
            CHECK(kpi(run, "unserved_kwh") <= 1e-6);
        }
        const RunResult& ignored = controller(result, "losses_ignored");
        CHECK(kpi(ignored, "source_peak_kw") > 331.0);
        CHECK(cost(ignored) <= cost(controller(result, "v2g")) + 1e-9);
    }
}

TEST_CASE("aggregator: a cap that cannot be kept is told with hour and power, or with the least cap that can", "[study]") {
    const auto failure_of = [](const std::string& label, int day, const std::string& cap) {
        const StudyResult result = run_day("hour_study.yaml", day, 0.0, {"controllers." + label + ".cap=" + cap});
        for (const auto& failure : result.failures)
            if (failure.controller == label) return failure.what;
        return std::string("no failure");
    };
    CHECK(failure_of("v1g", 1, "200 kW") ==
          "at 12:00: a cap of 200 kW cannot be kept: at 20:00 on 2024-02-13 the base load is 250 kW, the 48 vehicles there "
          "return 0 "
          "kW at the most, and 50 kW are left above it; raise the cap");
    CHECK(failure_of("v2g", 1, "200 kW") ==
          "at 12:00: a cap of 200 kW leaves too little power for the targets; the least cap under which there is a plan is "
          "234.574 kW");
    CHECK(failure_of("v1g", 1, "251 kW") ==
          "at 12:00: a cap of 251 kW leaves too little power for the targets; the least cap under which there is a plan is "
          "251.606 kW");
    CHECK(failure_of("v2g", 2, "240 kW") == "no failure");
    for (const auto& [day, expected] : {std::pair(1, 89.936414), {2, 22.442727}}) {
        const StudyResult result = run_day("hour_study.yaml", day, 0.0, {"controllers.v2g.cap=240 kW"});
        CHECK(cost(controller(result, "v2g")) == Approx(expected).margin(1e-5).epsilon(0));
    }
}

TEST_CASE("aggregator: the exclusivity test in the plant: no vehicle runs energy in circles", "[study]") {
    const StudyResult result = run_day("hour_study.yaml", 2, 0.0, {"controllers.v2g.wear=0.005 EUR/kWh"});
    const RunResult& run = controller(result, "v2g");
    CHECK(cost(run, 0.005) == Approx(-46.113233).margin(1e-6).epsilon(0));
    CHECK(counter(run, "branched_nodes") > 0.0);
    CHECK(counter(run, "unfollowed_kwh") <= 1e-6);
}

TEST_CASE("aggregator: a target out of reach is lowered, and told by vehicle", "[study]") {
    const StudyResult result = run_day("hour_study.yaml", 1, 0.0, {"population.small.charge_rating=1.5 kW"});
    const RunResult& run = controller(result, "v2g");
    REQUIRE(result.failures.empty());
    CHECK(counter(run, "lowered_targets") > 0.0);
    REQUIRE(run.remarks.size() == static_cast<std::size_t>(counter(run, "lowered_targets")));
    CHECK_THAT(run.remarks.front().text, Catch::StartsWith("the target of vehicle ") &&
                                             Catch::Contains("is out of reach: 36 kWh are wanted at ") &&
                                             Catch::Contains("whole steps at 1.5 kW lead to"));
    CHECK(kpi(run, "unserved_kwh") == Approx(kpi(controller(result, "uncontrolled"), "unserved_kwh")).margin(1e-6));
}

TEST_CASE("aggregator: bad input is refused with its place", "[study]") {
    const auto issues_of = [](std::vector<std::string> overrides) {
        Issues issues;
        const auto study = load_study(scenario("aggregator/hour_study.yaml"), overrides, issues);
        std::string all;
        for (const Issue& issue : issues.list()) all += to_text(issue) + "\n";
        return all;
    };
    const test::ScratchFolder folder;
    const auto changed = [&folder](const std::string& name, const std::string& from, const std::string& to) {
        std::ifstream file(scenario("aggregator/" + name));
        std::string text{std::istreambuf_iterator<char>(file), {}};
        const auto at = text.find(from);
        REQUIRE(at != std::string::npos);
        return folder.write(name, text.replace(at, from.size(), to)).string();
    };
    const std::string row_missing = changed("day_1.csv", "2024-02-13 15:00,70.70,90.21,0.589\n", "");
    CHECK_THAT(issues_of({"prices.buy.file=" + row_missing}),
               Catch::Contains("day_1.csv:5:1: prices.buy.file: time '2024-02-13 16:00'"));
    CHECK_THAT(issues_of({"prices.day_ahead.file=" + row_missing}), Catch::Contains("day_1.csv:5:1: prices.day_ahead.file"));
    CHECK_THAT(issues_of({"time.start=2024-02-13 18:00"}),
               Catch::Contains("prices.buy.file: lacks values from 2024-02-14 12:00 on"));
    CHECK_THAT(issues_of({"prices.buy.unit=~"}), Catch::Contains("day_1.csv:2:") && Catch::Contains("needs a unit"));
    CHECK_THAT(issues_of({"prices.buy.file=" + changed("day_1.csv", "57.73", "nan")}),
               Catch::Contains("day_1.csv:3:") && Catch::Contains("nan"));
    CHECK_THAT(issues_of({"population.small.charge_efficiency=1.2"}), Catch::Contains("population.small.charge_efficiency"));
    CHECK_THAT(issues_of({"controllers.v2g.floor=400 kW"}), Catch::Contains("controllers.v2g.floor: is above the cap"));
    CHECK_THAT(issues_of({"prices.day_ahead=~"}),
               Catch::Contains("needs prices as expected the day before, and the scenario has none; add `prices.day_ahead`"));
    CHECK_THAT(issues_of({"prices.fee=0.05 $/kWh"}), Catch::Contains("prices.fee: is in '$' but the prices are in 'EUR'"));
    CHECK_THAT(issues_of({"controllers.v2g.step=20 min"}), Catch::Contains("is not a whole number of control steps"));
    const std::string backwards = changed("fleet_1.csv", "2024-02-14 08:00,27.236842105263", "2024-02-13 08:00,27.236842105263");
    CHECK_THAT(
        issues_of(
            {"population.small.file=" + backwards, "population.medium.file=" + backwards, "population.large.file=" + backwards}),
        Catch::Contains("fleet_1.csv:3:1: warning: population.large: 1 rows end at or before their plug-in and are left out"));
}
