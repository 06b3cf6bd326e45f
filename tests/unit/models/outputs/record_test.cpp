#include <catch2/catch.hpp>
#include <cmath>

#include "evsweep/contracts.hpp"
#include "unit/models/output_rig.hpp"

using namespace evsweep;
using namespace evsweep::rig;

namespace {

constexpr Signal<"Hz", Extent::area> frequency{"frequency_deviation", "from nominal"};
constexpr Signal<"pu", Extent::area> tie{"tie_deviation", "from schedule"};
constexpr Signal<"EUR/MWh", Extent::area> clearing{"clearing_price", "of the market"};
constexpr Signal<"kW", Extent::feeder, Form::forecast> sun{"sun_forecast", "of the roofs"};

/// The rig with three signals of areas, two of which have the same areas, and a forecast.
struct AreaRig : Rig {
    AreaRig() {
        signals.add({.info = info_of(frequency), .members = {"north", "far east"}});
        signals.add({.info = info_of(tie), .members = {"north", "far east"}});
        signals.add({.info = info_of(clearing), .members = {"market"}});
        signals.add({.info = info_of(sun)});
    }
};

std::string complaint_about(const Rig& rig, const std::string& settings) {
    try {
        (void)rig.make("record", settings);
    } catch (const std::exception& error) {
        return error.what();
    }
    return "none";
}

bool is_unknown(double value) { return std::isnan(value); }

/// Shows one value per area at an instant.
void show(const Rig& rig, Recorder& recorder, const char* signal, Duration at, const Values& values, bool is_sample) {
    rig.signals.shown = {{signal, values}};
    const Snapshot s(Instant(at), 0, true, rig.signals);
    is_sample ? recorder.sample(s) : recorder.at(s);
}

}  // namespace

TEST_CASE("a record keeps signals as they are at the marks, one variable for each, with its unit and meaning") {
    const Rig rig;
    const Made made = rig.make("record", "{signals: [feeder_head, supply_voltage, state_of_charge], every: 1 h}");
    const auto arrays = rig.played(made, worked_day());
    CHECK(arrays.at("feeder_head") == Values{102, 288});
    CHECK(arrays.at("supply_voltage") == Values{1.02, 0.98, 1.02, 0.95});
    CHECK(arrays.at("state_of_charge") == Values{0.2, 0.4, 0.9, 0.2, 0.4, 0.9});
    CHECK(made.coordinate("time").values == Values{0, 1});
    CHECK(made.coordinate("bus").labels == Texts{"source", "end"});
    CHECK(made.coordinate("connector").values == Values{0, 1, 2});
    CHECK(made.declared.coordinates().size() == 3);
    const Variable& voltage = made.variable("supply_voltage");
    CHECK(voltage.unit == "pu");
    CHECK(voltage.long_name == "supply voltage, that loads see and limits judge, at the mark");
    CHECK(voltage.dims == Texts{"time", "bus"});
    CHECK(voltage.aggregation == Aggregation::bands);
    CHECK(voltage.sampling == Sampling::sample);
    CHECK(voltage.over_solved_steps);
    CHECK(made.variable("feeder_head").dims == Texts{"time"});
    CHECK_FALSE(made.variable("state_of_charge").over_solved_steps);
    CHECK_FALSE(made.output->samples_every());
}

TEST_CASE("without a solution nothing electrical is known, and a band says of how many replicas that holds") {
    const Rig rig;
    auto day = worked_day();
    day[2].solved = false;
    const auto arrays = rig.played(rig.make("record", "{signals: [voltage, load_power, charging_power]}"), day);
    for (std::size_t c = 0; c < 3; ++c) CHECK(is_unknown(arrays.at("voltage")[6 + c]));
    CHECK(is_unknown(arrays.at("load_power")[2]));
    CHECK(arrays.at("load_power")[3] == 150);
    CHECK(arrays.at("charging_power") == Values{0, 90, 0, 50});
    CHECK(arrays.at("unsolved") == Values{0, 0, 1, 0});
    CHECK(rig.signals.reads.at("voltage") == 3);  // nobody asks for what is not known
    const Made fleet = rig.make("record", "{signals: [charging_power]}");
    CHECK(fleet.declared.variables().size() == 1);  // no band of electrical values
}

TEST_CASE(
    "what nobody publishes under an alternative is not a number, and what the feeder without vehicles has not is not known") {
    AreaRig rig;
    const Made made = rig.make("record", "{signals: [frequency_deviation, power], every: 1 h}");
    const auto recorder = rig.record(made);
    rig.signals.shown = {{"frequency_deviation", {std::nan(""), std::nan("")}}, {"power", {}}};
    for (const std::size_t k : {0, 2}) recorder->at(Snapshot(rig.instant(k), k, true, rig.signals));
    const auto arrays = made.finish(*recorder);
    CHECK(arrays.at("frequency_deviation").size() == 4);
    CHECK(arrays.at("power").size() == 6);
    for (const auto& [name, values] : arrays) CHECK(std::all_of(values.begin(), values.end(), is_unknown));
}

TEST_CASE("a signal with another number of values than its extent is a fault of the program") {
    const Rig rig;
    const Made made = rig.make("record", "{signals: [power]}");
    const auto recorder = rig.record(made);
    rig.signals.shown = {{"power", {1.0, 2.0}}};
    CHECK_THROWS_AS(recorder->at(Snapshot(Instant{}, 0, true, rig.signals)), ContractViolation);
}

TEST_CASE("traces of a record are kept whole, of the replicas that it names") {
    const Rig rig;
    const Made made = rig.make("record", "{signals: [feeder_head], as: traces, replicas: [2, 4]}");
    CHECK(rig.record(made, 0) == nullptr);
    const auto recorder = rig.record(made, 4);
    REQUIRE(recorder);
    rig.play(*recorder, worked_day());
    CHECK(made.finish(*recorder).at("feeder_head") == Values{102, 299, 288, 204});
    CHECK(made.variable("feeder_head").aggregation == Aggregation::trace);
    CHECK(made.declared.variables().size() == 1);
}

TEST_CASE("means of a record are over the control steps of the interval in which a signal is known") {
    const Rig rig;
    auto day = worked_day();
    day[2].solved = false;
    day[3].p_kw = {6, 0, -3};
    const Made made = rig.make("record", "{signals: [load_power, charging_power, power], every: 1 h, as: mean}");
    auto arrays = rig.played(made, day);
    CHECK(arrays.at("load_power") == Values{150, 150});  // of 100 and 200, and of the one step that is solved
    CHECK(arrays.at("charging_power") == Values{45, 25});
    CHECK(arrays.at("power") == Values{0, 0, 0, 3, 0, -1.5});
    CHECK(arrays.at("unsolved") == Values{0, 0.5});
    CHECK(made.variable("load_power").sampling == Sampling::mean);
    CHECK(made.variable("load_power").aggregation == Aggregation::bands);
    day[3].solved = false;
    arrays = rig.played(made, day);
    CHECK(is_unknown(arrays.at("load_power")[1]));
    CHECK(arrays.at("unsolved") == Values{0, 1});

    Rig late;
    late.context.measure_from = Instant(minutes(30));  // and the last interval ends with the horizon
    arrays = late.played(late.make("record", "{signals: [load_power], every: 1 h, as: mean}"), worked_day());
    CHECK(arrays.at("load_power") == Values{250, 150});
}

TEST_CASE("the numbers of a record are over all marks: of areas and groups one by one, of everything else together") {
    AreaRig rig;
    const Made made = rig.make("record", "{signals: [frequency_deviation, supply_voltage], every: 1 h, as: numbers}");
    const auto recorder = rig.record(made);
    rig.signals.shown = {{"frequency_deviation", {0.3, 0.1}}, {"supply_voltage", {1.0, 0.9}}};
    recorder->at(Snapshot(Instant{}, 0, true, rig.signals));
    rig.signals.shown = {{"frequency_deviation", {99, 99}}, {"supply_voltage", {99, 99}}};  // between the marks
    recorder->at(Snapshot(Instant(minutes(30)), 1, true, rig.signals));
    rig.signals.shown = {{"frequency_deviation", {-0.4, 0.1}}};
    recorder->at(Snapshot(Instant(minutes(60)), 2, false, rig.signals));
    auto numbers = made.finish(*recorder);
    CHECK(numbers.size() == 12);
    CHECK(numbers.at("frequency_deviation_north_lowest") == Values{-0.4});
    CHECK(numbers.at("frequency_deviation_north_highest") == Values{0.3});
    CHECK(numbers.at("frequency_deviation_north_mean")[0] == Approx(-0.05));
    CHECK(numbers.at("frequency_deviation_north_rms")[0] == Approx(std::sqrt((0.09 + 0.16) / 2)));
    CHECK(numbers.at("frequency_deviation_far_east_lowest") == Values{0.1});
    CHECK(numbers.at("supply_voltage_lowest") == Values{0.9});
    CHECK(numbers.at("supply_voltage_highest") == Values{1.0});
    CHECK(numbers.at("supply_voltage_mean")[0] == Approx(0.95));
    CHECK(made.declared.coordinates().empty());
    const Variable& worst = made.variable("frequency_deviation_far_east_lowest");
    CHECK(worst.long_name == "lowest frequency deviation, from nominal, far east");
    CHECK(worst.unit == "Hz");
    CHECK(worst.aggregation == Aggregation::per_replica);
    CHECK(worst.dims.empty());
    CHECK(worst.headline);
    CHECK(made.variable("supply_voltage_lowest").over_solved_steps);
    CHECK(made.variable("supply_voltage_rms").lowest == 0.0);

    const auto unseen = rig.record(made);
    numbers = made.finish(*unseen);
    for (const auto& [name, values] : numbers) CHECK(is_unknown(values.at(0)));
}

TEST_CASE("numbers of a price that is not known at some mark after its first value are not known, unless asked for") {
    AreaRig rig;
    const auto numbers_of = [&](const std::string& partial, const std::vector<double>& prices) {
        const Made made = rig.make("record", "{signals: [clearing_price], as: numbers" + partial + "}");
        const auto recorder = rig.record(made);
        for (std::size_t k = 0; k < prices.size(); ++k)
            show(rig, *recorder, "clearing_price", minutes(30 * k), {prices[k]}, false);
        return made.finish(*recorder);
    };
    const double none = std::nan("");
    for (const auto& [name, values] : numbers_of("", {20, none, none, 40})) CHECK(is_unknown(values.at(0)));
    for (const auto& [name, values] : numbers_of("", {20, 30, 40, none})) CHECK(is_unknown(values.at(0)));
    for (const auto& [name, values] : numbers_of("", {none, none, none, none})) CHECK(is_unknown(values.at(0)));
    const auto partial = numbers_of(", partial: true", {20, none, none, 40});
    CHECK(partial.at("clearing_price_market_mean") == Values{30});
    CHECK(partial.at("clearing_price_market_highest") == Values{40});
    // Of the hour before the first clearing there is no price to be known.
    const auto late = numbers_of("", {none, 20, 30, 40});
    CHECK(late.at("clearing_price_market_mean") == Values{30});
    CHECK(late.at("clearing_price_market_lowest") == Values{20});
}

TEST_CASE("places of the feeder that have no value leave the numbers of the others known") {
    Rig rig;
    const Made made = rig.make("record", "{signals: [state_of_charge], as: numbers}");
    const auto recorder = rig.record(made);
    show(rig, *recorder, "state_of_charge", minutes(0), {0.2, 0.4, 0.9}, false);
    show(rig, *recorder, "state_of_charge", minutes(30), {std::nan(""), 0.5, std::nan("")}, false);
    const auto numbers = made.finish(*recorder);
    CHECK(numbers.at("state_of_charge_mean")[0] == Approx(0.5));
    CHECK(numbers.at("state_of_charge_highest") == Values{0.9});
}

TEST_CASE("a study may choose which numbers of a record are kept") {
    AreaRig rig;
    const Made made = rig.make("record", "{signals: [frequency_deviation], every: 1 h, as: numbers, numbers: [rms, mean]}");
    const auto recorder = rig.record(made);
    rig.signals.shown = {{"frequency_deviation", {0.3, 0.1}}};
    recorder->at(Snapshot(Instant{}, 0, true, rig.signals));
    rig.signals.shown = {{"frequency_deviation", {-0.4, 0.1}}};
    recorder->at(Snapshot(Instant(minutes(60)), 2, true, rig.signals));
    const auto numbers = made.finish(*recorder);
    CHECK(numbers.size() == 4);
    CHECK(numbers.at("frequency_deviation_north_mean")[0] == Approx(-0.05));
    CHECK(numbers.at("frequency_deviation_north_rms")[0] == Approx(std::sqrt((0.09 + 0.16) / 2)));
    CHECK(numbers.at("frequency_deviation_far_east_mean")[0] == Approx(0.1));
}

TEST_CASE("marks that are no control steps are sampled between them, from the first multiple after the warm-up") {
    AreaRig rig;
    rig.context.measure_from = Instant(minutes(30));
    const Made made = rig.make("record", "{signals: [frequency_deviation], every: 20 min}");
    REQUIRE(made.output->samples_every());
    CHECK(*made.output->samples_every() == minutes(20));
    const Values marks_h{40 / 60.0, 1.0, 80 / 60.0, 100 / 60.0};
    CHECK(made.coordinate("time").values == marks_h);
    const auto recorder = rig.record(made);
    for (int m = 0; m < 120; m += 10) {  // samples, and at control steps the snapshots of these, which are not taken
        if (m % 30 == 0) show(rig, *recorder, "frequency_deviation", minutes(m), {-1, -1}, false);
        if (m % 20 == 0) show(rig, *recorder, "frequency_deviation", minutes(m), {1.0 * m, 0.5 * m}, true);
    }
    CHECK(made.finish(*recorder).at("frequency_deviation") == Values{40, 20, 60, 30, 80, 40, 100, 50});

    const Made fine = rig.make("record", "{signals: [frequency_deviation], every: 100 ms, as: traces}");
    CHECK(*fine.output->samples_every() == Duration(100));
    CHECK(fine.coordinate("time").values.size() == 90 * 600);
    const Made numbers = rig.make("record", "{signals: [frequency_deviation], every: 20 min, as: numbers}");
    const auto spread = rig.record(numbers);
    for (int m = 0; m < 120; m += 20) show(rig, *spread, "frequency_deviation", minutes(m), {1.0 * m, 0.5 * m}, true);
    CHECK(numbers.finish(*spread).at("frequency_deviation_north_lowest") == Values{40});
}

TEST_CASE("each extent has its axis; areas that differ have axes of different names") {
    const AreaRig rig;
    const Made areas = rig.make("record", "{signals: [frequency_deviation, clearing_price, tie_deviation, group_power]}");
    CHECK(areas.variable("frequency_deviation").dims == Texts{"time", "area"});
    CHECK(areas.variable("tie_deviation").dims == Texts{"time", "area"});
    CHECK(areas.variable("clearing_price").dims == Texts{"time", "clearing_price_area"});
    CHECK(areas.coordinate("area").labels == Texts{"north", "far east"});
    CHECK(areas.coordinate("clearing_price_area").labels == Texts{"market"});
    CHECK(areas.coordinate("group").labels == Texts{"homes", "offices"});
    const UnbalancedRig feeder;
    const Made all = feeder.make("record", "{signals: [unbalance, neutral_current, earth_voltage, supply_voltage]}");
    CHECK(all.variable("unbalance").dims == Texts{"time", "bus"});
    CHECK(all.variable("neutral_current").dims == Texts{"time", "branch"});
    CHECK(all.variable("earth_voltage").dims == Texts{"time", "conductor"});
    CHECK(all.variable("supply_voltage").dims == Texts{"time", "supply"});
    CHECK(all.coordinate("bus").labels.size() == 3);
    CHECK(all.coordinate("branch").labels.size() == 2);
    CHECK(all.coordinate("conductor").labels.size() == 8);
    CHECK(all.coordinate("supply").labels.size() == 7);
    const auto arrays = feeder.played(all, worked_hour());
    CHECK(arrays.at("neutral_current") == Values{20, 10, 90, 20});
    CHECK(arrays.at("earth_voltage").size() == 16);
}

TEST_CASE("a signal of which the study has nothing is left out") {
    Rig rig;
    rig.context.connectors = 0;
    rig.context.groups.clear();
    const Made made = rig.make("record", "{signals: [power, group_power, feeder_head]}");
    CHECK(made.declared.variables().size() == 2);
    CHECK(made.variable("feeder_head").unit == "kW");
    for (const Coordinate& c : made.declared.coordinates()) CHECK(c.name == "time");
}

TEST_CASE("names that are not signals are told all at once, with the nearest that is one") {
    const AreaRig rig;
    CHECK(complaint_about(rig, "{signals: [volage, power, frequency_deviaton]}") ==
          "unknown signal 'volage'; did you mean 'voltage'?; unknown signal 'frequency_deviaton'; did you mean "
          "'frequency_deviation'?");
    CHECK(complaint_about(rig, "{signals: [xyzzy]}").find("unknown signal 'xyzzy'; known: ") == 0);
    CHECK(complaint_about(rig, "{signals: [price_forecast]}") ==
          "'price_forecast' is a forecast, and only present values are recorded: 'price'");
    CHECK(complaint_about(rig, "{signals: [sun_forecast]}") ==
          "'sun_forecast' is a forecast, and only present values are recorded");
    CHECK(complaint_about(rig, "{signals: [power, power]}").find("names 'power' twice; leave one out") != std::string::npos);
    CHECK(complaint_about(rig, "{signals: []}").find("names no signal; name at least one") != std::string::npos);
}

TEST_CASE("a record refuses marks that it cannot take") {
    Rig rig;
    CHECK(complaint_about(rig, "{signals: [power], every: 20 min, as: mean}") ==
          "every = 20 min is not a whole number of control steps, and `as: mean` takes the mean of those");
    rig.context.measure_from = Instant(minutes(60));
    CHECK(complaint_about(rig, "{signals: [power], every: 59 min}") == "none");
    CHECK(complaint_about(rig, "{signals: [power], every: 55 min}") == "none");  // at 110 min
    CHECK(complaint_about(rig, "{signals: [power], every: 3001 s}") == "none");
    rig.context.measure_from = Instant(minutes(90));
    CHECK(complaint_about(rig, "{signals: [power], every: 80 min}") ==
          "every = 80 min leaves no mark between the warm-up and the end");
    rig.context.horizon = std::chrono::hours(24 * 365);
    CHECK(complaint_about(rig, "{signals: [power], every: 10 ms}") ==
          "every = 10 ms makes 3153060000 marks, and there can be 50000000");
    CHECK(complaint_about(rig, "{signals: [power], every: 10 ms, as: numbers}") == "none");
}
