// Inverters of a feeder: settled together with its load flow, against bisection over load flows with fixed power.
#include <catch2/catch.hpp>
#include <cmath>

#include "sim/network/relays/device_control_load_flow.hpp"
#include "tests/unit/network/descriptions.hpp"

namespace evsweep {

namespace {

using testing::built;
using testing::bus;
using testing::line;
using testing::load;
using testing::nominal_power;

/// src - mid - end, with a load at mid and an inverter (a load of negative power) at each of both.
FeederDescription feeder_with(double mid_kw, double end_kw) {
    FeederDescription d;
    d.name = "two inverters";
    d.buses = {bus("src"), bus("mid"), bus("end")};
    d.branches = {line("src", "mid", {1.2, 0.9}), line("mid", "end", {1.5, 0.7})};
    d.sources.push_back({"src", PerUnit(1.02), Degrees(0.0), {}, {}});
    d.loads = {load("mid", 20.0, 8.0), load("mid", -mid_kw), load("end", -end_kw)};
    d.loads[1].id = "pv1";
    d.loads[2].id = "pv2";
    return d;
}

InjectionControlRow control(const std::string& unit, double kva, const VoltageCurve& volt_var,
                            const VoltageCurve& volt_watt = {}) {
    InverterCurves curves;
    curves.rating.rated = KilovoltAmperes(kva);
    curves.rating.q_max = curves.rating.q_max_drawn = Kilovars(kva);
    curves.rating.rated_p = curves.rating.p_max = Kilowatts(kva);
    curves.volt_var = volt_var;
    curves.volt_watt = volt_watt;
    InjectionControlRow row;
    row.id = "control of " + unit;
    row.load = unit;
    row.law = curves;
    return row;
}

struct Voltages {
    double mid = 0.0, end = 0.0;
};

Voltages voltages_of(const Feeder& feeder, const LoadFlow& flow) {
    const auto at = [&](const char* name) {
        return std::abs(flow.voltage(feeder.site().first_conductor[feeder.find_bus(name)->index()]));
    };
    return {at("mid"), at("end")};
}

/// With fixed powers that the two give.
Voltages fixed(FeederDescription d, InjectionPower one, InjectionPower two) {
    d.injection_controls.clear();
    d.loads[1].p = Kilowatts(-one.p_kw);
    d.loads[1].q = Kilovars(-one.q_kvar);
    d.loads[2].p = Kilowatts(-two.p_kw);
    d.loads[2].q = Kilovars(-two.q_kvar);
    const Feeder feeder = built(d);
    LoadFlow flow(feeder, {.tolerance_pu = 1e-13});
    REQUIRE(flow.solve(nominal_power(feeder)).status == LoadFlowStatus::converged);
    return voltages_of(feeder, flow);
}

/// The root of a falling function within [low, high].
template <class Function>
double bisect(double low, double high, const Function& missing) {
    for (int i = 0; i < 48; ++i) {
        const double middle = 0.5 * (low + high);
        (missing(middle) > 0.0 ? low : high) = middle;
    }
    return 0.5 * (low + high);
}

Voltages settled(const FeederDescription& d) {
    const Feeder feeder = built(d);
    LoadFlow flow(feeder, {.tolerance_pu = 1e-12});
    const SettledLoadFlow result = settle(flow, nominal_power(feeder));
    REQUIRE(result.devices.status == SettleStatus::settled);
    CHECK(result.devices.rounds < 40);
    return voltages_of(feeder, flow);
}

const VoltageCurve category_b{{{0.92, 0.44}, {0.98, 0.0}, {1.02, 0.0}, {1.08, -0.44}}};
const VoltageCurve steep{{{1.0, 1.0}, {1.04, -1.0}}};

}  // namespace

TEST_CASE("one inverter settles where bisection over load flows finds it") {
    for (const VoltageCurve& curve : {category_b, steep}) {
        FeederDescription d = feeder_with(0.0, 45.0);
        d.injection_controls = {control("pv2", 50.0, curve)};
        const double q = bisect(-50.0, 50.0, [&](double kvar) {
            const double p = std::min(45.0, std::sqrt(50.0 * 50.0 - kvar * kvar));  // active power yields
            return curve.at(fixed(d, {}, {p, kvar}).end) * 50.0 - kvar;
        });
        const double p = std::min(45.0, std::sqrt(50.0 * 50.0 - q * q));
        const Voltages expected = fixed(d, {}, {p, q});
        const Voltages found = settled(d);
        CHECK(std::abs(found.end - expected.end) < 1e-8);
        CHECK(std::abs(found.mid - expected.mid) < 1e-8);
    }
}

TEST_CASE("two inverters settle together where nested bisection finds them") {
    FeederDescription d = feeder_with(30.0, 45.0);
    d.injection_controls = {control("pv1", 40.0, category_b), control("pv2", 60.0, steep)};
    const auto second = [&](double q1) {
        return bisect(-60.0, 60.0, [&](double q2) {
            const double p2 = std::min(45.0, std::sqrt(60.0 * 60.0 - q2 * q2));
            return steep.at(fixed(d, {30.0, q1}, {p2, q2}).end) * 60.0 - q2;
        });
    };
    const auto both = [&](double q1) {
        const double q2 = second(q1);
        return fixed(d, {30.0, q1}, {std::min(45.0, std::sqrt(60.0 * 60.0 - q2 * q2)), q2});
    };
    const double q1 = bisect(-18.0, 18.0, [&](double q) { return category_b.at(both(q).mid) * 40.0 - q; });
    const Voltages expected = both(q1), found = settled(d);
    CHECK(std::abs(found.mid - expected.mid) < 1e-8);
    CHECK(std::abs(found.end - expected.end) < 1e-8);
}

TEST_CASE("volt-watt and volt-var hold together") {
    FeederDescription d = feeder_with(0.0, 80.0);
    const VoltageCurve watt{{{1.05, 1.0}, {1.09, 0.2}}};
    d.injection_controls = {control("pv2", 80.0, category_b, watt)};
    const auto given = [&](double v) {
        const double q = category_b.at(v) * 80.0;
        return InjectionPower{std::min({80.0, watt.at(v) * 80.0, std::sqrt(80.0 * 80.0 - q * q)}), q};
    };
    // The voltage at which what the curves call for makes that very voltage.
    const double v = bisect(0.9, 1.3, [&](double at) { return fixed(d, {}, given(at)).end - at; });
    CHECK(v > 1.05);
    const Voltages found = settled(d);
    CHECK(std::abs(found.end - v) < 1e-8);
}

}  // namespace evsweep
