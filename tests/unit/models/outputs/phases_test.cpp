#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "unit/models/output_rig.hpp"

using namespace evsweep;
using namespace evsweep::rig;
TEST_CASE(
    "KPIs of an unbalanced feeder judge phases to the neutral where there is one, and tell unbalance and neutral currents") {
    const UnbalancedRig rig;
    const auto output = rig.make("kpis");
    const auto kpis = rig.played(output, worked_hour());
    const std::map<std::string, double> by_hand{{"vmin_pu", 0.92},
                                                {"vmin_bus", 1},
                                                {"vmin_phase", 3},
                                                {"vmax_pu", 1.07},
                                                {"vmax_bus", 1},
                                                {"vmax_phase", 5},
                                                {"vmin_a_pu", 0.93},
                                                {"vmin_an_pu", 0.92},
                                                {"vmin_bn_pu", 1.00},
                                                {"vmax_cn_pu", 1.07},
                                                {"minutes_outside_band", 60},
                                                {"minutes_below_band", 30},
                                                {"minutes_above_band", 60},
                                                {"minutes_002_outside_band", 30},
                                                {"minutes_005_outside_band", 0},
                                                {"minutes_outside_band_a", 30},
                                                {"minutes_outside_band_b", 0},
                                                {"minutes_outside_band_an", 30},
                                                {"minutes_outside_band_bn", 0},
                                                {"minutes_outside_band_cn", 60},
                                                {"loading_max_pct", 120},
                                                {"loading_max_a_pct", 120},
                                                {"loading_max_b_pct", 60},
                                                {"loading_max_c_pct", 40},
                                                {"overload_minutes", 30},
                                                {"overload_110_minutes", 30},
                                                {"overload_120_minutes", 0},
                                                {"overload_kvah", 20.0 * 0.4 / std::sqrt(3.0) * 0.5},
                                                {"unbalance_max_pct", 3.1},
                                                {"unbalance_bus", 1},
                                                {"unbalance_time_h", 0.5},
                                                {"unbalance_minutes", 30},
                                                {"neutral_max_a", 90},
                                                {"neutral_branch", 0}};
    for (const auto& [name, value] : by_hand) {
        INFO(name);
        REQUIRE(kpis.count(name) == 1);
        CHECK(kpis.at(name).at(0) == Approx(value).margin(1e-12));
    }
    for (const Variable& v : output.declared.variables()) {
        if (v.name == "vmin_phase" || v.name == "vmax_phase") CHECK(v.meanings == Texts{"a", "b", "c", "a-n", "b-n", "c-n"});
        if (v.name == "unbalance_bus") CHECK(v.meanings == Texts{"source", "end", "lateral"});
        if (v.name == "neutral_branch") CHECK(v.meanings == Texts{"source-end", "end-lateral"});
        CHECK((v.meanings.empty() || v.display == Display::category));
    }
}

TEST_CASE("KPIs hold each bus to the band of its nominal voltage, and tell the largest excess of all") {
    UnbalancedRig rig;
    rig.feeder.nominal_v = {400, 400, 11000};  // the lateral's 0.98 and 0.93 pu, beside 0.97 to 1.06 and 0.92 to 1.07 pu
    rig.band_at = [](double nominal_v) { return nominal_v > 1000 ? VoltageBand{0.95, 0.97} : VoltageBand{0.9, 1.065}; };
    const auto kpis = rig.played(rig.make("kpis"), worked_hour());
    CHECK(kpis.at("minutes_outside_band").at(0) == 60);
    CHECK(kpis.at("minutes_below_band").at(0) == 30);
    CHECK(kpis.at("minutes_above_band").at(0) == 60);
    CHECK(kpis.at("minutes_outside_band_a").at(0) == 60);
    CHECK(kpis.at("minutes_outside_band_an").at(0) == 0);
    CHECK(kpis.at("minutes_outside_band_cn").at(0) == 30);
    CHECK(kpis.at("beyond_band_max_pu").at(0) == Approx(0.02));
    CHECK(kpis.at("vmin_pu").at(0) == 0.92);
}

TEST_CASE("the limit above which unbalance is counted can be chosen") {
    const UnbalancedRig rig;
    CHECK(rig.played(rig.make("kpis", "{unbalance_limit: 1 %}"), worked_hour()).at("unbalance_minutes") == Values{60});
    CHECK(rig.played(rig.make("kpis", "{unbalance_limit: 4 %}"), worked_hour()).at("unbalance_minutes") == Values{0});
}

TEST_CASE("where nothing was solved an unbalanced feeder has no number either") {
    const UnbalancedRig rig;
    const auto kpis = rig.played(rig.make("kpis"), {{}, {}});
    for (const char* name : {"vmin_phase", "vmax_bus", "vmin_an_pu", "unbalance_max_pct", "unbalance_bus", "neutral_max_a",
                             "neutral_branch", "loading_max_a_pct", "overload_kvah"}) {
        INFO(name);
        CHECK(std::isnan(kpis.at(name).at(0)));
    }
    // Time without a solution is no time within a limit.
    for (const char* name : {"minutes_outside_band", "minutes_outside_band_an", "unbalance_minutes"}) {
        INFO(name);
        CHECK(kpis.at(name).at(0) == kpis.at("overload_minutes").at(0));
        CHECK(kpis.at(name).at(0) > 0.0);
    }
}

TEST_CASE(
    "voltages of an unbalanced feeder are what loads see, and to earth besides, unbalance by bus with three phases, neutral "
    "currents by branch") {
    const UnbalancedRig rig;
    const auto output = rig.make("voltages", "{every: 30 min}");
    const auto arrays = rig.played(output, worked_hour());
    const auto hour = worked_hour();
    const auto both = [&](const char* which) {
        Values values = hour[0].at(which);
        values.insert(values.end(), hour[1].at(which).begin(), hour[1].at(which).end());
        return values;
    };
    CHECK(arrays.at("voltage_pu") == both("supply_voltage"));
    CHECK(output.coordinate("supply").labels ==
          Texts{"source.a", "source.b", "source.c", "end.a-n", "end.b-n", "end.c-n", "lateral.a"});
    CHECK(arrays.at("earth_voltage_pu") == both("earth_voltage"));
    CHECK(output.coordinate("conductor").labels ==
          Texts{"source.a", "source.b", "source.c", "end.a", "end.b", "end.c", "end.n", "lateral.a"});
    CHECK(arrays.at("loading_pct") == Values{50, 60, 40, 20, 120, 30, 40, 90});
    CHECK(output.coordinate("rated_conductor").labels == Texts{"source-end.a", "source-end.b", "source-end.c", "source-end.n"});
    CHECK(arrays.at("unbalance_pct") == Values{0.0, 1.5, 0.1, 3.1});
    CHECK(output.coordinate("three_phase_bus").labels == Texts{"source", "end"});
    CHECK(arrays.at("neutral_a") == Values{20, 10, 90, 20});
    const Values spread = arrays.at("spread_pu");  // lowest and highest behind the source
    CHECK(Values{spread.at(0), spread.at(6), spread.at(7), spread.at(13)} == Values{0.97, 1.06, 0.92, 1.07});
}

TEST_CASE("series of an unbalanced feeder hold the range of every phase, the highest unbalance and neutral current") {
    const UnbalancedRig rig;
    const auto output = rig.make("series", "{every: 30 min}");
    const auto arrays = rig.played(output, worked_hour());
    CHECK(arrays.at("vmin_pu") == Values{0.97, 0.92});
    CHECK(arrays.at("phase_vmin_pu") == Values{0.98, 1.02, 1.02, 0.97, 1.00, 1.06, 0.93, 1.02, 1.02, 0.92, 1.01, 1.07});
    CHECK(arrays.at("phase_vmax_pu") == Values{1.02, 1.02, 1.02, 0.97, 1.00, 1.06, 1.02, 1.02, 1.02, 0.92, 1.01, 1.07});
    CHECK(arrays.at("unbalance_pct") == Values{1.5, 3.1});
    CHECK(arrays.at("neutral_a") == Values{20, 90});
    CHECK(output.coordinate("phase").labels == Texts{"a", "b", "c", "a-n", "b-n", "c-n"});
    const Rig balanced;
    const Made made = balanced.make("series", "{every: 1 h}");
    for (const Variable& v : made.declared.variables())
        CHECK((v.name.find("phase") == std::string::npos && v.name != "unbalance_pct"));
}

TEST_CASE("traces of an unbalanced feeder tell what loads see, and voltages to earth besides") {
    const UnbalancedRig rig;
    const auto output = rig.make("traces");
    const auto arrays = rig.played(output, worked_hour());
    CHECK(arrays.at("vmin_pu") == Values{0.97, 0.92});
    CHECK(arrays.at("voltage_pu").size() == 14);
    CHECK(arrays.at("earth_voltage_pu").size() == 16);
    CHECK(output.coordinate("supply").labels.size() == 7);
    CHECK(output.coordinate("conductor").labels.size() == 8);
}

TEST_CASE("the unbalance is worked out only where somebody records it: on feeders with phases, at the marks") {
    const Texts costly{"unbalance", "neutral_current"};
    const Rig balanced;
    for (const char* name : {"kpis", "series", "voltages", "traces", "events"}) {
        INFO(name);
        (void)balanced.make(name, std::string(name) == "series" || std::string(name) == "voltages" ? "{every: 1 h}" : "{}");
        for (const std::string& signal : costly) CHECK(balanced.signals.subscribed().count(signal) == 0);
    }
    const UnbalancedRig rig;
    (void)rig.played(rig.make("series", "{every: 1 h}"), worked_hour());
    for (const std::string& signal : costly) CHECK(rig.signals.reads[signal] == 1);
    rig.signals.reads.clear();
    (void)rig.played(rig.make("traces"), worked_hour());
    for (const std::string& signal : costly) CHECK(rig.signals.reads[signal] == 0);
}
