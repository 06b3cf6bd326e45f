/// Stationary batteries in whole studies: a day worked out by hand, energy that is conserved under every controller, and
/// statistics of vehicles that batteries leave as they are.
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <string>

#include "sim/study/cut_stays.hpp"
#include "tests/unit/study/result_numbers.hpp"
#include "tests/validation/study_fixture.hpp"
#include "unit/record/scratch_folder.hpp"

using namespace evsweep;
using namespace evsweep::test;
using namespace evsweep::validation;

namespace {

const char* const feeder = R"(name: two buses
source: {bus: s}
buses:
  - {id: s, nominal: 400 V}
  - {id: e, nominal: 400 V}
lines:
  - {id: l, from: s, to: e, r: 0.1 ohm, x: 0 ohm}
loads:
  - {id: d, bus: e, p: 40 kW, q: 0 kvar}
)";

constexpr double capacity_kwh = 30.0, charge_efficiency = 0.95, discharge_efficiency = 0.9;

const char* const batteries = R"(
  batteries:
    behaviour: stationary_storage
    units: 3
    placement: {rule: round_robin, buses: [e]}
    capacity: 30 kWh
    charge_rating: 10 kW
    discharge_rating: 8 kW
    charge_efficiency: 0.95
    discharge_efficiency: 0.9
    lowest_soc: 0.1
    highest_soc: 0.9
    initial_soc: {distribution: uniform, min: 0.3, max: 0.7}
)";

const char* const homes = R"(
  homes:
    behaviour: distribution
    vehicles: 10
    placement: {rule: round_robin, buses: [e]}
    arrival: {distribution: uniform, min: 16 h, max: 19 h}
    departure: {distribution: uniform, min: 6 h, max: 9 h}
    initial_soc: {distribution: uniform, min: 0.2, max: 0.6}
    target_soc: 0.9
    capacity: 40 kWh
    charge_rating: 7.4 kW
    discharge_rating: 7.4 kW
    charge_efficiency: 0.9
    discharge_efficiency: 0.9
    reserve_soc: 0.1
)";

/// From a Monday noon to Tuesday noon, with an evening peak of load and of prices.
std::string study(const std::string& population, const std::string& controllers) {
    return R"(title: cars and batteries
study: {replicas: 4, threads: 1}
time: {start: 2025-01-06 12:00, step: 10 min, duration: 24 h}
feeder: {file: feeder.yaml}
prices:
  currency: EUR
  buy:
    every: 1 h
    unit: EUR/kWh
    values: [0.3, 0.3, 0.3, 0.3, 0.3, 0.4, 0.5, 0.5, 0.5, 0.4, 0.3, 0.2, 0.1, 0.1, 0.1, 0.1, 0.1, 0.2, 0.3, 0.4, 0.4, 0.3, 0.3, 0.3]
  sell_share: 90 %
base_load:
  profiles:
    day: {every: 1 h, values: [0.6, 0.6, 0.6, 0.6, 0.7, 0.8, 1, 1, 1, 0.9, 0.7, 0.5, 0.4, 0.3, 0.3, 0.3, 0.3, 0.4, 0.6, 0.8, 0.8, 0.7, 0.6, 0.6]}
  other: day
population:)" +
           population + "controllers:" + controllers + R"(
outputs: {kpis: {}, series: {every: 30 min}, stays: {}, elements: {}}
)";
}

LoadedStudy loaded(const ScratchFolder& folder, const std::string& text, const std::vector<std::string>& overrides = {}) {
    std::ofstream(folder / "feeder.yaml") << feeder;
    std::ofstream(folder / "study.yaml") << text;
    return load(folder / "study.yaml", overrides);
}

/// Every controller that may decide over batteries: each over vehicles and batteries together, and beside uncontrolled vehicles.
std::string every_controller() {
    const std::vector<std::pair<std::string, std::string>> list{
        {"uncoordinated", "controller: uncoordinated"},
        {"voltage_droop", "controller: voltage_droop"},
        {"threshold", "controller: threshold_v2g, signals: [feeder_head], head_low: 30 kW, head_high: 38 kW"},
        {"evms", "controller: evms, peak_setpoint: 30 kW, peak_release: 2 kW, cap: 45 kW"},
        {"fuzzy", "controller: fuzzy, fourth_input: load, load_reference: 25 kW"},
        {"peak", "controller: optimal_schedule, strategy: v2g, mode: receding, objective: peak, every: 1 h, limits: off"},
        {"cost", "controller: optimal_schedule, strategy: v2g, mode: day_ahead, objective: cost, limits: off"},
        {"valley", "controller: valley_filling, power: 7.4 kW"},
        {"laxity", "controller: least_laxity, power: 7.4 kW"},
        {"profit", "controller: aggregator_profit, knowledge: perfect, strategy: v2g, step: 1 h"}};
    std::string text;
    for (const auto& [name, settings] : list) {
        text += "\n  " + name + ": {" + settings + "}";
        text += "\n  beside_" + name + ": {parties: {cars: {controller: uncoordinated, groups: [homes]}, storage: {" + settings +
                ", groups: [batteries]}}}";
    }
    return text;
}

/// A column of output `stays` in one replica.
const std::vector<double>& column(const RunResult& run, const std::string& name, std::size_t replica) {
    return find(run, "stays", name).traces.at(replica).second;
}

double kpi(const RunResult& run, const std::string& name, std::size_t replica = 0) { return values(run, name).at(replica); }

}  // namespace

TEST_CASE("a battery between two prices earns what is worked out by hand, whichever price comes first", "[storage]") {
    // 40 kWh of 100 kWh lie between the 50 % that it begins and ends with and either bound of 10 and 90 %. Stored for 0.10 EUR
    // they take 40 / 0.95 kWh, and for 0.40 EUR they return 40 * 0.9 kWh.
    const std::string low = "0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1";
    const std::string high = "0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4";
    for (const std::string& prices : {low + ", " + high, high + ", " + low}) {
        CAPTURE(prices);
        const ScratchFolder folder;
        const StudyResult result =
            run_study(loaded(folder,
                             study(batteries,
                                   "\n  uncoordinated: {}\n  profit: {controller: aggregator_profit, knowledge: perfect, "
                                   "strategy: v2g, step: 1 h}"),
                             {"study.replicas=1", "prices.buy.values=[" + prices + "]", "prices.sell_share=100 %",
                              "population.batteries.units=1", "population.batteries.capacity=100 kWh",
                              "population.batteries.charge_rating=20 kW", "population.batteries.discharge_rating=15 kW",
                              "population.batteries.initial_soc=0.5"}),
                      {});
        const RunResult& profit = controller(result, "profit");
        CHECK(kpi(profit, "charged_kwh") == Approx(40.0 / 0.95).epsilon(1e-9));
        CHECK(kpi(profit, "v2g_kwh") == Approx(36.0).epsilon(1e-9));
        CHECK(kpi(profit, "net_cost") == Approx(0.1 * 40.0 / 0.95 - 0.4 * 36.0).epsilon(1e-9));
        CHECK(kpi(profit, "cycles") == Approx(0.4).epsilon(1e-9));
        CHECK(column(profit, "final_soc", 0).at(0) == Approx(0.5).epsilon(1e-9));
        CHECK(kpi(profit, "owed_kwh") == Approx(0.0).margin(1e-9));
        CHECK(kpi(controller(result, "uncoordinated"), "charged_kwh") == 0.0);
    }
}

TEST_CASE("what batteries draw and return is what they store, under every controller, and none is counted as a vehicle",
          "[storage]") {
    const ScratchFolder folder;
    const LoadedStudy loaded_study = loaded(folder, study(std::string(batteries) + homes, every_controller()));
    const StudyResult result = run_study(loaded_study, {.threads = 1});
    REQUIRE(result.controllers.size() == 20);
    for (const RunResult& run : result.controllers) {
        CAPTURE(run.label);
        double whole = 0.0, batteries_returned = 0.0;
        for (std::size_t r = 0; r < 4; ++r) {
            const auto& group = column(run, "group", r);
            std::size_t found = 0;
            for (std::size_t k = 0; k < group.size(); ++k) {
                const auto of = [&](const char* name) { return column(run, name, r).at(k); };
                whole += of("is_whole");
                if (group[k] != 0.0) continue;
                ++found;
                CHECK(of("is_whole") == 0.0);
                CHECK(of("asked_kwh") == 0.0);
                CHECK(charge_efficiency * of("charged_kwh") - of("discharged_kwh") / discharge_efficiency ==
                      Approx((of("final_soc") - of("initial_soc")) * capacity_kwh).margin(1e-9));
                CHECK(of("final_soc") >= 0.1 - 1e-12);
                CHECK(of("final_soc") <= 0.9 + 1e-12);
                batteries_returned += of("discharged_kwh");
            }
            CHECK(found == 3);
            CHECK(kpi(run, "v2g_vehicles", r) <= 10.0);
        }
        CHECK(whole == 40.0);  // each of ten vehicles, four times
        const bool is_one_way = run.label.find("uncoordinated") != std::string::npos ||
                                run.label.find("droop") != std::string::npos || run.label.find("valley") != std::string::npos ||
                                run.label.find("laxity") != std::string::npos;
        if (is_one_way)
            CHECK(batteries_returned == 0.0);
        else
            CHECK(batteries_returned > 1.0);
    }
}

TEST_CASE("batteries at rest leave every statistic of vehicles as it is without them", "[storage]") {
    const ScratchFolder folder, alone;
    const StudyResult with = run_study(loaded(folder, study(std::string(batteries) + homes, "\n  uncoordinated: {}")), {});
    const StudyResult without = run_study(loaded(alone, study(homes, "\n  uncoordinated: {}")), {});
    for (const char* name : {"charged_kwh", "v2g_kwh", "recharge_time", "unserved_kwh", "owed_kwh", "short_vehicles",
                             "v2g_vehicles", "dropped_sessions", "dropped_kwh", "waiting_sessions", "net_cost", "owed_cost"}) {
        CAPTURE(name);
        CHECK(is_identical(values(with.controllers[0], name), values(without.controllers[0], name)));
    }
    for (const char* name : {"arrivals", "departures", "plugged_in", "mean_soc", "ev_kw"}) {
        CAPTURE(name);
        CHECK(is_identical(find(with.controllers[0], "series", name).bands.mean,
                           find(without.controllers[0], "series", name).bands.mean));
    }
}

TEST_CASE("a battery that is lower at the end than its target owes the difference, and is not short", "[storage]") {
    const ScratchFolder folder;
    const StudyResult result = run_study(loaded(folder, study(batteries, "\n  laxity: {controller: least_laxity, power: 7.4 kW}"),
                                                {"time.duration=1 h", "study.replicas=1", "population.batteries.units=1",
                                                 "population.batteries.initial_soc=0.2", "population.batteries.target_soc=0.9"}),
                                         {});
    const RunResult& run = result.controllers[0];
    CHECK(kpi(run, "charged_kwh") == Approx(7.4).epsilon(1e-9));
    CHECK(kpi(run, "owed_kwh") == Approx(0.7 * capacity_kwh - 7.4 * charge_efficiency).epsilon(1e-9));
    CHECK(kpi(run, "short_vehicles") == 0.0);
    CHECK(kpi(run, "unserved_kwh") == 0.0);
    CHECK(std::isnan(kpi(run, "recharge_time")));
}

TEST_CASE("the end of a study cuts no stay of what never leaves", "[storage]") {
    const ScratchFolder folder;
    const LoadedStudy loaded_study = loaded(folder, study(batteries, "\n  uncoordinated: {}"));
    const CutStays found = stays_cut_at(Instant(std::chrono::hours(24)), loaded_study.draw(ReplicaId(0)));
    CHECK(found.cut == 0);
    CHECK(found.stays == 0);
}

TEST_CASE("a study with batteries is the same to the last bit for 1 and 2 threads", "[storage]") {
    const ScratchFolder folder;
    const LoadedStudy loaded_study = loaded(folder, study(std::string(batteries) + homes, every_controller()));
    require_identical(all_numbers(run_study(loaded_study, {.threads = 1})), all_numbers(run_study(loaded_study, {.threads = 2})));
}
