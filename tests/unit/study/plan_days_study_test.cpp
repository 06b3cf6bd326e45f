// Plans where days follow one another, where the study cuts stays, and where chargers have levels.
#include <catch2/catch.hpp>
#include <fstream>
#include <string>

#include "tests/unit/record/scratch_folder.hpp"
#include "tests/validation/study_fixture.hpp"

using namespace evsweep;
using namespace evsweep::validation;

namespace {

constexpr const char* strong_feeder = R"(
name: strong
buses: [{id: s, nominal: 0.4 kV}, {id: a, nominal: 0.4 kV}]
lines: [{id: L, from: s, to: a, r: 0.0001 ohm, x: 0.0001 ohm}]
loads: [{id: base, bus: a, p: 1 kW}]
source: {bus: s}
)";

/// Evenings from 17 to 24 h at .1, nights at .4; whoever comes by 21 h can be full by midnight.
StudyResult run_nights(const std::string& duration, const std::string& battery, const std::string& controllers) {
    const ScratchFolder folder;
    std::ofstream(folder / "feeder.yaml") << strong_feeder;
    std::ofstream(folder / "study.yaml")
        << "title: nights\nstudy: {replicas: 4, seed: 1}\n"
        << "time: {start: 2025-01-06 12:00, duration: " << duration << ", step: 15 min}\nfeeder: {file: feeder.yaml}\n"
        << "prices: {currency: EUR, buy: {every: 1 h, unit: EUR/kWh, values: [.4, .4, .4, .4, .4, .4, .4, .4, .3, .3, .3, .3, "
           ".3, .3, .3, .3, .3, .1, .1, .1, .1, .1, .1, .1]}}\n"
        << "population:\n  homes: {behaviour: distribution, vehicles: 6, placement: {rule: round_robin, buses: [a]}, arrival: "
           "{distribution: uniform, min: 17 h, max: 21 h}, departure: 7 h, initial_soc: {distribution: uniform, min: .5, max: "
           ".7}, target_soc: .9, capacity: 50 kWh, charge_rating: 7.4 kW"
        << battery << "}\ncontrollers:\n"
        << controllers << "outputs: {kpis: {}}\n";
    return run_study(load(folder / "study.yaml"), {});
}

constexpr const char* at_least_cost =
    "  opt: {controller: optimal_schedule, strategy: smart, mode: day_ahead, objective: cost}\n";

}  // namespace

TEST_CASE("plans of one day after the other use the cheap hours of every evening", "[study][optimal_schedule]") {
    for (const char* duration : {"24 h", "48 h", "72 h"}) {
        CAPTURE(duration);
        const StudyResult result = run_nights(duration, "", at_least_cost);
        const RunResult& run = controller(result, "opt");
        for (std::size_t r = 0; r < 4; ++r) {
            CHECK(values(run, "unserved_kwh")[r] == Approx(0.0).margin(1e-3));
            CHECK(values(run, "net_cost")[r] == Approx(0.1 * values(run, "charged_kwh")[r]).epsilon(1e-3));
            const bool is_one_plan = std::string(duration) == "24 h";
            CHECK(std::isnan(find(run, "counters", "lower_bound").values.at(r)) == !is_one_plan);
        }
    }
}

TEST_CASE("a plan that begins at midnight finds the stays under way, and leaves nothing to the dear hours",
          "[study][optimal_schedule]") {
    const StudyResult result = run_nights(
        "72 h", "", "  opt: {controller: optimal_schedule, strategy: smart, mode: day_ahead, objective: cost, every: 12 h}\n");
    const RunResult& run = controller(result, "opt");
    for (std::size_t r = 0; r < 4; ++r)
        CHECK(values(run, "net_cost")[r] == Approx(0.1 * values(run, "charged_kwh")[r]).epsilon(1e-3));
}

TEST_CASE("without vehicle-to-grid nothing is given back at chargers with levels either", "[study][optimal_schedule]") {
    const StudyResult result =
        run_nights("24 h", ", discharge_rating: 7.4 kW, levels: [2 kW, 3.7 kW, 7.4 kW]",
                   std::string(at_least_cost) + "  with_q: {controller: optimal_schedule, strategy: smart_q, mode: day_ahead}\n");
    for (const char* label : {"opt", "with_q"})
        for (const double kwh : values(controller(result, label), "v2g_kwh")) CHECK(kwh == 0.0);
}

TEST_CASE("stays that the study's end cuts are owed, and not remarked as short", "[study][optimal_schedule]") {
    const StudyResult result = run_nights("9 h", "", at_least_cost);
    const RunResult& run = controller(result, "opt");
    for (const double kwh : values(run, "owed_kwh")) CHECK(kwh > 50.0);
    CHECK(run.remarks.empty());
}
