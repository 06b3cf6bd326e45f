/// The planner of a car park, its rules and its bill against days that are solved by hand.
#include <catch2/catch.hpp>
#include <limits>
#include <random>

#include "models/controllers/car_park/park_reductions.hpp"
#include "models/controllers/car_park/park_rules.hpp"
#include "park_audit.hpp"
#include "shared_days.hpp"

using namespace evsweep;
using namespace evsweep::test;

namespace {

constexpr ParkMeans charging{}, returning{.returns_energy = true}, reserving{.offers_reserves = true}, all{true, true};

ParkPlan exact_plan(const ParkDay& day, const ParkMeans& means) {
    ParkPlan plan = make_park_plan(day, means);
    REQUIRE(plan.status == LinearStatus::optimal);
    CHECK(plan.certificate.relative_gap <= 1e-7);
    CHECK(plan.certificate.is_recomputed);
    CHECK(ParkAudit(day, means, plan).worst() <= 1e-7);
    CHECK(settle(day, plan.schedule).cost() == Approx(plan.cost).margin(1e-9));
    return plan;
}

std::vector<std::string> faults_of(const ParkDay& day) {
    Issues issues;
    const auto file = std::make_shared<const std::string>("day.csv");
    ParkPlaces places{.day = {file, 1, 1}};
    for (std::size_t t = 0; t < day.steps(); ++t) places.steps.push_back({file, static_cast<int>(t) + 2, 1});
    const auto cars = std::make_shared<const std::string>("cars.csv");
    for (std::size_t i = 0; i < day.vehicles.size(); ++i) places.vehicles.push_back({cars, static_cast<int>(i) + 2, 1});
    check(day, places, issues);
    CHECK(is_sound(day) == issues.list().empty());
    std::vector<std::string> texts;
    for (const Issue& issue : issues.list()) texts.push_back(to_text(issue));
    return texts;
}

/// A sound day of 96 quarters of an hour.
ParkDay quarters() {
    ParkDay day = hand_day(std::vector<double>(96, 1.0));
    day.step_h = 0.25, day.length_h = 24.0;
    day.chargers.count = 6;
    day.vehicles = {hand_vehicle(10, 20, 4.0)};
    return day;
}

}  // namespace

TEST_CASE("a vehicle buys in the cheapest hours, and sells where that pays for losses and wear") {
    // 4 kWh stored on top of 8 are 5 kWh drawn at 1.
    ParkDay day = hand_day({2.0, 1.0, 4.0});
    day.vehicles = {hand_vehicle(0, 3, 4.0)};
    CHECK(exact_plan(day, charging).cost == Approx(5.0));
    // With V2G: 15 kWh (5 at 2, 10 at 1) fill the battery to 20, and 8 of it returned are 6.4 kWh sold at 4.
    CHECK(exact_plan(day, returning).cost == Approx(10.0 + 10.0 - 25.6));
    // Wear of 2 per kWh takes the gain out of the dearer of the two hours: .64 x (4 - 2) is more than 1 and less than 2.
    day.wear_per_kwh = 2.0;
    CHECK(exact_plan(day, returning).cost == Approx(10.0 - 2.0 * 3.2));
}

TEST_CASE("sun is used first where exports earn less than imports cost, and turned away where exports cost") {
    ParkDay day = hand_day({1.0, 1.0});
    day.export_per_kwh = {0.5, -0.5};
    day.pv_kw_per_kwp = {4.0, 4.0};
    day.vehicles = {hand_vehicle(0, 2, 4.0)};
    // 5 kWh drawn: 4 of the second hour's sun, which is worth nothing, and 1 of the first hour's; 3 are sold at .5.
    const ParkPlan plan = exact_plan(day, charging);
    CHECK(plan.cost == Approx(-1.5));
    CHECK(plan.schedule.stays[0].charge_kw[1] >= 4.0 - 1e-9);
    day.vehicles.clear();
    const ParkPlan empty = exact_plan(day, charging);
    CHECK(empty.cost == Approx(-2.0));
    CHECK(empty.schedule.curtailed_kw[0][1] == Approx(4.0));
    // A rule turns nothing away.
    const ParkBill bill = settle(day, charge_at_once(day));
    CHECK(bill.cost() == Approx(-2.0 + 2.0));
    CHECK(bill.curtailed_kwh == 0.0);
}

TEST_CASE("a plan that expects no sun is billed with it") {
    ParkDay day = hand_day({1.0, 2.0});
    day.export_per_kwh = {0.5, 0.5};
    day.pv_kw_per_kwp = {0.0, 5.0};
    day.expected_pv_kw_per_kwp = {0.0, 2.0};
    day.vehicles = {hand_vehicle(0, 2, 4.0)};
    const ParkPlan blind = make_park_plan(day, {.sun = SunKnowledge::none});
    CHECK(blind.cost == Approx(5.0));
    CHECK(settle(day, blind.schedule).cost() == Approx(5.0 - 2.5));
    CHECK(exact_plan(day, charging).cost == Approx(0.0).margin(1e-9));
    // The forecast has 2 kWh for the second hour, and 3 are bought in the first; 3 of the 5 that come are sold.
    const ParkPlan expecting = make_park_plan(day, {.sun = SunKnowledge::expected});
    CHECK(expecting.cost == Approx(3.0));
    CHECK(settle(day, expecting.schedule).cost() == Approx(3.0 - 1.5));
}

TEST_CASE("reserves are paid for capacity, and the battery has room for one step of them") {
    ParkDay day = hand_day({0.0});
    day.vehicles = {hand_vehicle(0, 1, 0.0)};
    day.reserve_up_per_kw_h = {1.0};
    // Charging 10 kW, which cost nothing: without V2G up is what is drawn, 10 kW, and 16 - 10 / .8 keeps the 2 kWh.
    CHECK(exact_plan(day, reserving).cost == Approx(-10.0));
    // With V2G it could be 20 kW; the battery has room for (16 - 2) x .8 = 11.2.
    CHECK(exact_plan(day, all).cost == Approx(-11.2));
    day.reserve_up_per_kw_h = {0.0}, day.reserve_down_per_kw_h = {1.0};
    // Down while idle is 10 kW; while returning 1 kW, it is 11; 8 - d / .8 + .8 w <= 20 has room, the target has none to give.
    CHECK(exact_plan(day, reserving).cost == Approx(-10.0));
    CHECK(exact_plan(day, all).cost == Approx(-10.0));
    // A fuller battery: 18 + .8 w <= 20.
    day.vehicles[0].initial_soc = 0.9;
    CHECK(exact_plan(day, reserving).cost == Approx(-2.5));
}

TEST_CASE("a charger's reserves share its inverter and its vehicle side") {
    ParkDay day = hand_day({0.0});
    day.vehicles = {hand_vehicle(0, 1, 0.0, 1), hand_vehicle(0, 1, 0.0, 2)};
    day.reserve_down_per_kw_h = {1.0};
    CHECK(exact_plan(day, all).cost == Approx(-10.0));
    day.chargers.inverter_kw = 6.0;
    CHECK(exact_plan(day, all).cost == Approx(-6.0));
    day.chargers.inverter_kw = 10.0, day.chargers.vehicle_kw = 7.0;
    CHECK(exact_plan(day, all).cost == Approx(-7.0));
    // Up, of both, who draw c together: no more than 7 + c; the batteries have room for 2 x (8 - 2) x .8 + .64 c = 9.6 + .64 c.
    day.reserve_down_per_kw_h = {0.0}, day.reserve_up_per_kw_h = {1.0};
    CHECK(exact_plan(day, all).cost == Approx(-14.0));  // c = 7; the batteries would have room for 14.08
    day.chargers.vehicle_kw = 10.0;
    CHECK(exact_plan(day, all).cost == Approx(-16.0));  // c = 10; the batteries
    day.chargers.inverter_kw = 6.0;
    CHECK(exact_plan(day, all).cost == Approx(-12.0));  // c = 6; the inverter
}

TEST_CASE("what excludes one another is branched on where prices pay for it") {
    // An export price above the import price pays for power in circles through the inverter; negative prices, through the
    // battery.
    ParkDay day = hand_day({1.0, 1.0});
    day.export_per_kwh = {2.0, 2.0};
    const ParkPlan idle = exact_plan(day, charging);
    CHECK(idle.relaxed_cost == Approx(-20.0));
    CHECK(idle.cost == Approx(0.0).margin(1e-9));
    CHECK(idle.nodes > 0);
    ParkDay negative = hand_day({-1.0});
    negative.vehicles = {hand_vehicle(0, 1, 0.0)};
    negative.vehicles[0].initial_soc = 1.0;
    const ParkPlan full = exact_plan(negative, returning);
    CHECK(full.relaxed_cost < -1.0);  // 10 kW in, 6.4 kW out, of which the difference is paid for
    CHECK(full.cost == Approx(0.0).margin(1e-9));
}

TEST_CASE("on random days whose choices bind, the tree and Cbc agree") {
    std::mt19937 random(7);
    const auto draw = [&](double low, double high) { return low + (high - low) * static_cast<double>(random()) / 4294967295.0; };
    int branched = 0;
    for (int n = 0; n < 40; ++n) {
        CAPTURE(n);
        ParkDay day = hand_day(std::vector<double>(6, 0.0));
        for (std::size_t t = 0; t < day.steps(); ++t) {
            day.import_per_kwh[t] = draw(-2.0, 1.0), day.export_per_kwh[t] = day.import_per_kwh[t] + draw(-0.3, 0.1);
            day.reserve_up_per_kw_h[t] = draw(0.0, 0.2), day.reserve_down_per_kw_h[t] = draw(0.0, 0.2);
            day.pv_kw_per_kwp[t] = draw(0.0, 5.0);
        }
        day.vehicles = {hand_vehicle(0, 5, 4.0, 1), hand_vehicle(2, 6, 3.0, 2)};
        const ParkPlan plan = exact_plan(day, all);
        const ParkPlan by_cbc = make_park_plan(day, all, {.branching = Branching::by_cbc});
        REQUIRE(by_cbc.status == LinearStatus::optimal);
        CHECK(by_cbc.cost == Approx(plan.cost).margin(1e-7));
        CHECK(plan.relaxed_cost <= plan.cost + 1e-9);
        branched += plan.nodes > 0;
    }
    CHECK(branched >= 10);
}

TEST_CASE("a limit of nodes that is too low leaves a status, and no plan that is none") {
    ParkDay day = hand_day({1.0, 1.0});
    day.export_per_kwh = {2.0, 2.0};
    const ParkPlan plan = make_park_plan(day, charging, {.most_nodes = 1, .branching = Branching::by_tree});
    CHECK(plan.status == LinearStatus::failed);
    CHECK(plan.import_kw.empty());
    const ParkPlan relaxed = make_park_plan(day, charging, {.branching = Branching::none});
    CHECK(relaxed.certificate.choice_violation > 1.0);
}

TEST_CASE("what a cap leaves unserved is told by vehicle and amount, and has its price") {
    ParkDay day = hand_day({1.0, 1.0});
    day.cap_import_kw = {2.0, 3.0};
    day.vehicles = {hand_vehicle(0, 2, 6.0, 3)};
    const ParkPlan plan = exact_plan(day, charging);
    CHECK(plan.cost == Approx(5.0 + 10.0 * 2.0));
    CHECK(unserved_texts(day, plan.schedule) ==
          std::vector<std::string>{"vehicle 3 at charger 1 leaves 2.000 kWh short of the 6 kWh that it requires"});
    day.cap_import_kw = {10.0, 10.0};
    CHECK(unserved_texts(day, exact_plan(day, charging).schedule).empty());
    // More than the battery takes, or than the stay allows, is missing, too.
    day.vehicles = {hand_vehicle(0, 2, 13.0, 4), hand_vehicle(1, 2, 0.0, 5)};
    CHECK(exact_plan(day, charging).schedule.stays[0].unserved_kwh == Approx(1.0));
    CHECK(settle(day, charge_at_once(day)).unserved_kwh == Approx(1.0));
    CHECK(settle(day, charge_evenly(day)).unserved_kwh == Approx(1.0));
}

TEST_CASE("at once: who came first has the charger, and what it leaves within a step goes to the next") {
    ParkDay day = hand_day({1.0, 1.0, 1.0, 1.0});
    day.vehicles = {hand_vehicle(0, 4, 4.0, 2), hand_vehicle(0, 4, 10.0, 1), hand_vehicle(1, 4, 4.0, 0)};
    const ParkSchedule at_once = charge_at_once(day);
    // 12.5 kWh for number 1, then 5 for number 2, then 5 for number 0, which comes later.
    const auto near = [](std::vector<double> seen, const std::vector<double>& wanted) {
        REQUIRE(seen.size() == wanted.size());
        for (std::size_t k = 0; k < wanted.size(); ++k) CHECK(seen[k] == Approx(wanted[k]).margin(1e-12));
    };
    near(at_once.stays[1].charge_kw, {10.0, 2.5, 0.0, 0.0});
    near(at_once.stays[0].charge_kw, {0.0, 5.0, 0.0, 0.0});
    near(at_once.stays[2].charge_kw, {2.5, 2.5, 0.0});
    const ParkSchedule evenly = charge_evenly(day);
    near(evenly.stays[1].charge_kw, {3.125, 3.125, 3.125, 3.125});
    near(evenly.stays[0].charge_kw, {1.25, 1.25, 1.25, 1.25});
    near(evenly.stays[2].charge_kw, {5.0 / 3.0, 5.0 / 3.0, 5.0 / 3.0});
    CHECK(settle(day, evenly).cost() == Approx(22.5));
}

TEST_CASE("a rule's breach of the band is told with step and amount") {
    ParkDay day = hand_day({1.0, 1.0});
    day.vehicles = {hand_vehicle(0, 2, 12.0)};
    day.cap_import_kw = {8.0, 3.0};
    const ParkBill bill = settle(day, charge_at_once(day));
    CHECK(bill.over_import.by_kw == Approx(2.0));
    CHECK(bill.over_import.step == 0);
    CHECK(bill.over_export.by_kw == 0.0);
}

TEST_CASE("no vehicles, and no chargers, are plans") {
    ParkDay day = hand_day({1.0, 1.0});
    CHECK(exact_plan(day, all).cost == Approx(0.0).margin(1e-12));
    day.chargers.count = 0;
    CHECK(make_park_plan(day, all).status == LinearStatus::optimal);
}

TEST_CASE("everything that makes a day meaningless is told at once, with its place") {
    CHECK(faults_of(quarters()).empty());
    ParkDay day = quarters();
    day.efficiency = 1.04;
    day.reserve_up_per_kw_h[5] = std::numeric_limits<double>::quiet_NaN();
    day.cap_import_kw[7] = -1.0;
    day.vehicles[0].charger = 6;
    day.vehicles.push_back(hand_vehicle(20, 20, 1.0, 2));
    day.vehicles.push_back(hand_vehicle(20, 97, 1.0, 3));
    day.vehicles[2].initial_soc = 0.05;
    CHECK(faults_of(day) ==
          std::vector<std::string>{
              "day.csv:1:1: efficiency: 1.04 is out of range; a battery stores no more than it is given; give a "
              "share above 0, up to 1",
              "day.csv:7:1: steps[5].reserve_up_per_kw_h: nan is no number; give a number",
              "day.csv:9:1: steps[7].cap_import_kw: -1 is negative; give at least 0",
              "cars.csv:2:1: vehicles[0].charger: vehicle 1 is assigned to charger 7 of 6; name a charger that "
              "is there",
              "cars.csv:3:1: vehicles[1].departure_step: vehicle 2 leaves in step 20, and comes in step 20; let "
              "it leave after it has come",
              "cars.csv:4:1: vehicles[2].departure_step: vehicle 3 leaves in step 97 of 96; let it leave within "
              "the day",
              "cars.csv:4:1: vehicles[2].initial_soc: vehicle 3 comes with a state of charge of 0.05, below its "
              "lowest of 0.1; raise it, or lower min_soc",
          });
}

TEST_CASE("rows that are not 96 are told") {
    ParkDay day = quarters();
    for (auto* column : {&day.import_per_kwh, &day.export_per_kwh, &day.reserve_up_per_kw_h, &day.reserve_down_per_kw_h,
                         &day.pv_kw_per_kwp, &day.cap_import_kw, &day.cap_export_kw})
        column->pop_back();
    day.cap_export_kw.push_back(1.0);
    CHECK(faults_of(day) == std::vector<std::string>{
                                "day.csv:1:1: steps: 95 rows of 0.25 h are 23.75 h, not 24 h; give 96 rows",
                                "day.csv:1:1: cap_export_kw: has 96 rows, the import price 95; give all columns the same rows"});
}

TEST_CASE("a reduction in per cent needs a reference that costs something") {
    CHECK(cost_reduction(2.0, -1.0).percent.value() == Approx(150.0));
    CHECK(cost_reduction(2.0, 3.0).percent.value() == Approx(-50.0));
    CHECK_FALSE(cost_reduction(0.0, -1.0).percent);
    const std::vector<double> reference{4.0, -1.0, 1.0}, cost{2.0, -2.0, 0.0};
    const CostReductions all_days = cost_reductions(reference, cost);
    CHECK(all_days.of_means.percent.value() == Approx(100.0));
    CHECK_FALSE(all_days.mean_of_days.percent);
    CHECK(all_days.mean_of_days.refusal == "day 2: a reference that costs -1.000000 has no reduction in per cent; compare costs");
}
