#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>

#include "unit/models/output_rig.hpp"

using namespace evsweep;
using namespace evsweep::rig;

namespace {

const double none = std::nan("");

/// Equal, or both NaN.
void check_equal(const Values& found, const Values& expected) {
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        CAPTURE(i);
        if (std::isnan(expected[i]))
            CHECK(std::isnan(found[i]));
        else
            CHECK(found[i] == Approx(expected[i]).margin(1e-12));
    }
}

/// The rig with its connectors in groups: the first in the first, the other two in the second, of which the last has no session.
struct GroupedRig : Rig {
    GroupedRig() {
        fleet.connectors.group = {0, 1, 1};
        fleet.connectors.groups = context.groups;
    }
};

/// A stay at a connector that has drawn and returned so much.
SessionRecord stay_at(std::size_t connector, minutes from, minutes to, double drawn_kwh, double returned_kwh,
                      double short_by = 0.0) {
    SessionRecord r = stay(connector, from, to, 40.0, short_by);
    r.session.connector = ConnectorId(connector);
    r.charged_kwh = drawn_kwh;
    r.discharged_kwh = returned_kwh;
    return r;
}

}  // namespace

TEST_CASE("elements: extremes and minutes beyond limits of every bus and line, but no minutes of the source") {
    const Rig rig;
    auto day = worked_day();  // at the end 0.98, 0.94, 0.95, 0.94 pu, on its line 50, 101, 100, 20 % of the rating
    day[3].end_pu = 1.06;
    const Made made = rig.make("elements");
    const auto arrays = rig.played(made, day);
    check_equal(arrays.at("vmin_pu"), {1.02, 0.94});
    check_equal(arrays.at("vmax_pu"), {1.02, 1.06});
    check_equal(arrays.at("minutes_below_band"), {none, 30});
    check_equal(arrays.at("minutes_above_band"), {none, 30});
    check_equal(arrays.at("line_loading_max_pct"), {101});
    check_equal(arrays.at("line_overload_minutes"), {30});
    CHECK(arrays.count("transformer_overload_minutes") == 0);
    CHECK(made.coordinate("bus").labels == Texts{"source", "end"});
    CHECK(made.coordinate("line").labels == Texts{"source-end"});
    CHECK(made.variable("minutes_below_band").event == "voltage below 0.945 pu");
    CHECK(made.variable("minutes_below_band").highest == 120.0);
    CHECK(made.variable("line_overload_minutes").event == "line above its rating");
}

TEST_CASE("elements: voltages and loadings within the tolerance of a limit count no minutes") {
    Rig rig;
    rig.context.voltage_tolerance_pu = 0.006;
    rig.context.loading_tolerance = 0.02;
    const auto arrays = rig.played(rig.make("elements"), worked_day());
    check_equal(arrays.at("minutes_below_band"), {none, 0});
    check_equal(arrays.at("line_overload_minutes"), {0});
}

TEST_CASE("elements: a step without a solution is beyond the lower limit and every rating, and has no extreme") {
    const Rig rig;
    auto day = worked_day();
    day[0].solved = false;
    auto arrays = rig.played(rig.make("elements"), day);
    check_equal(arrays.at("vmax_pu"), {1.02, 0.95});
    check_equal(arrays.at("minutes_below_band"), {none, 90});
    check_equal(arrays.at("minutes_above_band"), {none, 0});
    check_equal(arrays.at("line_overload_minutes"), {60});
    for (Step& step : day) step.solved = false;
    arrays = rig.played(rig.make("elements"), day);
    check_equal(arrays.at("vmin_pu"), {none, none});
    check_equal(arrays.at("line_loading_max_pct"), {none});
}

TEST_CASE("elements: phases are told apart, and conductors behind a transformer from lines") {
    UnbalancedRig rig;
    rig.feeder.branch_kind[0] = BranchKind::transformer;
    const Made made = rig.make("elements");
    const auto arrays = rig.played(made, worked_hour());
    CHECK(made.coordinate("supply").labels ==
          Texts{"source.a", "source.b", "source.c", "end.a-n", "end.b-n", "end.c-n", "lateral.a"});
    check_equal(arrays.at("vmin_pu"), {1.02, 1.02, 1.02, 0.92, 1.00, 1.06, 0.93});
    check_equal(arrays.at("minutes_below_band"), {none, none, none, 30, 0, 0, 30});
    check_equal(arrays.at("minutes_above_band"), {none, none, none, 0, 0, 60, 0});
    CHECK(made.coordinate("transformer").labels == Texts{"source-end.a", "source-end.b", "source-end.c", "source-end.n"});
    check_equal(arrays.at("transformer_loading_max_pct"), {120, 60, 40, 90});
    check_equal(arrays.at("transformer_overload_minutes"), {30, 0, 0, 0});
    CHECK(arrays.count("line_overload_minutes") == 0);
}

TEST_CASE("elements: each bus is held to the band of its nominal voltage") {
    UnbalancedRig rig;
    rig.feeder.nominal_v = {400, 400, 11000};
    rig.band_at = [](double nominal_v) { return nominal_v > 1000 ? VoltageBand{0.9, 1.05} : VoltageBand{0.95, 1.1}; };
    const Made made = rig.make("elements");
    const auto arrays = rig.played(made, worked_hour());
    CHECK(made.variable("minutes_below_band").event == "voltage below 0.9 or 0.95 pu by nominal voltage");
    CHECK(made.variable("minutes_above_band").event == "voltage above 1.05 or 1.1 pu by nominal voltage");
    check_equal(arrays.at("minutes_below_band"), {none, none, none, 30, 0, 0, 0});
    check_equal(arrays.at("minutes_above_band"), {none, none, none, 0, 0, 0, 0});
    rig.band_at = [](double nominal_v) { return nominal_v > 1000 ? VoltageBand{0.95, 0.97} : VoltageBand{0.9, 1.065}; };
    const auto other = rig.played(rig.make("elements"), worked_hour());
    check_equal(other.at("minutes_below_band"), {none, none, none, 0, 0, 0, 30});
    check_equal(other.at("minutes_above_band"), {none, none, none, 0, 0, 30, 30});
}

TEST_CASE("elements: every replica's own values are there where they are asked for") {
    const Rig rig;
    const Made made = rig.make("elements", "{keep: replicas}");
    const auto arrays = rig.played(made, worked_day());
    check_equal(arrays.at("vmin_pu_values"), arrays.at("vmin_pu"));
    check_equal(arrays.at("line_overload_minutes_values"), arrays.at("line_overload_minutes"));
    CHECK(made.variable("vmin_pu_values").aggregation == Aggregation::trace);
    CHECK(rig.played(rig.make("elements"), worked_day()).count("vmin_pu_values") == 0);
}

TEST_CASE("elements: energy and cost go to the group and the bus, at the price of when they flowed") {
    const GroupedRig rig;
    const Made made = rig.make("elements");
    const auto recorder = rig.record(made);
    auto day = worked_day();  // 0.1, 0.2, 0.3, 0.4 a kWh from 0, 30, 60, 90 min; sold at 0.6 of it
    day[0].drawn_kwh = {0, 0, 0};
    day[1].drawn_kwh = {2, 1, 0};
    day[2].drawn_kwh = {5, 1, 0};
    day[2].returned_kwh = {0, 4, 0};
    day[3].drawn_kwh = {0, 1, 0};  // the first has left at 75 min
    day[3].returned_kwh = {0, 6, 0};
    for (std::size_t k = 0; k < 4; ++k) {
        if (k == 3) recorder->session_ended(stay_at(0, minutes(0), minutes(75), 6, 0, 0.1));
        rig.signals.shown = shown_by(day[k]);
        recorder->at(Snapshot(rig.instant(k), k, true, rig.signals));
    }
    SessionRecord cut = stay_at(1, minutes(0), minutes(120), 3, 6, 0.5);
    cut.complete = false;
    recorder->session_ended(cut);
    const auto arrays = made.finish(*recorder);
    // The first connector draws 2, 3, 1 kWh at 0.1, 0.2, 0.3; the second 1 and 2 at 0.1 and 0.4, and gives 4 and 2 at 0.12 and
    // 0.18.
    const double cost_of_first = 2 * 0.1 + 3 * 0.2 + 1 * 0.3;
    const double cost_of_second = 1 * 0.1 + 2 * 0.4 - 4 * 0.12 - 2 * 0.18;
    check_equal(arrays.at("homes_charged_kwh"), {6});
    check_equal(arrays.at("offices_charged_kwh"), {3});
    check_equal(arrays.at("homes_v2g_kwh"), {0});
    check_equal(arrays.at("offices_v2g_kwh"), {6});
    check_equal(arrays.at("homes_net_cost"), {cost_of_first});
    check_equal(arrays.at("offices_net_cost"), {cost_of_second});
    check_equal(arrays.at("net_cost_by_bus"), {none, cost_of_first + cost_of_second});
    check_equal(arrays.at("homes_unserved_kwh"), {0.1 * 40});
    check_equal(arrays.at("offices_unserved_kwh"), {0});  // who has not left yet cannot have left short
    check_equal(arrays.at("unserved_kwh_by_bus"), {none, 4});
    check_equal(arrays.at("short_stays_by_bus"), {none, 1});
    check_equal(arrays.at("homes_recharge_time"), {1.25});  // never recharged: the whole stay
    check_equal(arrays.at("offices_recharge_time"), {none});
    CHECK(made.variable("homes_net_cost").headline);
    CHECK(made.variable("short_stays_by_bus").event == "vehicle left short of its target");
}

TEST_CASE("elements: what flows before the measured time costs nothing") {
    GroupedRig rig;
    rig.context.measure_from = Instant(minutes(60));
    const Made made = rig.make("elements");
    const auto recorder = rig.record(made);
    recorder->session_ended(
        stay_at(1, minutes(0), minutes(60), 9, 0));  // leaves when measuring begins: service counts, energy not
    auto day = worked_day();
    day[1].drawn_kwh = {4, 0, 0};
    day[2].drawn_kwh = {7, 0, 0};
    day[3].drawn_kwh = {8, 0, 0};
    rig.play(*recorder, day);
    recorder->session_ended(stay_at(0, minutes(0), minutes(120), 10, 0));
    const auto arrays = made.finish(*recorder);
    check_equal(arrays.at("homes_charged_kwh"), {3});
    check_equal(arrays.at("homes_net_cost"), {1 * 0.3 + 2 * 0.4});
    check_equal(arrays.at("offices_charged_kwh"), {0});
    check_equal(arrays.at("offices_recharge_time"), {1});
}
