/// The published EV study on the 33-bus feeder: every row of its table, with the tolerances of an independent,
/// event-exact computation over 200 replicas ("mean" rows) and of any single replica ("one seed" rows).
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "places.hpp"
#include "tests/validation/study_fixture.hpp"

using namespace evsweep;
using namespace evsweep::validation;

namespace {

const StudyResult& physical() {
    static const StudyResult result = run_study(load(scenario("ieee33/evms_study.yaml"), {"study.replicas=200"}), {});
    return result;
}

const StudyResult& literal() {
    static const StudyResult result = run_study(load(scenario("ieee33/evms_study_literal.yaml"), {"study.replicas=200"}), {});
    return result;
}

const StudyResult& single_profile() {
    static const StudyResult result =
        run_study(load(scenario("ieee33/evms_study_single_profile.yaml"), {"study.replicas=200"}), {});
    return result;
}

/// "One seed" tolerances hold for a replica taken at random: for nine in ten at the least.
void require_most_within(const RunResult& run, const std::string& kpi, double centre, double margin) {
    INFO(kpi);
    REQUIRE(share_within(values(run, kpi), centre, margin) >= 0.9);
}

/// Clock hours from a KPI in hours since noon.
double clock(double hours_since_noon) { return hours_since_noon + 12.0; }

}  // namespace

TEST_CASE("33-bus study: every replica finishes and its books close", "[study][slow]") {
    for (const StudyResult* result : {&physical(), &literal(), &single_profile()}) {
        REQUIRE(result->replicas.size() == 200);
        REQUIRE(result->failures.empty());
        for (const auto& run : result->controllers) {
            REQUIRE(run.unsolved_steps == 0);
            for (const char* gap : {"feeder_gap_kwh", "session_gap_kwh", "fleet_gap_kwh"})
                for (double kwh : find(run, "ledger", gap).values.read()) REQUIRE(std::abs(kwh) < 1e-6);
        }
    }
}

TEST_CASE("33-bus study: base loss .20268 MW, minimum voltage .91309 at bus 18, peak 3.715 MW, 65.09 MWh", "[study][slow]") {
    const RunResult& base = physical().base;
    REQUIRE(mean_of(base, "loss_max_mark_kw") == Approx(202.68).margin(0.02));
    REQUIRE(mean_of(base, "vmin_mark_pu") == Approx(0.91309).margin(0.00002));
    const auto& bus = find(base, "kpis", "vmin_bus");
    REQUIRE(bus.variable.meanings.at(static_cast<std::size_t>(bus.values.at(0))) == "18");
    REQUIRE(mean_of(base, "peak_kw") == Approx(3715.0).margin(1e-6));
    REQUIRE(mean_of(base, "energy_kwh") == Approx(65090.0).margin(10.0));
}

TEST_CASE("33-bus study: uncoordinated peak 5.28 MW at 20:30-21:15 (literal)", "[study][slow]") {
    const RunResult& run = controller(literal(), "uncoordinated");
    REQUIRE(mean_of(run, "peak_mark_kw") == Approx(5280.0).margin(30.0));
    require_most_within(run, "peak_mark_kw", 5280.0, 120.0);
    const double hour = clock(mean_of(run, "peak_time_h"));
    REQUIRE(hour >= 20.5);
    REQUIRE(hour <= 21.25);
    for (double h : values(run, "peak_time_h")) {  // holds for every seed
        REQUIRE(clock(h) >= 20.25);
        REQUIRE(clock(h) <= 21.5);
    }
}

TEST_CASE("33-bus study: uncoordinated energy 71.9 MWh, loss .382 MW, minimum voltage .870 (literal)", "[study][slow]") {
    const RunResult& run = controller(literal(), "uncoordinated");
    REQUIRE(mean_of(run, "energy_kwh") == Approx(71900.0).margin(100.0));
    require_most_within(run, "energy_kwh", 71900.0, 200.0);
    REQUIRE(mean_of(run, "loss_max_mark_kw") == Approx(382.0).margin(4.0));
    require_most_within(run, "loss_max_mark_kw", 382.0, 20.0);
    REQUIRE(mean_of(run, "vmin_mark_pu") == Approx(0.870).margin(0.001));
    require_most_within(run, "vmin_mark_pu", 0.870, 0.004);
}

TEST_CASE("33-bus study: EVMS holds the hourly-mean peak at 3.25 MW and the instantaneous one at 3.30 MW in 95 % of seeds",
          "[study][slow]") {
    const RunResult& run = controller(physical(), "evms");
    REQUIRE(mean_of(run, "peak_hourly_kw") <= 3250.0);
    const auto& peaks = values(run, "peak_kw");
    const auto held = std::count_if(peaks.begin(), peaks.end(), [](double kw) { return kw <= 3300.0; });
    REQUIRE(held >= 190);
}

TEST_CASE("33-bus study: EVMS maximum loss at hour marks .164 MW in both accountings", "[study][slow]") {
    for (const StudyResult* result : {&physical(), &literal()}) {
        const RunResult& run = controller(*result, "evms");
        REQUIRE(mean_of(run, "loss_max_mark_kw") == Approx(164.0).margin(3.0));
        require_most_within(run, "loss_max_mark_kw", 164.0, 6.0);
    }
}

TEST_CASE("33-bus study: EVMS minimum voltage .9225 (single profile), .9234 (literal), .9229 (physical)", "[study][slow]") {
    REQUIRE(mean_of(controller(single_profile(), "evms"), "vmin_mark_pu") == Approx(0.9225).margin(0.0015));
    REQUIRE(mean_of(controller(literal(), "evms"), "vmin_mark_pu") == Approx(0.9234).margin(0.0015));
    REQUIRE(mean_of(controller(physical(), "evms"), "vmin_mark_pu") == Approx(0.9229).margin(0.0015));
}

TEST_CASE("33-bus study: EVMS energy 72.17 MWh (physical, never below uncoordinated) and 67.55 MWh (literal)", "[study][slow]") {
    REQUIRE(mean_of(controller(physical(), "evms"), "energy_kwh") == Approx(72170.0).margin(200.0));
    const auto& coordinated = values(controller(physical(), "evms"), "energy_kwh");
    const auto& uncoordinated = values(controller(physical(), "uncoordinated"), "energy_kwh");
    for (std::size_t r = 0; r < coordinated.size(); ++r) REQUIRE(coordinated[r] >= uncoordinated[r]);
    REQUIRE(mean_of(controller(literal(), "evms"), "energy_kwh") == Approx(67550.0).margin(250.0));
}

TEST_CASE("33-bus study: under EVMS every vehicle leaves with its target and about 30 % discharge (physical)", "[study][slow]") {
    const RunResult& run = controller(physical(), "evms");
    for (double n : values(run, "short_vehicles")) REQUIRE(n == 0.0);
    for (double n : find(run, "counters", "overrides").values.read()) REQUIRE(n == 0.0);
    for (double kwh : values(run, "unserved_kwh")) REQUIRE(kwh == Approx(0.0).margin(1e-9));
    REQUIRE(mean_of(run, "v2g_vehicles") / 600.0 == Approx(0.30).margin(0.05));
}

TEST_CASE("33-bus study: the EVMS peak hour lies on the plateau of 22:00 to 07:00, or about 17 h in few replicas",
          "[study][slow]") {
    const auto& hours_since_noon = values(controller(physical(), "evms"), "peak_hourly_time_h");
    std::size_t early = 0;
    for (double h : hours_since_noon) {
        const bool on_plateau = clock(h) >= 22.0 && clock(h) < 31.0;
        const bool at_five = clock(h) == 17.0 || clock(h) == 18.0;
        REQUIRE((on_plateau || at_five));
        early += at_five;
    }
    REQUIRE(early > 0);
    REQUIRE(static_cast<double>(early) / 200.0 <= 0.16);
}

TEST_CASE("33-bus study: hour by hour, demand and fleet power follow the independent computation", "[study][slow]") {
    const std::filesystem::path file = test::shared_dir() / "specs/evms_33_reference_hourly.csv";
    if (!std::filesystem::exists(file)) {
        WARN("skipped: the hourly reference is not on this machine");
        return;
    }
    const auto rows = read_csv(file);
    const RunResult& evms = controller(physical(), "evms");
    const auto mean_of_hour = [&](const char* series, int hour) {
        const auto& quarters = find(evms, "series", series).bands.mean;
        const auto k = static_cast<std::size_t>((hour + 12) % 24) * 4;
        return (quarters[k] + quarters[k + 1] + quarters[k + 2] + quarters[k + 3]) / 4.0;
    };
    for (int hour = 0; hour < 24; ++hour) {
        INFO("hour " << hour);
        const auto& row = rows.at(static_cast<std::size_t>(hour));
        // Base load runs straight from mark to mark, so an hour's mean is that of its two marks and the fleet's means.
        const double base =
            0.5 * (row.at("base_MW_mark") + rows.at(static_cast<std::size_t>((hour + 1) % 24)).at("base_MW_mark"));
        const double total = base + row.at("EVMS_P_charge_MW_binmean") - row.at("EVMS_P_discharge_MW_binmean");
        REQUIRE(mean_of_hour("demand_kw", hour) == Approx(1000.0 * total).margin(20.0));
        REQUIRE(mean_of_hour("charging_kw", hour) == Approx(1000.0 * row.at("EVMS_P_charge_MW_binmean")).margin(20.0));
        REQUIRE(mean_of_hour("discharging_kw", hour) == Approx(1000.0 * row.at("EVMS_P_discharge_MW_binmean")).margin(20.0));
    }
}

TEST_CASE("33-bus study: costs have the published totals and the benefit its sign", "[study][slow]") {
    const RunResult& uncoordinated = controller(literal(), "uncoordinated");
    const RunResult& evms = controller(literal(), "evms");
    REQUIRE(mean_of(uncoordinated, "net_cost") == Approx(1405.38).epsilon(0.01));
    REQUIRE(mean_of(evms, "net_cost") == Approx(155.70).epsilon(0.05));
    // Benefit: what the reference pays, less purchases, and sales. Replica by replica it is above zero.
    for (std::size_t r = 0; r < 200; ++r)
        REQUIRE(values(uncoordinated, "net_cost")[r] - values(evms, "purchases")[r] + values(evms, "sales")[r] > 0.0);
    // The literal reading never gives back what it took: the published saving of 4.35 MWh is energy that batteries lack, of which
    // the grid would have to give 86.5 %. Physically nothing is missing (above).
    REQUIRE(0.865 * mean_of(evms, "unserved_kwh") == Approx(4350.0).margin(250.0));
}
