#include <catch2/catch.hpp>
#include <fstream>
#include <numeric>

#include "tests/unit/record/scratch_folder.hpp"
#include "tests/validation/study_fixture.hpp"

using namespace evsweep;
using namespace evsweep::validation;

namespace {

/// Three single-phase regulators that compensate the drop to the village, and a bank that looks at reactive power.
const char* const feeder_text = R"(name: regulated village
buses:
  - {id: head, nominal: 4160 V, phases: abc}
  - {id: behind, nominal: 4160 V, phases: abc}
  - {id: village, nominal: 4160 V, phases: abc}
linecodes:
  - {id: wire, r1: 0.2 ohm/km, x1: 0.4 ohm/km, r0: 0.5 ohm/km, x0: 1.2 ohm/km}
lines:
  - {id: line, from: behind, to: village, code: wire, length: 2 km}
transformers:
  - {id: ra, power: 1 MVA, windings: [{bus: head, coils: [a]}, {bus: behind, coils: [a]}]}
  - {id: rb, power: 1 MVA, windings: [{bus: head, coils: [b]}, {bus: behind, coils: [b]}]}
  - {id: rc, power: 1 MVA, windings: [{bus: head, coils: [c]}, {bus: behind, coils: [c]}]}
regulators:
  - {id: ka, transformer: ra, set: 121 V, band: 2 V, pt: 20, ct: 300 A, r: 6 V, x: 12 V, delay: 30 s, max_steps: 1}
  - {id: kb, transformer: rb, set: 121 V, band: 2 V, pt: 20, ct: 300 A, r: 6 V, x: 12 V, delay: 45 s}
  - {id: kc, transformer: rc, set: 121 V, band: 2 V, pt: 20, ct: 300 A, r: 6 V, x: 12 V, delay: 60 s}
loads:
  - {id: a, bus: village, phases: a, p: 300 kW, q: 150 kvar}
  - {id: b, bus: village, phases: b, p: 200 kW, q: 100 kvar}
  - {id: c, bus: village, phases: c, p: 250 kW, q: 150 kvar}
capacitors:
  - {id: bank, bus: village, phases: abc, q: 300 kvar}
capacitor_controls:
  - {id: kq, capacitor: bank, signal: reactive_power, element: line, on: 250, off: -50}
source: {bus: head}
)";

const char* const scenario_text = R"(title: A village behind regulators
study: {replicas: 6, seed: 5}
time: {start: 2026-01-05 12:00, duration: 24 h, step: 5 min}
feeder: {file: feeder.yaml}
base_load:
  profiles: {day: {every: 6 h, interpolation: linear, values: [0.3, 0.6, 0.5, 1.0]}}
  other: day
population:
  homes:
    behaviour: distribution
    vehicles: 60
    placement: {rule: round_robin, buses: [village]}
    arrival: {distribution: truncated_normal, mean: 19 h, deviation: 1.5 h, min: 16 h, max: 23 h}
    departure: {distribution: truncated_normal, mean: 8 h, deviation: 0.3 h, min: 7 h, max: 9 h}
    departure_day: next
    initial_soc: 0.4
    target_soc: 0.9
    capacity: 40 kWh
    charge_rating: 7.4 kW
controllers: {uncoordinated: {}}
outputs: {kpis: {}, events: {replicas: [0]}}
)";

LoadedStudy load_village(const ScratchFolder& folder, const std::vector<std::string>& overrides = {}) {
    std::ofstream(folder / "feeder.yaml") << feeder_text;
    std::ofstream(folder / "study.yaml") << scenario_text;
    return load(folder / "study.yaml", overrides);
}

double sum(const std::vector<double>& list) { return std::accumulate(list.begin(), list.end(), 0.0); }

}  // namespace

TEST_CASE("tap changers follow the day, and their moves are the same for any number of threads") {
    const ScratchFolder folder;
    const LoadedStudy study = load_village(folder);
    const StudyResult one = run_study(study, {.threads = 1});
    const StudyResult many = run_study(study, {.threads = 5});
    for (const RunResult* run : {&one.base, &controller(one, "uncoordinated")}) CHECK(sum(values(*run, "tap_steps")) > 0.0);
    for (const char* kpi : {"tap_steps", "capacitor_switchings", "loss_energy_kwh", "vmin_pu"}) {
        CHECK(values(controller(one, "uncoordinated"), kpi) == values(controller(many, "uncoordinated"), kpi));
        CHECK(values(one.base, kpi) == values(many.base, kpi));
    }
}

TEST_CASE("without control nothing moves, and the lowest voltage is lower") {
    const ScratchFolder folder;
    const StudyResult moving = run_study(load_village(folder), {.threads = 2});
    const StudyResult fixed = run_study(load_village(folder, {"devices.control=off"}), {.threads = 2});
    const RunResult& stiff = controller(fixed, "uncoordinated");
    CHECK(sum(values(stiff, "tap_steps")) == 0.0);
    CHECK(sum(values(stiff, "capacitor_switchings")) == 0.0);
    CHECK(mean_of(stiff, "vmin_pu") < mean_of(controller(moving, "uncoordinated"), "vmin_pu"));
}
