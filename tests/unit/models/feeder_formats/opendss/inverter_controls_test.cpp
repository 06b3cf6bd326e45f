// InvControl and ExpControl as rows, and what of them is refused.
#include <catch2/catch.hpp>

#include "unit/models/feeder_formats/opendss/opendss_reading.hpp"

namespace {

using namespace evsweep;

const std::string units =
    "New XYCurve.vv npts=4 xarray=(0.92 0.98 1.02 1.08) yarray=(0.44 0 0 -0.44)\n"
    "New XYCurve.vw npts=2 xarray=(1.06 1.1) yarray=(1 0.2)\n"
    "New PVSystem.p bus1=src kv=12.47 kva=220 pmpp=200 pf=0.9 pfpriority=yes\n"
    "New PVSystem.q bus1=src.2 phases=1 kv=7.2 kva=10 pmpp=9 %pmpp=80 wattpriority=yes kvarmax=4 kvarmaxabs=3\n"
    "New Storage.s bus1=src kv=12.47 kwrated=50 state=discharging\n";

FeederDescription with(const std::string& controls) { return circuit_with(units + controls); }

const InverterCurves& curves_of(const FeederDescription& d, std::size_t i) {
    return std::get<InverterCurves>(d.injection_controls.at(i).law);
}

}  // namespace

TEST_CASE("an InvControl is a row for each of its inverters") {
    const FeederDescription d = with("New InvControl.i mode=voltvar vvc_curve1=vv derlist=[PVSystem.p pvsystem.q]\nSolve\n");
    REQUIRE(d.injection_controls.size() == 2);
    const InjectionControlRow& p = d.injection_controls.front();
    CHECK(p.id == "invcontrol.i:p");
    CHECK(p.load == "pvsystem.p");
    REQUIRE(p.watched.size() == 3);
    CHECK(p.watched[1].bus == "src");
    CHECK(p.watched[1].across == Terminals{Conductor::b, {}});
    CHECK(p.watched[1].rated.value() == Approx(12470.0 / std::sqrt(3.0)));
    const InverterCurves& curves = curves_of(d, 0);
    CHECK(curves.volt_var.points.size() == 4);
    CHECK(curves.volt_var.straight_on);
    CHECK(curves.volt_watt.empty());
    CHECK(curves.var_base == VarBase::available);
    CHECK(curves.rating.rated.value() == 220.0);
    CHECK(curves.rating.available_p->value() == 200.0);
    CHECK(curves.rating.power_factor == 0.9);
    CHECK(curves.rating.priority == InverterPriority::reactive);  // volt-var takes the priority of the power factor away
    REQUIRE(curves.steps);
    CHECK(*curves.steps == PartialSteps{-1.0, -1.0, 1e-4, 0.025, 0.01, 2});  // the script's solve, and one more
    const InverterCurves& one = curves_of(d, 1);
    CHECK(d.injection_controls[1].watched.size() == 1);
    CHECK(d.injection_controls[1].watched[0].rated.value() == Approx(7200.0));
    CHECK(one.rating.priority == InverterPriority::active);
    CHECK(one.rating.q_max.value() == 4.0);
    CHECK(one.rating.q_max_drawn.value() == 3.0);
    CHECK(one.rating.p_max.value() == Approx(7.2));
}

TEST_CASE("an InvControl without a list has what there is when it is defined") {
    const FeederDescription d = with(
        "New InvControl.i combimode=VV_VW vvc_curve1=vv voltwatt_curve=vw RefReactivePower=VARMAX VoltwattYAxis=kVARating\n"
        "New PVSystem.late bus1=src kv=12.47\n");
    REQUIRE(d.injection_controls.size() == 3);
    CHECK(d.injection_controls[2].load == "storage.s");
    CHECK(curves_of(d, 2).rating.stores);
    CHECK(curves_of(d, 0).watt_base == WattBase::rated_kva);
    CHECK(curves_of(d, 0).var_base == VarBase::limits);
    CHECK_FALSE(curves_of(d, 0).volt_watt.empty());
    CHECK(with("New InvControl.i mode=voltvar vvc_curve1=vv enabled=no").injection_controls.empty());
    CHECK(with("New InvControl.i mode=voltvar vvc_curve1=vv pvsystemlist=[q]").injection_controls[0].load == "pvsystem.q");
    CHECK(curves_of(with("New InvControl.i mode=voltwatt voltwatt_curve=vw derlist=[pvsystem.p]"), 0).rating.priority ==
          InverterPriority::factor);
}

TEST_CASE("an InvControl sees the phases or buses that it names") {
    const auto watched = [](const std::string& properties) {
        return with("New InvControl.i mode=voltvar vvc_curve1=vv derlist=[pvsystem.p] " + properties).injection_controls.at(0);
    };
    CHECK(watched("monvoltagecalc=max").voltage == OfSeveral::highest);
    CHECK(watched("monvoltagecalc=min").voltage == OfSeveral::lowest);
    CHECK(watched("monvoltagecalc=2").watched.at(0).across == Terminals{Conductor::b, {}});
    const InjectionControlRow row = watched("monbus=[src.3 src.1.2] monbusesvbase=[7200 12470]");
    REQUIRE(row.watched.size() == 2);
    CHECK(row.watched[0].across == Terminals{Conductor::c, {}});
    CHECK(row.watched[0].rated.value() == 7200.0);
    CHECK(row.watched[1].across == Terminals{Conductor::a, Conductor::b});
}

TEST_CASE("an ExpControl sees its phases on the base of the bus, and controls no storage") {
    const auto outcome =
        read_opendss("New Circuit.test basekv=12.47 bus1=src\n" + units +
                     "New ExpControl.e vreg=1.02 slope=22 qmaxlead=0.3 qmaxlag=0.2 preferq=yes deltaq_factor=0.5 "
                     "derlist=[pvsystem.q storage.s]\nSet VoltageBases=[12.5]\n");
    REQUIRE(outcome.feeder);
    REQUIRE(outcome.feeder->injection_controls.size() == 1);
    const InjectionControlRow& row = outcome.feeder->injection_controls.front();
    CHECK(row.watched.at(0).rated.value() == Approx(12500.0 / std::sqrt(3.0)));
    const auto& law = std::get<SlopeVoltVar>(row.law);
    CHECK(law.set == 1.02);
    CHECK(law.slope == 22.0);
    CHECK(law.q_max_drawn == 0.3);
    CHECK(law.q_max_given == 0.2);
    CHECK(law.delta_q == 0.5);
    CHECK(law.prefers_q);
    CHECK(law.solves == 1);
    const auto is_reported = [&](const std::string& text) {
        return std::any_of(outcome.warnings.begin(), outcome.warnings.end(),
                           [&](const std::string& w) { return w.find(text) != std::string::npos; });
    };
    CHECK(is_reported("does not control storage.s"));
}

TEST_CASE("modes and settings of inverters that are not supported are refused by name") {
    const auto refused = [](const std::string& properties) {
        const auto errors = errors_of(units + "New InvControl.i " + properties);
        REQUIRE(errors.size() == 1);
        return errors.front();
    };
    using Catch::Contains;
    CHECK_THAT(refused("mode=DYNAMICREACCURR"), Contains("invcontrol.i.mode: mode 'DYNAMICREACCURR' is not supported"));
    CHECK_THAT(refused("mode=WATTPF"), Contains("mode 'WATTPF'"));
    CHECK_THAT(refused("mode=AVR"), Contains("supported: voltvar, voltwatt"));
    CHECK_THAT(refused("combimode=VV_DRC"), Contains("combination 'VV_DRC' is not supported"));
    CHECK_THAT(refused("mode=voltvar vvc_curve1=none"), Contains("unknown curve 'none'"));
    CHECK_THAT(refused("mode=voltvar"), Contains("has no curve for its mode"));
    CHECK_THAT(refused("mode=voltvar combimode=vv_vw vvc_curve1=vv voltwatt_curve=vw"),
               Contains("both a mode and a combination"));
    CHECK_THAT(refused("mode=voltvar vvc_curve1=vv derlist=[pvsystem.none]"),
               Contains("'pvsystem.none' is no photovoltaic system"));
    CHECK_THAT(refused("mode=voltvar vvc_curve1=vv RateofChangeMode=LPF"), Contains("RateofChangeMode=Inactive"));
    CHECK_THAT(refused("mode=voltvar vvc_curve1=vv controlmodel=1"), Contains("ControlModel=0"));
    CHECK_THAT(refused("mode=voltwatt voltwatt_curve=vv"), Contains("below 0 or above 1"));
    CHECK_THAT(refused("mode=voltvar vvc_curve1=vv derlist=[pvsystem.p] monbus=[src.1]"), Contains("without a base voltage"));
    CHECK_THAT(refused("mode=voltvar vvc_curve1=vv derlist=[pvsystem.p]\n"
                       "New ExpControl.e pvsystemlist=[p]"),
               Contains("controls pvsystem.p, as invcontrol.i does"));
}
