#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "unit/models/output_rig.hpp"

using namespace evsweep;
using namespace evsweep::rig;
using Values = std::vector<double>;
using Texts = std::vector<std::string>;

namespace {

/// What one control step shows of the electrical quantities.
struct Shown {
    Values voltage_pu, supply_pu, current_a, unbalance, neutral_a;
};

/// A source with three phases, a bus with a neutral behind a branch of 100 A, and a lateral of phase a.
struct UnbalancedRig : Rig {
    UnbalancedRig() {
        using enum Conductor;
        feeder = make_site({{"source", "", 0.0, {a, b, c}}, {"end", "", 400.0, {a, b, c, n}, 100.0}, {"lateral", "", 0.0, {a}}},
                           400.0);
        context.horizon = minutes(60);
    }

    [[nodiscard]] std::map<std::string, Values> played(const Output& output, const std::vector<Shown>& steps) const {
        const auto recorder = record(output);
        for (std::size_t k = 0; k < steps.size(); ++k) {
            Snapshot s;
            s.now = Instant(context.step * static_cast<std::int64_t>(k));
            s.step = k;
            s.solved = !steps[k].voltage_pu.empty();
            const Values nothing(3, 0.0);
            s.p_kw = nothing;
            s.soc = nothing;
            s.voltage_pu = steps[k].voltage_pu;
            s.supply_pu = steps[k].supply_pu;
            s.current_a = steps[k].current_a;
            s.unbalance = steps[k].unbalance;
            s.neutral_a = steps[k].neutral_a;
            recorder->at(s);
        }
        const auto values = recorder->finish();
        const auto variables = output.variables();
        REQUIRE(values.size() == variables.size());
        std::map<std::string, Values> named;
        for (std::size_t v = 0; v < values.size(); ++v) named[variables[v].name] = values[v];
        return named;
    }
};

/// The band is 0.945 to 1.05 pu. The neutral at the end lifts to 0.02 and 0.05 pu, so that phase a to the neutral is lower than
/// to earth: in the second step it is below the band. There phase a is low at the lateral, too, and c to the neutral is high in
/// both.
std::vector<Shown> worked_hour() {
    const double none = std::nan("");
    return {{{1.02, 1.02, 1.02, 0.99, 1.00, 1.06, 0.02, 0.98},
             {1.02, 1.02, 1.02, 0.97, 1.00, 1.06, 0.98},
             {0, 0, 0, 50, 60, 40, 20, 10},
             {0.0, 0.015, none},
             {20, 10}},
            {{1.02, 1.02, 1.02, 0.95, 1.01, 1.07, 0.05, 0.93},
             {1.02, 1.02, 1.02, 0.92, 1.01, 1.07, 0.93},
             {0, 0, 0, 120, 30, 40, 90, 20},
             {0.001, 0.031, none},
             {90, 20}}};
}

Texts labels(const Output& output, const std::string& axis) {
    for (const Coordinate& coordinate : output.coordinates())
        if (coordinate.name == axis) return coordinate.labels;
    return {};
}

}  // namespace

TEST_CASE(
    "KPIs of an unbalanced feeder judge phases to the neutral where there is one, and tell unbalance and neutral currents") {
    const UnbalancedRig rig;
    const auto output = rig.make("kpis");
    const auto kpis = rig.played(*output, worked_hour());
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
    for (const Variable& v : output->variables()) {
        if (v.name == "vmin_phase" || v.name == "vmax_phase") CHECK(v.meanings == Texts{"a", "b", "c", "a-n", "b-n", "c-n"});
        if (v.name == "unbalance_bus") CHECK(v.meanings == Texts{"source", "end", "lateral"});
        if (v.name == "neutral_branch") CHECK(v.meanings == Texts{"source-end", "end-lateral"});
        CHECK((v.meanings.empty() || v.display == Display::category));
    }
}

TEST_CASE("the limit above which unbalance is counted can be chosen") {
    const UnbalancedRig rig;
    CHECK(rig.played(*rig.make("kpis", {{"unbalance_limit", "1 %"}}), worked_hour()).at("unbalance_minutes") == Values{60});
    CHECK(rig.played(*rig.make("kpis", {{"unbalance_limit", "4 %"}}), worked_hour()).at("unbalance_minutes") == Values{0});
}

TEST_CASE("where nothing was solved an unbalanced feeder has no number either") {
    const UnbalancedRig rig;
    const auto kpis = rig.played(*rig.make("kpis"), {{}, {}});
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
    const auto output = rig.make("voltages", {{"every", "30 min"}});
    const auto arrays = rig.played(*output, worked_hour());
    const auto hour = worked_hour();
    const auto both = [&](Values Shown::*which) {
        Values values = hour[0].*which;
        values.insert(values.end(), (hour[1].*which).begin(), (hour[1].*which).end());
        return values;
    };
    CHECK(arrays.at("voltage_pu") == both(&Shown::supply_pu));
    CHECK(labels(*output, "supply") == Texts{"source.a", "source.b", "source.c", "end.a-n", "end.b-n", "end.c-n", "lateral.a"});
    CHECK(arrays.at("earth_voltage_pu") == both(&Shown::voltage_pu));
    CHECK(labels(*output, "conductor") ==
          Texts{"source.a", "source.b", "source.c", "end.a", "end.b", "end.c", "end.n", "lateral.a"});
    CHECK(arrays.at("loading_pct") == Values{50, 60, 40, 20, 120, 30, 40, 90});
    CHECK(labels(*output, "rated_conductor") == Texts{"source-end.a", "source-end.b", "source-end.c", "source-end.n"});
    CHECK(arrays.at("unbalance_pct") == Values{0.0, 1.5, 0.1, 3.1});
    CHECK(labels(*output, "three_phase_bus") == Texts{"source", "end"});
    CHECK(arrays.at("neutral_a") == Values{20, 10, 90, 20});
    const Values spread = arrays.at("spread_pu");  // lowest and highest behind the source
    CHECK(Values{spread.at(0), spread.at(6), spread.at(7), spread.at(13)} == Values{0.97, 1.06, 0.92, 1.07});
}

TEST_CASE("series of an unbalanced feeder hold the range of every phase, the highest unbalance and neutral current") {
    const UnbalancedRig rig;
    const auto output = rig.make("series", {{"every", "30 min"}});
    const auto arrays = rig.played(*output, worked_hour());
    CHECK(arrays.at("vmin_pu") == Values{0.97, 0.92});
    CHECK(arrays.at("phase_vmin_pu") == Values{0.98, 1.02, 1.02, 0.97, 1.00, 1.06, 0.93, 1.02, 1.02, 0.92, 1.01, 1.07});
    CHECK(arrays.at("phase_vmax_pu") == Values{1.02, 1.02, 1.02, 0.97, 1.00, 1.06, 1.02, 1.02, 1.02, 0.92, 1.01, 1.07});
    CHECK(arrays.at("unbalance_pct") == Values{1.5, 3.1});
    CHECK(arrays.at("neutral_a") == Values{20, 90});
    CHECK(labels(*output, "phase") == Texts{"a", "b", "c", "a-n", "b-n", "c-n"});
    const Rig balanced;
    for (const Variable& v : balanced.make("series", {{"every", "1 h"}})->variables())
        CHECK((v.name.find("phase") == std::string::npos && v.name != "unbalance_pct"));
}

TEST_CASE("traces of an unbalanced feeder tell what loads see, and voltages to earth besides") {
    const UnbalancedRig rig;
    const auto output = rig.make("traces");
    const auto arrays = rig.played(*output, worked_hour());
    CHECK(arrays.at("vmin_pu") == Values{0.97, 0.92});
    CHECK(arrays.at("voltage_pu").size() == 14);
    CHECK(arrays.at("earth_voltage_pu").size() == 16);
    CHECK(labels(*output, "supply").size() == 7);
    CHECK(labels(*output, "conductor").size() == 8);
}

TEST_CASE("only outputs that read the unbalance ask for it") {
    const Rig rig;
    CHECK(rig.make("kpis")->wants_unbalance());
    for (const char* name : {"series", "voltages"}) CHECK(rig.make(name, {{"every", "1 h"}})->wants_unbalance());
    for (const char* name : {"traces", "events"}) CHECK_FALSE(rig.make(name)->wants_unbalance());
}
