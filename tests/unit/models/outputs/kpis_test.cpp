#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <random>

#include "evsweep/contracts.hpp"
#include "outputs/clock_hours.hpp"
#include "outputs/snapshot_values.hpp"
#include "unit/models/output_rig.hpp"

using namespace evsweep;
using namespace evsweep::rig;

namespace {

std::map<std::string, double> numbers(const std::map<std::string, Values>& arrays) {
    std::map<std::string, double> kpis;
    for (const auto& [name, values] : arrays) kpis[name] = values.at(0);
    return kpis;
}

std::map<std::string, double> kpis_of(const Rig& rig, const std::vector<Step>& day,
                                      const std::vector<SessionRecord>& stays = {}) {
    return numbers(rig.played(rig.make("kpis"), day, stays));
}

/// Whether the feeder without vehicles is outside the band, step by step.
std::vector<Step> beside(std::vector<Step> day, const std::vector<double>& base_outside) {
    for (std::size_t k = 0; k < day.size(); ++k) day[k].base_outside = base_outside.at(k);
    return day;
}

std::vector<SessionRecord> worked_stays() {
    SessionRecord returned = stay(0, minutes(0), minutes(90), 40);
    returned.stored_kwh = 20;
    returned.released_kwh = 4;
    returned.discharged_kwh = 3.8;
    returned = with_level(returned, Instant(minutes(60)));
    SessionRecord left_short = stay(1, minutes(0), minutes(30), 30, 0.1);
    left_short.stored_kwh = 3;
    SessionRecord cut = stay(2, minutes(60), minutes(120), 50, 0.3);
    cut.complete = false;
    cut.stored_kwh = 10;
    return {returned, left_short, stay(1, minutes(60), minutes(90), 30, 0.05), cut, stay(3, minutes(0), minutes(60), 40, 0.0005)};
}

}  // namespace

TEST_CASE("every KPI of a day worked by hand has the value found by hand") {
    const Rig rig;
    const std::map<std::string, double> by_hand{{"peak_kw", 290},
                                                {"peak_time_h", 0.5},
                                                {"peak_hourly_kw", 245},
                                                {"peak_hourly_time_h", 1},
                                                {"peak_mark_kw", 280},
                                                {"peak_mark_time_h", 1},
                                                {"source_peak_kw", 299},
                                                {"reverse_peak_kw", 0},
                                                {"reverse_energy_kwh", 0},
                                                {"load_factor", 210.0 / 290.0},
                                                {"peak_to_valley_kw", 190},
                                                {"energy_kwh", 420},
                                                {"source_energy_kwh", 431.5},
                                                {"loss_energy_kwh", 11.5},
                                                {"loss_max_kw", 9},
                                                {"loss_max_mark_kw", 8},
                                                {"vmin_pu", 0.94},
                                                {"vmin_bus", 1},
                                                {"vmin_time_h", 0.5},
                                                {"vmin_mark_pu", 0.95},
                                                {"vmax_pu", 1.02},
                                                {"minutes_outside_band", 60},
                                                {"vehicle_minutes_outside_band", 30},
                                                {"beyond_band_max_pu", 0.005},
                                                {"minutes_below_band", 60},
                                                {"minutes_above_band", 0},
                                                {"minutes_002_outside_band", 0},
                                                {"minutes_005_outside_band", 0},
                                                {"overload_minutes", 30},
                                                {"overload_110_minutes", 0},
                                                {"overload_120_minutes", 0},
                                                {"overload_kvah", 1.0 * 0.4 * std::sqrt(3.0) * 0.5},
                                                {"loading_max_pct", 101},
                                                {"tap_steps", 0},
                                                {"capacitor_switchings", 0},
                                                {"unsolved_minutes", 0},
                                                {"charged_kwh", 55},
                                                {"v2g_kwh", 10},
                                                {"ev_kvar", 30},
                                                {"recharge_time", (1 + 0.5 + 0.5 + 1) / 4.0},
                                                {"unserved_kwh", 3 + 1.5 + 0.02},
                                                {"owed_kwh", 15},
                                                {"owed_cost", 15 / 0.9 * 0.4},
                                                {"short_vehicles", 1},
                                                {"v2g_vehicles", 1},
                                                {"cycles", (0.9 * 55 + 1.25 * 10) / (2 * 160)},
                                                {"dropped_sessions", 3},
                                                {"dropped_kwh", 16.5},
                                                {"waiting_sessions", 0},
                                                {"purchases", 25 * 0.2 + 5 * 0.3 + 25 * 0.4},
                                                {"sales", 10 * 0.18},
                                                {"net_cost", 14.7},
                                                {"any_violation", 1},
                                                {"network_violation", 1},
                                                {"low_voltage_violation", 1},
                                                {"high_voltage_violation", 0},
                                                {"line_violation", 1},
                                                {"unserved_violation", 1},
                                                {"unsolved_violation", 0}};
    const auto kpis = kpis_of(rig, beside(worked_day(), {0, 1, 0, 0}), worked_stays());
    CHECK(kpis.size() == by_hand.size() + 2);
    for (const char* not_judged : {"unbalance_violation", "transformer_violation"}) CHECK(std::isnan(kpis.at(not_judged)));
    for (const auto& [name, value] : by_hand) {
        INFO(name);
        REQUIRE(kpis.count(name) == 1);
        CHECK(kpis.at(name) == Approx(value).epsilon(1e-12));
    }
}

TEST_CASE("the bus of the lowest voltage is told by its name") {
    const Rig rig;
    const Made made = rig.make("kpis");
    for (const auto& v : made.declared.variables()) {
        CHECK((v.display == Display::category) == (v.name == "vmin_bus"));
        if (v.display == Display::category) CHECK(v.meanings == std::vector<std::string>{"source", "end"});
    }
}

TEST_CASE("hourly means follow the hours of the wall clock and leave out hours that are not covered") {
    Rig rig;
    rig.context.calendar = Calendar(rig.context.calendar.start() + minutes(30));
    // 12:30 to 14:30: only 13:00 to 14:00 is whole, with the 125 and 145 kWh of the middle steps.
    CHECK(kpis_of(rig, worked_day()).at("peak_hourly_kw") == Approx(270));
    CHECK(kpis_of(rig, worked_day()).at("peak_hourly_time_h") == Approx(0.5));

    auto day = worked_day();
    day[1].solved = false;
    CHECK(std::isnan(kpis_of(rig, day).at("peak_hourly_kw")));
}

TEST_CASE("an interval across the hour is shared between both hours by time") {
    ClockHours hourly{Calendar()};
    for (int k = 0; k < 6; ++k)  // 25-minute steps: 100 kW until 01:15, then 300 kW
        hourly.add(Instant(minutes(25 * k)), Instant(minutes(25 * (k + 1))), (k < 3 ? 100.0 : 300.0) * 25 / 60);
    CHECK(hourly.highest_kw() == Approx((15 * 100.0 + 45 * 300.0) / 60));
}

TEST_CASE("a step without a solution is outside the band and overloaded, and extremes and energies are over the others") {
    const Rig rig;
    auto day = beside(worked_day(), {0, 0, 0, 1});  // outside the band at 30 and 90 min, overloaded at 30 min
    day[0].solved = false;
    day[1].solved = false;
    const auto kpis = kpis_of(rig, day);
    CHECK(kpis.at("unsolved_minutes") == 60);
    CHECK(kpis.at("minutes_outside_band") == 90);
    CHECK(kpis.at("vehicle_minutes_outside_band") == 60);
    CHECK(kpis.at("overload_minutes") == 60);
    CHECK(kpis.at("peak_kw") == 280);
    CHECK(kpis.at("vmin_time_h") == 1.5);
    CHECK(kpis.at("energy_kwh") == Approx(145 + 100));
    CHECK(kpis.at("load_factor") == Approx(245.0 / 1.0 / 280.0));
    CHECK(kpis.at("charged_kwh") == Approx(55));
    CHECK(kpis.at("purchases") == Approx(16.5));
}

TEST_CASE("a controller under which the feeder collapses never has fewer minutes beyond limits than one that only strains it") {
    const Rig rig;
    auto day = worked_day();
    const auto strained = kpis_of(rig, day);
    for (auto& step : day) {
        step.solved = false;
        const auto collapsed = kpis_of(rig, day);
        for (const char* name : {"minutes_outside_band", "overload_minutes", "unsolved_minutes"}) {
            INFO(name);
            CHECK(collapsed.at(name) >= strained.at(name));
        }
    }
}

TEST_CASE("KPIs over solved steps say so, and minutes know how many there can be") {
    Rig rig;
    rig.context.measure_from = Instant(minutes(30));
    const Made made = rig.make("kpis");
    for (const auto& v : made.declared.variables()) {
        INFO(v.name);
        if (v.unit == "min") {
            CHECK_FALSE(v.over_solved_steps);
            CHECK(v.lowest == 0);
            CHECK(v.highest == 90);
        }
        for (const char* name : {"peak_kw", "peak_time_h", "energy_kwh", "loss_energy_kwh", "vmin_pu", "loading_max_pct"})
            if (v.name == name) CHECK(v.over_solved_steps);
        for (const char* name : {"charged_kwh", "net_cost", "unserved_kwh", "tap_steps"})
            if (v.name == name) CHECK_FALSE(v.over_solved_steps);
        if (v.name == "unsolved_minutes") CHECK(v.headline);
    }
}

TEST_CASE("where nothing was solved nothing electrical is a number, and all the time is beyond limits") {
    const Rig rig;
    auto day = worked_day();
    for (auto& step : day) step.solved = false;
    const auto kpis = kpis_of(rig, day);
    for (const char* name : {"peak_kw", "peak_time_h", "peak_hourly_kw", "peak_hourly_time_h", "peak_mark_kw", "source_peak_kw",
                             "loss_max_kw", "vmin_pu", "vmin_bus", "vmin_time_h", "vmax_pu", "load_factor", "peak_to_valley_kw",
                             "loading_max_pct", "energy_kwh", "source_energy_kwh", "loss_energy_kwh"}) {
        INFO(name);
        CHECK(std::isnan(kpis.at(name)));
    }
    for (const char* name : {"minutes_outside_band", "overload_minutes", "unsolved_minutes"}) {
        INFO(name);
        CHECK(kpis.at(name) == 120);
    }
    CHECK(kpis.at("charged_kwh") == Approx(55));
}

TEST_CASE("nothing in the warm-up counts, but who came in it and leaves after it does") {
    Rig rig;
    rig.context.measure_from = Instant(minutes(60));
    const auto kpis = kpis_of(rig, worked_day(), worked_stays());
    CHECK(kpis.at("peak_kw") == 280);
    CHECK(kpis.at("peak_time_h") == 1);
    CHECK(kpis.at("energy_kwh") == Approx(245));
    CHECK(kpis.at("loss_max_kw") == 8);
    CHECK(kpis.at("vmin_time_h") == 1.5);
    CHECK(kpis.at("overload_minutes") == 0);
    CHECK(kpis.at("charged_kwh") == 30);
    CHECK(kpis.at("purchases") == Approx(11.5));
    CHECK(kpis.at("unserved_kwh") == Approx(1.5 + 0.02));
    CHECK(kpis.at("recharge_time") == Approx((1 + 0.5 + 1) / 3.0));  // without the stay that ended in the warm-up
    CHECK(kpis.at("v2g_vehicles") == 1);
    CHECK(kpis.at("cycles") == Approx((0.9 * 30 + 1.25 * 10) / (2 * 160)));
}

TEST_CASE("moves of devices are counted from the end of the warm-up, whether or not a step is solved") {
    Rig rig;
    rig.context.measure_from = Instant(minutes(60));
    const Made made = rig.make("kpis");
    const auto recorder = rig.record(made);
    for (int k = 0; k < 4; ++k) {
        Interval interval;
        interval.begin = Instant(minutes(30 * k));
        interval.end = interval.begin + minutes(30);
        interval.solved = k < 3;
        interval.tap_steps = 1 << k;
        interval.switchings = k;
        recorder->over(interval);
    }
    const auto kpis = numbers(made.finish(*recorder));
    CHECK(kpis.at("tap_steps") == 4 + 8);
    CHECK(kpis.at("capacitor_switchings") == 2 + 3);
}

TEST_CASE("of equal extremes the first instant and the first bus are told") {
    Rig rig;
    rig.feeder.bus = {"source", "end"};
    std::vector<Step> day(4, worked_day()[0]);
    for (auto& step : day) step.end_pu = 1.02;
    const auto kpis = kpis_of(rig, day);
    CHECK(kpis.at("peak_time_h") == 0);
    CHECK(kpis.at("vmin_time_h") == 0);
    CHECK(kpis.at("vmin_bus") == 0);
    CHECK(kpis.at("load_factor") == Approx(1));
    CHECK(kpis.at("peak_to_valley_kw") == 0);
}

TEST_CASE("an extreme that lasts is told from its begin, whatever rounding makes of the rest") {
    Rig rig;
    std::vector<Step> day(4, worked_day()[0]);
    for (std::size_t k = 0; k < day.size(); ++k) {
        const double rounding = 1.0 + 1e-14 * static_cast<double>(k);
        day[k].load_kw = 100.0 * rounding;
        day[k].end_pu = 0.98 / rounding;
    }
    auto kpis = kpis_of(rig, day);
    CHECK(kpis.at("peak_time_h") == 0);
    CHECK(kpis.at("peak_kw") == 100.0 * (1.0 + 3e-14));  // the value itself is exact
    CHECK(kpis.at("vmin_time_h") == 0);
    CHECK(kpis.at("peak_hourly_time_h") == 0);
    day[3].load_kw = 100.0 * (1.0 + 1e-8);  // no rounding any more
    kpis = kpis_of(rig, day);
    CHECK(kpis.at("peak_time_h") == 1.5);
}

TEST_CASE("the limits of the band and of a rating are still inside, and too high a voltage is outside") {
    Rig rig;
    std::vector<Step> day(4, worked_day()[2]);  // 100 A on a line of 100 A
    for (auto& step : day) step.end_pu = 0.945;
    auto kpis = kpis_of(rig, day);
    CHECK(kpis.at("minutes_outside_band") == 0);
    CHECK(kpis.at("overload_minutes") == 0);
    day[3].end_pu = 1.06;
    kpis = kpis_of(rig, day);
    CHECK(kpis.at("minutes_outside_band") == 30);
    CHECK(kpis.at("vmax_pu") == 1.06);
}

TEST_CASE("what is beyond a limit by no more than the tolerance does not count, but is told") {
    Rig rig;
    std::vector<Step> day(4, worked_day()[2]);
    for (std::size_t k = 0; k < day.size(); ++k) {  // the band ends at 0.945 pu, the rating at 100 A
        day[k].end_pu = 0.9451 - 0.0001 * static_cast<double>(k);
        day[k].current_a = 99.99 + 0.01 * static_cast<double>(k);
    }
    CHECK(kpis_of(rig, day).at("minutes_outside_band") == 60);
    CHECK(kpis_of(rig, day).at("overload_minutes") == 60);
    rig.context.voltage_tolerance_pu = rig.context.loading_tolerance = 1.5e-4;
    CHECK(kpis_of(rig, day).at("minutes_outside_band") == 30);
    CHECK(kpis_of(rig, day).at("overload_minutes") == 30);
    rig.context.voltage_tolerance_pu = rig.context.loading_tolerance = 3e-4;
    CHECK(kpis_of(rig, day).at("minutes_outside_band") == 0);
    CHECK(kpis_of(rig, day).at("overload_minutes") == 0);
    CHECK(kpis_of(rig, day).at("beyond_band_max_pu") == Approx(2e-4));
    CHECK(kpis_of(rig, day).at("loading_max_pct") == Approx(100.02));
}

TEST_CASE("minutes outside the band are blamed on vehicles where the feeder alone is inside") {
    const Rig rig;
    CHECK(kpis_of(rig, beside(worked_day(), {0, 0, 0, 0})).at("vehicle_minutes_outside_band") == 60);
    CHECK(kpis_of(rig, beside(worked_day(), {1, 1, 1, 1})).at("vehicle_minutes_outside_band") == 0);
}

TEST_CASE("without a base run to compare with no minute is blamed on vehicles") {
    const Rig rig;
    const auto kpis = kpis_of(rig, worked_day());
    CHECK(kpis.at("minutes_outside_band") == 60);
    CHECK(kpis.at("vehicle_minutes_outside_band") == 0);
}

TEST_CASE("the source's voltage is given: it is told, but it is never outside the band") {
    Rig rig;
    rig.band_at = [](double) { return VoltageBand{0.945, 1.01}; };  // the source stands at 1.02 pu
    std::vector<Step> day(4, worked_day()[0]);
    auto kpis = kpis_of(rig, day);
    CHECK(kpis.at("vmax_pu") == 1.02);
    CHECK(kpis.at("minutes_outside_band") == 0);
    CHECK(kpis.at("beyond_band_max_pu") == 0);
    day[1].end_pu = 1.0125;
    kpis = kpis_of(rig, day);
    CHECK(kpis.at("minutes_outside_band") == 30);
    CHECK(kpis.at("beyond_band_max_pu") == Approx(0.0025));
    for (SupplyVoltage& seen : rig.feeder.supply) seen.bus = 0;  // nothing but the source
    CHECK(kpis_of(rig, day).at("minutes_outside_band") == 0);
    CHECK(kpis_of(rig, day).at("beyond_band_max_pu") == 0);
}

TEST_CASE("a stay that never comes near its target counts with its whole length, and one that the horizon cuts does not count") {
    const Rig rig;
    const SessionRecord quick = with_level(stay(0, minutes(0), minutes(90), 40), Instant(minutes(15)));
    SessionRecord cut = with_level(stay(2, minutes(60), minutes(120), 50), Instant(minutes(61)));
    cut.complete = false;
    CHECK(kpis_of(rig, worked_day(), {quick}).at("recharge_time") == Approx(0.25));
    CHECK(kpis_of(rig, worked_day(), {quick, stay(1, minutes(30), minutes(90), 30, 0.2)}).at("recharge_time") == Approx(0.625));
    CHECK(kpis_of(rig, worked_day(), {quick, cut}).at("recharge_time") == Approx(0.25));
    CHECK(std::isnan(kpis_of(rig, worked_day(), {cut}).at("recharge_time")));
    REQUIRE(rig.levels.size() == 1);
    CHECK(rig.levels[0].value() == 0.01);  // near is a hundredth of the battery below the target
}

TEST_CASE("without a rating there is no loading and no overload") {
    Rig rig;
    rig.feeder.rating_a.assign(2, std::numeric_limits<double>::infinity());
    const auto kpis = kpis_of(rig, worked_day());
    CHECK(std::isnan(kpis.at("loading_max_pct")));
    CHECK(kpis.at("overload_minutes") == 0);
}

TEST_CASE("the tolerance decides who left short, not how much was missing") {
    const Rig rig;
    const auto kpis = numbers(rig.played(rig.make("kpis", "{short_below: 20 %}"), worked_day(), worked_stays()));
    CHECK(kpis.at("short_vehicles") == 0);
    CHECK(kpis.at("unserved_kwh") == Approx(4.52));
}

TEST_CASE("marks that fall between control steps are refused with the parameter's name") {
    const Rig rig;
    CHECK_THROWS_WITH(rig.make("kpis", "{mark_every: 45 min}"), "mark_every = 45 min is not a whole number of control steps");
    CHECK_THROWS_AS(rig.make("series", "{every: 45 min}"), ContractViolation);
    CHECK_THROWS_AS(rig.make("voltages", "{every: 10 min}"), ContractViolation);
    CHECK_THROWS_AS(rig.make("traces", "{every: 1 min}"), ContractViolation);
}

TEST_CASE("the fast scan of voltages agrees with a plain search for any number of buses") {
    std::mt19937 engine(7);
    std::uniform_real_distribution<double> voltage(0.8, 1.1);
    for (std::size_t buses = 1; buses < 40; ++buses) {
        std::vector<double> v(buses);
        for (double& x : v) x = voltage(engine);
        const auto range = range_of(v);
        CHECK(range.min_pu == *std::min_element(v.begin(), v.end()));
        CHECK(range.max_pu == *std::max_element(v.begin(), v.end()));
    }
}
