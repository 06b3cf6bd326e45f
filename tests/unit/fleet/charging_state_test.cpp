#include "sim/fleet/charging_state.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "evsweep/contracts.hpp"
#include "unit/fleet/fleet_of.hpp"

using namespace evsweep;

namespace {

const ConnectorId c0(0);
const SessionId s0(0);
const std::vector<Fraction> a_hundredth{Fraction(0.01)};
Instant at_h(double h) { return Instant(from_hours(h)); }
double h_of(Instant t) { return hours(t.time_since_epoch()); }

/// State of charge after `h` hours of ds/dt = min(p, L(s)) e / C by Runge-Kutta steps of a second: no closed form in it.
double integrated_soc(const OneVehicle& one, double soc, double p_kw, double h) {
    const auto rate = [&](double s) {
        const double fall = (1.0 - one.taper_end) / (1.0 - one.knee);
        const double limit = s <= one.knee ? one.charge_kw : one.charge_kw * (1.0 - fall * (s - one.knee));
        return std::min(p_kw, limit) * one.stored_per_drawn / one.capacity_kwh;
    };
    const int steps = static_cast<int>(std::ceil(h * 3600.0));
    const double dt = h / steps;
    for (int k = 0; k < steps; ++k) {
        const double k1 = rate(soc);
        const double k2 = rate(soc + 0.5 * dt * k1);
        const double k3 = rate(soc + 0.5 * dt * k2);
        const double k4 = rate(soc + dt * k3);
        soc += dt * (k1 + 2.0 * k2 + 2.0 * k3 + k4) / 6.0;
    }
    return soc;
}

}  // namespace

TEST_CASE("charging at constant power ends at the target at the instant of the closed form", "[charging]") {
    const Population population = fleet_of({});
    ChargingState state(population);
    state.plug_in(s0, Instant{});
    CHECK(state.p_max_kw()[0] == 7.4);
    state.set_power(c0, 7.4, 0.0, Instant{});
    const auto crossing = state.next_crossing(c0);
    REQUIRE(crossing);
    CHECK(crossing->kind == Threshold::full);
    const double exact_ms = 0.3 * 40.0 / (0.9 * 7.4) * 3.6e6;
    CHECK(static_cast<double>(crossing->at.time_since_epoch().count()) == std::ceil(exact_ms));
    state.refresh_soc(at_h(1.0));
    CHECK(state.soc()[0] == Approx(0.5 + 0.9 * 7.4 / 40.0).epsilon(1e-14));
    CHECK(state.energy(at_h(1.0)).charged_kwh == Approx(7.4).epsilon(1e-14));
    CHECK(state.next_crossing(c0)->at == crossing->at);
    state.cross(*crossing);
    CHECK(state.soc()[0] == 0.8);
    CHECK(state.p_kw()[0] == 0.0);
    CHECK(state.setpoint_kw()[0] == 0.0);
    CHECK(state.p_max_kw()[0] == 0.0);
    CHECK_FALSE(state.next_crossing(c0));
    const SessionRecord record = state.unplug(c0, at_h(10.0));
    CHECK(record.stored_kwh == Approx(12.0).epsilon(1e-14));
    CHECK(record.charged_kwh == Approx(12.0 / 0.9).epsilon(1e-14));
    CHECK(record.discharged_kwh == 0.0);
    CHECK(record.complete);
    CHECK(record.end == at_h(10.0));
}

TEST_CASE("a stay is reported when its battery first came within a hundredth of the target, in whole milliseconds",
          "[charging]") {
    OneVehicle one;  // from 0.5 to 0.8; 0.79 counts
    const Population population = fleet_of(one);
    ChargingState state(population, a_hundredth);
    state.plug_in(s0, at_h(1.0));
    SECTION("charging through at 7.4 kW: 0.29 x 40 kWh at 6.66 kW") {
        state.set_power(c0, 7.4, 0.0, at_h(1.0));
        state.cross(*state.next_crossing(c0));
        const double exact_ms = 3.6e6 + 0.29 * 40.0 / (0.9 * 7.4) * 3.6e6;
        const auto recharged = state.unplug(c0, at_h(9.0)).reached[0];
        REQUIRE(recharged);
        CHECK(static_cast<double>(recharged->time_since_epoch().count()) == std::ceil(exact_ms));
    }
    SECTION("over several powers, a rest and a discharge on the way") {
        state.set_power(c0, 6.0, 0.0, at_h(1.0));   // 0.5 + 0.135 = 0.635 at 2:00
        state.set_power(c0, -3.2, 0.0, at_h(2.0));  // less 3.2 x 1.25 / 40 = 0.1
        state.set_power(c0, 0.0, 0.0, at_h(3.0));
        state.set_power(c0, 5.0, 0.0, at_h(4.0));  // from 0.535 by 0.1125 an hour
        state.set_power(c0, 2.0, 0.0, at_h(6.3));  // past 0.79 since 4 h + 0.255 / 0.1125 h
        CHECK(h_of(state.unplug(c0, at_h(6.4)).reached[0].value()) == Approx(4.0 + 0.255 / 0.1125).margin(1e-6));
    }
    SECTION("what comes afterwards does not change it") {
        state.set_power(c0, 7.4, 0.0, at_h(1.0));
        state.cross(*state.next_crossing(c0));
        state.set_power(c0, -7.4, 0.0, at_h(4.0));
        state.set_power(c0, 7.4, 0.0, at_h(5.0));
        CHECK(h_of(state.unplug(c0, at_h(5.1)).reached[0].value()) == Approx(1.0 + 0.29 * 40.0 / 6.66).margin(1e-6));
    }
    SECTION("never, where it leaves before") {
        state.set_power(c0, 7.4, 0.0, at_h(1.0));
        CHECK_FALSE(state.unplug(c0, at_h(2.0)).reached[0]);
    }
}

TEST_CASE("who arrives within a hundredth of the target is recharged on arrival, and who tapers when the taper lets it",
          "[charging]") {
    OneVehicle one;
    one.initial_soc = 0.795;
    const Population nearly = fleet_of(one);
    ChargingState state(nearly, a_hundredth);
    state.plug_in(s0, at_h(2.0));
    CHECK(state.unplug(c0, at_h(3.0)).reached[0] == at_h(2.0));

    one.initial_soc = 0.6;
    one.target_soc = 1.0;
    one.knee = 0.7;
    const Population tapering = fleet_of(one);
    ChargingState slow(tapering, a_hundredth);
    slow.plug_in(s0, Instant{});
    slow.set_power(c0, 7.4, 0.0, Instant{});
    while (slow.next_crossing(c0)) slow.cross(*slow.next_crossing(c0));
    const double h = h_of(slow.unplug(c0, at_h(24.0)).reached[0].value());
    CHECK(integrated_soc(one, 0.6, 7.4, h) == Approx(0.99).margin(1e-6));
}

TEST_CASE("every level that is watched for is told by itself, in the order in which they were asked for", "[charging]") {
    OneVehicle one;  // from 0.5 to 0.8
    const std::vector<Fraction> margins{Fraction(0.01), Fraction(0.2), Fraction(0.0), Fraction(0.3), Fraction(0.1)};
    const Population population = fleet_of(one);
    ChargingState state(population, margins);
    const auto hours_to = [](double soc) { return (soc - 0.5) * 40.0 / 6.66; };
    state.plug_in(s0, at_h(1.0));
    state.set_power(c0, 7.4, 0.0, at_h(1.0));
    SECTION("those that it passes between two events, and not those ahead") {
        const double leave_h = 1.0 + hours_to(0.75);
        const SessionRecord record = state.unplug(c0, at_h(leave_h));
        REQUIRE(record.reached.size() == margins.size());
        CHECK_FALSE(record.reached[0]);
        CHECK(h_of(record.reached[1].value()) == Approx(1.0 + hours_to(0.6)).margin(1e-6));
        CHECK_FALSE(record.reached[2]);
        CHECK(record.reached[3] == at_h(1.0));  // as it arrived
        CHECK(h_of(record.reached[4].value()) == Approx(1.0 + hours_to(0.7)).margin(1e-6));
    }
    SECTION("the target itself, where charging ends there") {
        state.cross(*state.next_crossing(c0));
        const auto full_ms = static_cast<double>(at_h(1.0).time_since_epoch().count()) + hours_to(0.8) * 3.6e6;
        const SessionRecord record = state.unplug(c0, at_h(9.0));
        CHECK(static_cast<double>(record.reached[2].value().time_since_epoch().count()) == std::ceil(full_ms));
    }
    SECTION("anew for the next stay at the connector") {
        state.cross(*state.next_crossing(c0));
        CHECK(state.unplug(c0, at_h(9.0)).reached[0]);
        state.plug_in(s0, at_h(9.5));
        const SessionRecord next = state.unplug(c0, at_h(9.6));
        CHECK_FALSE(next.reached[0]);
        CHECK(next.reached[3] == at_h(9.5));
    }
}

TEST_CASE("where nobody watches for a level a stay tells none", "[charging]") {
    const Population population = fleet_of({});
    ChargingState state(population);
    state.plug_in(s0, at_h(1.0));
    CHECK(state.unplug(c0, at_h(2.0)).reached.empty());
}

TEST_CASE("discharging ends at the reserve, or as empty where the battery's floor is not below it", "[charging]") {
    const double reserve = GENERATE(0.2, 0.05);
    OneVehicle one;
    one.reserve_soc = reserve;
    const Population population = fleet_of(one);
    ChargingState state(population);
    state.plug_in(s0, Instant{});
    CHECK(state.p_min_kw()[0] == -7.4);
    state.set_power(c0, -6.0, 0.0, Instant{});
    CHECK(state.discharging_kw() == 6.0);
    const auto crossing = state.next_crossing(c0);
    REQUIRE(crossing);
    CHECK(crossing->kind == (reserve > 0.05 ? Threshold::reserve : Threshold::empty));
    CHECK(h_of(crossing->at) == Approx((0.5 - reserve) * 40.0 / (1.25 * 6.0)).margin(1.0 / 3.6e6));
    state.cross(*crossing);
    CHECK(state.soc()[0] == reserve);
    CHECK(state.p_min_kw()[0] == 0.0);
    CHECK(state.energy(crossing->at).discharged_kwh == Approx((0.5 - reserve) * 40.0 / 1.25).epsilon(1e-13));
    CHECK(state.discharging_kw() == 0.0);
}

TEST_CASE("the ceiling of the battery ends charging where the target lies above it", "[charging]") {
    OneVehicle one;
    one.highest_soc = 0.7;
    const Population population = fleet_of(one);
    ChargingState state(population);
    state.plug_in(s0, Instant{});
    state.set_power(c0, 5.0, 0.0, Instant{});
    state.cross(*state.next_crossing(c0));
    CHECK(state.soc()[0] == 0.7);
}

TEST_CASE("where charging goes on past targets it ends at the ceiling of the battery", "[charging]") {
    Population population = fleet_of({});  // target 80 %
    population.vehicles.highest_soc[0] = 0.95;
    ChargingState state(population);
    state.charge_past_targets(c0);
    state.plug_in(s0, Instant{});
    state.set_power(c0, 7.4, 0.0, Instant{});
    const auto crossing = state.next_crossing(c0);
    REQUIRE(crossing);
    CHECK(crossing->kind == Threshold::full);
    CHECK(h_of(crossing->at) == Approx(0.45 * 40.0 / (0.9 * 7.4)).epsilon(1e-6));
    state.cross(*crossing);
    CHECK(state.soc()[0] == 0.95);
    CHECK(state.p_max_kw()[0] == 0.0);
    CHECK(state.target_soc()[0] == 0.8);
}

TEST_CASE("a vehicle that arrives above its target cannot be charged", "[charging]") {
    OneVehicle one;
    one.initial_soc = 0.81;
    const Population population = fleet_of(one);
    ChargingState state(population);
    state.plug_in(s0, Instant{});
    CHECK(state.p_max_kw()[0] == 0.0);
    CHECK(state.p_min_kw()[0] == -7.4);
}

TEST_CASE("the taper follows the numerical integration of its differential equation", "[charging]") {
    const double p_kw = GENERATE(7.4, 5.0, 2.0);
    OneVehicle one;
    one.knee = 0.7;
    one.taper_end = 0.1;
    one.initial_soc = 0.6;
    one.target_soc = 1.0;
    const Population population = fleet_of(one);
    ChargingState state(population);
    state.plug_in(s0, Instant{});
    state.set_power(c0, p_kw, 0.0, Instant{});
    const auto knee = state.next_crossing(c0);
    REQUIRE(knee->kind == Threshold::knee);
    // The limit 7.4 (1 - 3 (s - 0.7)) meets p at s = 0.7 + (1 - p/7.4)/3.
    const double knee_soc = 0.7 + (1.0 - p_kw / 7.4) / 3.0;
    state.cross(*knee);
    CHECK(state.soc()[0] == Approx(knee_soc).epsilon(1e-14));
    CHECK(h_of(knee->at) == Approx((knee_soc - 0.6) * 40.0 / (0.9 * p_kw)).margin(2.0 / 3.6e6));
    const auto full = state.next_crossing(c0);
    REQUIRE(full->kind == Threshold::full);
    for (const double share : {0.1, 0.35, 0.8}) {
        const double h = h_of(knee->at) + share * (h_of(full->at) - h_of(knee->at));
        state.refresh_soc(at_h(h));
        state.refresh_power(at_h(h));
        CHECK(state.soc()[0] == Approx(integrated_soc(one, 0.6, p_kw, h)).margin(1e-7));
        CHECK(state.p_kw()[0] == Approx(7.4 * (1.0 - 3.0 * (state.soc()[0] - 0.7))).epsilon(1e-12));
        CHECK(state.p_max_kw()[0] == state.p_kw()[0]);
        CHECK(state.charging_kw() == state.p_kw()[0]);
    }
    CHECK(integrated_soc(one, 0.6, p_kw, h_of(full->at)) == Approx(1.0).margin(1e-7));
    state.cross(*full);
    CHECK(state.soc()[0] == 1.0);
    CHECK(state.energy(full->at).charged_kwh == Approx(0.4 * 40.0 / 0.9).epsilon(1e-13));
}

TEST_CASE("a setpoint at the present limit of the taper tapers at once", "[charging]") {
    OneVehicle one;
    one.knee = 0.7;
    one.initial_soc = 0.9;
    one.target_soc = 1.0;
    const Population population = fleet_of(one);
    ChargingState state(population);
    state.plug_in(s0, Instant{});
    const double limit = 7.4 * (1.0 - 0.95 / 0.3 * 0.2);
    CHECK(state.p_max_kw()[0] == Approx(limit).epsilon(1e-14));
    state.set_power(c0, state.p_max_kw()[0], 0.0, Instant{});
    CHECK(state.next_crossing(c0)->kind == Threshold::full);
    state.refresh_soc(at_h(0.5));
    CHECK(state.soc()[0] == Approx(integrated_soc(one, 0.9, limit, 0.5)).margin(1e-9));
}

TEST_CASE("states of charge are known before the first stay and after the last", "[charging]") {
    Population population = fleet_of({});
    const Instant later(std::chrono::hours(12));
    population.sessions.push_back({c0, VehicleId(0), later, later + std::chrono::hours(1), later, 0.3, 0.6});
    ChargingState state(population);
    CHECK(state.soc()[0] == 0.5);
    CHECK_FALSE(state.occupied(c0));
    state.plug_in(s0, Instant{});
    state.set_power(c0, 7.4, 0.0, Instant{});
    state.unplug(c0, at_h(1.0));
    const double left_with = 0.5 + 7.4 * 0.9 / 40.0;
    CHECK(state.soc()[0] == Approx(left_with).epsilon(1e-14));
    CHECK(state.p_kw()[0] == 0.0);
    CHECK(state.p_max_kw()[0] == 0.0);
    CHECK(state.charging_kw() == 0.0);
    state.plug_in(SessionId(1), later);
    CHECK(state.soc()[0] == 0.3);
    CHECK(state.target_soc()[0] == 0.6);
    const SessionRecord cut = state.end_of_horizon(c0, later + std::chrono::minutes(30));
    CHECK_FALSE(cut.complete);
    CHECK(cut.final_soc == 0.3);
}

TEST_CASE("an unplug and a crossing in the same millisecond leave the battery exactly on its threshold", "[charging]") {
    // 18 kWh at 5 kW take a whole number of milliseconds, which rounding puts this side of the threshold.
    OneVehicle one;
    one.capacity_kwh = GENERATE(40.0, 36.0);
    one.initial_soc = 0.4;
    one.target_soc = 0.9;
    const Population population = fleet_of(one);
    ChargingState state(population);
    state.plug_in(s0, Instant{});
    state.set_power(c0, 5.0, 0.0, Instant{});
    const SessionRecord record = state.unplug(c0, state.next_crossing(c0)->at);
    CHECK(record.final_soc == 0.9);
    CHECK(record.stored_kwh == Approx(0.5 * one.capacity_kwh).epsilon(1e-14));
}

TEST_CASE("moving time past a threshold that was not crossed is refused", "[charging]") {
    const Population population = fleet_of({});
    ChargingState state(population);
    state.plug_in(s0, Instant{});
    state.set_power(c0, 7.4, 0.0, Instant{});
    const Instant late = state.next_crossing(c0)->at + std::chrono::seconds(1);
    CHECK_THROWS_AS(state.refresh_soc(late), ContractViolation);
    CHECK_THROWS_AS(state.refresh_power(late), ContractViolation);
    CHECK_THROWS_AS(state.energy(late), ContractViolation);
    CHECK_THROWS_AS(state.unplug(c0, late), ContractViolation);
    CHECK_THROWS_AS(state.plug_in(s0, late), ContractViolation);
}

TEST_CASE("reactive power is summed over the fleet and ends with the stay, not with the charge", "[charging]") {
    const Population population = fleet_of({});
    ChargingState state(population);
    state.plug_in(s0, Instant{});
    state.set_power(c0, 5.0, -3.0, Instant{});
    CHECK(state.ev_kvar() == -3.0);
    state.cross(*state.next_crossing(c0));
    CHECK(state.ev_kvar() == -3.0);
    state.unplug(c0, at_h(10.0));
    CHECK(state.ev_kvar() == 0.0);
}

TEST_CASE("meters of a connector count what it draws and returns, and keep it after the stay", "[charging]") {
    const Population population = fleet_of({});
    ChargingState state(population);
    const auto metered = [&state](double h) {
        std::vector<double> kwh(1), kvarh(1);
        state.put_net_kwh(at_h(h), kwh);
        state.put_net_kvarh(at_h(h), kvarh);
        return std::pair(kwh[0], kvarh[0]);
    };
    const auto check = [&](double h, double kwh, double kvarh) {
        CAPTURE(h);
        CHECK(metered(h).first == Approx(kwh).margin(1e-12));
        CHECK(metered(h).second == Approx(kvarh).margin(1e-12));
    };
    check(0.0, 0.0, 0.0);
    state.plug_in(s0, Instant{});
    state.set_power(c0, 5.0, -3.0, Instant{});
    check(0.5, 2.5, -1.5);
    state.set_power(c0, -4.0, 2.0, at_h(1.0));
    check(1.25, 4.0, -2.5);
    state.set_power(c0, 0.0, 0.0, at_h(1.5));
    state.unplug(c0, at_h(2.0));
    check(2.0, 3.0, -2.0);
    check(7.0, 3.0, -2.0);
}

TEST_CASE("limits follow a battery that passes its bounds without an event", "[charging]") {
    OneVehicle one;
    one.initial_soc = GENERATE(0.1, 0.9);
    const bool is_low = one.initial_soc < 0.5;
    const Population population = fleet_of(one);
    ChargingState state(population);
    state.plug_in(s0, Instant{});
    CHECK(state.p_min_kw()[0] == (is_low ? 0.0 : -7.4));
    CHECK(state.p_max_kw()[0] == (is_low ? 7.4 : 0.0));
    state.set_power(c0, is_low ? 6.0 : -6.0, 0.0, Instant{});
    const double kwh_per_h = is_low ? 6.0 * 0.9 : 6.0 * 1.25;  // from 0.1 up to the reserve 0.2, from 0.9 down to the target 0.8
    const double bound_h = 0.1 * 40.0 / kwh_per_h;
    state.refresh_power(at_h(bound_h - 1e-5));
    CHECK(state.p_min_kw()[0] == (is_low ? 0.0 : -7.4));
    CHECK(state.p_max_kw()[0] == (is_low ? 7.4 : 0.0));
    state.refresh_power(at_h(bound_h + 1e-5));
    CHECK(state.p_min_kw()[0] == -7.4);
    CHECK(state.p_max_kw()[0] == 7.4);
}

TEST_CASE("the limit falls above the knee whichever way the battery moves", "[charging]") {
    OneVehicle one;
    one.knee = 0.6;
    one.taper_end = 0.2;
    one.initial_soc = 0.7;
    one.target_soc = 1.0;
    const double p_kw = GENERATE(2.0, -2.0);
    const Population population = fleet_of(one);
    ChargingState state(population);
    state.plug_in(s0, Instant{});
    state.set_power(c0, p_kw, 0.0, Instant{});
    for (const double h : {0.5, 1.0}) {
        state.refresh_soc(at_h(h));
        state.refresh_power(at_h(h));
        CHECK(state.p_kw()[0] == p_kw);
        CHECK(state.p_max_kw()[0] == Approx(7.4 * (1.0 - 2.0 * (state.soc()[0] - 0.6))).epsilon(1e-13));
    }
}

TEST_CASE("the first crossing of a fleet is the earliest, and the lowest connector's where several are", "[charging]") {
    Population population = fleet_of({});
    for (const double initial_soc : {0.6, 0.5, 0.6}) {
        OneVehicle one;
        one.initial_soc = initial_soc;
        add_vehicle(population, one);
    }
    ChargingState state(population);
    CHECK_FALSE(state.next_crossing());
    for (std::size_t i = 0; i < 4; ++i) state.plug_in(SessionId(i), Instant{});
    CHECK_FALSE(state.next_crossing());
    for (const std::size_t i : {3U, 2U, 1U, 0U}) state.set_power(ConnectorId(i), 5.0, 0.0, Instant{});
    std::vector<std::size_t> order;
    while (const auto crossing = state.next_crossing()) {
        order.push_back(crossing->connector.index());
        CHECK(crossing->at == state.next_crossing(crossing->connector)->at);
        state.cross(*crossing);
    }
    CHECK(order == std::vector<std::size_t>{1, 3, 0, 2});
}

TEST_CASE("a threshold that is not ahead cannot be crossed", "[charging]") {
    const Population population = fleet_of({});
    ChargingState state(population);
    state.plug_in(s0, Instant{});
    CHECK_THROWS_AS(state.cross({c0, at_h(1.0), Threshold::full}), ContractViolation);
    state.set_power(c0, 5.0, 0.0, Instant{});
    const Crossing outdated = *state.next_crossing();
    state.set_power(c0, 4.0, 0.0, at_h(0.5));
    CHECK_THROWS_AS(state.cross(outdated), ContractViolation);
}

TEST_CASE("the energy of a fleet is not reported for an instant before its last event", "[charging]") {
    const Population population = fleet_of({});
    ChargingState state(population);
    state.plug_in(s0, Instant{});
    state.set_power(c0, 5.0, 0.0, at_h(1.0));
    CHECK_THROWS_AS(state.energy(at_h(0.5)), ContractViolation);
}
