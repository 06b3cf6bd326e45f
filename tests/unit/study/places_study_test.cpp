// Replicas whose charging points stand at different places share one network, and the result says how places were drawn.
#include <catch2/catch.hpp>
#include <fstream>
#include <set>
#include <string>

#include "sim/report/comparison.hpp"
#include "sim/study/read_summary.hpp"
#include "sim/study/write_results.hpp"
#include "tests/unit/record/scratch_folder.hpp"
#include "tests/unit/study/result_numbers.hpp"
#include "tests/validation/study_fixture.hpp"

using namespace evsweep;
using namespace evsweep::test;
using namespace evsweep::validation;
using Catch::Contains;

namespace {

constexpr const char* street = R"(
name: a street
buses:
  - {id: s, nominal: 0.4 kV}
  - {id: a, nominal: 0.4 kV}
  - {id: b, nominal: 0.4 kV}
  - {id: c, nominal: 0.4 kV}
lines:
  - {id: L1, from: s, to: a, r: 0.03 ohm, x: 0.01 ohm, rating: 300 A}
  - {id: L2, from: a, to: b, r: 0.03 ohm, x: 0.01 ohm}
  - {id: L3, from: b, to: c, r: 0.05 ohm, x: 0.02 ohm}
loads:
  - {id: la, bus: a, p: 2 kW}
  - {id: lb, bus: b, p: 2 kW}
  - {id: lc, bus: c, p: 2 kW}
source: {bus: s, voltage: 1.02 pu}
)";

constexpr const char* steady =
    "    arrival: 18 h\n    departure: 7 h\n    initial_soc: 0.3\n    target_soc: 0.9\n"
    "    capacity: 40 kWh\n    charge_rating: 11 kW\n";
constexpr const char* varied =
    "    arrival: {distribution: uniform, min: 14 h, max: 20 h}\n    departure: 7 h\n"
    "    initial_soc: {distribution: uniform, min: 0.2, max: 0.6}\n    target_soc: 0.9\n"
    "    capacity: 40 kWh\n    charge_rating: 11 kW\n    discharge_rating: 5 kW\n";

LoadedStudy study_of(const ScratchFolder& folder, const std::string& placement, const char* behaviour, int replicas,
                     const std::string& controllers = "  uncoordinated: {}\n") {
    std::ofstream(folder / "street.yaml") << street;
    std::ofstream(folder / "study.yaml")
        << "title: places\nstudy: {replicas: " << replicas << ", seed: 4}\n"
        << "time: {start: 2025-01-06 12:00, duration: 24 h, step: 15 min}\nfeeder: {file: street.yaml}\n"
        << "prices: {currency: EUR, buy: {every: 12 h, unit: EUR/kWh, values: [.1, .3]}}\n"
        << "population:\n  homes:\n    behaviour: distribution\n    " << placement << "\n"
        << behaviour << "controllers:\n"
        << controllers << "outputs: {kpis: {}, series: {every: 15 min}, traces: {replicas: [1], every: 1 h}}\n";
    return load(folder / "study.yaml");
}

}  // namespace

TEST_CASE("a drawn home gives the numbers of that home given by name, and all three come up") {
    const ScratchFolder folder;
    std::vector<double> lowest, losses;
    for (const char* bus : {"a", "b", "c"}) {
        const StudyResult given = run_study(
            study_of(folder, std::string("vehicles: 1\n    placement: {rule: round_robin, buses: [") + bus + "]}", steady, 1),
            {});
        lowest.push_back(values(given.controllers[0], "vmin_pu").at(0));
        losses.push_back(values(given.controllers[0], "loss_energy_kwh").at(0));
    }
    REQUIRE(lowest[0] > lowest[1] + 1e-3);
    REQUIRE(lowest[1] > lowest[2] + 1e-3);
    const StudyResult drawn = run_study(study_of(folder, "placement: {rule: loads, share: 33.4 %}", steady, 24), {});
    std::set<std::size_t> homes;
    for (std::size_t r = 0; r < 24; ++r) {
        const double pu = values(drawn.controllers[0], "vmin_pu").at(r);
        const auto nearest = std::min_element(lowest.begin(), lowest.end(),
                                              [pu](double a, double b) { return std::abs(a - pu) < std::abs(b - pu); });
        const auto home = static_cast<std::size_t>(nearest - lowest.begin());
        homes.insert(home);
        CHECK(pu == Approx(*nearest).margin(1e-9));
        CHECK(values(drawn.controllers[0], "loss_energy_kwh").at(r) == Approx(losses[home]).epsilon(1e-6));
    }
    CHECK(homes.size() == 3);
}

TEST_CASE("replicas at different places find the same bits for any number of threads and any width, planners included") {
    const ScratchFolder folder;
    const LoadedStudy study = study_of(folder, "vehicles: 4\n    placement: {rule: proportional}", varied, 7,
                                       "  uncoordinated: {}\n"
                                       "  threshold: {controller: threshold_v2g, signals: [voltage], voltage_low: 0.97 pu, "
                                       "voltage_high: 0.99 pu, period: 15 min}\n"
                                       "  optimal: {controller: optimal_schedule, strategy: v2g, mode: day_ahead}\n");
    const Numbers one = all_numbers(run_study(study, {.threads = 1, .ensemble_width = 1}));
    REQUIRE(one.size() > 60);
    for (const StudyOptions& options : {StudyOptions{.threads = 1, .ensemble_width = 7},
                                        StudyOptions{.threads = 2, .ensemble_width = 3}, StudyOptions{.threads = 3}}) {
        CAPTURE(options.threads, options.ensemble_width);
        require_identical(one, all_numbers(run_study(study, options)));
    }
}

TEST_CASE("what intervals leave out is said in the table, and what is drawn in the file") {
    const ScratchFolder folder;
    const auto round_trip = [&](const std::string& redraw) {
        const StudyResult result =
            run_study(study_of(folder, "placement: {rule: loads, share: 70 %" + redraw + "}", varied, 3), {});
        REQUIRE_FALSE(write_results(result, folder / "r.h5"));
        const ReadSummary read = read_summary(folder / "r.h5");
        REQUIRE(read.result);
        CHECK(comparison_table(*read.result) == comparison_table(result));
        return std::pair(comparison_table(result), read.result->places);
    };
    const auto [once, once_places] = round_trip(", redraw: study");
    CHECK_THAT(once,
               Contains("the places of homes were drawn once for the study (placement.redraw: study), so the intervals do not "
                        "cover how uncertain places are"));
    CHECK(once_places == std::vector<std::string>{"homes: 2 charging points, one each at 2 of 3 loads; places are drawn once for "
                                                  "the study, so intervals do not cover how uncertain they are"});
    const auto [anew, anew_places] = round_trip("");
    CHECK_THAT(anew, !Contains("drawn once"));
    CHECK(anew_places == std::vector<std::string>{"homes: 2 charging points, one each at 2 of 3 loads; places are drawn anew for "
                                                  "every replica"});
}
