/// Controllers that wait as long as they can, and batteries that take less and less towards their target: 40 kWh, 10 kW, 90 %.
#include <catch2/catch.hpp>
#include <cmath>

#include "tests/unit/engine/small_world.hpp"

using namespace evsweep;
using namespace evsweep::small_world;
using namespace std::chrono_literals;

namespace {

struct Patient {
    std::string name, yaml;
    double margin_h = 0.0;  ///< what it is to keep in hand when it begins to charge at last
    bool returns = true;    ///< power, where that is asked for below
};

/// Controllers asked to charge only when they must.
std::vector<Patient> patient_ones() {
    return {{"threshold_v2g", "{signals: [voltage], voltage_low: 0.5 pu, voltage_high: 1.5 pu}", 5.0 / 60.0},
            {"evms", "{peak_setpoint: 5000 kW, cap: 1 kW}", 0.0},
            {"evms", "{reading: literal, cap: 1 kW}", 0.0},
            {"fuzzy", "{}", 0.0}};
}

/// Controllers asked to return power whenever that leaves time to charge.
std::vector<Patient> generous_ones() {
    return {{"threshold_v2g", "{signals: [voltage], voltage_low: 1.4 pu, voltage_high: 1.5 pu, dwell: 0 s, reserve_soc: 0.2}"},
            {"evms", "{peak_setpoint: 1 kW, cap: 1 kW}"}};
}

/// Hours at full power from `soc` to 1 with the knee at 0.8 and a tenth of the rating at the end: the closed form.
double full_charge_h(double soc, double stored_per_drawn) {
    const double per_h = 10.0 * stored_per_drawn / 40.0;
    return (0.8 - soc) / per_h + std::log(10.0) / (4.5 * per_h);
}

Fleet one_tapering(double stored_per_drawn, double return_kw) {
    Fleet fleet;
    fleet.add(stay(1.0, 21.0, 0.3, 1.0), 0.8);
    fleet.population.connectors.discharge_rating[0] = return_kw;
    fleet.population.vehicles.stored_per_drawn[0] = stored_per_drawn;
    fleet.population.vehicles.drawn_per_returned[0] = 1.0 / stored_per_drawn;
    return fleet;
}

}  // namespace

TEST_CASE("who waits as long as possible counts the taper: nothing is missing at departure, and charging begins no earlier") {
    for (const double stored_per_drawn : {0.9, 1.0 / 0.9})  // physical, and as the literal accounting has it
        for (const Duration step : {Duration(1min), Duration(15min)})
            for (const Patient& patient : patient_ones()) {
                CAPTURE(patient.name, patient.yaml, stored_per_drawn, step.count());
                const Fleet fleet = one_tapering(stored_per_drawn, 0.0);
                const Run day = run_configured(patient.name, patient.yaml, a_day(step), fleet.population);
                REQUIRE_FALSE(day.outcome.failure);
                CHECK(day.notes.stays.at(0).final_soc == 1.0);
                if (patient.name == "fuzzy") continue;  // it charges before it must
                std::size_t first = 0;
                while (day.notes.p_kw.at(first)[0] == 0.0) ++first;
                const double spare_h = 21.0 - hours(step) * static_cast<double>(first) - full_charge_h(0.3, stored_per_drawn);
                CHECK(spare_h > patient.margin_h);
                CHECK(spare_h <= patient.margin_h + 2.0 * hours(step) + 2.0 / 60.0);
            }
}

TEST_CASE("who returns power keeps the time to charge through the taper again") {
    for (const double soc : {0.3, 0.85, 0.99})
        for (const Duration step : {Duration(1min), Duration(15min)})
            for (const Patient& generous : generous_ones()) {
                CAPTURE(generous.name, generous.yaml, soc, step.count());
                Fleet fleet = one_tapering(0.9, 10.0);
                fleet.population.sessions[0].initial_soc = soc;
                const Run day = run_configured(generous.name, generous.yaml, a_day(step), fleet.population);
                REQUIRE_FALSE(day.outcome.failure);
                CHECK(day.notes.stays.at(0).discharged_kwh > 2.0);
                CHECK(day.notes.stays.at(0).final_soc == 1.0);
            }
}

TEST_CASE("a leg of the literal reading through a taper ends with just its energy") {
    Fleet fleet = one_tapering(0.9, 10.0);
    fleet.population.connectors.minimum_power[0] = 0.0;  // the last period may need any power
    fleet.population.sessions[0].initial_soc = 0.25;
    fleet.population.sessions[0].target_soc = 0.97;  // returned down to 0.2, and never refilled: up to 0.92
    const Run day = run_configured("evms", "{reading: literal, cap: 1 kW}", a_day(5min), fleet.population);
    REQUIRE_FALSE(day.outcome.failure);
    CHECK(day.notes.stays.at(0).final_soc == Approx(0.2 + 0.72).epsilon(1e-12));
    CHECK(day.notes.stays.at(0).charged_kwh == Approx(0.72 * 40.0 / 0.9).epsilon(1e-12));
}
