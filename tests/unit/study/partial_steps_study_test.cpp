/// Plans for stays that begin and end within control steps, through the whole machine, against a linear programme and closed
/// forms.
#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>

#include "tests/unit/record/scratch_folder.hpp"
#include "tests/validation/study_fixture.hpp"

using namespace evsweep;
using namespace evsweep::validation;

namespace {

const char* const strong_feeder = R"(name: two buses
buses:
  - {id: s, nominal: 0.4 kV}
  - {id: a, nominal: 0.4 kV}
lines:
  - {id: L1, from: s, to: a, r: 0.0001 ohm, x: 0.0001 ohm}
loads:
  - {bus: a, p: 1 kW, q: 0 kvar}
source: {bus: s, voltage: 1 pu}
)";

const char* const ten_stays = R"(station_id,plug_in_local,plug_out_local,energy_kwh,est_departure_local,claimed
S0,2025-01-06 14:56:51,2025-01-06 16:59:14,7.553,,0
S1,2025-01-06 12:26:22,2025-01-06 13:45:55,8.156,,0
S2,2025-01-06 12:51:24,2025-01-06 16:51:06,15.99,,0
S3,2025-01-06 16:37:07,2025-01-06 19:14:22,4.327,,0
S4,2025-01-06 15:56:49,2025-01-06 20:25:11,6.141,,0
S5,2025-01-06 12:49:32,2025-01-06 18:30:28,12.951,,0
S6,2025-01-06 19:31:34,2025-01-07 01:20:22,7.177,,0
S7,2025-01-06 14:01:55,2025-01-06 20:26:19,16.847,,0
S8,2025-01-06 12:33:47,2025-01-06 18:28:57,16.042,,0
S9,2025-01-06 12:27:04,2025-01-06 15:07:48,4.562,,0
)";

const char* const ten_stays_study = R"(title: ten stays
study: {replicas: 1, seed: 1, reference: uncoordinated}
time: {start: 2025-01-06 12:00, duration: 18 h, step: 15 min}
feeder: {file: feeder.yaml}
prices:
  currency: EUR
  sell_share: 0.9
  buy:
    every: 1 h
    unit: EUR/kWh
    values: [.18, .17, .2, .24, .3, .35, .33, .3, .28, .27, .29, .3, .31, .28, .25, .36, .42, .45, .40, .33, .27, .22, .2, .19]
population:
  cs:
    behaviour: sessions
    file: s.csv
    layout: acn
    placement: {rule: round_robin, buses: [a]}
    capacity: 40 kWh
    charge_rating: 7.4 kW
    discharge_rating: 7.4 kW
controllers:
  uncoordinated: {}
  ahead: {controller: optimal_schedule, strategy: smart, mode: day_ahead, objective: cost, haste: 0}
  ahead_v2g: {controller: optimal_schedule, strategy: v2g, mode: day_ahead, objective: cost, haste: 0, throughput_weight: 0}
  receding: {controller: optimal_schedule, strategy: smart, mode: receding, objective: cost, haste: 0}
  receding_v2g: {controller: optimal_schedule, strategy: v2g, mode: receding, objective: cost, haste: 0, throughput_weight: 0}
outputs: {kpis: {}}
)";

/// A fleet whose stays begin and end at any millisecond; some cannot be served in full.
const char* const hasty_study = R"(title: hasty fleet
study: {replicas: 8, seed: 11, reference: uncoordinated}
time: {start: 2025-01-06 12:00, duration: 24 h, step: 15 min}
feeder: {file: feeder.yaml}
prices:
  currency: EUR
  buy:
    every: 1 h
    unit: EUR/kWh
    values: [.18, .17, .2, .24, .3, .35, .33, .3, .28, .27, .29, .3, .31, .28, .25, .36, .42, .45, .40, .33, .27, .22, .2, .19]
population:
  homes:
    behaviour: distribution
    vehicles: 25
    placement: {rule: round_robin, buses: [a]}
    arrival: {distribution: truncated_normal, mean: 18 h, deviation: 2 h, min: 14 h, max: 21 h}
    departure: {distribution: truncated_normal, mean: 22 h, deviation: 1 h, min: 21.1 h, max: 23.9 h}
    departure_day: same
    initial_soc: 0.3
    target_soc: 0.9
    capacity: 40 kWh
    charge_rating: 7.4 kW
controllers:
  uncoordinated: {}
  ahead: {controller: optimal_schedule, strategy: smart, mode: day_ahead, limits: off}
  receding: {controller: optimal_schedule, strategy: smart, mode: receding, limits: off}
  ahead_cost: {controller: optimal_schedule, strategy: smart, mode: day_ahead, objective: cost, haste: 0, limits: off}
  receding_cost: {controller: optimal_schedule, strategy: smart, mode: receding, objective: cost, haste: 0, limits: off}
outputs: {kpis: {}}
)";

LoadedStudy load_text(const ScratchFolder& folder, const char* study, const std::vector<std::string>& overrides = {}) {
    std::ofstream(folder / "feeder.yaml") << strong_feeder;
    std::ofstream(folder / "s.csv") << ten_stays;
    std::ofstream(folder / "study.yaml") << study;
    return load(folder / "study.yaml", overrides);
}

double counter(const RunResult& run, const std::string& name) { return find(run, "counters", name).values.at(0); }

}  // namespace

TEST_CASE("ten stays cost what a linear programme of their seconds finds, a day ahead and receding",
          "[study][optimal_schedule]") {
    const ScratchFolder folder;
    const StudyResult result = run_study(load_text(folder, ten_stays_study), {});
    REQUIRE(result.failures.empty());
    // scipy's HiGHS on variables for every stay and quarter of an hour, bounded by 7.4 kW times the seconds it is there for.
    const double smart_eur = 27.68934, v2g_eur = 26.0216755;
    for (const std::string label : {"ahead", "receding", "ahead_v2g", "receding_v2g"}) {
        CAPTURE(label);
        const RunResult& run = controller(result, label);
        const bool returns = label.find("v2g") != std::string::npos;
        CHECK(values(run, "net_cost")[0] == Approx(returns ? v2g_eur : smart_eur).epsilon(1e-6));
        CHECK(values(run, "unserved_kwh")[0] == Approx(0.0).margin(1e-5));
    }
    for (const std::string label : {"ahead", "ahead_v2g"}) {
        const RunResult& run = controller(result, label);
        const double cost = values(run, "net_cost")[0];
        CHECK(counter(run, "lower_bound") <= cost + 1e-6);
        CHECK(counter(run, "lower_bound") == Approx(cost).epsilon(1e-6));
        CHECK(counter(run, "objective") == Approx(cost).epsilon(1e-6));
        CHECK(counter(run, "lower_bound") < values(controller(result, "uncoordinated"), "net_cost")[0]);
        CHECK(counter(run, "unfollowed_kwh") == Approx(0.0).margin(1e-4));
    }
}

TEST_CASE("without limits full power from plug-in on never serves more than an optimal schedule", "[study][optimal_schedule]") {
    const ScratchFolder folder;
    const StudyResult result = run_study(load_text(folder, hasty_study), {});
    REQUIRE(result.failures.empty());
    const auto& unserved = values(controller(result, "uncoordinated"), "unserved_kwh");
    const auto& cost = values(controller(result, "uncoordinated"), "net_cost");
    CHECK(*std::max_element(unserved.begin(), unserved.end()) > 1.0);
    for (const std::string label : {"ahead", "receding", "ahead_cost", "receding_cost"}) {
        CAPTURE(label);
        const auto& planned = values(controller(result, label), "unserved_kwh");
        // To the tolerance of plans, 1e-4 of what is short.
        for (std::size_t r = 0; r < planned.size(); ++r) CHECK(planned[r] == Approx(unserved[r]).epsilon(1e-4).margin(2e-3));
    }
    const auto& ahead = values(controller(result, "ahead_cost"), "net_cost");
    const auto& receding = values(controller(result, "receding_cost"), "net_cost");
    const auto bound = find(controller(result, "ahead_cost"), "counters", "lower_bound").values.read();
    for (std::size_t r = 0; r < ahead.size(); ++r) {
        CHECK(ahead[r] < cost[r]);
        CHECK(receding[r] == Approx(ahead[r]).epsilon(1e-4));
        // What is missing costs ten times the dearest kWh of the plan, in state of charge of the battery.
        CHECK(bound[r] <= ahead[r] + 10.0 * 0.45 * unserved[r] + 1e-6);
        CHECK(bound[r] == Approx(ahead[r] + 10.0 * 0.45 * unserved[r]).epsilon(1e-3));
    }
}

TEST_CASE("what tapering batteries do not take is made up for, and told in kWh", "[study][optimal_schedule]") {
    const ScratchFolder folder;
    const StudyResult result = run_study(
        load_text(
            folder, hasty_study,
            {"study.replicas=2", "population.homes.initial_soc=0.6", "population.homes.target_soc=1",
             "population.homes.taper={knee: 70 %, end: 10 %}", "population.homes.departure_day=next",
             "population.homes.departure={distribution: truncated_normal, mean: 8 h, deviation: 1 h, min: 6 h, max: 10 h}"}),
        {});
    REQUIRE(result.failures.empty());
    for (const double unserved : values(controller(result, "uncoordinated"), "unserved_kwh"))
        CHECK(unserved == Approx(0.0).margin(1e-6));
    for (const std::string label : {"ahead", "receding", "ahead_cost", "receding_cost"}) {
        CAPTURE(label);
        const RunResult& run = controller(result, label);
        if (label == "ahead" || label == "receding")
            for (const double unserved : values(run, "unserved_kwh")) CHECK(unserved == Approx(0.0).margin(1e-2));
        for (const double kwh : find(run, "counters", "unfollowed_kwh").values.read()) CHECK(kwh > 1.0);
        const auto is_told = [](const ReplicaRemark& told) {
            return told.text.find("batteries and chargers did not follow plans by ") != std::string::npos;
        };
        CHECK(std::any_of(run.remarks.begin(), run.remarks.end(), is_told));
    }
}
