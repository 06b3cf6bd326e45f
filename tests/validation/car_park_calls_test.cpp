/// The car park through the whole simulator: reserves that are called, meters counted by hand, drawn fleets, and what is said of
/// bad input.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdio>
#include <fstream>

#include "scratch.hpp"
#include "tests/validation/car_park_days.hpp"

using namespace evsweep;
using namespace evsweep::validation;
using namespace evsweep::validation::car_park;

namespace {

/// Text of all issues of a scenario with these settings.
std::string issues_of(const std::vector<std::string>& overrides, const std::string& file = "car_park/reference_study.yaml") {
    Issues issues;
    const auto study = load_study(scenario(file), overrides, issues);
    std::string all;
    for (const Issue& issue : issues.list()) all += to_text(issue) + "\n";
    return all;
}

/// Why the first replica fails.
std::string failure_of(const std::vector<std::string>& overrides) {
    const StudyResult result = run_study(load(scenario("car_park/reference_study.yaml"), overrides), {});
    return result.failures.empty() ? "no failure" : result.failures.front().what;
}

}  // namespace

TEST_CASE("car park: reserves that are called move vehicles, and never a battery beyond its bounds", "[study]") {
    const std::vector<std::string> calls{"agents={operator: {agent: reserve_calls, up: 15 %, down: 15 %}}",
                                         "controllers.opt.calls=follow",
                                         "controllers.reserves.calls=follow",
                                         "outputs.park.signals=[reserve_call]",
                                         "outputs.points.signals=[power, state_of_charge]",
                                         "controllers.immediate=~",
                                         "controllers.average=~",
                                         "controllers.no_sun=~",
                                         "controllers.case_6=~",
                                         "study.reference=v2g"};
    for (int n = 1; n <= 4; ++n)
        for (const char* seed : {"1", "2"}) {
            CAPTURE(n, seed);
            const StudyResult result = run_with(file_of(n), with(calls, {std::string("study.seed=") + seed}));
            for (const char* label : {"reserves", "opt"}) {
                const RunResult& run = controller(result, label);
                CAPTURE(label);
                CHECK(counter(run, "called_steps") > 10.0);
                CHECK(counter(run, "called_up_kwh") > 0.0);
                CHECK(counter(run, "called_down_kwh") > 0.0);
                CHECK(counter(run, "plans") > 5.0);
                CHECK(counter(run, "failed_plans") == 0.0);
                CHECK(counter(run, "worst_violation") <= 1e-7);
                CHECK(counter(run, "over_import_kw") + counter(run, "over_export_kw") + counter(run, "over_inverter_kw") == 0.0);
                CHECK(counter(run, "unfollowed_kwh") <= 1e-6);
                CHECK(counter(run, "unserved_kwh") == Approx(kpi(run, "unserved_kwh")).margin(1e-5).epsilon(0));
                const std::vector<double> call = trace(run, "park", "reserve_call");
                const auto net = metered_kw(result, run);
                for (std::size_t t = 0; t < net.size(); ++t) {
                    double kw = 0.0;
                    for (const double here : net[t]) {
                        CHECK(std::abs(here) <= 10.0 + 1e-6);
                        kw += here;
                    }
                    if (call[t] != 0.0) continue;  // who calls sets the band
                    CAPTURE(t);
                    CHECK(kw <= (t >= 68 && t < 76 ? 15.0 : 45.0) + 1e-6);
                    CHECK(kw >= -45.0 - 1e-6);
                }
                const std::vector<double> soc = trace(run, "points", "state_of_charge");
                const std::size_t points = soc.size() / 96;
                for (std::size_t t = 0; t < 96; ++t)
                    for (std::size_t c = points - cars; c < points; ++c) {
                        const double now = soc[t * points + c];
                        if (std::isnan(now) || now == 0.0) continue;  // nobody has come yet
                        CHECK(now >= 0.1 - 1e-9);
                        CHECK(now <= 1.0 + 1e-9);
                    }
                CHECK(std::any_of(run.remarks.begin(), run.remarks.end(), [](const auto& remark) {
                    return remark.text.find("reserves are called for the first time, ") != std::string::npos;
                }));
            }
            // Nobody else sells any, so nobody else is moved.
            CHECK(cost(result, "v2g") == Approx(cost(day(n), "v2g")).margin(1e-9).epsilon(0));
        }
}

TEST_CASE("car park: the meters of uncoordinated charging, which ends within steps, are those of a count by hand", "[study]") {
    for (const char* step : {"15 min", "1 min"}) {
        CAPTURE(step);
        std::vector<std::string> list{"controllers.uncoordinated={controller: uncoordinated}", "study.reference=uncoordinated",
                                      "outputs.park=~", std::string("time.step=") + step};
        for (const char* label : {"immediate", "average", "no_sun", "case_6", "v2g", "reserves", "opt"})
            list.push_back(std::string("controllers.") + label + "=~");
        const StudyResult result = run_with(file_of(1), list);
        const RunResult& run = controller(result, "uncoordinated");
        // Every vehicle of day 1 draws 10 kW from its arrival (quarter) until its energy (stored, kWh) is there.
        constexpr std::pair<int, double> stays[cars] = {{30, 11.35}, {30, 12.96}, {35, 19.28}, {34, 9.42},
                                                        {30, 9.79},  {33, 19.65}, {35, 23.02}, {36, 19.81},
                                                        {44, 14.20}, {41, 11.42}, {44, 21.52}, {37, 14.19}};
        double cost = 0.0, imported = 0.0;
        int quarter = 0;
        std::ifstream file(scenario("car_park/day_1.csv"));
        for (std::string line; std::getline(file, line);) {
            double price = 0.0, up = 0.0, down = 0.0, sun = 0.0;
            if (std::sscanf(line.c_str(), "%*10s %*5s,%lf,%lf,%lf,%lf", &price, &up, &down, &sun) != 4) continue;
            std::array<double, chargers> kwh;
            kwh.fill(-.25 * 5.0 * sun);
            for (std::size_t k = 0; k < cars; ++k)
                kwh[k % chargers] += std::clamp(stays[k].second / .96 - 2.5 * (quarter - stays[k].first), 0.0,
                                                quarter < stays[k].first ? 0.0 : 2.5);
            for (const double here : kwh) {
                cost += here * (price / 1000.0 + (here > 0.0 ? .06 : 0.0));
                imported += std::max(0.0, here);
            }
            ++quarter;
        }
        REQUIRE(quarter == 96);
        CHECK(find(run, "bill", "cost").values.at(0) == Approx(cost).margin(1e-6).epsilon(0));
        CHECK(find(run, "bill", "imported_kwh").values.at(0) == Approx(imported).margin(1e-6).epsilon(0));
    }
}

TEST_CASE("car park: on drawn fleets and skies every means still lowers the cost, and everybody is served", "[study][slow]") {
    const StudyResult result = run_with("car_park/drawn_study.yaml", {"study.replicas=6"});
    for (std::size_t r = 0; r < 6; ++r) {
        CAPTURE(r);
        const auto of = [&](const char* label) { return counter(controller(result, label), "cost", r); };
        CHECK(of("opt") <= of("case_6"));
        CHECK(of("case_6") <= of("average") + 1e-9);
        for (const char* label : {"immediate", "average", "case_6", "opt", "opt_called", "opt_firm"}) {
            const RunResult& run = controller(result, label);
            CAPTURE(label);
            CHECK(counter(run, "grid_cost", r) == Approx(find(run, "bill", "cost").values.at(r)).margin(1e-6).epsilon(0));
            CHECK(counter(run, "unserved_kwh", r) == Approx(values(run, "unserved_kwh").at(r)).margin(1e-5).epsilon(0));
            CHECK(counter(run, "unfollowed_kwh", r) <= 1e-6);
            if (run.label.find("opt_") != 0) CHECK(counter(run, "plans", r) == 1.0);
        }
        CHECK(counter(controller(result, "opt_firm"), "unserved_kwh", r) == 0.0);
        CHECK(counter(controller(result, "opt_firm"), "undelivered_kwh", r) == 0.0);
        for (const char* label : {"case_6", "opt"})
            CHECK(counter(controller(result, label), "over_import_kw", r) +
                      counter(controller(result, label), "over_export_kw", r) ==
                  0.0);
    }
}

TEST_CASE("car park: bad input is refused with its place, all of it at once", "[study]") {
    const test::ScratchFolder folder;
    const auto changed = [&folder](const std::string& from, const std::string& to) {
        std::ifstream file(scenario("car_park/day_1.csv"));
        std::string text{std::istreambuf_iterator<char>(file), {}};
        const auto at = text.find(from);
        REQUIRE(at != std::string::npos);
        return folder.write("day.csv", text.replace(at, from.size(), to)).string();
    };
    const auto without_last_row = [&folder] {
        std::ifstream file(scenario("car_park/day_1.csv"));
        std::string text{std::istreambuf_iterator<char>(file), {}};
        return folder.write("short.csv", text.substr(0, text.find("2024-06-25 23:45"))).string();
    };
    const std::string without_row = changed("2024-06-25 23:45", "2024-06-26 23:45");
    CHECK_THAT(issues_of({"controllers.opt.reserve_up.file=" + without_row}),
               Catch::Contains("day.csv:98:1: controllers.opt.reserve_up"));
    CHECK_THAT(issues_of({"prices.buy.file=" + without_last_row()}), Catch::Contains("prices.buy.file: lacks values from "));
    CHECK_THAT(issues_of({"controllers.opt.reserve_up.file=" + changed("14.66", "nan")}),
               Catch::Contains("day.csv:3:") && Catch::Contains("controllers.opt.reserve_up") && Catch::Contains("nan"));
    CHECK_THAT(issues_of({"controllers.opt.reserve_up.file=" + changed("14.66", "-14.66")}),
               Catch::Contains("controllers.opt.reserve_up") && Catch::Contains("-0.01466"));
    CHECK_THAT(issues_of({"population.car_12.charge_efficiency=1.04", "controllers.opt.reserve_down=~",
                          "controllers.case_6.wear=-1 EUR/kWh", "population.car_02.initial_soc=1.2"}),
               Catch::Contains("population.car_12.charge_efficiency: 1.04 is out of range; must be (0, 1]") &&
                   Catch::Contains("controllers.opt.reserves: lack a price") &&
                   Catch::Contains("population.car_02.initial_soc") &&
                   Catch::Contains("controllers.case_6.wear: -1 currency/kWh is out of range; must be >= 0 currency/kWh"));
    CHECK_THAT(
        issues_of({"population.car_01.placement={rule: counts, counts: {charger_7: 1}}", "population.car_02.departure=6 h"}),
        Catch::Contains("population.car_01.placement") && Catch::Contains("charger_7"));
    CHECK_THAT(issues_of({"controllers.opt.reserve_down=~"}),
               Catch::Contains("controllers.opt.reserves: lack a price; add `reserve_up` and `reserve_down`"));
    CHECK_THAT(issues_of({"controllers.v2g.step=20 min"}),
               Catch::Contains("step: 20 min is not a whole number of control steps"));
    CHECK_THAT(issues_of({"controllers.v2g.sun=expected"}),
               Catch::Contains("controllers.v2g.sun: is expected, and nothing says what is; add `expected_sun`"));
    CHECK_THAT(issues_of({"controllers.v2g.calls=follow"}),
               Catch::Contains("controllers.v2g.calls: has no reserves to follow with"));
    CHECK_THAT(issues_of({"controllers.opt.calls=follow"}), Catch::Contains("reserve_call"));
    CHECK_THAT(issues_of({"controllers.immediate.v2g=true"}), Catch::Contains("controllers.immediate.v2g"));
    CHECK_THAT(
        issues_of({"population.car_01.placement={rule: counts, counts: {busbar: 1}}"}),
        Catch::Contains("controllers.opt: cannot be made: charging point 1 of 'car_01' stands at a bus without panels, and 6 "
                        "chargers have some; give every charger (a bus) the same panels"));
    CHECK_THAT(failure_of({"population.car_03.initial_soc=0.05"}),
               Catch::Contains(
                   "vehicle 2 comes with a state of charge of 0.05, below its lowest of 0.1; raise it, or lower `lowest_soc`"));
}
