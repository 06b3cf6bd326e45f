// Inverter controls of the project's own file, and of scripts that are written.
#include <catch2/catch.hpp>

#include "unit/models/feeder_formats/opendss/opendss_reading.hpp"

namespace {

using namespace evsweep;

const std::string script =
    "New Circuit.small basekv=12.47 pu=1.02 bus1=src mvasc3=300 mvasc1=280\n"
    "New Line.feed bus1=src bus2=mv r1=0.9 x1=1.2 r0=1.8 x0=3.9 c1=0 c0=0\n"
    "New XYCurve.vv npts=4 xarray=(0.92 0.98 1.02 1.08) yarray=(0.44 0 0 -0.44)\n"
    "New XYCurve.vw npts=2 xarray=(1.06 1.1) yarray=(1 0.2)\n"
    "New PVSystem.p bus1=mv kv=12.47 kva=220 pmpp=200 irradiance=0.9 %pmpp=95 pf=0.98 kvarmax=100 %pminnovars=2\n"
    "New PVSystem.q bus1=mv.2 phases=1 kv=7.2 kva=10 pmpp=9 wattpriority=yes\n"
    "New InvControl.i combimode=vv_vw vvc_curve1=vv voltwatt_curve=vw derlist=[pvsystem.p]\n"
    "New ExpControl.e vreg=1.01 slope=22 derlist=[pvsystem.q]\n"
    "New Load.l bus1=mv kv=12.47 kw=50\n"
    "Set VoltageBases=[12.47]\nSolve\n";

}  // namespace

TEST_CASE("inverters that are written as a script of OpenDSS read back alike") {
    const auto first = read_opendss(script);
    REQUIRE(first.feeder);
    REQUIRE(first.feeder->injection_controls.size() == 2);
    Issues issues;
    Reader reader{issues};
    const auto format = plugins<FeederFormat>().at("opendss").configure(Node::make_map({}), "", reader)->make({});
    const auto text = format->write(*first.feeder, "dss", issues);
    for (const Issue& issue : issues.list()) UNSCOPED_INFO(to_text(issue));
    REQUIRE(text);
    INFO(*text);
    const auto second = read_opendss(*text);
    for (const std::string& error : second.errors) UNSCOPED_INFO(error);
    REQUIRE(second.feeder);
    REQUIRE(second.feeder->injection_controls.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
        const InjectionControlRow& a = first.feeder->injection_controls[i];
        const InjectionControlRow& b = second.feeder->injection_controls[i];
        CHECK(a.load == b.load);
        REQUIRE(a.watched.size() == b.watched.size());
        for (std::size_t k = 0; k < a.watched.size(); ++k) {
            CHECK(a.watched[k].across == b.watched[k].across);
            CHECK(a.watched[k].rated.value() == Approx(b.watched[k].rated.value()).epsilon(1e-12));
        }
    }
    const auto& a = std::get<InverterCurves>(first.feeder->injection_controls[0].law);
    const auto& b = std::get<InverterCurves>(second.feeder->injection_controls[0].law);
    CHECK(a.volt_var == b.volt_var);
    CHECK(a.volt_watt == b.volt_watt);
    CHECK(a.steps == b.steps);
    CHECK(a.rating.available_p->value() == Approx(b.rating.available_p->value()));
    CHECK(a.rating.p_max.value() == Approx(b.rating.p_max.value()));
    CHECK(a.rating.no_q_below.value() == Approx(b.rating.no_q_below.value()));
    CHECK(a.rating.power_factor == b.rating.power_factor);
    const auto& slope = std::get<SlopeVoltVar>(second.feeder->injection_controls[1].law);
    CHECK(slope.set == 1.01);
    CHECK(slope.slope == 22.0);
    CHECK(slope.solves == 2);
    CHECK(slope.rating.priority == InverterPriority::active);
}

namespace {

/// A feeder file around one inverter control.
OpenDssOutcome read_control(const std::string& control) {
    Issues issues;
    Reader reader{issues};
    const auto format = plugins<FeederFormat>().at("evsweep").configure(Node::make_map({}), "", reader)->make({});
    OpenDssOutcome outcome;
    outcome.feeder = format->read({"f.yaml",
                                   "source: {bus: 1}\n"
                                   "buses:\n  - {id: 1, nominal: 400 V}\n"
                                   "loads:\n  - {id: pv, bus: 1, p: -9 kW}\n"
                                   "inverter_controls:\n  - " +
                                       control + "\n"},
                                  issues);
    for (const Issue& issue : issues.list())
        (issue.severity == Severity::error ? outcome.errors : outcome.warnings).push_back(to_text(issue));
    return outcome;
}

InjectionControlRow control_of(const std::string& text) {
    const auto outcome = read_control(text);
    for (const std::string& error : outcome.errors) UNSCOPED_INFO(error);
    REQUIRE(outcome.errors.empty());
    REQUIRE(outcome.feeder);
    return outcome.feeder->injection_controls.at(0);
}

}  // namespace

TEST_CASE("an inverter control of a feeder file takes its curves by name or by points") {
    const InjectionControlRow row =
        control_of("{id: c, load: pv, rated: 10 kVA, volt_var: ieee1547-b, volt_watt: ieee1547, delay: 5 s}");
    CHECK(row.load == "pv");
    CHECK(row.delay == std::chrono::seconds(5));
    const auto& curves = std::get<InverterCurves>(row.law);
    CHECK(curves.volt_var.points == std::vector<CurvePoint>{{0.92, 0.44}, {0.98, 0.0}, {1.02, 0.0}, {1.08, -0.44}});
    CHECK(curves.volt_watt.points == std::vector<CurvePoint>{{1.06, 1.0}, {1.1, 0.2}});
    CHECK(curves.rating.q_max.value() == 10.0);
    CHECK(curves.rating.rated_p.value() == 10.0);
    CHECK_FALSE(curves.steps);
    const auto own = control_of(
        "{id: c, load: pv, rated: 10 kVA, volt_var: {v: [0.9, 1.1], y: [0.3, -0.3]}, q_max: 5 kvar, "
        "steps: {delta_q: 0.4, solves: 2}}");
    const auto& points = std::get<InverterCurves>(own.law);
    CHECK(points.volt_var.at(0.8) == 0.3);
    CHECK(points.rating.q_max_drawn.value() == 5.0);
    CHECK(points.steps->delta_q == 0.4);
    CHECK(points.steps->solves == 2);
    const auto slope = control_of("{id: c, load: pv, rated: 10 kVA, slope: {set: 1.01 pu, slope: 22}}");
    CHECK(std::get<SlopeVoltVar>(slope.law).slope == 22.0);
}

TEST_CASE("what an inverter control cannot be is reported") {
    const auto refused = [](const std::string& text) {
        const auto errors = read_control("{id: c, load: pv, rated: 10 kVA, " + text + "}").errors;
        REQUIRE(errors.size() == 1);
        return errors.front();
    };
    using Catch::Contains;
    CHECK_THAT(refused("volt_var: ieee"), Contains("'ieee' is no curve; ieee1547-a, ieee1547-b"));
    CHECK_THAT(refused("q_max: 1 kvar"), Contains("give volt_var, volt_watt, or slope"));
    CHECK_THAT(refused("volt_var: ieee1547-a, slope: {set: 1 pu}"), Contains("stands beside a curve"));
    CHECK_THAT(refused("volt_var: {v: [1, 1.1], y: [0]}"), Contains("has not as many values as v"));
    CHECK_THAT(refused("volt_var: {v: [1.1, 1], y: [0, 1]}"), Contains("does not rise"));
}
