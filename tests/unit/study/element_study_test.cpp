// Where limits are broken, by element: held against every recorded voltage and current of every replica.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <limits>
#include <string>

#include "sim/report/comparison.hpp"
#include "sim/statistics/shares.hpp"
#include "sim/study/read_summary.hpp"
#include "sim/study/write_results.hpp"
#include "tests/unit/record/scratch_folder.hpp"
#include "tests/unit/study/result_numbers.hpp"
#include "tests/validation/study_fixture.hpp"

using namespace evsweep;
using namespace evsweep::test;
using namespace evsweep::validation;

namespace {

constexpr std::size_t replicas = 12;
constexpr double low_pu = 0.95, high_pu = 1.019, rating_a = 60.0;

/// A transformer feeds the street; phase c ends at bus a; the first line has a rating and the second has none.
constexpr const char* street = R"(
name: a street of three phases
phases: abc
buses:
  - {id: s, nominal: 11 kV}
  - {id: t, nominal: 0.4 kV}
  - {id: a, nominal: 0.4 kV, class: homes}
  - {id: b, nominal: 0.4 kV, class: homes, phases: ab}
source: {bus: s, voltage: 1.02 pu}
transformers:
  - id: T
    power: 100 kVA
    rating: 40 kVA
    windings:
      - {bus: s, connection: wye, rated: 11 kV, r: 0.5 %}
      - {bus: t, connection: wye, rated: 0.4 kV, r: 0.5 %}
    x: 4 %
lines:
  - {id: L1, from: t, to: a, rating: 60 A, r: 0.1 | 0 0.1 | 0 0 0.1 ohm, x: 0.04 | 0 0.04 | 0 0 0.04 ohm}
  - {id: L2, from: a, to: b, phases: ab, r: 0.16 | 0 0.16 ohm, x: 0.04 | 0 0.04 ohm}
loads:
  - {id: la, bus: a, p: 6 kW, q: 1 kvar}
  - {id: lb, bus: b, p: 4 kW, q: 1 kvar, phases: a}
)";

constexpr const char* study_text = R"(
title: elements
study: {replicas: 12, seed: 5}
time: {start: 2025-01-06 12:00, duration: 24 h, warm_up: 2 h, step: 5 min}
feeder: {file: street.yaml}
limits: {voltage_min: 0.95 pu, voltage_max: 1.019 pu, tolerance: 0}
prices: {sell_share: 60 %, buy: {every: 4 h, interpolation: hold, unit: $/kWh, values: [.05, .1, .2, .3, .25, .15]}}
population:
  homes:
    behaviour: distribution
    vehicles: 4
    placement: {rule: round_robin, buses: [a, b], connection: single_phase, phase: random}
    arrival: {distribution: uniform, min: 13 h, max: 20 h}
    departure: {distribution: uniform, min: 6 h, max: 9 h}
    departure_day: next
    initial_soc: {distribution: uniform, min: 0.2, max: 0.6}
    target_soc: 0.9
    capacity: 40 kWh
    charge_rating: 7.4 kW
    discharge_rating: 7.4 kW
    reserve_soc: 0.2
  guests:
    behaviour: distribution
    vehicles: 2
    placement: {rule: round_robin, buses: [b], connection: single_phase, phase: random}
    arrival: {distribution: uniform, min: 16 h, max: 20 h}
    departure: {distribution: uniform, min: 21 h, max: 22 h}
    departure_day: same
    initial_soc: 0.2
    target_soc: 0.9
    capacity: 60 kWh
    charge_rating: 7.4 kW
controllers:
  uncoordinated: {}
  threshold: {controller: threshold_v2g, signals: [voltage], voltage_low: 0.96 pu, voltage_high: 0.98 pu}
outputs:
  kpis: {}
  elements: {keep: replicas}
  record: {signals: [supply_voltage, conductor_current], every: 5 min, as: traces, replicas: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]}
)";

LoadedStudy loaded_street(const ScratchFolder& folder) {
    std::ofstream(folder / "street.yaml") << street;
    std::ofstream(folder / "study.yaml") << study_text;
    return load(folder / "study.yaml");
}

/// What follows from the recorded values of one element in one replica.
struct Seen {
    double lowest = std::numeric_limits<double>::infinity(), highest = 0.0, minutes_below = 0.0, minutes_above = 0.0;
};
Seen seen_of(const std::vector<double>& trace, std::size_t element, std::size_t elements, double low, double high) {
    Seen seen;
    for (std::size_t m = element; m < trace.size(); m += elements) {
        seen.lowest = std::min(seen.lowest, trace[m]);
        seen.highest = std::max(seen.highest, trace[m]);
        if (trace[m] < low) seen.minutes_below += 5.0;
        if (trace[m] > high) seen.minutes_above += 5.0;
    }
    return seen;
}

double sum_of(const std::vector<double>& values) {
    double sum = 0.0;
    for (const double v : values)
        if (!std::isnan(v)) sum += v;
    return sum;
}

}  // namespace

TEST_CASE("extremes and minutes of every element are those of the recorded voltages and currents, replica by replica") {
    const ScratchFolder folder;
    const LoadedStudy study = loaded_street(folder);
    const FeederSite& site = study.feeder->site();
    const StudyResult result = run_study(study, {.threads = 1});
    for (const RunResult& run : result.controllers) {
        const auto& voltage = find(run, "record", "supply_voltage").traces;
        const auto& current = find(run, "record", "conductor_current").traces;
        REQUIRE(voltage.size() == replicas);
        std::vector<std::size_t> low_replicas(site.supply.size(), 0);
        std::size_t low_days = 0;
        for (std::size_t r = 0; r < replicas; ++r) {
            CAPTURE(run.label, r);
            bool any_low = false;
            for (std::size_t i = 0; i < site.supply.size(); ++i) {
                CAPTURE(site.supply_name(site.supply[i]));
                const Seen seen = seen_of(voltage[r].second, i, site.supply.size(), low_pu, high_pu);
                CHECK(find(run, "elements", "vmin_pu_values").traces[r].second[i] == seen.lowest);
                CHECK(find(run, "elements", "vmax_pu_values").traces[r].second[i] == seen.highest);
                const double below = find(run, "elements", "minutes_below_band_values").traces[r].second[i];
                const double above = find(run, "elements", "minutes_above_band_values").traces[r].second[i];
                if (!FeederSite::is_held_to_band(site.supply[i])) {
                    CHECK(std::isnan(below));
                    CHECK(std::isnan(above));
                    continue;
                }
                CHECK(below == seen.minutes_below);
                CHECK(above == seen.minutes_above);
                if (below > 0.0) ++low_replicas[i];
                any_low = any_low || below > 0.0;
            }
            low_days += any_low;
            CHECK(values(run, "low_voltage_violation")[r] == (any_low ? 1.0 : 0.0));
            bool any_over = false;
            const std::size_t conductors = site.conductor.size();
            for (std::size_t k = 0, wire = 6; k < 3; ++k, ++wire) {  // a.a, a.b, a.c behind L1
                REQUIRE(site.rating_a[wire] == rating_a);
                const Seen seen = seen_of(current[r].second, wire, conductors, 0.0, rating_a);
                CHECK(find(run, "elements", "line_loading_max_pct_values").traces[r].second[k] ==
                      Approx(seen.highest / rating_a * 100.0));
                CHECK(find(run, "elements", "line_overload_minutes_values").traces[r].second[k] == seen.minutes_above);
                any_over = any_over || seen.minutes_above > 0.0;
            }
            CHECK(values(run, "line_violation")[r] == (any_over ? 1.0 : 0.0));
        }
        CHECK(low_days > 0);
        const VariableResult& below = find(run, "elements", "minutes_below_band");
        for (std::size_t i = 0; i < site.supply.size(); ++i) {
            if (!FeederSite::is_held_to_band(site.supply[i])) {
                CHECK(below.elements[i].share.count == 0);
                continue;
            }
            const ShareInterval interval = clopper_pearson(low_replicas[i], replicas, 0.95);
            CHECK(below.elements[i].events == low_replicas[i]);
            CHECK(below.elements[i].share.mean == Approx(static_cast<double>(low_replicas[i]) / replicas));
            CHECK(below.elements[i].share.low == interval.low);
            CHECK(below.elements[i].share.high == interval.high);
            std::vector<double> minutes;
            for (const auto& [replica, trace] : find(run, "elements", "minutes_below_band_values").traces)
                minutes.push_back(trace[i]);
            CHECK(below.elements[i].mean.mean == Approx(estimate_mean(minutes, 0.95).mean).margin(1e-12));
            if (below.elements[i].mean.kind == IntervalKind::student || below.elements[i].mean.kind == IntervalKind::skewed)
                CHECK(below.elements[i].mean.high == Approx(estimate_mean(minutes, 0.95).high));
        }
    }
}

TEST_CASE("energy and cost by bus and by group add up to those of the fleet") {
    const ScratchFolder folder;
    const StudyResult result = run_study(loaded_street(folder), {.threads = 1});
    for (const RunResult& run : result.controllers) {
        for (const char* what : {"charged_kwh", "v2g_kwh", "net_cost", "unserved_kwh"}) {
            const auto& fleet = values(run, what);
            const std::string name = what;
            const auto& by_bus = find(run, "elements", name + "_by_bus_values").traces;
            const auto& homes = find(run, "elements", "homes_" + name).values.read();
            const auto& guests = find(run, "elements", "guests_" + name).values.read();
            for (std::size_t r = 0; r < replicas; ++r) {
                CAPTURE(run.label, name, r);
                CHECK(sum_of(by_bus[r].second) == Approx(fleet[r]).margin(1e-9));
                CHECK(homes[r] + guests[r] == Approx(fleet[r]).margin(1e-9));
            }
        }
    }
    CHECK(sum_of(values(controller(result, "threshold"), "v2g_kwh")) > 0.0);
    CHECK(sum_of(find(controller(result, "uncoordinated"), "elements", "guests_unserved_kwh").values.read()) > 0.0);
}

TEST_CASE("elements are the same to the last bit on any number of threads, and the table from the file that after the run") {
    const ScratchFolder folder;
    const LoadedStudy study = loaded_street(folder);
    const StudyResult one = run_study(study, {.threads = 1});
    const StudyResult three = run_study(study, {.threads = 3});
    require_identical(all_numbers(one), all_numbers(three));
    for (std::size_t c = 0; c < one.controllers.size(); ++c) {
        const auto& here = find(one.controllers[c], "elements", "minutes_below_band").elements;
        const auto& there = find(three.controllers[c], "elements", "minutes_below_band").elements;
        REQUIRE(here.size() == there.size());
        for (std::size_t i = 0; i < here.size(); ++i) {
            CHECK(here[i].events == there[i].events);
            CHECK((here[i].mean.high == there[i].mean.high || std::isnan(here[i].mean.high)));
        }
    }
    REQUIRE(write_results(one, folder / "r.h5") == std::nullopt);
    const ReadSummary read = read_summary(folder / "r.h5");
    REQUIRE(read.result);
    CHECK(comparison_table(*read.result) == comparison_table(one));
    CHECK_THAT(comparison_table(one), Catch::Matchers::Contains("Voltage below 0.95 pu: ") && Catch::Matchers::Contains("b.a") &&
                                          Catch::Matchers::Contains("\nViolations of limits: share of the replicas"));
}
