// What the numbers of a study judge and leave to others: supply voltages, energy owed at the end, limits by a hair, means over
// time.
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <numeric>
#include <string>

#include "sim/report/comparison.hpp"
#include "sim/study/cut_stays.hpp"
#include "sim/study/load_study.hpp"
#include "sim/study/study.hpp"
#include "unit/record/scratch_folder.hpp"

using namespace evsweep;
using Catch::Matchers::Contains;

namespace {

/// 0.2 ohm in each phase, 0.3 in the neutral; 9 kW from phase a to the neutral, all day.
const char* const four_wires = R"(name: four wires
phases: abcn
source: {bus: s}
buses:
  - {id: s, nominal: 400 V}
  - {id: e, nominal: 400 V}
linecodes:
  - {id: cable, r: 0.2 | 0 0.2 | 0 0 0.2 | 0 0 0 0.3 ohm/km, x: 0 | 0 0 | 0 0 0 | 0 0 0 0 ohm/km}
lines:
  - {id: l, from: s, to: e, code: cable, length: 1 km}
loads:
  - {id: d, bus: e, p: 9 kW, q: 0 kvar, phases: a}
)";

/// 40 kW behind 10 mohm and a line whose rating the test gives.
std::string two_buses(double rating_a) {
    return R"(name: two buses
source: {bus: s}
buses:
  - {id: s, nominal: 400 V}
  - {id: e, nominal: 400 V}
lines:
  - {id: l, from: s, to: e, r: 0.01 ohm, x: 0 ohm, rating: )" +
           std::to_string(rating_a) + R"( A}
loads:
  - {id: d, bus: e, p: 40 kW, q: 0 kvar}
)";
}

/// Ten cars that come between 18:00 and 19:00 and stay until the morning.
std::string evening(const std::string& duration, const std::string& controllers) {
    return R"(title: evening
study: {replicas: 3, threads: 1}
time: {start: 2025-01-06 18:00, step: 10 min, duration: )" +
           duration + R"(}
feeder: {file: feeder.yaml}
prices: {currency: EUR, buy: {every: 1 h, unit: EUR/kWh, values: [0.3]}}
base_load: {}
population:
  homes:
    behaviour: distribution
    vehicles: 10
    placement: {rule: round_robin, buses: [e]}
    arrival: {distribution: uniform, min: 18 h, max: 19 h}
    departure: {distribution: uniform, min: 6 h, max: 9 h}
    initial_soc: {distribution: uniform, min: 0.2, max: 0.6}
    target_soc: 0.9
    capacity: 40 kWh
    charge_rating: 7.4 kW
    discharge_rating: 7.4 kW
    charge_efficiency: 0.9
    discharge_efficiency: 0.9
    reserve_soc: 0.1
controllers: )" +
           controllers + R"(
outputs: {kpis: {}, series: {every: 30 min}, voltages: {every: 30 min}}
)";
}

LoadedStudy loaded(const ScratchFolder& folder, const std::string& feeder, const std::string& study,
                   const std::vector<std::string>& overrides = {}) {
    std::ofstream(folder / "feeder.yaml") << feeder;
    std::ofstream(folder / "study.yaml") << study;
    Issues issues;
    auto found = load_study(folder / "study.yaml", overrides, issues);
    for (const Issue& issue : issues.list()) UNSCOPED_INFO(to_text(issue));
    REQUIRE(found);
    return std::move(*found);
}

const VariableResult& variable(const RunResult& run, const std::string& name) {
    for (const VariableResult& v : run.variables)
        if (v.variable.name == name) return v;
    FAIL("no variable " << name);
    return run.variables.front();
}

double kpi(const RunResult& run, const std::string& name, std::size_t replica = 0) {
    return variable(run, name).values.at(replica);
}

const char* const nobody_comes = "{uncoordinated: {}}";

}  // namespace

TEST_CASE("a study of a four-wire feeder judges what is between phase and neutral, as worked out by hand") {
    const ScratchFolder folder;
    const auto study = loaded(folder, four_wires, evening("2 h", nobody_comes),
                              {"population.homes.vehicles=1", "population.homes.charge_rating=0.001 kW",
                               "population.homes.discharge_rating=0 kW", "limits.voltage_min=0.93 pu"});
    const StudyResult result = run_study(study, {});
    const double e = 400.0 / std::sqrt(3.0);
    const double v = 0.5 * (e + std::sqrt(e * e - 4.0 * 0.5 * 9000.0));  // to the neutral: v (e - v) = R P
    const double to_earth = (v + 0.3 * 9000.0 / v) / e;
    REQUIRE(v / e < 0.93);
    REQUIRE(to_earth > 0.93);
    CHECK(kpi(result.base, "vmin_pu") == Approx(v / e).epsilon(1e-7));
    CHECK(kpi(result.base, "vmin_an_pu") == Approx(v / e).epsilon(1e-7));
    CHECK(kpi(result.base, "minutes_outside_band") == 120.0);
    CHECK(kpi(result.controllers[0], "vehicle_minutes_outside_band") == 0.0);  // the base run judges the same
    const VariableResult& seen = variable(result.base, "voltage_pu");
    CHECK(seen.variable.dims == std::vector<std::string>{"time", "supply"});
    CHECK(seen.bands.mean.at(3) == Approx(v / e).epsilon(1e-7));  // s.a-n, s.b-n, s.c-n, e.a-n
    const VariableResult& earth = variable(result.base, "earth_voltage_pu");
    CHECK(earth.variable.dims == std::vector<std::string>{"time", "conductor"});
    CHECK(earth.bands.mean.at(4) == Approx(to_earth).epsilon(1e-7));  // s.a, s.b, s.c, s.n, e.a
}

TEST_CASE("what is drawn and what is still owed are the same sum under controllers that serve all, wherever the study ends") {
    for (const char* duration : {"2 h", "4 h", "16 h"}) {
        CAPTURE(duration);
        const ScratchFolder folder;
        const StudyResult result = run_study(
            loaded(folder, two_buses(500.0), evening(duration, "{uncoordinated: {}, evms: {peak_setpoint: 60 kW}}")), {});
        const auto sum = [](const RunResult& run, std::size_t r) {
            return 0.9 * kpi(run, "charged_kwh", r) - kpi(run, "v2g_kwh", r) / 0.9 + kpi(run, "owed_kwh", r) +
                   kpi(run, "unserved_kwh", r);
        };
        for (std::size_t r = 0; r < 3; ++r)
            CHECK(sum(result.controllers[0], r) == Approx(sum(result.controllers[1], r)).epsilon(1e-9));
        const bool is_cut = std::string(duration) != "16 h";  // the last leaves 15 h after the start
        CHECK((kpi(result.controllers[1], "owed_kwh") > 1.0) == is_cut);
        CHECK(variable(result.controllers[0], "owed_kwh").variable.headline == is_cut);
        CHECK(kpi(result.controllers[1], "owed_cost") == Approx(kpi(result.controllers[1], "owed_kwh") / 0.9 * 0.3));
        const std::string table = comparison_table(result);
        CHECK((table.find("still owed") != std::string::npos) == is_cut);
        CHECK_THAT(table, Contains("without energy"));
    }
}

TEST_CASE("what a controller earns by leaving batteries emptier than they came is still owed") {
    const ScratchFolder folder;
    const StudyResult result = run_study(
        loaded(folder, two_buses(500.0),
               evening("3 h",
                       "{uncoordinated: {}, sell: {controller: threshold_v2g, signals: [price], price_low: 0.1 EUR/kWh, "
                       "price_high: 0.2 EUR/kWh, period: 10 min}}")),
        {});
    const RunResult& sell = result.controllers[1];
    REQUIRE(kpi(sell, "charged_kwh") == 0.0);
    REQUIRE(kpi(sell, "v2g_kwh") > 1.0);
    CHECK(kpi(sell, "net_cost") < kpi(result.controllers[0], "net_cost"));
    // Every kWh sold at 0.3 takes 1 / 0.81 kWh to be brought back at 0.3, and all that was not charged costs what it would have.
    const auto paid_and_owed = [&](const RunResult& run, std::size_t r) {
        return kpi(run, "net_cost", r) + kpi(run, "owed_cost", r);
    };
    for (std::size_t r = 0; r < 3; ++r)
        CHECK(paid_and_owed(sell, r) - paid_and_owed(result.controllers[0], r) ==
              Approx(0.3 * (1.0 / 0.81 - 1.0) * kpi(sell, "v2g_kwh", r)));
}

TEST_CASE("stays that the end of the study cuts are counted, with the energy that they want") {
    const ScratchFolder folder;
    const auto cut = [&](const char* duration) {
        const auto study = loaded(folder, two_buses(500.0), evening(duration, nobody_comes));
        return stays_cut_at(Instant(study.scenario.time.duration), study.draw(ReplicaId(0)));
    };
    const CutStays evening_only = cut("3 h");
    CHECK(evening_only.stays == 10);
    CHECK(evening_only.cut == 10);
    CHECK(evening_only.cut_wanted_kwh == evening_only.wanted_kwh);
    CHECK_THAT(*cut_text(evening_only), Contains("cuts 10 of 10 stays (100.0 %), with 100.0 % of the energy"));
    CHECK_FALSE(cut_text(cut("16 h")));
}

TEST_CASE("a rating that is exceeded by a hair gives no minutes unless asked for, but energy; depth gives minutes of its own") {
    const ScratchFolder folder;
    const double v = 0.5 * (1.0 + std::sqrt(1.0 - 4.0 * 40000.0 * 0.01 / (400.0 * 400.0)));  // v (1 - v) = P R / V^2
    const double current = 40000.0 / (std::sqrt(3.0) * 400.0 * v);
    const auto base = [&](double rating, const std::vector<std::string>& overrides = {}) {
        return run_study(loaded(folder, two_buses(rating), evening("2 h", nobody_comes), overrides), {}).base;
    };
    const RunResult hair = base(current / 1.0005);
    CHECK(kpi(hair, "overload_minutes") == 0.0);
    CHECK(kpi(hair, "overload_kvah") == Approx(2.0 * std::sqrt(3.0) * 0.4 * (current - current / 1.0005)).epsilon(1e-4));
    CHECK(kpi(base(current / 1.0005, {"limits.tolerance=0"}), "overload_minutes") == 120.0);
    const RunResult deep = base(current / 1.15);
    CHECK(kpi(deep, "overload_minutes") == 120.0);
    CHECK(kpi(deep, "overload_110_minutes") == 120.0);
    CHECK(kpi(deep, "overload_120_minutes") == 0.0);
}

TEST_CASE("series of powers are means: they close at every mark and add up to the KPIs") {
    const ScratchFolder folder;
    const StudyResult result = run_study(
        loaded(folder, two_buses(500.0), evening("16 h", "{uncoordinated: {}}"), {"study.replicas=1", "time.step=10 min"}), {});
    const RunResult& run = result.controllers[0];
    const auto mean = [&](const std::string& name) { return variable(run, name).bands.mean; };
    const auto base = variable(result.base, "demand_kw").bands.mean;
    for (std::size_t m = 0; m < base.size(); ++m) CHECK(mean("demand_kw")[m] - mean("ev_kw")[m] == Approx(base[m]).epsilon(1e-9));
    const auto energy = [&](const std::string& name) {
        const auto values = mean(name);
        return 0.5 * std::accumulate(values.begin(), values.end(), 0.0);
    };
    CHECK(energy("loss_kw") == Approx(kpi(run, "loss_energy_kwh")).epsilon(1e-9));
    CHECK(energy("source_kw") == Approx(kpi(run, "source_energy_kwh")).epsilon(1e-9));
    CHECK(energy("demand_kw") == Approx(kpi(run, "energy_kwh")).epsilon(1e-9));
}
