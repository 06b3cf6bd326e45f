// Inverters on their curves, against closed forms behind one impedance.
#include "sim/network/relays/inverter_relay.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <functional>

#include "sim/network/relays/device_control.hpp"

namespace evsweep {

namespace {

/// Volt-var of IEEE 1547-2018, category B, and its volt-watt.
const VoltageCurve volt_var{{{0.92, 0.44}, {0.98, 0.0}, {1.02, 0.0}, {1.08, -0.44}}};
const VoltageCurve volt_watt{{{1.06, 1.0}, {1.1, 0.2}}};

InverterRating rating(double kva, double q_max) {
    InverterRating r;
    r.rated = KilovoltAmperes(kva);
    r.q_max = r.q_max_drawn = Kilovars(q_max);
    r.rated_p = r.p_max = Kilowatts(kva);
    return r;
}

InjectionControlRow row_of(const InverterCurves& curves, Duration delay = {}) {
    InjectionControlRow row;
    row.id = "control";
    row.load = "inverter";
    row.law = curves;
    row.delay = delay;
    return row;
}

/// A voltage as a function of the power that is given.
using Grid = std::function<double(const InjectionPower&)>;

/// Behind a source of 1 pu and x pu of reactance, on 100 kVA, without active power: V^2 - V - x q = 0.
Grid behind_reactance(double x) {
    return [x](const InjectionPower& given) { return 0.5 * (1.0 + std::sqrt(1.0 + 4.0 * x * given.q_kvar / 100.0)); };
}
/// Behind r pu of resistance, without reactive power: V^2 - V - r p = 0.
Grid behind_resistance(double r) {
    return [r](const InjectionPower& given) { return 0.5 * (1.0 + std::sqrt(1.0 + 4.0 * r * given.p_kw / 100.0)); };
}

struct Settling {
    InjectionPower given;
    double voltage = 0.0;
    int rounds = 0;
};

/// Looks and acts until the relay is content.
Settling settled(InverterRelay& relay, const Grid& grid, const InjectionPower& available) {
    Settling result;
    relay.drop_plans();
    for (; result.rounds < 100; ++result.rounds) {
        result.given = relay.wanted(available);
        result.voltage = grid(result.given);
        relay.look({{result.voltage}, result.given, available}, Instant{});
        if (!relay.due()) return result;
        relay.act(*relay.due(), Pace::settling());
    }
    return result;
}

/// The root of V^2 + (x k - V0) V - x k V1 = 0 for q = -k (V - V1) behind x from V0.
double on_slope(double v0, double x, double k, double v1) {
    const double b = x * k - v0;
    return 0.5 * (-b + std::sqrt(b * b + 4.0 * x * k * v1));
}

}  // namespace

TEST_CASE("volt-var settles where its slope meets the grid's") {
    for (const double x : {0.02, 0.1, 0.5, 2.0}) {
        InverterCurves curves;
        curves.rating = rating(100.0, 100.0);
        curves.volt_var.points = {{0.8, 1.0}, {1.2, -1.0}};  // k = 5, zero at 1
        InverterRelay relay(row_of(curves), {0.0, 0.0});
        // From 1.05 pu: V^2 - 1.05 V - x q = 0.
        const Grid grid = [x](const InjectionPower& given) {
            return 0.5 * (1.05 + std::sqrt(1.05 * 1.05 + 4.0 * x * given.q_kvar / 100.0));
        };
        const Settling result = settled(relay, grid, {0.0, 0.0});
        CHECK(std::abs(result.voltage - on_slope(1.05, x, 5.0, 1.0)) < 1e-8);
        CHECK(result.rounds < 12);
        CHECK(std::abs(relay.away().q_kvar) < 1e-4);
    }
}

TEST_CASE("volt-watt settles where its slope meets the grid's") {
    InverterCurves curves;
    curves.rating = rating(100.0, 0.0);
    curves.volt_watt = volt_watt;
    InverterRelay relay(row_of(curves), {100.0, 0.0});
    // p = 1 - 20 (V - 1.06), V^2 - V - r p = 0: V^2 + (20 r - 1) V - r (1 + 20 1.06) = 0.
    const double r = 0.1, b = 20.0 * r - 1.0, c = r * (1.0 + 20.0 * 1.06);
    const double expected = 0.5 * (-b + std::sqrt(b * b + 4.0 * c));
    const Settling result = settled(relay, behind_resistance(r), {100.0, 0.0});
    CHECK(std::abs(result.voltage - expected) < 1e-9);
    CHECK(std::abs(result.given.p_kw - 100.0 * (1.0 - 20.0 * (expected - 1.06))) < 1e-4);
    CHECK(result.rounds < 15);

    // A cloud that leaves less than that is given in full, and the sun comes back to the curve.
    const Settling cloudy = settled(relay, behind_resistance(r), {30.0, 0.0});
    CHECK(cloudy.given.p_kw == Approx(30.0));
    CHECK(std::abs(settled(relay, behind_resistance(r), {100.0, 0.0}).voltage - expected) < 1e-9);
}

TEST_CASE("a dead band, and the ends of a curve, are level") {
    CHECK(volt_var.at(0.5) == 0.44);
    CHECK(volt_var.at(0.95) == Approx(0.22));
    CHECK(volt_var.at(1.0) == 0.0);
    CHECK(volt_var.at(1.05) == Approx(-0.22));
    CHECK(volt_var.at(1.3) == -0.44);
    VoltageCurve straight = volt_var;
    straight.straight_on = true;
    CHECK(straight.at(1.14) == Approx(-0.88));
    CHECK(straight.at(0.86) == Approx(0.88));
    straight.snap = 1e-5;
    CHECK(straight.at(1.019995) == 0.0);
    CHECK(straight.at(1.020005) == 0.0);
    CHECK(straight.at(1.07999) == Approx(-0.44).margin(1e-4));
    CHECK(VoltageCurve{{{1.0, 0.3}}}.at(2.0) == 0.3);
    CHECK(VoltageCurve{}.at(2.0) == 0.0);
}

TEST_CASE("active power yields to the reactive power that the curve calls for, or the other way round") {
    InverterCurves curves;
    curves.rating = rating(100.0, 100.0);
    curves.volt_var.points = {{0.9, 0.6}, {1.1, 0.6}};
    const auto given = [&](InverterPriority priority) {
        curves.rating.priority = priority;
        InverterRelay relay(row_of(curves), {100.0, 0.0});
        return settled(relay, behind_reactance(0.1), {100.0, 0.0}).given;
    };
    const InjectionPower first = given(InverterPriority::reactive);
    CHECK(first.q_kvar == Approx(60.0));
    CHECK(first.p_kw == Approx(80.0));
    const InjectionPower second = given(InverterPriority::active);
    CHECK(second.p_kw == Approx(100.0));
    CHECK(std::abs(second.q_kvar) < 1e-4);
    // Where the curve counts on what active power leaves, nothing has to yield.
    curves.var_base = VarBase::available;
    InverterRelay relay(row_of(curves), {80.0, 0.0});
    const InjectionPower third = settled(relay, behind_reactance(0.1), {80.0, 0.0}).given;
    CHECK(third.p_kw == Approx(80.0));
    CHECK(third.q_kvar == Approx(0.6 * 60.0));
}

TEST_CASE("in time an inverter acts after its delay, and again until it is on its curve") {
    InverterCurves curves;
    curves.rating = rating(100.0, 100.0);
    curves.volt_var.points = {{0.8, 1.0}, {1.2, -1.0}};
    InverterRelay relay(row_of(curves, std::chrono::seconds(5)), {0.0, 0.0});
    const Grid grid = [](const InjectionPower& given) {
        return 0.5 * (1.05 + std::sqrt(1.05 * 1.05 + 4.0 * 0.2 * given.q_kvar / 100.0));
    };
    Instant now{};
    relay.look({{grid({})}, {}, {}}, now);
    REQUIRE(relay.due() == now + std::chrono::seconds(5));
    relay.look({{grid({})}, {}, {}}, now + std::chrono::seconds(3));
    CHECK(relay.due() == now + std::chrono::seconds(5));  // looking again does not put it off
    relay.act(now + std::chrono::seconds(4), Pace::real_time());
    CHECK(relay.wanted({}).q_kvar == 0.0);
    int acts = 0;
    for (auto due = relay.due(); due; due = relay.due(), ++acts) {
        CHECK(*due == now + std::chrono::seconds(5));
        now = *due;
        relay.act(now, Pace::real_time());
        const InjectionPower given = relay.wanted({});
        relay.look({{grid(given)}, given, {}}, now);
    }
    CHECK(acts < 12);
    CHECK(std::abs(grid(relay.wanted({})) - on_slope(1.05, 0.2, 5.0, 1.0)) < 1e-9);
    // Back in its dead voltage before it acts, it does nothing.
    relay.look({{1.01}, {}, {}}, now);
    CHECK(relay.due());
    relay.look({{grid(relay.wanted({}))}, {}, {}}, now);
    CHECK_FALSE(relay.due());
}

TEST_CASE("in steps an inverter stops within OpenDSS's tolerances of its curve") {
    InverterCurves curves;
    curves.rating = rating(100.0, 100.0);
    curves.volt_var.points = {{0.8, 1.0}, {1.2, -1.0}};
    curves.steps = PartialSteps{};
    const Grid grid = behind_reactance(0.1);
    InverterRelay relay(row_of(curves), {0.0, 0.0});
    // At 1 pu the curve calls for nothing. OpenDSS begins at -1 kvar and goes half the way.
    const Settling result = settled(relay, grid, {0.0, 0.0});
    CHECK(result.rounds >= 2);
    CHECK(std::abs(relay.away().q_kvar) > 1e-3);
    CHECK(std::abs(relay.away().q_kvar) < 2.5);
    // Tight tolerances lead to the curve itself.
    curves.steps = PartialSteps{-1.0, -1.0, 1e-10, 1e-8, 1e-8, 1};
    InverterRelay tight(row_of(curves), {0.0, 0.0});
    CHECK(std::abs(settled(tight, grid, {0.0, 0.0}).voltage - 1.0) < 1e-8);
}

TEST_CASE("an inverter that is off gives no reactive power where it says so") {
    InverterCurves curves;
    curves.rating = rating(100.0, 100.0);
    curves.rating.is_on = false;
    curves.volt_var = volt_var;
    const Grid low = [](const InjectionPower&) { return 0.9; };
    InverterRelay follows(row_of(curves), {0.0, 0.0});
    CHECK(settled(follows, low, {}).given.q_kvar == Approx(44.0));
    curves.rating.q_needs_on = true;
    InverterRelay rests(row_of(curves), {0.0, 0.0});
    CHECK(settled(rests, low, {}).given.q_kvar == 0.0);
}

}  // namespace evsweep
