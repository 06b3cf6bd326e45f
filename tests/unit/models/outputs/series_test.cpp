#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <numeric>

#include "evsweep/contracts.hpp"
#include "unit/models/output_rig.hpp"

using namespace evsweep;
using namespace evsweep::rig;

namespace {

SessionRecord cut_by_horizon(SessionRecord r) {
    r.complete = false;
    return r;
}

}  // namespace

TEST_CASE("marks of voltages are 15 min apart, an hour on large feeders, in whole control steps") {
    const auto marks = [](const Rig& rig) { return rig.make("voltages").coordinate("time").values; };
    Rig rig;
    rig.context.step = minutes(1);
    CHECK(marks(rig) == Values{0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75});
    rig.context.step = minutes(7);
    rig.context.horizon = minutes(126);
    CHECK(marks(rig) == Values{0, 0.35, 0.7, 1.05, 1.4, 1.75});
    rig.context.step = minutes(1);
    rig.feeder = make_site(std::vector<SiteBus>(2001), 400);
    CHECK(marks(rig) == Values{0, 1, 2});
}

TEST_CASE("series show voltages as they are at the marks and all powers as energy over time, and say so") {
    const Rig rig;
    const auto output = rig.make("series", "{every: 1 h}");
    CHECK(output.coordinate("time").values == Values{0, 1});
    CHECK(output.coordinate("time").unit == "h");
    const auto series = rig.played(output, worked_day());
    CHECK(series.at("demand_kw") == Values{175, 245});  // 50 + 125 and 145 + 100 kWh
    CHECK(series.at("source_kw") == Values{180.5, 251});
    CHECK(series.at("loss_kw") == Values{5.5, 6});
    for (const Variable& v : output.declared.variables()) {
        INFO(v.name);
        const bool is_mean = v.unit == "kW";
        const bool is_count = v.name == "arrivals" || v.name == "departures";
        CHECK(v.sampling == (is_mean ? Sampling::mean : is_count ? Sampling::count : Sampling::sample));
        CHECK((v.long_name.find("mean over the interval from the mark") != std::string::npos) == is_mean);
    }
    CHECK(series.at("vmin_pu") == Values{0.98, 0.95});
    CHECK(series.at("charging_kw") == Values{25, 30});
    CHECK(series.at("discharging_kw") == Values{0, 10});
    CHECK(series.at("ev_kw") == Values{25, 20});
}

TEST_CASE("a last interval that the horizon shortens is averaged over its own length") {
    const Rig rig;
    const auto series = rig.played(rig.make("series", "{every: 90 min}"), worked_day());
    REQUIRE(series.at("charging_kw").size() == 2);
    CHECK(series.at("charging_kw")[0] == Approx(30 / 1.5));
    CHECK(series.at("charging_kw")[1] == Approx(25 / 0.5));
}

TEST_CASE("the series begin at the end of the warm-up") {
    Rig rig;
    rig.context.measure_from = Instant(minutes(30));
    const auto output = rig.make("series", "{every: 1 h}");
    CHECK(output.coordinate("time").values == Values{0.5, 1.5});
    const auto series = rig.played(output, worked_day());
    CHECK(series.at("demand_kw") == Values{270, 200});  // 125 + 145 kWh in an hour, 100 in half of one
    CHECK(series.at("charging_kw") == Values{30, 50});
}

TEST_CASE("arrivals less departures are the change in vehicles plugged in") {
    const Rig rig;
    auto day = worked_day();
    day[0].connected = 1;
    day[1].connected = 2;
    day[2].connected = 2;
    day[3].connected = 1;
    const std::vector<SessionRecord> stays{stay(0, minutes(0), minutes(40), 40), stay(1, minutes(10), minutes(75), 40),
                                           cut_by_horizon(stay(2, minutes(60), minutes(120), 40))};
    const auto series = rig.played(rig.make("series", "{every: 30 min}"), day, stays);
    CHECK(series.at("arrivals") == Values{2, 0, 1, 0});
    CHECK(series.at("departures") == Values{0, 1, 1, 0});
    CHECK(series.at("plugged_in") == Values{1, 2, 2, 1});
}

TEST_CASE("a stay that ends with the horizon departs after the last interval") {
    const Rig rig;
    const auto series = rig.played(rig.make("series", "{every: 1 h}"), worked_day(), {stay(0, minutes(0), minutes(120), 40)});
    CHECK(series.at("departures") == Values{0, 0});
}

TEST_CASE("power per zone is the mean of the steps' samples") {
    const Rig rig;
    auto day = worked_day();
    day[0].p_kw = {4, 1, 2};
    day[1].p_kw = {0, 3, -2};
    day[3].p_kw = {-7, 0, 0};
    const auto output = rig.make("series", "{every: 1 h}");
    CHECK(output.coordinate("zone").labels == std::vector<std::string>{"north", "south"});
    CHECK(rig.played(output, day).at("zone_ev_kw") == Values{2, 2, -3.5, 0});
}

TEST_CASE("the mean state of charge is over the connectors that have a session") {
    const Rig rig;
    const auto series = rig.played(rig.make("series", "{every: 1 h}"), worked_day());
    CHECK(series.at("mean_soc")[0] == Approx(0.3));
}

TEST_CASE("reactive power of vehicles is that at the marks, with its sign") {
    const Rig rig;
    const auto series = rig.played(rig.make("series", "{every: 30 min}"), worked_day());
    CHECK(series.at("ev_kvar") == Values{0, 12, -30, 0});
}

TEST_CASE("series of powers close: demand is base load and vehicles, and losses add up to the energy lost") {
    const Rig rig;
    const auto series = rig.played(rig.make("series", "{every: 1 h}"), worked_day());
    Values closed(2);
    for (std::size_t m = 0; m < 2; ++m) closed[m] = series.at("demand_kw")[m] - series.at("ev_kw")[m];
    CHECK(closed == Values{150, 225});  // base loads of 100, 200 and 300, 150 kW
    CHECK(std::accumulate(series.at("loss_kw").begin(), series.at("loss_kw").end(), 0.0) == Approx(11.5));
}

TEST_CASE("powers of an interval are those of its solved steps; without any, or at an unsolved mark, nobody knows") {
    const Rig rig;
    auto day = worked_day();
    day[2].solved = false;
    auto series = rig.played(rig.make("series", "{every: 1 h}"), day);
    CHECK(series.at("demand_kw") == Values{175, 200});
    CHECK(series.at("loss_kw") == Values{5.5, 4});
    CHECK_FALSE(std::isnan(series.at("vmin_pu")[0]));
    CHECK(std::isnan(series.at("vmin_pu")[1]));
    CHECK(series.at("charging_kw") == Values{25, 30});
    day[3].solved = false;
    series = rig.played(rig.make("series", "{every: 1 h}"), day);
    for (const char* name : {"demand_kw", "source_kw", "loss_kw", "vmin_pu"}) CHECK(std::isnan(series.at(name)[1]));
    CHECK(series.at("charging_kw") == Values{25, 30});
    CHECK(series.at("unsolved") == Values{0, 1});
    CHECK(rig.played(rig.make("voltages", "{every: 1 h}"), day).at("unsolved") == Values{0, 1});
}

TEST_CASE("voltages and loadings are kept by time and bus, and only where there is a rating") {
    Rig rig;
    Made output = rig.make("voltages", "{every: 1 h}");
    const auto arrays = rig.played(output, worked_day());
    CHECK(arrays.at("voltage_pu") == Values{1.02, 0.98, 1.02, 0.95});
    CHECK(arrays.at("loading_pct") == Values{50, 100});
    CHECK(output.coordinate("branch").labels == std::vector<std::string>{"source-end"});

    rig.feeder.rating_a.assign(2, std::numeric_limits<double>::infinity());
    output = rig.make("voltages", "{every: 1 h}");
    CHECK(rig.played(output, worked_day()).count("loading_pct") == 0);
    CHECK(output.declared.coordinates().size() == 3);
}

TEST_CASE("the spread of voltages is over what loads see, without the source") {
    Rig rig;
    using enum Conductor;
    rig.feeder = make_site({{"source", "", 0.0, {a, n}}, {"b", "", 0.0, {a, n}}, {"c", "", 0.0, {a}}, {"d", "", 0.0, {a}}}, 400);
    const auto output = rig.make("voltages", "{every: 1 h}");
    const auto recorder = rig.record(output);
    rig.signals.shown = {{"earth_voltage", {1.04, 0.0, 0.98, 0.02, 1.00, 0.96}},
                         {"neutral_current", {0, 0, 0}},
                         {"supply_voltage", {1.04, 0.97, 1.00, 0.96}}};  // a-n, a-n, a, a
    recorder->at(Snapshot(Instant{}, 0, true, rig.signals));
    const auto arrays = output.finish(*recorder);
    CHECK(output.variable("spread_pu").dims == std::vector<std::string>{"time", "share"});
    CHECK(output.coordinate("share").values == Values{0, 0.05, 0.25, 0.5, 0.75, 0.95, 1});
    const Values& found = arrays.at("spread_pu");
    const Values by_hand{0.96, 0.961, 0.965, 0.97, 0.985, 0.997, 1.00};
    REQUIRE(found.size() == 2 * by_hand.size());
    for (std::size_t k = 0; k < by_hand.size(); ++k) CHECK(found[k] == Approx(by_hand[k]).epsilon(1e-12));
    CHECK(std::isnan(found[by_hand.size()]));  // the second mark has not come
}

TEST_CASE("traces keep every control step of the chosen replicas and leave out the others") {
    const Rig rig;
    const auto output = rig.make("traces");
    CHECK(rig.record(output, 1) == nullptr);
    auto day = worked_day();
    day[1].p_kw = {90, 0, 0};
    day[3].solved = false;
    const auto arrays = rig.played(output, day);
    CHECK(arrays.at("charging_kw") == Values{0, 90, 0, 50});
    CHECK(arrays.at("discharging_kw") == Values{0, 0, 20, 0});
    CHECK(arrays.at("p_kw") == Values{0, 0, 0, 90, 0, 0, 0, 0, 0, 0, 0, 0});
    CHECK(arrays.at("soc")[11] == 0.9);
    CHECK(arrays.at("voltage_pu")[5] == 0.95);
    CHECK(std::isnan(arrays.at("voltage_pu")[7]));
    CHECK(std::isnan(arrays.at("demand_kw")[3]));
    CHECK(arrays.at("demand_kw")[2] == 280);
}

TEST_CASE("traces of the feeder without vehicles have no values at connectors") {
    const Rig rig;
    const Population nobody;
    const auto output = rig.make("traces");
    const auto recorder = output.output->start({ReplicaId(0), &nobody});
    auto day = worked_day();
    for (auto& step : day) step.p_kw = step.soc = {};
    rig.play(*recorder, day);
    const auto arrays = output.finish(*recorder);
    REQUIRE(arrays.at("p_kw").size() == 12);
    for (const double p : arrays.at("p_kw")) CHECK(std::isnan(p));
    CHECK(arrays.at("demand_kw")[2] == 280);
}

TEST_CASE("the log tells each event after the warm-up, and no connector where none is concerned") {
    Rig rig;
    rig.context.measure_from = Instant(minutes(30));
    const auto output = rig.make("events");
    CHECK(output.output->wants_events());
    CHECK(rig.record(output, 5) == nullptr);
    const auto recorder = rig.record(output);
    recorder->event({Instant(minutes(15)), EventKind::plug_in, ConnectorId(0), 0.1, 0});
    recorder->event({Instant(minutes(45)), EventKind::full, ConnectorId(2), 0.8, 0});
    recorder->event({Instant(minutes(60)), EventKind::decision});
    recorder->event({.at = Instant(minutes(75)), .kind = EventKind::tap, .device = 3, .state = 1.0375});
    const auto log = output.finish(*recorder);
    CHECK(log.at("time_h") == Values{0.75, 1, 1.25});
    CHECK(log.at("connector")[0] == 2);
    CHECK(log.at("soc")[0] == 0.8);
    CHECK(std::isnan(log.at("connector")[1]));
    CHECK(std::isnan(log.at("soc")[1]));
    CHECK(std::isnan(log.at("device")[1]));
    CHECK(log.at("device")[2] == 3);
    CHECK(log.at("state")[2] == 1.0375);
    const auto meanings = output.declared.variables()[1].meanings;
    CHECK(meanings.at(static_cast<std::size_t>(log.at("kind")[0])) == "full");
    CHECK(meanings.at(static_cast<std::size_t>(log.at("kind")[1])) == "decision");
    CHECK(meanings.at(static_cast<std::size_t>(log.at("kind")[2])) == "tap");
}
