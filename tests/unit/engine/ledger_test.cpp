#include "sim/engine/ledger.hpp"

#include <catch2/catch.hpp>

using namespace evsweep;
using Catch::Matchers::Contains;

namespace {

Vehicles one_vehicle() {
    Vehicles v;
    v.capacity.push_back(KilowattHours(40.0));
    v.stored_per_drawn.push_back(Fraction(0.9));
    v.drawn_per_returned.push_back(Fraction(1.25));
    return v;
}

/// 10 kWh drawn store 9; 4 kWh returned take 5: 4 kWh net are 0.1 of 40 kWh.
SessionRecord closed_stay() {
    SessionRecord record;
    record.session.initial_soc = 0.5;
    record.final_soc = 0.6;
    record.charged_kwh = 10.0;
    record.stored_kwh = 9.0;
    record.discharged_kwh = 4.0;
    record.released_kwh = 5.0;
    return record;
}

Interval closed_step() {
    Interval interval;
    interval.solved = true;
    interval.source_kwh = 110.0;
    interval.load_kwh = 100.0;
    interval.loss_kwh = 4.0;
    interval.charged_kwh = 10.0;
    interval.discharged_kwh = 4.0;
    return interval;
}

}  // namespace

TEST_CASE("a ledger whose balances hold has no error") {
    EnergyLedger ledger;
    ledger.book(closed_step());
    ledger.book(closed_stay(), one_vehicle());
    REQUIRE(ledger.feeder_gap_kwh() == Approx(0.0).margin(1e-12));
    REQUIRE_FALSE(ledger.error_text());
}

TEST_CASE("a missing millionth of a kilowatt-hour at the source is told") {
    EnergyLedger ledger;
    Interval step = closed_step();
    step.source_kwh -= 2e-6;
    ledger.book(step);
    ledger.book(closed_stay(), one_vehicle());
    REQUIRE_THAT(ledger.error_text().value(), Contains("source + generation = load + EV + losses by -2e-06 kWh"));
}

TEST_CASE("energy that a battery did not get or give is told") {
    SessionRecord stay = closed_stay();
    SECTION("stored less than the efficiency allows") { stay.stored_kwh -= 1e-5; }
    SECTION("state of charge that does not follow") { stay.final_soc += 1e-6; }
    SECTION("released more than was returned") { stay.released_kwh += 1e-5; }
    SECTION("a state of charge that is no number") { stay.final_soc = std::nan(""); }
    EnergyLedger ledger;
    ledger.book(closed_step());
    ledger.book(stay, one_vehicle());
    REQUIRE_THAT(ledger.error_text().value(), Contains("grid energy = stored energy + converter losses"));
}

TEST_CASE("energy of the steps that no stay accounts for is told") {
    EnergyLedger ledger;
    ledger.book(closed_step());
    REQUIRE_THAT(ledger.error_text().value(), Contains("energy of the steps = energy of the stays by 6 kWh"));
}

TEST_CASE("a step without a solution counts for the fleet and not for the feeder") {
    EnergyLedger ledger;
    Interval step = closed_step();
    step.solved = false;
    step.source_kwh = 0.0;
    ledger.book(step);
    ledger.book(closed_stay(), one_vehicle());
    REQUIRE_FALSE(ledger.error_text());
}
