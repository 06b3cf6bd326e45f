// A long replica whose parts are the sample: what the parts say is what the whole replica says, cut up; and what does not go with
// it.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <numeric>
#include <string>

#include "sim/report/comparison.hpp"
#include "sim/report/parts_text.hpp"
#include "sim/study/read_summary.hpp"
#include "sim/study/write_results.hpp"
#include "tests/unit/record/scratch_folder.hpp"
#include "tests/unit/study/draws.hpp"
#include "tests/unit/study/result_numbers.hpp"
#include "tests/validation/study_fixture.hpp"

using namespace evsweep;
using namespace evsweep::test;
using namespace evsweep::validation;
using Catch::Matchers::Contains;

namespace {

constexpr const char* street = R"(
name: a street
buses:
  - {id: s, nominal: 0.4 kV}
  - {id: a, nominal: 0.4 kV, class: homes}
  - {id: b, nominal: 0.4 kV, class: homes}
lines:
  - {id: L1, from: s, to: a, r: 0.05 ohm, x: 0.02 ohm, rating: 90 A}
  - {id: L2, from: a, to: b, r: 0.06 ohm, x: 0.02 ohm, rating: 60 A}
source: {bus: s, voltage: 1.02 pu}
loads:
  - {id: la, bus: a, p: 9 kW, q: 2 kvar}
  - {id: lb, bus: b, p: 6 kW, q: 1 kvar}
)";

/// Noon to noon, with stays over midnight, so that parts of 8 h cut them.
std::string study_text(const std::string& study, const std::string& duration, const std::string& outputs) {
    return "title: parts\nstudy: {" + study + "}\ntime: {start: 2025-01-06 12:00, step: 15 min, " + duration + R"(}
feeder: {file: street.yaml}
limits: {voltage_min: 0.97 pu}
base_load: {profiles: {day: {every: 6 h, interpolation: linear, values: [.3, .6, .8, 1]}}, by_class: {homes: day}}
prices: {sell_share: 60 %, buy: {every: 3 h, interpolation: hold, unit: $/kWh, values: [.05, .1, .2, .3, .25, .15, .2, .1]}}
population:
  homes:
    behaviour: distribution
    vehicles: 6
    placement: {rule: round_robin, buses: [a, b]}
    arrival: {distribution: uniform, min: 13 h, max: 22 h}
    departure: {distribution: uniform, min: 6 h, max: 9 h}
    departure_day: next
    initial_soc: {distribution: uniform, min: 0.1, max: 0.5}
    target_soc: 0.95
    capacity: 60 kWh
    charge_rating: 3.7 kW
    discharge_rating: 3.7 kW
    reserve_soc: 0.2
controllers: {uncoordinated: {}, threshold: {controller: threshold_v2g}}
outputs: {)" +
           outputs + "}\n";
}

const std::string all_outputs = "kpis: {}, series: {every: 1 h}, elements: {keep: replicas}, stays: {}";

class Street {
   public:
    Street() { std::ofstream(folder_ / "street.yaml") << street; }
    [[nodiscard]] LoadedStudy load(const std::string& study, const std::string& duration,
                                   const std::string& outputs = all_outputs) const {
        std::ofstream(folder_ / "study.yaml") << study_text(study, duration, outputs);
        return validation::load(folder_ / "study.yaml");
    }
    /// What is said against a study, one line each.
    [[nodiscard]] std::string issues(const std::string& study, const std::string& duration,
                                     const std::string& outputs = all_outputs) const {
        std::ofstream(folder_ / "study.yaml") << study_text(study, duration, outputs);
        Issues issues;
        (void)load_study(folder_ / "study.yaml", {}, issues);
        std::string text;
        for (const Issue& issue : issues.list()) text += to_text(issue) + "\n";
        return text;
    }
    [[nodiscard]] const ScratchFolder& folder() const { return folder_; }

   private:
    ScratchFolder folder_;
};

double sum(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }
double least(const std::vector<double>& values) { return *std::min_element(values.begin(), values.end()); }
double most(const std::vector<double>& values) { return *std::max_element(values.begin(), values.end()); }

/// Sums over elements of the traces of all replicas.
std::vector<double> sum_of_traces(const VariableResult& row) {
    std::vector<double> sums(row.traces.front().second.size());
    for (const auto& [replica, trace] : row.traces)
        for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += trace[i];
    return sums;
}

}  // namespace

TEST_CASE("energies of the parts of a replica add up to the whole replica's, and extremes are those of the worst part") {
    const Street folder;
    const std::string duration = "duration: 100 h, warm_up: 4 h";
    const StudyResult whole = run_study(folder.load("replicas: 1, seed: 3", duration), {.threads = 1});
    const StudyResult parts = run_study(folder.load("replicas: 1, seed: 3, batch_length: 8 h", duration), {.threads = 1});
    REQUIRE(parts.replicas.size() == 12);
    REQUIRE(parts.failures.empty());
    for (const auto& of_parts : parts.controllers) {
        const RunResult& of_whole = controller(whole, of_parts.label);
        for (const char* what : {"energy_kwh", "loss_energy_kwh", "charged_kwh", "v2g_kwh", "net_cost", "unserved_kwh", "cycles",
                                 "minutes_outside_band", "overload_minutes", "dropped_kwh"}) {
            CAPTURE(of_parts.label, what);
            REQUIRE(values(of_parts, what).size() == 12);
            CHECK(sum(values(of_parts, what)) == Approx(values(of_whole, what).at(0)).epsilon(1e-9).margin(1e-9));
        }
        CHECK(sum(values(of_parts, "charged_kwh")) > 100.0);
        CHECK(least(values(of_parts, "vmin_pu")) == values(of_whole, "vmin_pu").at(0));
        CHECK(most(values(of_parts, "peak_kw")) == values(of_whole, "peak_kw").at(0));
        for (const char* what : {"charged_kwh_by_bus_values", "net_cost_by_bus_values", "unserved_kwh_by_bus_values"}) {
            CAPTURE(of_parts.label, what);
            const auto by_bus = sum_of_traces(find(of_parts, "elements", what));
            const auto& expected = find(of_whole, "elements", what).traces.at(0).second;
            for (std::size_t b = 0; b < expected.size(); ++b)
                CHECK((by_bus[b] == Approx(expected[b]).margin(1e-9) || (std::isnan(by_bus[b]) && std::isnan(expected[b]))));
        }
    }
    CHECK(sum(values(parts.base, "energy_kwh")) == Approx(values(whole.base, "energy_kwh").at(0)).epsilon(1e-12));
}

TEST_CASE("series of parts are those of the whole replica side by side, and stays are whole where they end") {
    const Street folder;
    const std::string duration = "duration: 72 h";
    const StudyResult whole = run_study(folder.load("replicas: 1, seed: 3", duration), {.threads = 1});
    const StudyResult parts = run_study(folder.load("replicas: 1, seed: 3, batch_length: 6 h", duration), {.threads = 1});
    for (const auto& of_parts : parts.controllers) {
        const RunResult& of_whole = controller(whole, of_parts.label);
        for (const char* what : {"demand_kw", "ev_kw", "vmin_pu"}) {
            const auto& marks = find(of_whole, "series", what).bands.mean;
            const auto& mean = find(of_parts, "series", what).bands.mean;
            REQUIRE(marks.size() == 72);
            REQUIRE(mean.size() == 6);
            for (std::size_t m = 0; m < 6; ++m) {
                double expected = 0.0;
                for (std::size_t part = 0; part < 12; ++part) expected += marks[6 * part + m] / 12.0;
                CHECK(mean[m] == Approx(expected).epsilon(1e-12));
            }
        }
        std::vector<double> ends, whole_ends;
        for (const auto& [part, end] : find(of_parts, "stays", "unplug_h").traces) {
            const auto& is_whole = find(of_parts, "stays", "is_whole").traces.at(part.index()).second;
            for (std::size_t s = 0; s < end.size(); ++s) {
                CHECK(end[s] <= 6.0 * static_cast<double>(part.index() + 1));
                CHECK((is_whole[s] == 1.0 || end[s] == 6.0 * static_cast<double>(part.index() + 1)));
                if (is_whole[s] == 1.0) ends.push_back(end[s]);
            }
        }
        const auto& end = find(of_whole, "stays", "unplug_h").traces.at(0).second;
        const auto& is_whole = find(of_whole, "stays", "is_whole").traces.at(0).second;
        for (std::size_t s = 0; s < end.size(); ++s)
            if (is_whole[s] == 1.0) whole_ends.push_back(end[s]);
        CHECK(ends == whole_ends);
    }
}

TEST_CASE("parts are the same bits on any number of threads, and a single part of all of it is the replica") {
    const Street folder;
    const LoadedStudy study = folder.load("replicas: 1, seed: 3, batch_length: 1 d", "duration: 240 h");
    require_identical(all_numbers(run_study(study, {.threads = 1})), all_numbers(run_study(study, {.threads = 3})));
}

TEST_CASE("days of one replica are told as days, in the table, in the file and when that is read back") {
    const Street folder;
    const StudyResult result =
        run_study(folder.load("replicas: 1, seed: 3, batch_length: 1 d", "duration: 480 h"), {.threads = 1});
    const std::string table = comparison_table(result);
    CHECK_THAT(table, Contains("20 of 20 days of one replica, seed 3\nmean over the days ± half-width of its 95 % interval"));
    CHECK_THAT(table, Contains("Paired difference to uncoordinated, day by day"));
    CHECK_THAT(table, Contains("Note: these are days of one replica"));
    CHECK_THAT(table, !Contains("share of the replicas") && !Contains("mean over the replicas"));
    REQUIRE(!write_results(result, folder.folder() / "r.h5"));
    const ReadSummary read = read_summary(folder.folder() / "r.h5");
    REQUIRE(read.result);
    CHECK(comparison_table(*read.result) == table);
    const Estimate estimate = estimate_mean(values(controller(result, "uncoordinated"), "charged_kwh"), 0.95);
    CHECK(estimate.count == 20);
    CHECK(estimate.half_width() > 0.0);
}

TEST_CASE("what does not go with parts of a replica is refused with what to do") {
    const Street folder;
    const std::string day = "batch_length: 1 d";
    CHECK_THAT(folder.issues("replicas: 5, " + day, "duration: 480 h"),
               Contains("study.batch_length: makes parts of one replica the sample, and study.replicas is 5; say `replicas: 1`"));
    CHECK_THAT(
        folder.issues("replicas: 30, " + day + ", stop: {kpi: peak_kw, half_width: 1 kW, max_replicas: 100}", "duration: 480 h"),
        Contains("study.stop runs more replicas"));
    CHECK_THAT(
        folder.issues("replicas: 1, " + day, "duration: 490 h"),
        Contains("490 h that are counted are 20 parts of 24 h and 10 h over; make time.duration 480 h, or time.warm_up 10 h"));
    CHECK_THAT(folder.issues("replicas: 1, batch_length: 20 min", "duration: 480 h"),
               Contains("20 min is not a whole number of control steps"));
    CHECK_THAT(folder.issues("replicas: 1, batch_length: 300 h", "duration: 480 h"),
               Contains("is no part of 480 h that are counted"));
    CHECK_THAT(folder.issues("replicas: 1, " + day, "duration: 96 h"),
               Contains("warning: study.batch_length: 4 parts of 24 h are few"));
    CHECK_THAT(
        folder.issues("replicas: 1, batch_length: 15 min", "duration: 24 h", "record: {signals: [feeder_head], every: 7 min}"),
        Contains("parts have to be alike; let its marks divide study.batch_length"));
    CHECK(folder.issues("replicas: 1, " + day, "duration: 480 h").empty());
}

TEST_CASE("numbers whose consecutive parts are alike are named, the worst first, and no others") {
    StudyResult study;
    study.parts = 52;
    study.part_length = 7 * one_day;
    study.controllers.resize(2);
    Draws draws;
    const auto add = [&](const char* name, double rho, bool is_headline = true) {
        for (RunResult& run : study.controllers) {
            VariableResult row;
            row.variable = {.name = name, .unit = "kW", .long_name = std::string("the ") + name, .headline = is_headline};
            for (double x = draws.normal(); row.values.size() < 52; x = rho * x + draws.normal()) row.values.push_back(x);
            run.variables.push_back(row);
        }
    };
    for (std::size_t week = 0; week < 52; ++week) study.replicas.emplace_back(week);
    add("weather", 0.9);
    add("dice", 0.0);
    add("aside", 0.9, false);
    add("season", 0.99);
    std::string text = parts_warning(study);
    for (std::size_t at = text.find("\n  "); at != std::string::npos; at = text.find("\n  ")) text.replace(at, 3, " ");
    CHECK_THAT(text, Contains("Note: these are weeks of one replica"));
    CHECK_THAT(text, Contains("Consecutive weeks are alike by more than chance"));
    CHECK_THAT(text, Contains("the weather") && Contains("the season") && !Contains("the dice") && !Contains("the aside"));
    CHECK_THAT(text, Contains("6 numbers were looked at"));
    study.parts = 1;
    CHECK(parts_warning(study).empty());
}

TEST_CASE("intervals over the days of one replica hold the mean of the law in about 95 % of studies", "[slow]") {
    const Street folder;
    const std::string few = "kpis: {}";
    const std::vector<std::string> kpis{"charged_kwh", "loss_energy_kwh", "net_cost", "peak_kw"};
    // Days begin at noon with nobody there and all stays over, so they are independent, and replicas of one day have the same
    // law.
    const LoadedStudy many = folder.load("replicas: 20000, seed: 99, threads: 2", "duration: 24 h", few);
    const StudyResult truth = run_study(many, {});
    std::map<std::string, int> held;
    constexpr int studies = 400;
    for (int s = 0; s < studies; ++s) {
        const std::string seed = "replicas: 1, seed: " + std::to_string(1000 + s) + ", batch_length: 1 d";
        const StudyResult result = run_study(folder.load(seed, "duration: 480 h", few), {.threads = 1});
        for (const std::string& kpi : kpis) {
            const double mean = mean_of(controller(truth, "uncoordinated"), kpi);
            const Estimate estimate = estimate_mean(values(controller(result, "uncoordinated"), kpi), 0.95);
            held[kpi] += estimate.low <= mean && mean <= estimate.high;
        }
    }
    for (const auto& [kpi, count] : held) {
        CAPTURE(kpi, count);
        CHECK(count >= 0.92 * studies);
        CHECK(count <= 0.98 * studies);
    }
}
