#include <catch2/catch.hpp>

#include "sim/network/relays/device_control.hpp"

namespace evsweep {

namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Instant start{};

CapacitorControlRow control_row(CapacitorSignal signal, double on, double off) {
    CapacitorControlRow row;
    row.signal = signal;
    row.on = on;
    row.off = off;
    row.pt_ratio = row.ct_ratio = 1.0;
    return row;
}

/// What the relay does at once, in steps, when it sees this.
int answer(const CapacitorControlRow& row, CapacitorReading seen, int steps = 1) {
    ShuntRow bank;
    bank.q = Kilovars(-300.0);
    bank.steps = steps;
    CapacitorRelay relay(row, bank);
    relay.look(seen, start);
    return relay.due() ? relay.act(*relay.due()) : 0;
}

}  // namespace

TEST_CASE("a capacitor follows voltage, current, reactive power, power factor or the hour") {
    const auto volts = control_row(CapacitorSignal::voltage, 118.0, 124.0);
    CHECK(answer(volts, {.voltage_v = 117.9}) == 1);
    CHECK(answer(volts, {.voltage_v = 118.1}) == 0);
    CHECK(answer(volts, {.voltage_v = 124.1, .steps_on = 1}) == -1);
    CHECK(answer(volts, {.voltage_v = 117.0, .steps_on = 1}) == 0);

    const auto amperes = control_row(CapacitorSignal::current, 300.0, 200.0);
    CHECK(answer(amperes, {.current_a = 301.0}) == 1);
    CHECK(answer(amperes, {.current_a = 199.0, .steps_on = 1}) == -1);
    CHECK(answer(amperes, {.current_a = 250.0, .steps_on = 1}) == 0);

    const auto kvar = control_row(CapacitorSignal::reactive_power, 150.0, -225.0);
    CHECK(answer(kvar, {.power_kva = {500.0, 151.0}}) == 1);
    CHECK(answer(kvar, {.power_kva = {500.0, 149.0}}) == 0);
    CHECK(answer(kvar, {.power_kva = {500.0, -226.0}, .steps_on = 1}) == -1);
    CHECK(answer(kvar, {.power_kva = {500.0, -149.0}, .steps_on = 1}) == 0);

    const auto factor = control_row(CapacitorSignal::power_factor, 0.95, -0.98);
    CHECK(answer(factor, {.power_kva = {400.0, 300.0}}) == 1);                   // 0.8 lagging
    CHECK(answer(factor, {.power_kva = {40.0, 30.0}}) == 0);                     // too little for the bank
    CHECK(answer(factor, {.power_kva = {400.0, -30.0}, .steps_on = 1}) == 0);    // 0.997 leading
    CHECK(answer(factor, {.power_kva = {400.0, -300.0}, .steps_on = 1}) == -1);  // 0.8 leading

    const auto evening = control_row(CapacitorSignal::time, 17.0, 22.0);
    CHECK(answer(evening, {.clock = {17h}}) == 1);
    CHECK(answer(evening, {.clock = {16h}}) == 0);
    CHECK(answer(evening, {.clock = {22h}, .steps_on = 1}) == -1);
    const auto night = control_row(CapacitorSignal::time, 22.0, 6.0);
    CHECK(answer(night, {.clock = {3h}}) == 1);
    CHECK(answer(night, {.clock = {12h}, .steps_on = 1}) == -1);
}

TEST_CASE("voltage overrides what the capacitor control would do otherwise") {
    auto row = control_row(CapacitorSignal::reactive_power, 150.0, -225.0);
    row.lowest_v = 7110.0;
    row.highest_v = 7740.0;
    const CapacitorReading low{.voltage_v = 7000.0};
    CHECK(answer(row, low) == 0);
    row.voltage_override = true;
    CHECK(answer(row, low) == 1);
    CHECK(answer(row, {.voltage_v = 7800.0, .power_kva = {0.0, 900.0}, .steps_on = 1}) == -1);
    CHECK(answer(row, {.voltage_v = 7200.0, .power_kva = {0.0, 900.0}}) == 1);
}

TEST_CASE("a bank of steps is switched one by one") {
    const auto volts = control_row(CapacitorSignal::voltage, 118.0, 124.0);
    CHECK(answer(volts, {.voltage_v = 117.0, .steps_on = 1}, 3) == 1);
    CHECK(answer(volts, {.voltage_v = 117.0, .steps_on = 3}, 3) == 0);
    CHECK(answer(volts, {.voltage_v = 125.0, .steps_on = 2}, 3) == -1);
}

TEST_CASE("a bank that was switched off comes back after its dead time at the earliest, to the millisecond") {
    auto row = control_row(CapacitorSignal::voltage, 118.0, 124.0);
    row.delay_off = milliseconds(2'001);
    row.delay_on = seconds(15);
    row.dead_time = seconds(300);
    CapacitorRelay relay(row, ShuntRow{});
    relay.look({.voltage_v = 125.0, .steps_on = 1}, start);
    REQUIRE(relay.due() == start + milliseconds(2'001));
    REQUIRE(relay.act(start + milliseconds(2'001)) == -1);
    relay.look({.voltage_v = 117.0, .steps_on = 0}, start + seconds(10));
    REQUIRE(relay.due() == start + milliseconds(2'001) + seconds(315));
    relay.look({.voltage_v = 120.0, .steps_on = 0}, start + seconds(20));
    REQUIRE(!relay.due());
    relay.look({.voltage_v = 117.0, .steps_on = 0}, start + seconds(400));
    REQUIRE(relay.due() == start + seconds(415));
}

TEST_CASE("settling as OpenDSS does, a bank between its steps keeps its plan, and discharges only as a whole") {
    auto row = control_row(CapacitorSignal::reactive_power, 150.0, -225.0);
    row.delay_on = row.delay_off = seconds(15);
    ShuntRow bank;
    bank.q = Kilovars(-300.0);
    bank.steps = 3;
    const CapacitorReading calls{.power_kva = {0.0, 200.0}, .steps_on = 1}, silent{.power_kva = {0.0, 0.0}, .steps_on = 1};
    CapacitorRelay settling(row, bank), acting(row, bank);
    settling.look(calls, start, Pace::settling());
    settling.look(silent, start, Pace::settling());
    REQUIRE(settling.due() == start + seconds(15));
    CHECK(settling.act(start + seconds(15), Pace::settling()) == 1);
    acting.look(calls, start);
    acting.look(silent, start);
    CHECK(!acting.due());
    settling.look({.power_kva = {0.0, -300.0}, .steps_on = 1}, start, Pace::settling());
    CHECK(settling.act(*settling.due(), Pace::settling()) == -1);
    settling.look({.power_kva = {0.0, 200.0}, .steps_on = 0}, start, Pace::settling());
    CHECK(settling.due() == start + seconds(15));
}

TEST_CASE("a power factor switches a bank on where enough reactive power is drawn for it") {
    auto row = control_row(CapacitorSignal::power_factor, 0.95, -0.98);
    CHECK(answer(row, {.power_kva = {160.0, 140.0}}) == 0);  // of a bank of 300 kvar
    row.least_share = 0.4;
    CHECK(answer(row, {.power_kva = {160.0, 140.0}}) == 1);
}

TEST_CASE("a clock knows when it will switch next") {
    const Calendar calendar(std::chrono::local_days(std::chrono::year(2026) / 1 / 5) + 12h);  // the scenario starts at noon
    CapacitorRelay relay(control_row(CapacitorSignal::time, 17.0, 22.5), ShuntRow{});
    REQUIRE(relay.next_hour(calendar, start) == start + 5h);
    REQUIRE(relay.next_hour(calendar, start + 5h) == start + 10h + std::chrono::minutes(30));
    REQUIRE(relay.next_hour(calendar, start + 11h) == start + 29h);
    CapacitorRelay volts(control_row(CapacitorSignal::voltage, 118.0, 124.0), ShuntRow{});
    REQUIRE(!volts.next_hour(calendar, start));
}

}  // namespace evsweep
