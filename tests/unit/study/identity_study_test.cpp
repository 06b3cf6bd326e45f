// What is drawn for somebody does not depend on who else there is.
#include <catch2/catch.hpp>
#include <fstream>
#include <string>

#include "tests/unit/record/scratch_folder.hpp"
#include "tests/unit/study/result_numbers.hpp"
#include "tests/validation/study_fixture.hpp"

using namespace evsweep;
using namespace evsweep::test;
using namespace evsweep::validation;

namespace {

constexpr const char* street = R"(
name: a street
buses:
  - {id: s, nominal: 0.4 kV}
  - {id: a, nominal: 0.4 kV, class: homes}
  - {id: b, nominal: 0.4 kV, class: homes}
  - {id: c, nominal: 0.4 kV, class: homes}
lines:
  - {id: L1, from: s, to: a, r: 0.03 ohm, x: 0.01 ohm, rating: 300 A}
  - {id: L2, from: a, to: b, r: 0.03 ohm, x: 0.01 ohm}
  - {id: L3, from: b, to: c, r: 0.05 ohm, x: 0.02 ohm}
loads:
  - {id: la, bus: a, p: 4 kW, q: 1 kvar}
  - {id: lb, bus: b, p: 6 kW, q: 2 kvar}
  - {id: lc, bus: c, p: 5 kW, q: 1 kvar}
source: {bus: s, voltage: 1.02 pu}
)";

/// Vehicles that have all that they want, so that they never draw: whoever they are, the network is the same.
std::string satisfied(const std::string& name, int vehicles) {
    return "  " + name + ":\n    behaviour: distribution\n    vehicles: " + std::to_string(vehicles) +
           "\n    placement: {rule: round_robin, buses: [b, c]}\n"
           "    arrival: {distribution: uniform, min: 13 h, max: 20 h}\n    departure: 8 h\n"
           "    initial_soc: 0.9\n    target_soc: 0.9\n    capacity: 40 kWh\n    charge_rating: 11 kW\n";
}

/// A street whose meters are noisy and whose chargers wait for a random time, with `others` before the group that counts.
std::string study_with(const std::string& others) {
    return "title: identity\nstudy: {replicas: 3, seed: 11}\n"
           "time: {start: 2025-01-06 12:00, duration: 24 h, step: 5 min}\n"
           "feeder: {file: street.yaml}\n"
           "metering: {voltage: {noise: 0.01 pu}}\n"
           "population:\n" +
           others +
           "  homes:\n    behaviour: distribution\n    vehicles: 9\n    placement: {rule: round_robin, buses: [a, b, c]}\n"
           "    arrival: {distribution: uniform, min: 14 h, max: 20 h}\n    departure: 7 h\n"
           "    initial_soc: {distribution: uniform, min: 0.2, max: 0.6}\n    target_soc: 0.9\n"
           "    capacity: {distribution: uniform, min: 30 kWh, max: 60 kWh}\n    charge_rating: 11 kW\n"
           "controllers:\n  threshold: {controller: threshold_v2g, signals: [voltage], voltage_low: 0.96 pu, "
           "voltage_high: 0.99 pu, period: 5 min, release_spread: 30 min}\n"
           "outputs: {kpis: {}, series: {every: 5 min}}\n";
}

/// All that the network and the energy books say; who is counted (vehicles, zones) differs on purpose.
Numbers electrical_numbers(const ScratchFolder& folder, const std::string& others) {
    std::ofstream(folder / "street.yaml") << street;
    std::ofstream(folder / "study.yaml") << study_with(others);
    Numbers kept;
    for (const auto& [name, values] : all_numbers(run_study(load(folder / "study.yaml"), {.threads = 1})))
        for (const char* what : {"charged_kwh", "peak_kw", "loss_energy_kwh", "vmin_pu", "source_kw", "ev_kw", "loss_kw"})
            if (name.find(std::string("/") + what) != std::string::npos) kept[name] = values;
    return kept;
}

}  // namespace

/// A guest that plugs in is one more occasion to decide and to solve, and a load flow that starts from other voltages stops at
/// others within its tolerance: 1e-12 kWh of loss. A single draw that changed would move kilowatts.
void require_close(const Numbers& one, const Numbers& other) {
    REQUIRE(other.size() == one.size());
    for (const auto& [name, values] : one) {
        INFO(name);
        const auto& others = other.at(name);
        REQUIRE(others.size() == values.size());
        for (std::size_t i = 0; i < values.size(); ++i) REQUIRE(others[i] == Approx(values[i]).epsilon(1e-9).margin(1e-9));
    }
}

TEST_CASE("another vehicle or group leaves days, meter noise and release delays of a group as they are") {
    const ScratchFolder folder;
    const Numbers alone = electrical_numbers(folder, "");
    REQUIRE(alone.size() > 20);
    require_close(alone, electrical_numbers(folder, satisfied("guests", 1)));
    require_close(alone, electrical_numbers(folder, satisfied("guests", 2)));
    require_close(alone, electrical_numbers(folder, satisfied("guests", 2) + satisfied("customers", 5)));
}
