/// Defaults that fit the control step: what nobody has written must neither fail nor mislead.
#include <catch2/catch.hpp>

#include "tests/unit/record/scratch_folder.hpp"
#include "tests/validation/study_fixture.hpp"

using namespace evsweep;
using namespace evsweep::validation;

namespace {

/// Every controller and every output with what they have to be told and no more, on two buses.
LoadedStudy study_in_steps_of(const ScratchFolder& folder, const std::string& step) {
    std::ofstream(folder / "feeder.yaml") << "name: two buses\n"
                                             "buses:\n  - {id: s, nominal: 0.4 kV}\n  - {id: a, nominal: 0.4 kV}\n"
                                             "lines:\n  - {id: l, from: s, to: a, r: 0.01 ohm, x: 0.01 ohm}\n"
                                             "loads:\n  - {bus: a, p: 5 kW, q: 1 kvar}\n"
                                             "source: {bus: s, voltage: 1 pu}\n";
    std::ofstream(folder / "study.yaml")
        << "study: {replicas: 2, seed: 1, threads: 1}\n"
           "time: {start: 2025-01-06 00:00, duration: 42 h, step: "
        << step
        << "}\n"
           "feeder: {file: feeder.yaml}\n"
           "prices: {buy: {every: 42 h, values: [0.3 EUR/kWh]}}\n"
           "population:\n"
           "  homes: {behaviour: distribution, vehicles: 3, placement: {rule: round_robin, buses: [a]}, arrival: 18 h, "
           "departure: 7 h, initial_soc: 0.5, target_soc: 0.9, capacity: 40 kWh, charge_rating: 7 kW}\n"
           "controllers:\n"
           "  uncoordinated: {}\n  evms: {}\n  threshold_v2g: {}\n  fuzzy: {}\n"
           "  optimal_schedule: {strategy: smart, mode: receding}\n"
           "  day_ahead: {controller: optimal_schedule, strategy: smart, mode: day_ahead}\n"
           "outputs: {kpis: {}, series: {}, voltages: {}, traces: {}, events: {}}\n";
    return load(folder / "study.yaml");
}

std::string setting(const LoadedStudy& study, const std::string& path) {
    for (const Setting& s : study.scenario.resolved)
        if (s.path == path) return s.value;
    return "no setting " + path;
}

}  // namespace

TEST_CASE("defaults of periods and marks become whole numbers of control steps, and are told as they are used") {
    struct Row {
        std::string step, period, marks, laxity, spread;
    };
    for (const Row& row : std::vector<Row>{{"20 s", "1 min", "15 min", "2 min", "15 min"},
                                           {"1 min", "1 min", "15 min", "2 min", "15 min"},
                                           {"7 min", "7 min", "21 min", "7 min", "28 min"},
                                           {"15 min", "15 min", "15 min", "15 min", "1 h"},
                                           {"1 h", "1 h", "1 h", "1 h", "4 h"}}) {
        CAPTURE(row.step);
        const ScratchFolder folder;
        const LoadedStudy study = study_in_steps_of(folder, row.step);
        for (const std::string label : {"evms", "threshold_v2g", "fuzzy"})
            CHECK(setting(study, "controllers." + label + ".period") == row.period);
        CHECK(setting(study, "controllers.evms.override_laxity") == row.laxity);
        CHECK(setting(study, "controllers.threshold_v2g.release_spread") == row.spread);
        CHECK(setting(study, "outputs.series.every") == row.marks);
        CHECK(setting(study, "controllers.optimal_schedule.every") == row.marks);
    }
}

TEST_CASE("a study of defaults runs in steps of a quarter of an hour and of an hour") {
    for (const std::string step : {"15 min", "1 h"}) {
        CAPTURE(step);
        const ScratchFolder folder;
        const StudyResult result = run_study(study_in_steps_of(folder, step), {.threads = 1});
        REQUIRE(result.failures.empty());
        REQUIRE(result.replicas.size() == 2);
        for (const char* label : {"uncoordinated", "evms", "threshold_v2g", "fuzzy"})
            for (const double kwh : values(controller(result, label), "unserved_kwh")) CHECK(kwh == Approx(0.0).margin(1e-9));
    }
}
